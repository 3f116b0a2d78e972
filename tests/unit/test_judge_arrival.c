/* judge: who is told of which instance, when and in which order */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "check/judge_state.h"
#include "unit/judging.h"

/* What a system with two processors starts with, and an add that brings the third. */
#define TWO "partition 8:2; instance 1; instance 2; "
#define UP3 "add; hw; active; sched; started 3; up 3; end; "
#define UP4 "add; hw; active; sched; started 4; up 4; end; "

/* The right course of things, by default and where the documents or the profile leave it open. */
static void right_traces_have_no_findings(void **state)
{
    (void)state;
    static const struct judging cases[] = {
        {"what comes is told of", "", TWO "pnp P; pnp Q;" UP3 "P A 3; Q A 3;" UP4
         "P A 4; Q A 4; over"},
        {"a call inside which something is recorded", "", TWO "pnp P;" UP3
         "P> A 3; N query countex 0xffff 3; P<; over"},
        {"arrivals of earlier adds come late", "", TWO "pnp P; pnp Q;" UP3 UP4
         "P A 3; Q A 3; P A 4; Q A 4; over"},
        {"what exists is told of first", "", TWO
         "pnp> P +; ref+ P; P A 1 replay; P A 2 replay; pnp< P;" UP3 "P A 3; over"},
        {"what exists is told of again", "", "set include_existing_dup=twice;" TWO
         "pnp> P +; ref+ P; P A 1 replay; P A 2 replay; pnp< P; P A 1 second; P A 2 second; over"},
        {"it is told of again by choice", "", TWO
         "pnp> P +; ref+ P; P A 1 replay; P A 2 replay; choice twice 1 P; pnp< P; P A 1 second;"
         "P A 2 second; over"},
        {"what was there at the start is named later, and is told of first", "", "partition 8:1;"
         "up 2 panel cause=0; instance 1 panel; pnp> P + class=panel; ref+ P; P A 1 replay;"
         "P A 2 replay; pnp< P; over"},
        {"what was enabled again is told of last", "", TWO "instance 3 panel; instance 4 panel;"
         "down 3 panel cause=0; up 3 panel cause=0; pnp> P + class=panel; ref+ P; P A 4 replay;"
         "P A 3 replay; pnp< P; over"},
        {"an instance goes while what exists is told", "", TWO
         "instance 3 panel; pnp> P + class=panel; ref+ P; down 3 panel cause=0; pnp< P; P R 3;"
         "over"},
        {"the thread that registers removes it inside", "", TWO
         "pnp> P +; ref+ P; P> A 1 replay; unpnp> P; unpnp< P; P<; ref- P; pnp< P; over"},
        {"another class", "", TWO "pnp P class=memory;" UP3 "over"},
        {"a removal by hand", "", TWO "pnp P; down 2 processor cause=0; P R 2; over"},
        {"an instance that comes and goes", "", TWO "pnp P class=panel; up 3 panel cause=0;"
         "down 3 panel cause=0; up 3 panel cause=0; P A 3; P R 3; P A 3; over"},
        {"who registers inside the call is not told of that event", "", TWO "pnp P;" UP3
         "P> A 3; N pnp> Q; N ref+ Q; N pnp< Q; P<; over"},
        {"who is removed before its turn is skipped", "", TWO "pnp P; pnp Q;" UP3
         "P> A 3; N unpnp Q ex; P<; over"},
        {"an image that is gone is not called", "DRV-8(a)", TWO "pnp P; pnp Q;" UP3
         "untold P A 3; Q A 3; over"},
        {"the Start call is before the arrival", "", TWO "reg A; pnp P;"
         "add; A S; hw; active; sched; A C; started 3; up 3; end; P A 3; over"},
        {"the arrival comes between the Complete calls", "", "set async_after=sched;" TWO
         "reg A; pnp P; add; A S; hw; active; sched; started 3; up 3; P A 3; A C; end; over"},
        {"a run that was cut short", "", TWO "pnp P;" UP3 "over deadlock"},
        {"records are missing", "", TWO "pnp P;" UP3 "P A 3 skip=3; P A 3; over"},
        {"an entry nothing was said of", "", TWO "P A 1; over"},
        {"a foreign trace without instances", "", "foreign; partition 8:2; pnp P; P A 3; over"},
        {"a foreign trace without references", "",
         "foreign;" TWO "pnp> P +; P A 1 replay; P A 2 replay; pnp< P;" UP3 "P A 3; over"},
    };

    EXPECT_FINDINGS(cases);
}

