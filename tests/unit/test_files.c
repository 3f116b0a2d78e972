/* edge: which files a path means */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "edge/files.h"
#include "hotadd/error.h"
#include "unit/playground.h"

#define SOMEBODY 12345u     /* a user who is not root, to whom permissions matter */

/* Add a path that is in order, and compare all that is meant by now. */
static void expect_files(const char *path, const char *expected)
{
    struct ha_files files = {0};
    struct ha_text messages = {0}, list = {0};

    assert_int_equal(ha_files_add(&files, path, &messages), HA_OK);

    for (size_t i = 0; i < files.count; i++)
        ha_text_addf(&list, "%s\n", files.path[i]);
    assert_string_equal(ha_text_string(&list), expected);
    assert_string_equal(ha_text_string(&messages), "");
    ha_text_close(&list);
    ha_text_close(&messages);
    ha_files_close(&files);
}

static void a_folder_means_its_json_files_by_name_at_any_depth(void **state)
{
    (void)state;
    playground_write("f/c.json", "");
    playground_write("f/b/z.json", "");
    playground_write("f/b/a/m.json", "");
    playground_write("f/a.json", "");
    playground_write("f/B.json", "");
    playground_write("f/d/n.json", "");

    expect_files("f", "f/B.json\nf/a.json\nf/b/a/m.json\nf/b/z.json\nf/c.json\nf/d/n.json\n");
}

static void hidden_files_and_other_kinds_are_left_out(void **state)
{
    (void)state;
    playground_write("f/.hidden.json", "");
    playground_write("f/.git/a.json", "");
    playground_write("f/.json", "");
    playground_write("f/readme.md", "");
    playground_write("f/a.json~", "");
    playground_write("f/ajson", "");
    playground_write("f/b.JSON", "");
    playground_write("f/a.json", "");

    expect_files("f", "f/a.json\n");
}

static void a_folder_whose_name_ends_in_json_is_searched(void **state)
{
    (void)state;
    playground_write("f/g.json/a.json", "");

    expect_files("f", "f/g.json/a.json\n");
    expect_files("f/g.json", "f/g.json/a.json\n");
}

static void slashes_behind_a_folder_do_not_change_the_names(void **state)
{
    (void)state;
    playground_write("f/a.json", "");

    expect_files("f/", "f/a.json\n");
    expect_files("f///", "f/a.json\n");
    expect_files("./f", "./f/a.json\n");
}

static void a_folder_without_scenarios_means_nothing(void **state)
{
    (void)state;
    playground_write("f/g/readme.md", "");

    expect_files("f", "");
}

static void a_file_that_is_named_counts_whatever_it_is_called(void **state)
{
    (void)state;
    playground_write("scenario.txt", "");
    playground_write(".hidden.json", "");

    expect_files("scenario.txt", "scenario.txt\n");
    expect_files(".hidden.json", ".hidden.json\n");
    expect_files("is not there", "is not there\n");
}

static void a_path_that_is_named_twice_counts_twice(void **state)
{
    (void)state;
    struct ha_files files = {0};
    struct ha_text messages = {0};
    playground_write("f/a.json", "");

    assert_int_equal(ha_files_add(&files, "f", &messages), HA_OK);
    assert_int_equal(ha_files_add(&files, "f/a.json", &messages), HA_OK);
    assert_int_equal(ha_files_add(&files, "f/a.json", &messages), HA_OK);

    assert_int_equal(files.count, 3);
    for (size_t i = 0; i < 3; i++)
        assert_string_equal(files.path[i], "f/a.json");
    ha_files_close(&files);
}

static void a_thousand_files_are_all_found(void **state)
{
    (void)state;
    struct ha_files files = {0};
    struct ha_text messages = {0};
    char name[32];
    for (int i = 999; i >= 0; i--) {
        snprintf(name, sizeof name, "f/%03d.json", i);
        playground_write(name, "");
    }

    assert_int_equal(ha_files_add(&files, "f", &messages), HA_OK);

    assert_int_equal(files.count, 1000);
    for (size_t i = 0; i < 1000; i++) {
        snprintf(name, sizeof name, "f/%03d.json", (int)i);
        assert_string_equal(files.path[i], name);
    }
    ha_files_close(&files);
}

