/* edge: what a run came to becomes what its scenario expects, and nothing else changes */
#include <dirent.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/text.h"
#include "edge/accept.h"
#include "edge/files.h"
#include "unit/playground.h"

/* One driver and a processor more, up to what follows the events; or up to their end. */
#define HEAD HEAD_UP_TO(" ]")
#define HEAD_UP_TO(end)                                                                           \
    "{\n  \"format\": 1, \"name\": \"a processor more\",\n"                                       \
    "  \"partition\": { \"groups\": [ { \"maximum\": 4, \"active\": 1 } ] },\n"                   \
    "  \"drivers\": [ { \"name\": \"d\", \"unload\": [],\n"                                       \
    "    \"entry\": [ { \"register\": \"processor-change\", \"as\": \"sync\" } ] } ],\n"          \
    "  \"events\": [ { \"at\": \"1ms\", \"add_processor\": {} }" end
#define CALLS "[ \"d.sync Start 1\", \"d.sync Complete 1\" ]"
#define RULES "[ \"DRV-5\" ]"

static const struct ha_play_options accepting = {.accept = true, .quiet = true};

static void read_file(const char *name, struct ha_text *text)
{
    ha_text_clear(text);
    assert_int_equal(ha_scenario_read_file(name, NULL, text), HA_OK);
}

static void expect_file(const char *name, const char *expected, const char *label)
{
    struct ha_text text = {0};
    read_file(name, &text);
    if (strcmp(ha_text_string(&text), expected) != 0)
        fail_msg("%s: the file is\n%s\ninstead of\n%s", label, ha_text_string(&text), expected);
    ha_text_close(&text);
}

/* Accept s.json, which holds `text`. */
static void accept_text(struct playground *p, const char *text, int code)
{
    playground_write("s.json", text);
    playground_play_as(p, "s.json", &accepting);
    if (p->code != code)
        fail_msg("exit code %d, not %d:\n%s%s", p->code, code, p->out, p->log);
}

/* The list of calls in a text: from its bracket to the one that closes it. */
static bool find_calls(const char *text, size_t *start, size_t *end)
{
    const char *key = strstr(text, "\"calls\": [");
    if (!key)
        return false;
    *start = (size_t)(key - text) + strlen("\"calls\": ");
    *end = *start + strcspn(text + *start, "]") + 1;
    return true;
}

static void blank_calls(struct ha_text *text)
{
    size_t start, end;
    struct ha_text blank = {0};
    if (!find_calls(text->bytes, &start, &end))
        return;
    ha_text_add_bytes(&blank, text->bytes, start);
    ha_text_add(&blank, "[]");
    ha_text_add(&blank, text->bytes + end);
    assert_false(blank.lost);
    ha_text_close(text);
    *text = blank;
}

static void expect_same_frame(const char *path, struct ha_text *before, struct ha_text *after)
{
    blank_calls(before);
    blank_calls(after);
    if (strcmp(ha_text_string(before), ha_text_string(after)) != 0)
        fail_msg("%s: more has changed than the calls:\n%s", path, ha_text_string(after));
}

/* Modules lie beside their scenario or in another folder, and this one is neither. */
static void every_scripted_scenario_without_its_calls_passes_once_it_was_accepted(void **state)
{
    struct playground *p = *state;
    struct ha_files files = {0};
    struct ha_text messages = {0}, before = {0}, after = {0};
    assert_int_equal(ha_files_add(&files, HA_TESTS_DIR "/../scenarios", &messages), HA_OK);
    assert_true(files.count > 0);

    for (size_t i = 0; i < files.count; i++) {
        read_file(files.path[i], &before);
        if (strstr(ha_text_string(&before), "\"module\""))
            continue;
        blank_calls(&before);
        accept_text(p, before.bytes, HA_EXIT_OK);
        assert_string_equal(p->out, "accepted s.json\n1 passed, 0 failed\n");
        playground_play(p, "s.json");
        if (p->code != HA_EXIT_OK)
            fail_msg("%s:\n%s", files.path[i], p->out);
        read_file("s.json", &after);
        expect_same_frame(files.path[i], &before, &after);
    }
    ha_text_close(&messages);
    ha_text_close(&before);
    ha_text_close(&after);
    ha_files_close(&files);
}