/* PNP-1, PNP-7, PNP-12 */
static void a_call_is_made_of_the_right_things_on_the_right_thread(void **state)
{
    (void)state;
    static const struct judging cases[] = {
        {"an instance of another class", "PNP-1", TWO "memory 0 0x1000; pnp P class=memory;" UP3
         "P A 3;"},
        {"a processor of another class", "PNP-1", TWO
         "add; hw; active; sched; started 3; up 3 memory unit=0; end;"},
        {"another version", "PNP-7", TWO "pnp P;" UP3 "P A 3 version=2; over"},
        {"another size", "PNP-7", TWO "pnp P;" UP3 "P A 3 size=40; over"},
        {"on the thread of the add", "PNP-12", TWO "pnp P;" UP3 "H P A 3; over"},
        {"on a thread of the system", "PNP-12", TWO "pnp P;" UP3 "S P A 3; over"},
        {"on a thread that a foreign system may use", "", "foreign;" TWO "pnp P;" UP3
         "S P A 3; over"},
        {"on the thread of a caller", "PNP-12", TWO "pnp P;" UP3 "T P A 3; over"},
        {"a second report there", "PNP-12", "set include_existing_dup=twice; partition 8:1;"
         "instance 1; pnp> P +; ref+ P; P A 1 replay; pnp< P; H P A 1 second; over"},
    };

    EXPECT_FINDINGS(cases);
}

/* PNP-2, PNP-3, PNP-4, PNP-5, PNP-11 */
static void what_exists_is_told_of_as_it_was_asked_for(void **state)
{
    (void)state;
    static const struct judging cases[] = {
        {"nobody asked", "PNP-2", TWO "pnp> P; ref+ P; P A 1 replay; pnp< P;"},
        {"nobody asked, and it is told as if it came", "PNP-2", TWO "pnp P; P A 1;"},
        {"an arrival from before", "PNP-2", TWO UP3 "pnp P; P A 3;"},
        {"one is left out", "PNP-3", TWO "pnp> P +; ref+ P; P A 2 replay; pnp< P;"},
        {"one that came with an add is left out", "PNP-3", TWO UP3
         "pnp> P +; ref+ P; P A 1 replay; P A 2 replay; pnp< P;"},
        {"a removal while registering", "PNP-3", "partition 8:1; instance 1;"
         "pnp> P +; ref+ P; P R 1 replay; pnp< P;"},
        {"one that is disabled", "PNP-3", TWO "instance 3 panel; instance 4 panel;"
         "down 3 panel cause=0; pnp> P + class=panel; ref+ P; P A 3 replay; P A 4 replay; pnp< P;"},
        {"after the return", "PNP-4", TWO
         "pnp> P +; ref+ P; P A 1 replay; P A 2 replay; pnp< P; P A 1 replay;"},
        {"on another thread", "PNP-4", "partition 8:1; instance 1;"
         "pnp> P +; ref+ P; N P A 1 replay; pnp< P;"},
        {"before its reference", "PNP-4", "partition 8:1; instance 1;"
         "pnp> P +; P A 1 replay; ref+ P; pnp< P;"},
        {"twice while registering", "PNP-5", TWO
         "pnp> P +; ref+ P; P A 1 replay; P A 1 replay; P A 2 replay; pnp< P;"},
        {"again, and nobody said so", "PNP-5", "partition 8:1; instance 1;"
         "pnp> P +; ref+ P; P A 1 replay; pnp< P; P A 1 second;"},
        {"a third time", "PNP-5", "set include_existing_dup=twice; partition 8:1; instance 1;"
         "pnp> P +; ref+ P; P A 1 replay; pnp< P; P A 1 second; P A 1 second;"},
        {"again before the return", "PNP-5", "set include_existing_dup=twice; partition 8:1;"
         "instance 1; pnp> P +; ref+ P; P A 1 replay; N P A 1 second; pnp< P;"},
        {"not again", "PNP-5", "set include_existing_dup=twice; partition 8:1;"
         "instance 1; pnp> P +; ref+ P; P A 1 replay; pnp< P; over"},
        {"again, as another entry is", "PNP-5", "partition 8:1; instance 1;"
         "pnp> P +; ref+ P; P A 1 replay; choice twice 1 P; pnp< P; P A 1 second;"
         "pnp> Q +; ref+ Q; Q A 1 replay; pnp< Q; Q A 1 second; over"},
        {"again as a removal", "PNP-5", "set include_existing_dup=twice; partition 8:1;"
         "instance 1; pnp> P +; ref+ P; P A 1 replay; pnp< P; P R 1 second; over"},
        {"not again, though it was chosen", "PNP-5", "partition 8:1; instance 1;"
         "pnp> P +; ref+ P; P A 1 replay; choice twice 1 P; pnp< P; over"},
        {"the newest first", "PNP-11", TWO
         "pnp> P +; ref+ P; P A 2 replay; P A 1 replay; pnp< P; over"},
        {"what was enabled again first", "PNP-11", TWO "instance 3 panel; instance 4 panel;"
         "down 3 panel cause=0; up 3 panel cause=0; pnp> P + class=panel; ref+ P; P A 3 replay;"
         "P A 4 replay; pnp< P; over"},
        {"as if it came", "PNP-5", "partition 8:1; instance 1;"
         "pnp> P +; ref+ P; P A 1 replay; pnp< P; P A 1;"},
        {"one event twice", "PNP-5", TWO "pnp P;" UP3 "P A 3; P A 3;"},
        {"what came during it", "PNP-24", "partition 8:1; instance 1;"
         "pnp> P +; ref+ P; P A 1 replay;" UP3 "P A 3 replay; pnp< P; P A 3;"},
    };

    EXPECT_FINDINGS(cases);
}