/* With each link followed 32 times, two of them would make thousands of millions of paths. */
static void links_that_lead_back_are_not_followed(void **state)
{
    (void)state;
    playground_write("f/g/a.json", "");
    assert_int_equal(symlink(".", "f/again"), 0);
    assert_int_equal(symlink("../..", "f/g/out"), 0);
    assert_int_equal(symlink("..", "f/g/up"), 0);
    assert_int_equal(symlink("f", "link"), 0);

    expect_files("f", "f/g/a.json\n");
    expect_files("link/", "link/g/a.json\n");
}

static void a_link_to_elsewhere_is_followed(void **state)
{
    (void)state;
    playground_write("elsewhere/b.json", "");
    playground_write("c.json", "");
    playground_write("f/a.json", "");
    assert_int_equal(symlink("../elsewhere", "f/z"), 0);
    assert_int_equal(symlink("../c.json", "f/y.json"), 0);
    assert_int_equal(symlink("nowhere", "f/x.json"), 0);

    expect_files("f", "f/a.json\nf/x.json\nf/y.json\nf/z/b.json\n");
}

/* A named pipe would be waited for. */
static void only_regular_files_of_a_folder_count(void **state)
{
    (void)state;
    playground_write("f/a.json", "");
    assert_int_equal(mkfifo("f/pipe.json", 0600), 0);
    assert_int_equal(symlink("pipe.json", "f/to_pipe.json"), 0);
    assert_int_equal(symlink("/dev/null", "f/to_device.json"), 0);
    assert_int_equal(symlink("a.json", "f/to_file.json"), 0);

    expect_files("f", "f/a.json\nf/to_file.json\n");
    expect_files("f/pipe.json", "f/pipe.json\n");
}

/* Rights do not hold for root: then the search is done as somebody else. */
static int search_without_rights(struct ha_files *files, const char *path,
                                 struct ha_text *messages)
{
    uid_t user = geteuid();
    if (user == 0)
        assert_int_equal(seteuid(SOMEBODY), 0);
    int err = ha_files_add(files, path, messages);
    if (user == 0)
        assert_int_equal(seteuid(0), 0);
    return err;
}

static void a_folder_that_cannot_be_searched_is_named_and_hides_no_other(void **state)
{
    (void)state;
    struct ha_files files = {0};
    struct ha_text messages = {0};
    playground_write("f/a.json", "");
    playground_write("f/closed/b.json", "");
    playground_write("f/open/c.json", "");
    assert_int_equal(chmod("f/closed", 0), 0);

    assert_int_equal(search_without_rights(&files, "f", &messages), HA_EREAD);
    assert_string_equal(ha_text_string(&messages),
                        "f/closed: error: cannot be searched: Permission denied\n");
    assert_int_equal(files.count, 2);
    assert_string_equal(files.path[0], "f/a.json");
    assert_string_equal(files.path[1], "f/open/c.json");

    assert_int_equal(files.unsearched, 1);

    assert_int_equal(search_without_rights(&files, "f/closed", &messages), HA_EREAD);
    assert_int_equal(files.count, 2);
    assert_int_equal(files.unsearched, 2);
    ha_text_close(&messages);
    ha_files_close(&files);
}

static void control_characters_of_a_folder_are_not_printed(void **state)
{
    (void)state;
    struct ha_files files = {0};
    struct ha_text messages = {0};
    assert_int_equal(mkdir("f\033[31m", 0), 0);

    assert_int_equal(search_without_rights(&files, "f\033[31m", &messages), HA_EREAD);

    assert_string_equal(ha_text_string(&messages),
                        "f\\x1b[31m: error: cannot be searched: Permission denied\n");
    ha_text_close(&messages);
    ha_files_close(&files);
}

#define in_playground(test) cmocka_unit_test_setup_teardown(test, playground_open, playground_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_playground(a_folder_means_its_json_files_by_name_at_any_depth),
        in_playground(hidden_files_and_other_kinds_are_left_out),
        in_playground(a_folder_whose_name_ends_in_json_is_searched),
        in_playground(slashes_behind_a_folder_do_not_change_the_names),
        in_playground(a_folder_without_scenarios_means_nothing),
        in_playground(a_file_that_is_named_counts_whatever_it_is_called),
        in_playground(a_path_that_is_named_twice_counts_twice),
        in_playground(a_thousand_files_are_all_found),
        in_playground(links_that_lead_back_are_not_followed),
        in_playground(a_link_to_elsewhere_is_followed),
        in_playground(only_regular_files_of_a_folder_count),
        in_playground(a_folder_that_cannot_be_searched_is_named_and_hides_no_other),
        in_playground(control_characters_of_a_folder_are_not_printed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