static void what_is_missing_is_added_as_the_file_is_written(void **state)
{
    static const struct { const char *label, *before, *after; } cases[] = {
        {"no expectations", HEAD "\n}\n",
         HEAD ",\n  \"expect\": {\n    \"violations\": " RULES ",\n    \"calls\": " CALLS
              "\n  }\n}\n"},
        {"empty ones", HEAD ",\n  \"expect\": { }\n}\n",
         HEAD ",\n  \"expect\": {\n    \"violations\": " RULES ",\n    \"calls\": " CALLS
              "\n  }\n}\n"},
        {"empty lines", HEAD ",\n  \"expect\": {\n\n  }\n}\n",
         HEAD ",\n  \"expect\": {\n    \"violations\": " RULES ",\n    \"calls\": " CALLS
              "\n\n  }\n}\n"},
        {"others on the same line", HEAD ",\n  \"expect\": { \"active_processors\": 2 } }\n",
         HEAD ",\n  \"expect\": { \"active_processors\": 2,\n    \"violations\": " RULES
              ",\n    \"calls\": " CALLS " } }\n"},
        {"others on lines of their own",
         HEAD ",\n  \"expect\": {\n     \"active_processors\": 2\n  }\n}\n",
         HEAD ",\n  \"expect\": {\n     \"active_processors\": 2,\n     \"violations\": " RULES
              ",\n     \"calls\": " CALLS "\n  }\n}\n"},
        {"calls only", HEAD ",\n  \"expect\": { \"calls\": " CALLS " }\n}\n",
         HEAD ",\n  \"expect\": { \"calls\": " CALLS ",\n    \"violations\": " RULES " }\n}\n"},
        {"wrong ones",
         HEAD ",\n  \"expect\": {\n    \"calls\": [\n      \"d.sync Start 2\"\n    ],\n"
              "    \"violations\": []\n  }\n}\n",
         HEAD ",\n  \"expect\": {\n    \"calls\": " CALLS ",\n    \"violations\": " RULES
              "\n  }\n}\n"},
        {"in front of what is right",
         HEAD ",\n  \"expect\": { \"violations\": [ \"HOT-5\" ], \"active_processors\": 2, "
              "\"calls\": [], \"ends\": \"normally\" }\n}\n",
         HEAD ",\n  \"expect\": { \"violations\": " RULES ", \"active_processors\": 2, "
              "\"calls\": [\n    \"d.sync Start 1\",\n    \"d.sync Complete 1\"\n  ], "
              "\"ends\": \"normally\" }\n}\n"},
    };
    struct playground *p = *state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        accept_text(p, cases[i].before, HA_EXIT_OK);
        expect_file("s.json", cases[i].after, cases[i].label);
        playground_play(p, "s.json");
        assert_int_equal(p->code, HA_EXIT_OK);
    }
}

static void tabs_and_line_ends_stay_what_they_are(void **state)
{
    static const char before[] =
        "{\r\n\t\"format\": 1,\r\n\t\"name\": \"x\",\r\n"
        "\t\"partition\": { \"groups\": [ { \"maximum\": 4, \"active\": 1 } ] }\r\n}\r\n";
    static const char after[] =
        "{\r\n\t\"format\": 1,\r\n\t\"name\": \"x\",\r\n"
        "\t\"partition\": { \"groups\": [ { \"maximum\": 4, \"active\": 1 } ] },\r\n"
        "\t\"expect\": {\r\n\t\t\"violations\": [],\r\n\t\t\"calls\": []\r\n\t}\r\n}\r\n";

    accept_text(*state, before, HA_EXIT_OK);

    expect_file("s.json", after, "tabs");
}

