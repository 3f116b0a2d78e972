/* judge: the shortcut for calls that run as foreseen changes no finding */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "check/judge.h"
#include "check/judge_state.h"
#include "unit/judging.h"

/* Traces in which the shortcut is taken as often as it can be; the last ones go wrong then. */
static const char *const traces[] = {
    THREE "hot A B C; hot A B C;",
    "partition 8:1; reg A; reg B; add; A S split; B S split; hw; active; sched; A C split;"
    "B C split;"
    "end; add; A S split; B S split; hw; active; sched; A C split; B C split; end;",
    "partition 8:1; reg X +; enter a; leave a 0; R reg> A +; R lock A; R A ES 0; freed a;"
    "R A EC 0; R reg< A; enter b; reg B; leave b 0; reg C; hot B C; freed b; hot C;",
    "partition 8:2; reg> A +; lock A; A ES 0 split; A ES 1 split; A EC 0 split; A EC 1 split;"
    "reg< A; reg> B +; lock B; B ES 0 split; B ES 1 split; B EC 0 split; B EC 1 split; reg< B;",
    "partition 8:2; reg A +; reg B +; hot A B; dereg A; hot B;",
    THREE "add; A S; B S out=I; C S; A F; B F; C F; end; hot A B C;",
    "partition 8:2; reg A; reg B +; add; A S split; B S; hw T; A F split; B F; end;"
    "add; A S; B S; hw; active; sched; A C split; B C; end;",
    "partition 8:3; reg A +; reg> B +; lock B; B ES 0; B ES 1; B ES 2 out=I; B EF 0; B EF 1;"
    "reg< B null; hot A;",
    "partition 4:1 4:1; set failure_order=reverse callback_irql=apc; " THREE
    "hot A B C; add; A S; B S; C S out=I; C F; B F; A F; end; hot A B C;",
    "partition 8:2; set opstatus_scope=per_call hot_failure_scope=exclude_writer; " THREE
    "add; A S; B S out=I; C S; A F st=I; C F st=I; end I; hot A B C;",
    "set register_during_add=late_join; " THREE "hot A B C; add; A S; B> S; H reg> X; H lock X;"
    "B< S; C S; hw; active; sched; A C; B C; C C; end; H reg< X;",
    "set register_during_add=late_join; reg A; reg B; hot A B; add; A S; R reg X; B S; X S; hw;"
    "active; sched; A C; B C; X C; end;",
    "partition 8:2; reg A +; reg> B +; lock B; B ES 0; B ES 1; B EC 0; B EC 1; B EC 2 at=0.0;"
    "reg< B;",
    "partition 8:3; set opstatus_scope=per_call; reg A +; reg> B +; lock B; B ES 0; B ES 1 out=I;"
    "B ES 2; B EF 0; reg< B null;",
    "partition 8:3; set opstatus_scope=per_call; reg> A +; lock A; A ES 0; A ES 1; A ES 2 out=I;"
    "A EF 0; A EF 1; reg< A null; reg> B +; lock B; B ES 0; B ES 1; B ES 2; B EC 0; B EF 1 st=0;"
    "reg< B;",
    "partition 8:2; reg X +; reg> A +; lock A; A> ES 0; reg> B +; lock B; A< ES 0; A ES 0; reg< B;"
    "A ES 1; A EC 0; A EC 1; reg< A;",
    THREE "hot A B C; add; A> S; take 1 64 in=A; A< S; B S; C S; hw T; A> F; give 1 in=A; A< F;"
    "B F; C F; end; hot A B C;",
    "nodes 0:0:0xff; " THREE "hot A B C; add; A> S; query relation 0x40000004 0 80;"
    "relation group 0 0x1f; A< S; B S; C S; hw; active; sched; A C; B C; C C; end; hot A B C;",
    THREE "hot A B C; hot A B C; dereg B; add; A S split; B S split in=I; C S split;"
    "hw; active; sched; A C; B C; C C; end;",
};

