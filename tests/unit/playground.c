/* playground - a folder of its own for tests that play scenario files */
#include "unit/playground.h"

#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

int playground_open(void **state)
{
    struct playground *p = calloc(1, sizeof *p);
    assert_non_null(p);
    p->came_from = open(".", O_RDONLY);
    assert_true(p->came_from >= 0);
    strcpy(p->folder, "/tmp/hotadd-test-XXXXXX");
    assert_non_null(mkdtemp(p->folder));
    assert_int_equal(chmod(p->folder, 0755), 0);
    assert_int_equal(chdir(p->folder), 0);
    *state = p;
    return 0;
}

/* Links are removed, never followed. */
static void remove_tree(const char *path)
{
    struct stat status;
    assert_int_equal(lstat(path, &status), 0);
    if (!S_ISDIR(status.st_mode)) {
        assert_int_equal(unlink(path), 0);
        return;
    }
    chmod(path, 0700);
    DIR *directory = opendir(path);
    assert_non_null(directory);
    for (struct dirent *entry; (entry = readdir(directory));) {
        char inner[1024];
        if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
            continue;
        snprintf(inner, sizeof inner, "%s/%s", path, entry->d_name);
        remove_tree(inner);
    }
    closedir(directory);
    assert_int_equal(rmdir(path), 0);
}

int playground_close(void **state)
{
    struct playground *p = *state;
    assert_int_equal(fchdir(p->came_from), 0);
    close(p->came_from);
    remove_tree(p->folder);
    free(p->out);
    free(p->log);
    free(p);
    return 0;
}

void playground_write(const char *name, const char *text)
{
    char folder[256];
    for (const char *slash = strchr(name, '/'); slash; slash = strchr(slash + 1, '/')) {
        snprintf(folder, sizeof folder, "%.*s", (int)(slash - name), name);
        mkdir(folder, 0755);            /* it may be there already */
    }
    FILE *file = fopen(name, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
    assert_int_equal(fclose(file), 0);
}

static char *all_of(FILE *file)
{
    long length = ftell(file);
    assert_true(length >= 0);
    char *text = calloc(1, (size_t)length + 1);
    assert_non_null(text);
    rewind(file);
    assert_int_equal(fread(text, 1, (size_t)length, file), length);
    fclose(file);
    return text;
}

void playground_play_as(struct playground *p, const struct ha_play_options *options)
{
    struct ha_play_options play = *options;
    free(p->out);
    free(p->log);
    play.out = tmpfile();
    play.log = tmpfile();
    assert_non_null(play.out);
    assert_non_null(play.log);
    p->code = ha_play(&play);
    p->out = all_of(play.out);
    p->log = all_of(play.log);
}

void playground_play_all(struct playground *p, const char *const *path, size_t count)
{
    playground_play_as(p, &(struct ha_play_options){.path = path, .path_count = count});
}

void playground_play(struct playground *p, const char *path)
{
    playground_play_all(p, &path, 1);
}

void playground_has(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("not found:\n%s\nin:\n%s", part, text);
}

void playground_lacks(const char *text, const char *part)
{
    if (strstr(text, part))
        fail_msg("found:\n%s\nin:\n%s", part, text);
}