static void a_line_of_calls_has_at_most_100_columns_and_one_state(void **state)
{
    struct ha_text before = {0}, after = {0};
    ha_text_add(&before, "{ \"format\": 1, \"name\": \"x\", \"partition\": "
                         "{ \"groups\": [ { \"maximum\": 64, \"active\": 40 } ] },\n"
                         "  \"drivers\": [ { \"name\": \"a_driver_with_a_name\", \"entry\": [\n"
                         "    { \"register\": \"processor-change\", \"as\": \"sync\",\n"
                         "      \"flags\": \"KE_PROCESSOR_CHANGE_ADD_EXISTING\" } ] } ] }\n");

    accept_text(*state, before.bytes, HA_EXIT_OK);

    read_file("s.json", &after);
    unsigned lines = 0, full = 0;
    for (const char *line = strstr(after.bytes, "\"calls\""); *line; line += strcspn(line, "\n")) {
        line += *line == '\n';
        size_t length = strcspn(line, "\n");
        assert_in_range(length, 0, 100);
        full += length > 70;
        lines++;
        if (strstr(line, "Complete") && strstr(line, "Complete") < line + length)
            assert_true(!strstr(line, "Start") || strstr(line, "Start") > line + length);
    }
    assert_in_range(lines, 42, 46);
    assert_in_range(full, 38, 40);
    ha_text_close(&before);
    ha_text_close(&after);
}

static void what_the_run_meets_already_stays_as_it_is(void **state)
{
    static const char text[] =
        HEAD ",\n  \"expect\": {\"calls\":[\"*.sync Start *\",\"d.* * 0:1\"],\n"
             "    \"violations\": [{\"rule\":\"DRV-5\",\"driver\":\"d\",\"count\":1}] } }\n";

    accept_text(*state, text, HA_EXIT_OK);

    expect_file("s.json", text, "details");
}

#define LISTENS                                                                                   \
    "{ \"format\": 1, \"name\": \"x\",\n"                                                         \
    "  \"partition\": { \"groups\": [ { \"maximum\": 4, \"active\": 1 } ] },\n"                   \
    "  \"drivers\": [ { \"name\": \"d\", \"entry\": [\n"                                          \
    "    { \"register\": \"processor-change\", \"as\": \"sync\" },\n"                             \
    "    { \"register\": \"device-interface\", \"as\": \"cpu\",\n"                                \
    "      \"class\": \"GUID_DEVICE_PROCESSOR\" } ] } ],\n"                                       \
    "  \"events\": [ { \"at\": \"1ms\", \"add_processor\": {} } ],\n"
#define HEARD(times)                                                                              \
    "    \"arrivals\": { \"each\": { \"d.cpu Arrival processor 1\": " times " },\n"               \
    "                  \"order\": [ [ \"d.sync Complete 1\", \"d.cpu Arrival processor *\" ] ] }"

static void arrivals_stay_as_they_are(void **state)
{
    accept_text(*state, LISTENS "  \"expect\": { \"calls\": [],\n" HEARD("1") " } }\n", HA_EXIT_OK);

    expect_file("s.json", LISTENS "  \"expect\": { \"calls\": " CALLS ",\n" HEARD("1")
                                  ",\n    \"violations\": [] } }\n", "arrivals");
}

static void other_arrivals_than_expected_are_not_accepted(void **state)
{
    static const char text[] = LISTENS "  \"expect\": { \"calls\": [],\n" HEARD("0") " } }\n";
    struct playground *p = *state;

    accept_text(p, text, HA_EXIT_FAILED);

    playground_has(p->out, "\"d.cpu Arrival processor 1\" was not expected and came once");
    playground_has(p->out, "not accepted: only calls and violations can be\n");
    expect_file("s.json", text, "arrivals");
}

