/* module: compiled drivers in shared objects; those of tests/module lie in HA_MODULES */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "edge/module.h"
#include "hotadd/error.h"

/* Modules are named by short paths. */
static int go_to_modules(void **state)
{
    (void)state;
    return chdir(HA_MODULES);
}

static struct ha_module *load_as(const char *path, bool private_copy)
{
    struct ha_module *module = NULL;
    struct ha_text messages = {0};
    int err = ha_module_load(path, private_copy, &module, &messages);
    if (err)
        fail_msg("%s: %d, %s", path, err, ha_text_string(&messages));
    assert_int_equal(messages.length, 0);
    ha_text_close(&messages);
    return module;
}

static struct ha_machine *make_machine(void)
{
    static const struct ha_group_options group = {.maximum = 8, .active_mask = 0xf};
    const struct ha_machine_options options = {.partition = {.group = &group, .group_count = 1}};
    struct ha_machine *machine;
    assert_int_equal(ha_machine_create(&options, &machine, NULL), HA_OK);
    return machine;
}

/* What DriverEntry answers under that name on a machine. */
static int32_t enter(struct ha_machine *machine, const char *name, const struct ha_module *module)
{
    int32_t nt_status = -1;
    assert_int_equal(ha_machine_load(machine, name, ha_module_entry(module)), HA_OK);
    assert_int_equal(ha_machine_driver_status(machine, name, &nt_status), HA_OK);
    return nt_status;
}

struct counter {
    struct ha_sink sink;
    unsigned active;
};

static void count_active(struct ha_sink *sink, const struct ha_record *first, size_t count)
{
    struct counter *counter = (struct counter *)(void *)sink;
    counter->active = first[count - 1].active;
}

/* Add processors one after another, end the run, and say how many are active. */
static unsigned add_processors(struct ha_machine *machine, unsigned count)
{
    const struct ha_add_options add = {HA_ANYWHERE};
    struct counter counter = {.sink = {count_active}};
    assert_int_equal(ha_machine_add_sink(machine, &counter.sink), HA_OK);
    for (unsigned i = 0; i < count; i++)
        assert_int_equal(ha_machine_add_processor(machine, 1000 * (i + 1), &add), HA_OK);
    assert_int_equal(ha_machine_run(machine), HA_OK);
    assert_int_equal(ha_machine_finish(machine), HA_OK);
    assert_int_equal(ha_machine_ending(machine), HA_END_NORMALLY);
    return counter.active;
}

static void a_module_is_a_driver_like_any_other(void **state)
{
    (void)state;
    struct ha_module *module = load_as("counts.so", false);
    struct ha_machine *machine = make_machine();

    assert_int_equal(enter(machine, "mine", module), 0);

    assert_int_equal(add_processors(machine, 3), 5);
    ha_machine_destroy(machine);
    ha_module_unload(module);
}

static void the_suffix_may_be_left_out_and_the_path_be_absolute(void **state)
{
    (void)state;
    ha_module_unload(load_as("counts", false));
    ha_module_unload(load_as("./counts", false));
    ha_module_unload(load_as(HA_MODULES "/counts", false));
    ha_module_unload(load_as(HA_MODULES "/counts.so", true));
}

/* When it has been unloaded nothing of its state is left. */
static void a_module_that_is_loaded_anew_begins_anew(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct ha_module *module = load_as("counts", false);
        struct ha_machine *machine = make_machine();
        assert_int_equal(enter(machine, "mine", module), 0);
        ha_machine_destroy(machine);
        ha_module_unload(module);
    }
}

static void a_module_that_is_refreshed_has_the_variables_of_its_file(void **state)
{
    (void)state;
    struct ha_module *module = load_as("counts", false);
    for (int i = 0; i < 3; i++) {
        struct ha_machine *machine = make_machine();
        assert_int_equal(enter(machine, "mine", module), 0);
        assert_int_equal(add_processors(machine, 2), 5);
        ha_machine_destroy(machine);

        ha_module_refresh(module);
    }
    ha_module_unload(module);
}

