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
    const char *place = getenv("TMPDIR");
    int length = snprintf(p->folder, sizeof p->folder, "%s/hotadd-test-XXXXXX",
                          place && *place ? place : "/tmp");
    assert_in_range(length, 0, sizeof p->folder - 1);
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

/* The paths behind one another in `words`; returns how many. */
#define MOST_PATHS 8

static size_t split(char *words, const char **path, size_t room)
{
    size_t count = 0;
    for (char *word = strtok(words, " "); word; word = strtok(NULL, " ")) {
        assert_true(count < room);
        path[count++] = word;
    }
    return count;
}

/* The summary comes last, on the log when something else has `out` for itself. */
static void expect_summary(const struct playground *p, const struct ha_play_options *play)
{
    const char *text = play->output >= HA_OUTPUT_JSONL && !play->out_path ? p->log : p->out;
    const char *end = strstr(text, " failed\n");
    unsigned passed, failed;
    while (end && strstr(end + 1, " failed\n"))
        end = strstr(end + 1, " failed\n");
    if (!end || strcmp(end, " failed\n") != 0)
        fail_msg("no summary at the end of:\n%s", text);
    while (end > text && end[-1] != '\n')
        end--;
    assert_int_equal(sscanf(end, "%u passed, %u failed", &passed, &failed), 2);
}

/* Have paths and streams for a play, and let go of what the last one has printed. */
static void begin(struct playground *p, struct ha_play_options *play, char *words,
                  const char **path)
{
    play->path = path;
    play->path_count = split(words, path, MOST_PATHS);
    free(p->out);
    free(p->log);
    play->out = tmpfile();
    play->log = tmpfile();
    assert_non_null(play->out);
    assert_non_null(play->log);
}

static void end(struct playground *p, const struct ha_play_options *play, bool is_summed_up)
{
    p->out = all_of(play->out);
    p->log = all_of(play->log);
    if (is_summed_up)
        expect_summary(p, play);
}

void playground_play_as(struct playground *p, const char *paths,
                        const struct ha_play_options *options)
{
    const char *path[MOST_PATHS];
    char words[256];
    struct ha_play_options play = *options;
    assert_true(strlen(paths) < sizeof words);
    begin(p, &play, strcpy(words, paths), path);
    p->code = ha_play(&play);
    end(p, &play, !play.list);
}

void playground_explore(struct playground *p, const char *paths,
                        const struct ha_explore_options *options)
{
    const char *path[MOST_PATHS];
    char words[256];
    struct ha_explore_options explore = *options;
    assert_true(strlen(paths) < sizeof words);
    begin(p, &explore.play, strcpy(words, paths), path);
    p->code = ha_explore_files(&explore);
    end(p, &explore.play, !explore.list);
}

void playground_play(struct playground *p, const char *paths)
{
    playground_play_as(p, paths, &(struct ha_play_options){.output = HA_OUTPUT_VERDICT});
}

void playground_has(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("not found:\n%s\nin:\n%s", part, text);
}

void playground_in_order(const char *text, const char *const *part)
{
    const char *at = text;
    for (; *part; part++) {
        at = strstr(at, *part);
        if (!at)
            fail_msg("not found, or too early:\n%s\nin:\n%s", *part, text);
    }
}

char *playground_read(const char *name)
{
    FILE *file = fopen(name, "rb");
    assert_non_null(file);
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    return all_of(file);
}

void playground_lacks(const char *text, const char *part)
{
    if (strstr(text, part))
        fail_msg("found:\n%s\nin:\n%s", part, text);
}