static void a_run_that_differs_otherwise_is_not_accepted(void **state)
{
    static const struct { const char *text, *reason; int code; uint64_t budget; } cases[] = {
        {HEAD ",\n  \"expect\": { \"active_processors\": 3, \"calls\": [] } }\n",
         "active processors: 3 expected, 2 at the end\n"
         "not accepted: only calls and violations can be\n", HA_EXIT_FAILED, 0},
        {HEAD ",\n  \"expect\": { \"ends\": \"deadlock\" } }\n",
         "end: \"deadlock\" expected, but the run ended by \"normally\"\n"
         "not accepted: only calls and violations can be\n", HA_EXIT_FAILED, 0},
        {HEAD_UP_TO(", { \"after\": \"d.sync Failure *\", \"add_processor\": {} } ]") "}\n",
         "events: what event 2 waits for never came\n"
         "not accepted: only calls and violations can be\n", HA_EXIT_FAILED, 0},
        {HEAD ",\n  \"expect\": { \"ends\": \"budget\", \"calls\": [] } }\n",
         "not accepted: the run was cut short\n", HA_EXIT_FAILED, 40},
    };
    struct playground *p = *state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct ha_play_options options = accepting;
        options.record_budget = cases[i].budget;
        playground_write("s.json", cases[i].text);
        playground_play_as(p, "s.json", &options);
        playground_has(p->out, cases[i].reason);
        playground_has(p->out, "FAIL  s.json: ");
        playground_lacks(p->out, "accepted s.json");
        assert_int_equal(p->code, cases[i].code);
        expect_file("s.json", cases[i].text, cases[i].reason);
    }
}

static void a_run_that_the_scenario_does_not_describe_is_refused(void **state)
{
    const char *set[] = {"failure_order=reverse"};
    const struct ha_play_options cases[] = {
        {.accept = true, .profile = "documented"},
        {.accept = true, .set = set, .set_count = 1},
        {.accept = true, .replay = "h1-0-0"},
    };
    struct playground *p = *state;
    playground_write("s.json", HEAD "}");

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        playground_play_as(p, "s.json", &cases[i]);
        assert_int_equal(p->code, HA_EXIT_USAGE);
        playground_has(p->log, "--accept");
        playground_lacks(p->out, "a processor more");
        expect_file("s.json", HEAD "}", "options");
    }
}

/* How many names a folder holds, . and .. included. */
static unsigned names_in(const char *folder)
{
    unsigned count = 0;
    DIR *directory = opendir(folder);
    assert_non_null(directory);
    while (readdir(directory))
        count++;
    closedir(directory);
    return count;
}

/* The limit lets the verdict through, not the scenario. */
static void a_file_that_cannot_be_written_stays_whole(void **state)
{
    struct playground *p = *state;
    struct ha_text text = {0};
    struct rlimit before, small;
    ha_text_add(&text, HEAD ", \"why\": \"");
    ha_text_pad(&text, 8000);
    ha_text_add(&text, "\" }\n");
    playground_write("s.json", text.bytes);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    small = before;
    small.rlim_cur = 4096;
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);

    playground_play_as(p, "s.json", &accepting);

    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    signal(SIGXFSZ, SIG_DFL);
    assert_int_equal(p->code, HA_EXIT_UNREADABLE);
    playground_has(p->out, "s.json: error: cannot be written: ");
    playground_has(p->out, "0 passed, 1 failed\n");
    playground_lacks(p->out, "accepted");
    expect_file("s.json", text.bytes, "too large");
    assert_int_equal(names_in("."), 3);
    ha_text_close(&text);
}

static void a_pipe_cannot_be_accepted(void **state)
{
    struct playground *p = *state;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], HEAD "}", strlen(HEAD "}")), strlen(HEAD "}"));
    close(ends[1]);
    char name[32];
    snprintf(name, sizeof name, "/dev/fd/%d", ends[0]);

    playground_play_as(p, name, &accepting);

    close(ends[0]);
    assert_int_equal(p->code, HA_EXIT_UNREADABLE);
    playground_has(p->out, ": error: cannot be written: ");
}