static void judge_records(const struct records *records, bool shortcut, struct ha_text *text)
{
    struct ha_judge *judge = ha_judge_create();
    struct ha_sink *sink = ha_judge_sink(judge);
    size_t count, rules;
    bool lost;

    judge->shortcut = shortcut;
    sink->take(sink, records->record, records->count);
    const struct ha_finding *findings = ha_judge_findings(judge, &count, &lost);
    for (size_t i = 0; i < count; i++)
        ha_text_addf(text, "%d %s %d %d %s/%s/%s\n", (int)findings[i].seq, findings[i].rule->id,
                     (int)findings[i].count, findings[i].driver, findings[i].call,
                     findings[i].expected, findings[i].seen);
    const struct ha_rule *rule = ha_rules(&rules);
    for (size_t i = 0; i < rules; i++)
        if (ha_judge_exercised(judge, &rule[i]))
            ha_text_addf(text, " %s", rule[i].id);
    ha_text_addf(text, " %d", lost);
    ha_judge_destroy(judge);
}

static void expect_the_same(const struct records *records, const char *what, size_t record,
                            size_t byte)
{
    struct ha_text with = {0}, without = {0};

    judge_records(records, true, &with);
    judge_records(records, false, &without);
    if (strcmp(ha_text_string(&with), ha_text_string(&without)))
        fail_msg("%s, record %zu, byte %zu: with the shortcut\n%s\n--- without\n%s\n", what,
                 record + 1, byte, ha_text_string(&with), ha_text_string(&without));
    ha_text_close(&with);
    ha_text_close(&without);
}

/* Each byte of each record that is not a companion of the beginning, changed in five ways. */
static void a_changed_byte_is_judged_alike_with_and_without_the_shortcut(void **state)
{
    (void)state;
    static const unsigned char changes[] = {1, 2, 4, 8, 0x80};
    size_t turn = 0;

    for (size_t i = 0; i < sizeof traces / sizeof traces[0]; i++) {
        struct records records;
        records_make(&records, traces[i]);
        for (size_t at = 0; at < records.count; at++) {
            unsigned char *bytes = (unsigned char *)&records.record[at];
            for (size_t byte = 8; records.record[at].kind > HA_THREAD && byte < 64; byte++) {
                for (size_t change = 0; change < sizeof changes; change++) {
                    if (turn++ % HA_EVERY)
                        continue;
                    bytes[byte] ^= changes[change];
                    expect_the_same(&records, traces[i], at, byte);
                    bytes[byte] ^= changes[change];
                }
            }
        }
        records_close(&records);
    }
}

static void a_lost_record_is_judged_alike_with_and_without_the_shortcut(void **state)
{
    (void)state;

    for (size_t i = 0; i < sizeof traces / sizeof traces[0]; i++) {
        struct records records;
        records_make(&records, traces[i]);
        for (size_t at = 0; at < records.count; at++) {
            struct ha_record lost = records.record[at];
            records.record[at].kind = HA_NO_RECORD;
            expect_the_same(&records, traces[i], at, 0);
            records.record[at] = lost;
        }
        records_close(&records);
    }
}

static void calls_that_change_places_are_judged_alike(void **state)
{
    (void)state;

    for (size_t i = 0; i < sizeof traces / sizeof traces[0]; i++) {
        struct records records;
        records_make(&records, traces[i]);
        for (size_t at = 0; at + 1 < records.count; at++) {
            struct ha_record first = records.record[at], second = records.record[at + 1];
            records.record[at] = second;
            records.record[at + 1] = first;
            records.record[at].seq_low = first.seq_low;
            records.record[at + 1].seq_low = first.seq_low + ha_record_span(&second);
            expect_the_same(&records, traces[i], at, 0);
            records.record[at] = first;
            records.record[at + 1] = second;
        }
        records_close(&records);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_changed_byte_is_judged_alike_with_and_without_the_shortcut),
        cmocka_unit_test(a_lost_record_is_judged_alike_with_and_without_the_shortcut),
        cmocka_unit_test(calls_that_change_places_are_judged_alike),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