static void a_private_copy_has_variables_of_its_own(void **state)
{
    (void)state;
    struct ha_module *first = load_as("counts", false), *shared = load_as("counts", false);
    struct ha_module *second = load_as("counts", true), *third = load_as("counts", true);
    struct ha_machine *machine = make_machine();

    assert_int_equal(enter(machine, "first", first), 0);
    assert_int_not_equal(enter(machine, "shared", shared), 0);
    assert_int_equal(enter(machine, "second", second), 0);
    assert_int_equal(enter(machine, "third", third), 0);

    assert_int_equal(add_processors(machine, 2), 5);
    ha_machine_destroy(machine);
    ha_module_unload(third);
    ha_module_unload(second);
    ha_module_unload(shared);
    ha_module_unload(first);
}

#ifdef HA_MODULES_CXX
/* Variables of templates, which the host's loader would make one of. */
static void a_private_copy_of_cxx_shares_nothing(void **state)
{
    (void)state;
    struct ha_module *first = load_as("unique", false), *second = load_as("unique", true);
    struct ha_machine *machine = make_machine();

    assert_int_equal(enter(machine, "first", first), 0);
    assert_int_equal(enter(machine, "second", second), 0);

    ha_machine_destroy(machine);
    ha_module_unload(second);
    ha_module_unload(first);
}
#endif

static void nothing_is_left_of_a_private_copy(void **state)
{
    char folder[] = "/tmp/hotadd_test_module_XXXXXX";
    (void)state;
    assert_non_null(mkdtemp(folder));
    assert_int_equal(setenv("TMPDIR", folder, 1), 0);

    struct ha_module *module = load_as("counts", true);

    unsetenv("TMPDIR");
    assert_int_equal(rmdir(folder), 0);
    ha_module_unload(module);
}

static void keep(void *argument, void *address, size_t bytes)
{
    assert_int_equal(ha_machine_keep(argument, address, bytes), HA_OK);
}

static void rewinding_a_machine_rewinds_the_module(void **state)
{
    (void)state;
    struct ha_module *module = load_as("counts", false);
    struct ha_machine *machine = make_machine();
    const struct ha_add_options add = {HA_ANYWHERE};
    ha_module_segments(module, keep, machine);
    assert_int_equal(ha_machine_mark(machine), HA_OK);

    for (int run = 0; run < 3; run++) {
        assert_int_equal(enter(machine, "mine", module), 0);
        ha_machine_add_processor(machine, 1000, &add);
        ha_machine_add_processor(machine, 2000, &add);
        assert_int_equal(ha_machine_run(machine), HA_OK);
        assert_int_equal(ha_machine_rewind(machine), HA_OK);
    }

    assert_int_equal(enter(machine, "mine", module), 0);
    assert_int_equal(add_processors(machine, 2), 5);
    ha_machine_destroy(machine);
    ha_module_unload(module);
}

/* GUIDs and types of objects are variables of the program. */
static void a_module_finds_data_of_the_system_too(void **state)
{
    (void)state;
    struct ha_module *module = load_as("data", false);
    struct ha_machine *machine = make_machine();

    assert_int_equal(enter(machine, "mine", module), 0);

    ha_machine_destroy(machine);
    ha_module_unload(module);
}

#ifdef HA_MODULES_CXX           /* a cross build has no compiler for them */
static void a_driver_in_cxx_has_its_objects_made_first(void **state)
{
    (void)state;
    struct ha_module *module = load_as("cxx", false);
    struct ha_machine *machine = make_machine();

    assert_int_equal(enter(machine, "mine", module), 0);

    assert_int_equal(add_processors(machine, 2), 5);
    ha_machine_destroy(machine);
    ha_module_unload(module);
}

static void an_entry_of_cxx_is_known_for_what_it_is(void **state)
{
    struct ha_module *module = NULL;
    struct ha_text messages = {0};
    (void)state;
    assert_int_equal(ha_module_load("mangled", false, &module, &messages), HA_EREAD);
    assert_string_equal(ha_text_string(&messages),
                        "module mangled.so: its DriverEntry is a function of C++: declare it "
                        "extern \"C\"");
    ha_text_close(&messages);
}
#endif