static void a_link_stays_one_and_permissions_stay(void **state)
{
    struct playground *p = *state;
    struct stat status;
    playground_write("f/s.json", HEAD "}");
    assert_int_equal(chmod("f/s.json", 0640), 0);
    assert_int_equal(symlink("f/s.json", "l.json"), 0);

    playground_play_as(p, "l.json", &accepting);

    assert_string_equal(p->out, "accepted l.json\n1 passed, 0 failed\n");
    assert_int_equal(lstat("l.json", &status), 0);
    assert_true(S_ISLNK(status.st_mode));
    assert_int_equal(stat("f/s.json", &status), 0);
    assert_int_equal(status.st_mode & 07777, 0640);
    playground_play(p, "f/s.json");
    playground_has(p->out, "expected error DRV-5");
    assert_int_equal(names_in("f"), 3);
}

static void several_files_are_accepted_each_by_itself(void **state)
{
    struct playground *p = *state;
    playground_write("f/a.json", PLAYGROUND_FORGETS);
    playground_write("f/b.json", PLAYGROUND_WRONG);
    playground_write("f/c.json", PLAYGROUND_BROKEN);
    playground_write("f/d.json", PLAYGROUND_GOOD);

    playground_play_as(p, "f", &accepting);

    assert_int_equal(p->code, HA_EXIT_UNREADABLE);
    playground_has(p->out, "accepted f/a.json\n");
    playground_has(p->out, "accepted f/d.json\n2 passed, 2 failed\n");
    playground_play_as(p, "f/a.json f/d.json", &(struct ha_play_options){.quiet = true});
    assert_string_equal(p->out, "2 passed, 0 failed\n");
}

static void a_file_that_changed_after_it_was_played_is_left_alone(void **state)
{
    (void)state;
    struct ha_play_options options = accepting;
    struct ha_scenario scenario;
    struct ha_text messages = {0};
    struct ha_error error = {""};
    struct ha_run run = {0};
    int signal;
    struct ha_loop *loop = ha_loop_open();
    options.out = options.log = stdout;
    playground_write("s.json", HEAD "}");
    assert_int_equal(ha_scenario_load_file("s.json", NULL, &scenario, &messages), HA_OK);
    assert_int_equal(ha_run_play(&run, &scenario, &options, loop, &signal, &messages),
                     HA_OK);
    playground_write("s.json", HEAD "\n}");

    assert_int_equal(ha_accept(&run, &error), HA_EREAD);

    assert_string_equal(error.text, "cannot be written: it has changed since it was read");
    expect_file("s.json", HEAD "\n}", "changed");
    ha_run_close(&run);
    ha_scenario_close(&scenario);
    ha_loop_close(loop);
    ha_text_close(&messages);
}

#define in_folder(test) cmocka_unit_test_setup_teardown(test, playground_open, playground_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_folder(every_scripted_scenario_without_its_calls_passes_once_it_was_accepted),
        in_folder(what_is_missing_is_added_as_the_file_is_written),
        in_folder(tabs_and_line_ends_stay_what_they_are),
        in_folder(a_line_of_calls_has_at_most_100_columns_and_one_state),
        in_folder(what_the_run_meets_already_stays_as_it_is),
        in_folder(arrivals_stay_as_they_are),
        in_folder(other_arrivals_than_expected_are_not_accepted),
        in_folder(a_run_that_differs_otherwise_is_not_accepted),
        in_folder(a_run_that_the_scenario_does_not_describe_is_refused),
        in_folder(a_file_that_cannot_be_written_stays_whole),
        in_folder(a_pipe_cannot_be_accepted),
        in_folder(a_link_stays_one_and_permissions_stay),
        in_folder(several_files_are_accepted_each_by_itself),
        in_folder(a_file_that_changed_after_it_was_played_is_left_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
