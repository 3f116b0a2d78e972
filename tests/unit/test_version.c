/* version: which Windows the profile's target is */
#include <string.h>

#include "unit/bench.h"

struct answer {
    RTL_OSVERSIONINFOW plain;
    RTL_OSVERSIONINFOEXW more;
    NTSTATUS status[2];
    BOOLEAN vista, server, seven, eight;
};

static void ask(void *argument)
{
    struct answer *answer = argument;
    memset(answer, 0x5a, sizeof *answer);
    answer->plain.dwOSVersionInfoSize = sizeof answer->plain;
    answer->more.dwOSVersionInfoSize = sizeof answer->more;
    answer->status[0] = RtlGetVersion(&answer->plain);
    answer->status[1] = RtlGetVersion((PRTL_OSVERSIONINFOW)(void *)&answer->more);
    answer->vista = RtlIsNtDdiVersionAvailable(NTDDI_VISTA);
    answer->server = RtlIsNtDdiVersionAvailable(NTDDI_WS08);
    answer->seven = RtlIsNtDdiVersionAvailable(NTDDI_WIN7);
    answer->eight = RtlIsNtDdiVersionAvailable(NTDDI_WIN8);
}

static void the_version_is_that_of_the_target(void **state)
{
    static const struct {
        const char *target;
        ULONG minor, build, pack;
        const WCHAR *name;
    } cases[] = {
        {"win7", 1, 7601, 1, u"Service Pack 1"},
        {"ws2008", 0, 6002, 2, u"Service Pack 2"},
    };
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct bench *b;
        struct answer answer;
        UNICODE_STRING name, expected;
        assert_int_equal(bench_setup((void **)&b), 0);
        bench_turn(b, "target", cases[i].target);

        bench_run(b, bench_driver(b, "a"), ask, &answer);

        assert_int_equal(answer.status[0], STATUS_SUCCESS);
        assert_int_equal(answer.status[1], STATUS_SUCCESS);
        assert_int_equal(answer.plain.dwMajorVersion, 6);
        assert_int_equal(answer.plain.dwMinorVersion, cases[i].minor);
        assert_int_equal(answer.plain.dwBuildNumber, cases[i].build);
        assert_int_equal(answer.plain.dwPlatformId, 2);
        RtlInitUnicodeString(&name, answer.more.szCSDVersion);
        RtlInitUnicodeString(&expected, cases[i].name);
        assert_true(RtlEqualUnicodeString(&name, &expected, FALSE));
        assert_int_equal(answer.more.dwMinorVersion, cases[i].minor);
        assert_int_equal(answer.more.wServicePackMajor, cases[i].pack);
        assert_int_equal(answer.more.wServicePackMinor, 0);
        assert_int_equal(answer.more.wSuiteMask, 0);
        assert_int_equal(answer.more.wProductType, 3);
        assert_true(answer.vista && answer.server);
        assert_int_equal(answer.seven, cases[i].minor == 1);
        assert_false(answer.eight);
        bench_teardown((void **)&b);
    }
}

static void ask_for_the_smaller(void *argument)
{
    RTL_OSVERSIONINFOEXW *more = argument;
    memset(more, 0x5a, sizeof *more);
    more->dwOSVersionInfoSize = sizeof(RTL_OSVERSIONINFOW);
    RtlGetVersion((PRTL_OSVERSIONINFOW)(void *)more);
}

static void nothing_is_written_behind_the_smaller_structure(void **state)
{
    struct bench *b = *state;
    RTL_OSVERSIONINFOEXW more;

    bench_run(b, bench_driver(b, "a"), ask_for_the_smaller, &more);

    assert_int_equal(more.dwMajorVersion, 6);
    assert_int_equal(more.wServicePackMajor, 0x5a5a);
    assert_int_equal(more.wProductType, 0x5a);
}

static void ask_at_apc_level(void *argument)
{
    KIRQL old;
    KeRaiseIrql(APC_LEVEL, &old);
    ask(argument);
    KeLowerIrql(old);
}

static void a_question_above_passive_level_is_a_misuse(void **state)
{
    struct bench *b = *state;
    struct answer answer;
    b->findings = NULL;

    bench_run(b, bench_driver(b, "a"), ask_at_apc_level, &answer);

    assert_int_equal(bench_count(b, HA_MISUSE), 6);
    assert_int_equal(bench_record(b, HA_MISUSE, 0)->as.misuse.misuse, HA_MISUSE_RAISED_IRQL);
    assert_int_equal(bench_record(b, HA_MISUSE, 5)->as.misuse.routine, HA_RT_GET_VERSION);
    assert_int_equal(answer.plain.dwMajorVersion, 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_version_is_that_of_the_target),
        BENCH_TEST(nothing_is_written_behind_the_smaller_structure),
        BENCH_TEST(a_question_above_passive_level_is_a_misuse),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