static void what_is_wrong_with_a_module_is_said(void **state)
{
    static const struct { const char *path, *said; } cases[] = {
        {"count", "module count: there is no such file; did you mean \"counts\"?"},
        {"conts.so", "module conts.so: there is no such file; did you mean \"counts.so\"?"},
        {"elephant", "module elephant: there is no such file, also not with the suffix of a "
                     "module"},
        {"elephant.so", "module elephant.so: there is no such file"},
        {"no_folder/a.so", "module no_folder/a.so: there is no such file"},
        {".", "module .: there is no such file, also not with the suffix of a module"},
        {"no_entry", "module no_entry.so: it exports no DriverEntry, but \"DriverEntri\""},
        {"nothing", "module nothing.so: it exports no DriverEntry; in C++ that must be declared "
                    "extern \"C\""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct ha_module *module = NULL;
        struct ha_text messages = {0};
        assert_int_equal(ha_module_load(cases[i].path, false, &module, &messages), HA_EREAD);
        assert_null(module);
        assert_string_equal(ha_text_string(&messages), cases[i].said);
        ha_text_close(&messages);
    }
}

/* A file whose words are the host's own. */
static void what_is_no_shared_object_is_refused_with_the_hosts_reason(void **state)
{
    struct ha_module *module = NULL;
    struct ha_text messages = {0};
    (void)state;
    assert_int_equal(ha_module_load(HA_TESTS_DIR "/module/counts.c", false, &module, &messages),
                     HA_EREAD);
    assert_non_null(strstr(ha_text_string(&messages), "counts.c: cannot be loaded: "));
    assert_null(strchr(ha_text_string(&messages), '\n'));
    ha_text_close(&messages);
}

#ifdef __ELF__
/* The host's loader calls it missing. */
static void a_module_for_another_processor_is_told_from_one_that_is_missing(void **state)
{
    static const struct { unsigned char class, machine; const char *name; } cases[] = {
        {2, 62, "x86-64"}, {2, 183, "AArch64"}, {1, 3, "32-bit x86"}, {1, 40, "32-bit ARM"},
    };
    char bytes[64], path[] = "/tmp/hotadd_test_module_XXXXXX";
    int refused = 0;
    (void)state;
    FILE *whole = fopen(HA_MODULES "/counts.so", "rb");
    assert_non_null(whole);
    assert_int_equal(fread(bytes, 1, sizeof bytes, whole), sizeof bytes);
    fclose(whole);
    int file = mkstemp(path);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct ha_module *module = NULL;
        struct ha_text messages = {0};
        bytes[4] = (char)cases[i].class;
        bytes[18] = (char)cases[i].machine;
        assert_int_equal(pwrite(file, bytes, sizeof bytes, 0), sizeof bytes);

        assert_int_equal(ha_module_load(path, false, &module, &messages), HA_EREAD);

        const char *said = strstr(ha_text_string(&messages), ": it is made for ");
        refused += said != NULL;
        if (said)
            assert_int_equal(strncmp(said + 17, cases[i].name, strlen(cases[i].name)), 0);
        ha_text_close(&messages);
    }
    assert_in_range(refused, 3, 4);     /* one may be this host's own */
    close(file);
    unlink(path);
}
#endif

static void a_copy_that_has_no_place_is_said(void **state)
{
    struct ha_module *module = NULL;
    struct ha_text messages = {0};
    (void)state;
    setenv("TMPDIR", "/no/such/folder", 1);
    assert_int_equal(ha_module_load("counts", true, &module, &messages), HA_EREAD);
    unsetenv("TMPDIR");
    assert_non_null(strstr(ha_text_string(&messages),
                           "module counts.so: cannot be copied to /no/such/folder/hotadd-"));
    ha_text_close(&messages);
}

