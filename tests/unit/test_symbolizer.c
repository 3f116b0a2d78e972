/* symbolizer: programs that know lines of source code, played by scripts */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/symbolizer.h"

#define PLACES 3
#define PATIENCE_MS 60000u
#define MOST_PATH 128

static const char *const tools[] = {"llvm-symbolizer", "addr2line", "atos"};
#define TOOLS (sizeof tools / sizeof tools[0])

/* A folder that is all of the PATH. */
struct folder {
    char path[MOST_PATH], before[4096];
};

static int setup(void **state)
{
    struct folder *folder = calloc(1, sizeof *folder);
    const char *temporary = getenv("TMPDIR");
    snprintf(folder->path, sizeof folder->path, "%.80s/hotadd-XXXXXX",
             temporary ? temporary : "/tmp");
    snprintf(folder->before, sizeof folder->before, "%s", getenv("PATH"));
    assert_non_null(mkdtemp(folder->path));
    setenv("PATH", folder->path, 1);
    *state = folder;
    return 0;
}

static void in_folder(const struct folder *folder, const char *name, char path[MOST_PATH * 2])
{
    snprintf(path, MOST_PATH * 2, "%s/%s", folder->path, name);
}

static int teardown(void **state)
{
    struct folder *folder = *state;
    char path[MOST_PATH * 2];
    for (size_t i = 0; i < TOOLS; i++) {
        in_folder(folder, tools[i], path);
        unlink(path);
    }
    in_folder(folder, "arguments", path);
    unlink(path);
    rmdir(folder->path);
    setenv("PATH", folder->before, 1);
    free(folder);
    return 0;
}

static void make_script(const struct folder *folder, const char *name, const char *script)
{
    char path[MOST_PATH * 2];
    in_folder(folder, name, path);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fprintf(file, "#!/bin/sh\n%s\n", script);
    fclose(file);
    assert_int_equal(chmod(path, 0700), 0);
}

/* A program that keeps its arguments, says something, and ends with a code. */
static void make_tool(const struct folder *folder, const char *name, const char *says, int code)
{
    char script[1024];
    snprintf(script, sizeof script,
             "printf '%%s\\n' \"$@\" >'%s/arguments'\nprintf '%%s' '%s'\nexit %d",
             folder->path, says, code);
    make_script(folder, name, script);
}

/* The answers to three places, a line each; "no" when there were none. */
static void ask_for(unsigned patience_ms, const char *path, char said[512])
{
    static const char *const offsets[PLACES] = {"0x1a2b", "0x1", "0x30"};
    struct ha_text answer[PLACES] = {{0}};
    bool answered = ha_symbolizer_ask(path, offsets, PLACES, patience_ms, answer);
    snprintf(said, 512, "%s", answered ? "" : "no");
    for (size_t i = 0; i < PLACES; i++) {
        size_t length = strlen(said);
        if (answered)
            snprintf(said + length, 512 - length, "%s\n", ha_text_string(&answer[i]));
        ha_text_close(&answer[i]);
    }
}

static void ask(const char *path, char said[512])
{
    ask_for(PATIENCE_MS, path, said);
}

#define LLVM "table_grow\n/src/worker.c:42:7\ntable_make\n/src/worker.c:60:1\n\n??\n??:0:0\n\n" \
             "main\n??:0:0\n\n"
#define BINUTILS "table_grow\n/src/worker.c:42 (discriminator 3)\n??\n??:0\nmain\n??:?\n"
#define APPLE "table_grow (in worker.so) (worker.c:42)\n0x100000001\nmain (in worker.so) + 12\n"
#define ANSWERS "worker.c:42 in table_grow\n\nmain\n"

static void every_program_is_understood(void **state)
{
    static const char *const says[TOOLS] = {LLVM, BINUTILS, APPLE};
    char said[512];

    for (size_t i = 0; i < TOOLS; i++) {
        make_tool(*state, tools[i], says[i], 0);
        ask("/modules/worker.so", said);
        assert_string_equal(said, ANSWERS);
        teardown(state);
        setup(state);
    }
}