/* PNP-8, PNP-11, PNP-24, ORD-7 */
static void every_event_reaches_every_entry_in_turn(void **state)
{
    (void)state;
    static const struct judging cases[] = {
        {"nothing has come", "PNP-8", TWO "pnp P; P R 1;"},
        {"an instance that nothing was said of", "PNP-8", TWO "pnp P; P A 9;"},
        {"one of two is left out", "PNP-8", TWO "pnp P;" UP3 UP4 "P A 4; over"},
        {"an arrival is left out", "PNP-8", "pnp P class=panel; up 3 panel cause=0;"
         "down 3 panel cause=0; P R 3; over"},
        {"an arrival that was left out is not the one that follows", "PNP-11",
         "pnp P class=panel; up 3 panel cause=0; down 3 panel cause=0; up 3 panel cause=0; P R 3;"
         "P A 3;"},
        {"one of two is left out, and it is removed", "PNP-8", TWO "pnp P;" UP3 UP4
         "P A 4; unpnp P ex; over"},
        {"one entry is left out", "ORD-7", TWO "pnp P; pnp Q;" UP3 "P A 3; over"},
        {"nothing is delivered", "ORD-7", TWO "pnp P;" UP3 "over"},
        {"a removal is not delivered", "ORD-7", TWO "pnp P; down 2 processor cause=0; over"},
        {"events are turned around", "PNP-11", TWO "pnp P;" UP3 UP4 "P A 4; P A 3; over"},
        {"entries are turned around", "PNP-11", TWO "pnp P; pnp Q;" UP3 "Q A 3; P A 3; over"},
        {"an event after the next one has begun", "PNP-11", TWO "pnp P; pnp Q;" UP3 UP4
         "P A 3; P A 4; Q A 3; Q A 4; over"},
        {"two calls at a time", "PNP-12 PNP-11", TWO "pnp P; pnp Q;" UP3
         "P> A 3; S Q A 3; P<; over"},
        {"the arrival of an instance that came before it", "PNP-24", TWO UP3
         "pnp> P +; ref+ P; P A 1 replay; P A 2 replay; P A 3 replay; pnp< P; P A 3;"},
        {"the removal of one that went before it", "PNP-24", TWO
         "instance 3 panel; down 3 panel cause=0; pnp P class=panel; P R 3;"},
        {"differs elsewhere, too", "note PNP-24", "foreign;" TWO
         "instance 3 panel; down 3 panel cause=0; pnp P class=panel; P R 3;"},
    };

    EXPECT_FINDINGS(cases);
}