/* Fail unless the messages are these lines, in whatever order the linker has put them. */
static void expect_lines(const char *said, const char *const *line, size_t count)
{
    size_t length = 0;
    for (size_t i = 0; i < count; i++) {
        if (!strstr(said, line[i]))
            fail_msg("%s\nlacks\n%s", said, line[i]);
        length += strlen(line[i]) + 1;
    }
    assert_int_equal(strlen(said) + 1, length);
}

/* A weak one may stay undefined. The host's loader itself would name one. */
static void every_routine_that_is_missing_is_named(void **state)
{
    static const char *const lines[] = {
        ("module undefined.so: there is no \"KeRegistrProcessorChangeCallback\"; did you mean "
         "\"KeRegisterProcessorChangeCallback\"?"),
        "module undefined.so: \"IoRequestDeviceEject\" is not simulated yet",
        "module undefined.so: there is no \"HalMakeCoffee\"",
    };
    struct ha_text messages = {0};
    (void)state;
    for (int private_copy = 0; private_copy < 2; private_copy++) {
        struct ha_module *module = NULL;
        assert_int_equal(ha_module_load("undefined", private_copy, &module, &messages), HA_EREAD);
        assert_null(module);
        expect_lines(ha_text_string(&messages), lines, sizeof lines / sizeof lines[0]);
        ha_text_clear(&messages);
    }
    ha_text_close(&messages);
}

/* Whatever stands in a file, nothing outside of it is read. */
static void a_damaged_file_does_no_harm(void **state)
{
    char folder[] = "/tmp/hotadd_test_module_XXXXXX", path[64];
    FILE *whole = fopen("undefined.so", "rb");
    char *bytes = malloc((size_t)1 << 20);
    (void)state;
    assert_non_null(whole);
    assert_non_null(bytes);
    assert_non_null(mkdtemp(folder));
    size_t size = fread(bytes, 1, (size_t)1 << 20, whole);
    fclose(whole);
    snprintf(path, sizeof path, "%s/short.so", folder);
    for (size_t cut = 0; cut < size; cut += cut < 0x100 ? 7 : size / 50) {
        struct ha_module *module = NULL;
        struct ha_text messages = {0};
        FILE *file = fopen(path, "wb");
        assert_non_null(file);
        fwrite(bytes, 1, cut, file);
        fclose(file);
        assert_int_equal(ha_module_load(path, false, &module, &messages), HA_EREAD);
        assert_true(messages.length > 0);
        ha_text_close(&messages);
    }
    free(bytes);
    unlink(path);
    assert_int_equal(rmdir(folder), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_module_is_a_driver_like_any_other),
        cmocka_unit_test(the_suffix_may_be_left_out_and_the_path_be_absolute),
        cmocka_unit_test(a_module_that_is_loaded_anew_begins_anew),
        cmocka_unit_test(a_module_that_is_refreshed_has_the_variables_of_its_file),
        cmocka_unit_test(a_private_copy_has_variables_of_its_own),
#ifdef HA_MODULES_CXX
        cmocka_unit_test(a_private_copy_of_cxx_shares_nothing),
#endif
        cmocka_unit_test(nothing_is_left_of_a_private_copy),
        cmocka_unit_test(rewinding_a_machine_rewinds_the_module),
        cmocka_unit_test(a_module_finds_data_of_the_system_too),
#ifdef HA_MODULES_CXX
        cmocka_unit_test(a_driver_in_cxx_has_its_objects_made_first),
        cmocka_unit_test(an_entry_of_cxx_is_known_for_what_it_is),
#endif
        cmocka_unit_test(what_is_wrong_with_a_module_is_said),
        cmocka_unit_test(what_is_no_shared_object_is_refused_with_the_hosts_reason),
#ifdef __ELF__
        cmocka_unit_test(a_module_for_another_processor_is_told_from_one_that_is_missing),
#endif
        cmocka_unit_test(a_copy_that_has_no_place_is_said),
        cmocka_unit_test(every_routine_that_is_missing_is_named),
        cmocka_unit_test(a_damaged_file_does_no_harm),
    };
    return cmocka_run_group_tests(tests, go_to_modules, NULL);
}
