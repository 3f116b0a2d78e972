/* mm_routine: MmGetSystemRoutineAddress, and the list of routines */
#include "unit/bench.h"

#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <string.h>

#include "base/names.h"
#include "hotadd/routines.h"

struct wanted {
    const WCHAR *name;
    PVOID address;
};

/* On a thread of the driver. */
static void ask(void *argument)
{
    struct wanted *wanted = argument;
    UNICODE_STRING name = {.Buffer = (WCHAR *)(uintptr_t)wanted->name};
    while (wanted->name[name.Length / sizeof(WCHAR)])
        name.Length = (USHORT)(name.Length + sizeof(WCHAR));
    wanted->address = MmGetSystemRoutineAddress(&name);
}

static PVOID address_of(struct bench *b, struct driver *driver, const WCHAR *name)
{
    struct wanted wanted = {.name = name};
    bench_run(b, driver, ask, &wanted);
    return wanted.address;
}

/* QRY-22 */
static void a_routine_is_found_by_its_name(void **state)
{
    struct bench *b = *state;
    struct driver *calm = bench_driver(b, "calm");

    PVOID found = address_of(b, calm, u"KeQueryActiveGroupCount");

    assert_true(found == (PVOID)(uintptr_t)KeQueryActiveGroupCount);
    assert_int_equal(bench_count(b, HA_QUERY), 1);
    const struct ha_record *query = bench_record(b, HA_QUERY, 0);
    assert_int_equal(query->as.query.routine, HA_RT_SYSTEM_ROUTINE);
    assert_int_equal(query->as.query.result, 1);
    assert_string_equal(ha_nt_routine_name(query->as.query.argument - 1),
                        "KeQueryActiveGroupCount");
}

/* QRY-22 */
static void what_is_no_routine_has_no_address(void **state)
{
    static const WCHAR *const names[] = {u"KeQueryActiveGroupCoun", u"KeQueryActiveGroupCounts",
                                         u"kequeryactivegroupcount", u"", u"ha_nt_entries"};
    struct bench *b = *state;
    struct driver *calm = bench_driver(b, "calm");

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        assert_null(address_of(b, calm, names[i]));
        assert_int_equal(bench_record(b, HA_QUERY, i)->as.query.argument, 0);
        assert_int_equal(bench_record(b, HA_QUERY, i)->as.query.result, 0);
    }
}

/* QRY-22 */
static void an_older_system_has_no_routine_that_came_later(void **state)
{
    static const WCHAR *const newer[] = {
        u"KeQueryActiveGroupCount", u"KeGetProcessorIndexFromNumber", u"KeGetCurrentNodeNumber",
        u"KeGetCurrentProcessorIndex", u"KeQueryHighestNodeNumber", u"KeSetCoalescableTimer",
        u"KeQueryUnbiasedInterruptTime", u"KeQuerySystemTimePrecise",
        u"KeQueryInterruptTimePrecise", u"ExAllocatePool2", u"ExAllocatePoolZero",
        u"ExAllocatePoolUninitialized", u"KeRemoveQueueDpcEx", u"RtlSuffixUnicodeString",
        u"IoUnregisterPlugPlayNotificationEx",
    };
    struct bench *b = *state;
    struct driver *calm = bench_driver(b, "calm");
    bench_turn(b, "target", "ws2008");

    for (size_t i = 0; i < sizeof newer / sizeof newer[0]; i++)
        assert_null(address_of(b, calm, newer[i]));
    assert_non_null(address_of(b, calm, u"KeQuerySystemTime"));
    assert_non_null(address_of(b, calm, u"KeSetTimerEx"));
    assert_non_null(address_of(b, calm, u"KeQueryActiveProcessorCount"));
    assert_non_null(address_of(b, calm, u"ExAllocatePoolWithTag"));
    assert_true(address_of(b, calm, u"KeRegisterProcessorChangeCallback") ==
                (PVOID)(uintptr_t)KeRegisterProcessorChangeCallback);
    assert_int_equal(bench_record(b, HA_QUERY, 0)->as.query.result, 0);
}

static void ask_at_dispatch_level(void *argument)
{
    KIRQL old;
    KeRaiseIrql(DISPATCH_LEVEL, &old);
    ask(argument);
    KeLowerIrql(old);
}

