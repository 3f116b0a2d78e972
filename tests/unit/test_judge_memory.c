/* judge: every allocation refused in turn; linked with the library hotadd_failing */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "check/judge.h"
#include "hotadd/error.h"
#include "unit/failing.h"
#include "unit/records.h"

/* A trace that makes every array of the judge, with a dozen findings. */
static const char trace[] =
    "enter a; take 90 8; reg A +; reg> B flags=3; lock B; reg< B; reg> C fn=0; refused null;"
    "reg< C null; leave a 0; add; A> S; take 91 64 in=A; A< S; B S; hw T; A F; B F; end;"
    "add; A> S; H reg> X; H refused inside; H reg< X null; A< S out=I; B S out=U;"
    "A F out=0; B F out=0; end I; add; A S changed; B S lirql=2; hw; active; sched; A C out=I;"
    "B C out=I; end U; queue 5 3; run> 5 3 irql=0; affinity set 0:1 0:2 0:0;"
    "instance 1; instance 2; instance 2 memory; pnp P; pnp> Q + class=memory; ref+ Q; pnp< Q;"
    "up 9; P> A 9; N Q A 9; P<; P A 9; down 9 panel cause=0;"
    "pnp P class=panel; up 5 panel cause=0; P> A 5; P< U; unpnp P ex; "
    "dereg> X; misuse stale; dereg< X; ask a 0; unload a; unloaded a; freed a;";

static void take_all(struct ha_judge *judge, const struct records *records)
{
    struct ha_sink *sink = ha_judge_sink(judge);

    sink->take(sink, records->record, records->count);
}

static void a_refused_allocation_makes_findings_lost_and_nothing_else(void **state)
{
    (void)state;
    struct records records;
    size_t all = 0, refusals = 0;

    records_make(&records, trace);
    for (bool refused = true; refused; refusals++) {
        size_t count = 0;
        bool lost = false;
        failing_after(refusals);
        struct ha_judge *judge = ha_judge_create();
        if (judge)
            take_all(judge, &records);
        refused = failing_stop();
        if (!judge) {
            assert_true(refused);
            continue;
        }
        ha_judge_findings(judge, &count, &lost);
        assert_int_equal(lost, refused);
        if (!refused)
            all = count;
        ha_judge_destroy(judge);
    }
    assert_true(refusals > 10);
    assert_true(all > 10);
    records_close(&records);
}

static void a_judge_that_lost_findings_is_whole_again_after_a_reset(void **state)
{
    (void)state;
    struct records records;
    struct ha_judge *judge = ha_judge_create(), *other = ha_judge_create();
    size_t count, expected;
    bool lost;

    records_make(&records, trace);
    failing_after(0);
    take_all(judge, &records);
    assert_true(failing_stop());
    ha_judge_findings(judge, &count, &lost);
    assert_true(lost);

    ha_judge_reset(judge);
    take_all(judge, &records);
    take_all(other, &records);

    ha_judge_findings(judge, &count, &lost);
    ha_judge_findings(other, &expected, NULL);
    assert_false(lost);
    assert_int_equal(count, expected);
    ha_judge_destroy(judge);
    ha_judge_destroy(other);
    records_close(&records);
}

static void what_cannot_be_saved_leaves_what_was_saved_before(void **state)
{
    (void)state;
    struct records records;
    struct ha_judge *judge = ha_judge_create();
    struct ha_judge_save save = {0};
    size_t count;

    records_make(&records, trace);
    assert_int_equal(ha_judge_save(judge, &save), HA_OK);
    take_all(judge, &records);
    failing_after(0);
    assert_int_equal(ha_judge_save(judge, &save), HA_ENOMEM);
    assert_true(failing_stop());

    ha_judge_restore(judge, &save);

    ha_judge_findings(judge, &count, NULL);
    assert_int_equal(count, 0);
    ha_judge_save_close(&save);
    ha_judge_destroy(judge);
    records_close(&records);
}

static void destroying_no_judge_is_allowed(void **state)
{
    (void)state;

    ha_judge_destroy(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_refused_allocation_makes_findings_lost_and_nothing_else),
        cmocka_unit_test(a_judge_that_lost_findings_is_whole_again_after_a_reset),
        cmocka_unit_test(what_cannot_be_saved_leaves_what_was_saved_before),
        cmocka_unit_test(destroying_no_judge_is_allowed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