/* PNP-8: of those that were left out the latest are known one by one, the others are counted. */
static void nothing_that_was_left_out_is_forgotten(void **state)
{
    (void)state;
    static char text[8192];
    size_t length = 0;
    struct judging one = {"many", "PNP-8", text};
    static const char head[] = "pnp P class=panel; ";
    static const char pair[] = "up 3 panel cause=0; down 3 panel cause=0; ";

    for (const char *at = head; *at;)
        text[length++] = *at++;
    for (int i = 0; i < 50; i++)
        for (const char *at = pair; *at;)
            text[length++] = *at++;
    for (const char *at = "up 4 panel cause=0; P A 4; over"; *at;)
        text[length++] = *at++;
    text[length] = '\0';

    expect_findings(&one, 1);

    struct ha_judge *judge = ha_judge_create();
    size_t count;
    judge_text(judge, text);
    const struct ha_finding *findings = ha_judge_findings(judge, &count, NULL);
    assert_int_equal(count, 1);
    assert_string_equal(findings[0].seen, "a.async not told of 100");
    ha_judge_destroy(judge);
}

/* ORD-3, ORD-4, ORD-6, ORD-8 */
static void an_arrival_keeps_behind_the_stages_of_its_add(void **state)
{
    (void)state;
    static const struct judging cases[] = {
        {"before the Start call", "ORD-5 ORD-3", TWO "reg A; pnp P;"
         "add; started 3; up 3; P A 3; A S; hw; active; sched; A C; end; over"},
        {"before the Start call of another driver", "ORD-5 ORD-4", TWO "reg A; pnp Q;"
         "add; started 3; up 3; Q A 3; A S; hw; active; sched; A C; end; over"},
        {"before it is schedulable", "ORD-5 ORD-4", TWO "pnp P;"
         "add; hw; active; started 3; up 3; P A 3; sched; end; over"},
        {"before its device has started", "ORD-6", TWO "pnp P;"
         "add; hw; active; sched; up 3; end; P A 3; over"},
        {"it counts too few", "ORD-8", TWO "pnp P;" UP3 UP4
         "P> A 3; N query countex 0xffff 3; P<; P A 4; over"},
    };

    EXPECT_FINDINGS(cases);
}

static bool is_exercised(const struct ha_judge *judge, const char *id)
{
    return ha_judge_exercised(judge, ha_rule_find(id));
}

/* ORD-8: only the arrival of an earlier add speaks of it. */
static void a_late_arrival_exercises_its_rule_and_a_prompt_one_does_not(void **state)
{
    (void)state;
    struct ha_judge *judge = ha_judge_create();

    judge_text(judge, TWO "pnp P;" UP3 "P A 3;" UP4 "P A 4; over");
    assert_false(is_exercised(judge, "ORD-8"));
    judge_text(judge, TWO "pnp P;" UP3 UP4 "P A 3; P A 4; over");
    assert_true(is_exercised(judge, "ORD-8"));

    ha_judge_destroy(judge);
}

/* ORD-7: also where the entry is gone when the run ends. */
static void an_arrival_that_comes_exercises_that_it_does(void **state)
{
    (void)state;
    struct ha_judge *judge = ha_judge_create();

    judge_text(judge, TWO "pnp P; unpnp P ex;" UP3 "over");
    assert_false(is_exercised(judge, "ORD-7"));
    judge_text(judge, TWO "pnp P;" UP3 "P A 3; unpnp P ex; over");
    assert_true(is_exercised(judge, "ORD-7"));

    ha_judge_destroy(judge);
}

/* ORD-3: only a driver that has both can be told too early. */
static void who_has_both_halves_exercises_the_order_of_them(void **state)
{
    (void)state;
    struct ha_judge *judge = ha_judge_create();

    judge_text(judge, TWO "reg B; pnp P; add; B S; hw; active; sched; B C; started 3; up 3; end;"
                      "P A 3; over");
    assert_false(is_exercised(judge, "ORD-3"));
    judge_text(judge, TWO "reg A; pnp P; add; A S; hw; active; sched; A C; started 3; up 3; end;"
                      "P A 3; over");
    assert_true(is_exercised(judge, "ORD-3"));

    ha_judge_destroy(judge);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(right_traces_have_no_findings),
        cmocka_unit_test(a_call_is_made_of_the_right_things_on_the_right_thread),
        cmocka_unit_test(what_exists_is_told_of_as_it_was_asked_for),
        cmocka_unit_test(every_event_reaches_every_entry_in_turn),
        cmocka_unit_test(nothing_that_was_left_out_is_forgotten),
        cmocka_unit_test(an_arrival_keeps_behind_the_stages_of_its_add),
        cmocka_unit_test(a_late_arrival_exercises_its_rule_and_a_prompt_one_does_not),
        cmocka_unit_test(an_arrival_that_comes_exercises_that_it_does),
        cmocka_unit_test(who_has_both_halves_exercises_the_order_of_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