static void above_passive_level_it_is_a_misuse_with_an_answer(void **state)
{
    struct bench *b = *state;
    struct driver *calm = bench_driver(b, "calm");
    struct wanted wanted = {.name = u"KeSetEvent"};
    b->findings = NULL;

    bench_run(b, calm, ask_at_dispatch_level, &wanted);

    assert_non_null(wanted.address);
    assert_int_equal(bench_count(b, HA_MISUSE), 1);
    const struct ha_record *misuse = bench_record(b, HA_MISUSE, 0);
    assert_int_equal(misuse->as.misuse.routine, HA_RT_SYSTEM_ROUTINE);
    assert_int_equal(misuse->as.misuse.misuse, HA_MISUSE_RAISED_IRQL);
}

static void names_come_in_order_and_each_once(void **state)
{
    const char *before = "", *name;
    (void)state;

    for (size_t i = 0; (name = ha_nt_routine_name(i)) != NULL; before = name, i++)
        assert_true(strcmp(before, name) < 0);
    assert_string_not_equal(before, "");
}

static void what_a_routine_lacks_is_said(void **state)
{
    (void)state;

    assert_null(ha_nt_routine_lacks("KeSetEvent"));
    assert_non_null(strstr(ha_nt_routine_lacks("KeQueryLogicalProcessorRelationship"), "NUMA"));
}

/* A line of a header that defines a name: its text, or NULL. */
static const char *defined_in(const char *line, char name[64])
{
    const char *at;
    if (sscanf(line, "#define %63[A-Za-z_]", name) == 1)
        return name;
    if (strncmp(line, "FORCEINLINE ", 12) || !(at = strchr(line, '(')))
        return NULL;
    while (at > line && (isalnum((unsigned char)at[-1]) || at[-1] == '_'))
        at--;
    return sscanf(at, "%63[A-Za-z_0-9]", name) == 1 ? name : NULL;
}

/* Tells `see` of each name that a header in a folder of include/nt defines. */
static void read_headers(const char *folder, void (*see)(const char *line, const char *name))
{
    char path[512], line[200], name[64];
    DIR *directory;
    snprintf(path, sizeof path, "%s/../include/nt/%s", HA_TESTS_DIR, folder);
    assert_non_null(directory = opendir(path));
    for (struct dirent *entry; (entry = readdir(directory)) != NULL;) {
        size_t length = strlen(entry->d_name);
        if (length < 2 || strcmp(entry->d_name + length - 2, ".h"))
            continue;
        snprintf(path, sizeof path, "%s/../include/nt/%s/%s", HA_TESTS_DIR, folder, entry->d_name);
        FILE *header = fopen(path, "r");
        assert_non_null(header);
        while (fgets(line, sizeof line, header))
            if (defined_in(line, name))
                see(line, name);
        fclose(header);
    }
    closedir(directory);
}

static unsigned names_seen;

static void count_known(const char *line, const char *name)
{
    bool is_inline = !strncmp(line, "FORCEINLINE", 11), known = ha_nt_header_calls(name) != NULL;
    names_seen += known;
    if (is_inline && isalpha((unsigned char)*name) && !known)
        fail_msg("%s is inline, and nobody knows its name", name);
}

static bool is_routine(const char *wanted)
{
    const char *name;
    for (size_t i = 0; (name = ha_nt_routine_name(i)) != NULL; i++)
        if (!strcmp(name, wanted))
            return true;
    return false;
}

static void names_that_the_headers_define_are_known_with_what_they_call(void **state)
{
    const char *before = "", *name;
    size_t i;
    (void)state;

    for (i = 0; (name = ha_nt_header_name(i)) != NULL; before = name, i++) {
        const char *calls = ha_nt_header_calls(name);
        assert_true(strcmp(before, name) < 0);
        assert_false(is_routine(name));
        if (*calls && !is_routine(calls) && !ha_nt_routine_comes_later(calls))
            fail_msg("%s calls %s, which is no routine", name, calls);
    }
    assert_null(ha_nt_header_calls("KeSetEvent"));
    assert_string_equal(ha_nt_header_calls("ObReferenceObject"), "ObfReferenceObject");
    names_seen = 0;
    read_headers(".", count_known);
    read_headers("wdm", count_known);
    assert_in_range(names_seen, i, 2 * i);      /* some have two definitions */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BENCH_TEST(a_routine_is_found_by_its_name),
        BENCH_TEST(what_is_no_routine_has_no_address),
        BENCH_TEST(an_older_system_has_no_routine_that_came_later),
        BENCH_TEST(above_passive_level_it_is_a_misuse_with_an_answer),
        cmocka_unit_test(names_come_in_order_and_each_once),
        cmocka_unit_test(what_a_routine_lacks_is_said),
        cmocka_unit_test(names_that_the_headers_define_are_known_with_what_they_call),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