static void the_first_that_has_an_answer_is_believed(void **state)
{
    static const struct { const char *llvm; int code; const char *said; } cases[] = {
        {"own\n/a.c:1:1\n\nown\n/a.c:2:1\n\nown\n/a.c:3:1\n", 0, "a.c:1 in own\na.c:2 in own\n"
                                                             "a.c:3 in own\n"},
        {LLVM, 1, ANSWERS},
        {"own\n/a.c:1:1\n", 0, ANSWERS},
        {"", 0, ANSWERS},
    };
    char said[512];

    make_tool(*state, "addr2line", BINUTILS, 0);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        make_tool(*state, "llvm-symbolizer", cases[i].llvm, cases[i].code);
        ask("worker.so", said);
        assert_string_equal(said, cases[i].said);
    }
}

static void a_program_without_an_end_is_ended(void **state)
{
    static const char *const endless[] = {
        "kill -STOP $$",
        "printf '" BINUTILS "'\nexec >&-\nkill -STOP $$",
    };
    char said[512];

    for (size_t i = 0; i < sizeof endless / sizeof endless[0]; i++) {
        make_script(*state, "addr2line", endless[i]);
        ask_for(100, "worker.so", said);
        assert_string_equal(said, "no");
    }
}

static void a_program_that_says_more_and_more_is_ended(void **state)
{
    char said[512];

    make_script(*state, "llvm-symbolizer", "trap '' PIPE\nx=xxxxxxxxxxxxxxxx\n"
                "x=$x$x$x$x$x$x$x$x\nx=$x$x$x$x$x$x$x$x\n"
                "while :; do printf '%s\\n' \"$x\"; done");
    make_tool(*state, "addr2line", BINUTILS, 0);
    ask("worker.so", said);
    assert_string_equal(said, ANSWERS);
}

static void what_a_terminal_would_obey_is_no_answer(void **state)
{
    char said[512];

    make_tool(*state, "llvm-symbolizer", "own\n/a\033[31m.c:1:1\n\nown\n/a.c:2:1\n\n"
                                         "own\n/a.c:3:1\n", 0);
    make_tool(*state, "addr2line", BINUTILS, 0);
    ask("worker.so", said);
    assert_string_equal(said, ANSWERS);
}

static void without_a_program_there_is_no_answer(void **state)
{
    (void)state;
    char said[512];

    ask("worker.so", said);

    assert_string_equal(said, "no");
}

static void a_path_is_one_argument_whatever_is_in_it(void **state)
{
    static const struct { const char *tool, *arguments; } cases[] = {
        {"llvm-symbolizer", "--functions\n--demangle\n-e\n/a b/$(c)'\"d.so\n"
                            "0x1a2b\n0x1\n0x30\n"},
        {"addr2line", "-f\n-C\n-e\n/a b/$(c)'\"d.so\n0x1a2b\n0x1\n0x30\n"},
        {"atos", "-o\n/a b/$(c)'\"d.so\n-l\n0x100000000\n0x100001a2b\n0x100000001\n0x100000030\n"},
    };
    char said[512], path[MOST_PATH * 2], bytes[512];

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        make_tool(*state, cases[i].tool, APPLE, i < 2);
        ask("/a b/$(c)'\"d.so", said);
        in_folder(*state, "arguments", path);
        FILE *file = fopen(path, "r");
        assert_non_null(file);
        bytes[fread(bytes, 1, sizeof bytes - 1, file)] = '\0';
        fclose(file);
        assert_string_equal(bytes, cases[i].arguments);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_program_is_understood, setup, teardown),
        cmocka_unit_test_setup_teardown(the_first_that_has_an_answer_is_believed, setup, teardown),
        cmocka_unit_test_setup_teardown(a_program_without_an_end_is_ended, setup, teardown),
        cmocka_unit_test_setup_teardown(a_program_that_says_more_and_more_is_ended, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(what_a_terminal_would_obey_is_no_answer, setup, teardown),
        cmocka_unit_test_setup_teardown(without_a_program_there_is_no_answer, setup, teardown),
        cmocka_unit_test_setup_teardown(a_path_is_one_argument_whatever_is_in_it, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
