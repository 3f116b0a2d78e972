/* judge: memory and IRQL, DRV-9, POOL and IRQL */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "check/judge.h"
#include "check/judge_state.h"
#include "unit/judging.h"

#define UP "hw; active; sched; "
/* An add that A prepares for with one block, and that the hardware fails. */
#define FAILS(block) "add; A> S; take " block " 64 in=A; A< S; hw T; A F; end; "
/* The same, and what was taken is given back. */
#define CLEAN(block) "add; A> S; take " block " 64 in=A; A< S; hw T; A> F; give " block \
    " in=A; A< F; end; "
/* A registration that fails at processor 1 and leaves a block for processor 0. */
#define FAILED(letter, block) "reg> " letter " + fn=7 driver=1; lock " letter "; " letter \
    "> ES 0; take " block " 64 in=" letter " driver=1; " letter "< ES 0; " letter \
    " ES 1 out=I; " letter " EF 0; reg< " letter " null driver=1; "
/* One of the same function that fails at that processor and leaves nothing. */
#define REFUSED_AT_0(letter) "reg> " letter " + fn=7 driver=1; lock " letter "; " letter \
    " ES 0 out=I; reg< " letter " null driver=1; "
#define REFUSED_AT_1(letter, of) "reg> " letter " + " of "; lock " letter "; " letter \
    " ES 0; " letter " ES 1 out=I; " letter " EF 0; reg< " letter " null " of "; "
#define UNLOADS "ask a 0; unload a; unloaded a; freed a; over; "

/* DRV-9 */
static void memory_that_is_given_back_gives_no_finding(void **state)
{
    (void)state;
    static const struct judging cases[] = {
        {"in Failure", "", "reg A; " CLEAN("1") CLEAN("2") CLEAN("3")},
        {"before the Start call returns that refuses", "",
         "reg A; add; A> S; take 1 64 in=A; give 1 in=A; A< S out=I; A F; end;"},
        {"in the failing Start call of an existing processor", "",
         "reg> A +; lock A; A> ES 0; take 1 64 in=A; give 1 in=A; A< ES 0 out=I; reg< A null;"},
        {"kept after success", "", "reg A; add; A> S; take 1 64 in=A; A< S; " UP "A C; end;"
                                   "hot A;"},
        {"of an earlier processor, when a later one fails", "",
         "reg A; add; A> S; take 1 64 in=A; A< S; " UP "A C; end; add; A S; hw T; A F; end;"},
        {"taken outside of a callback during the add", "",
         "reg A; add; A> S; take 1 64; A< S; hw T; A F; end;"},
        {"taken in Failure", "", "reg A; add; A S; hw T; A> F; take 1 64 in=A; A< F; end;"},
        {"who is removed in between gives back when it likes", "",
         "reg A; reg B; add; A> S; take 1 64 in=A; A< S; B> S; H dereg A driver=2; B< S; hw T;"
         "B F; end;"},
        {"by Unload", "", "enter a; take 1 64; reg A; leave a 0; ask a 0; unload a; give 1;"
                          "dereg A; unloaded a; freed a; over;"},
        {"by a DriverEntry that fails", "",
         "enter a; take 1 64; give 1; leave a I; freed a; over;"},
        {"by another driver", "", "enter a; take 1 64; leave a 0; give 1 driver=2; " UNLOADS},
        {"kept by a DriverEntry that succeeds", "", "enter a; take 1 64; leave a 0;"},
        {"kept by another driver", "",
         "enter a; leave a 0; enter b; take 1 64 driver=2; leave b 0; " UNLOADS},
        {"what was not seen to be given back", "",
         "reg A; add; A> S; take 1 64 in=A; A< S; hw T; A F skip=1; end;"},
        {"Failure was not called", "HOT-7", "reg A; add; A> S; take 1 64 in=A; A< S; hw T; end;"},
    };
    EXPECT_FINDINGS(cases);
}

/* DRV-9 */
static void memory_that_is_left_behind_is_noted_once_and_found_when_it_grows(void **state)
{
    (void)state;
    static const struct judging cases[] = {
        {"after one failure", "note DRV-9(a)", "reg A; " FAILS("1")},
        {"kept for the next attempt", "note DRV-9(a)",
         "reg A; " FAILS("1") "add; A S; hw T; A F; end; hot A;"},
        {"more after the second", "note DRV-9(a) DRV-9(a)", "reg A; " FAILS("1") FAILS("2")},
        {"more after each", "note DRV-9(a) DRV-9(a) DRV-9(a)",
         "reg A; " FAILS("1") FAILS("2") FAILS("3")},
        {"as much again, the first given back in between", "note DRV-9(a)*2",
         "reg A; " FAILS("1") "give 1; " FAILS("2")},
        {"the first given back at the next Start", "note DRV-9(a)*2",
         "reg A; " FAILS("1") "add; A> S; give 1 in=A; take 2 64 in=A; A< S; hw T; A F; end;"},
        {"more, but all of the first was given back in between", "note DRV-9(a) DRV-9(a)",
         "reg A; " FAILS("1") "give 1; add; A> S; take 2 64 in=A; take 3 64 in=A; A< S; hw T;"
         "A F; end;"},
        {"more each time, what was left before given back first", "note DRV-9(a) DRV-9(a) DRV-9(a)",
         "reg A; " FAILS("1") "add; A> S; give 1 in=A; take 2 128 in=A; A< S; hw T; A F; end;"
         "add; A> S; give 2 in=A; take 3 4096 in=A; A< S; hw T; A F; end;"},
        {"a function with the number of a registration", "note DRV-9(a)*2",
         "partition 8:1; reg A; " FAILS("1") "hot A; hot A; reg> B + fn=1 driver=1; lock B;"
         "B ES 0; B> ES 1; take 2 64 in=B driver=1; B< ES 1; B ES 2 out=I; B EF 0; B EF 1;"
         "reg< B null driver=1;"},
        {"less than at first", "note DRV-9(a)*2",
         "reg A; add; A> S; take 1 64 in=A; take 2 64 in=A; A< S; hw T; A F; end; give 2; "
         FAILS("3")},
        {"another processor", "note DRV-9(a)*2",
         "reg A; " FAILS("1") "hot A; " FAILS("2")},
        {"two callbacks of one driver", "note DRV-9(a)*2",
         "reg A; reg B driver=1; add; A> S; take 1 64 in=A; A< S; B> S; take 2 64 in=B driver=1;"
         "B< S; hw T; A F; B F; end;"},
        {"two drivers", "note DRV-9(a) note DRV-9(b)",
         "reg A; reg B; add; A> S; take 1 64 in=A; A< S; B> S; take 2 64 in=B; B< S; hw T; A F;"
         "B F; end;"},
        {"a registration that fails", "note DRV-9(a)", FAILED("A", "1")},
        {"two registrations of one function that fail", "note DRV-9(a) DRV-9(a)",
         FAILED("A", "1") FAILED("B", "2")},
        {"a refused add of which the writer hears nothing", "note DRV-9(a)",
         "set hot_failure_scope=exclude_writer; reg A; add; A> S; take 1 64 in=A; A< S out=I;"
         "end;"},
    };
    EXPECT_FINDINGS(cases);
}

/* DRV-9 */
static void a_first_failure_that_left_nothing_is_one_that_left_no_byte(void **state)
{
    (void)state;
    static const struct judging cases[] = {
        {"a hot-add", "DRV-9(a)", "reg A; " CLEAN("1") FAILS("2")},
        {"and each that leaves some after it", "DRV-9(a) DRV-9(a)",
         "reg A; " CLEAN("1") FAILS("2") "give 2; " FAILS("3")},
        {"another processor", "note DRV-9(a)", "reg A; " CLEAN("1") "hot A; " FAILS("2")},
        {"a processor that came in the end", "",
         "reg A; " CLEAN("1") "add; A> S; take 2 64 in=A; A< S; " UP "A C; end;"},
        {"refused for lack of a place in between", "DRV-9(a)",
         "reg A; " CLEAN("1") "add group=3; end I; " FAILS("2")},
        {"who registered after it", "note DRV-9(b)",
         "reg A; " CLEAN("1") "reg B; add; A S; B> S; take 2 64 in=B; B< S; hw T; A F; B F; end;"},
        {"who registered after the first and before the second", "DRV-9(b)",
         "reg A; " CLEAN("1") "reg B; add; A S; B S; hw T; A F; B F; end; add; A S; B> S;"
         "take 2 64 in=B; B< S; hw T; A F; B F; end;"},
        {"nobody was called in it", "note DRV-9(a)",
         "set sync_start_vs_hw=after_start; reg A; add; hw T; end; add; hw 0; A> S;"
         "take 1 64 in=A; A< S out=I; A F; end;"},
        {"behind the error that ended it", "note DRV-9(b)",
         "set hot_start_error=stop_at_error; reg A; reg B; add; A S out=I; A F; end; add; A S;"
         "B> S; take 1 64 in=B; B< S; hw T; A F; B F; end;"},
        {"who wrote the error that ended it", "DRV-9(a)",
         "set hot_start_error=stop_at_error; reg A; reg B; add; A S out=I; A F; end; add; A> S;"
         "take 1 64 in=A; A< S; B S; hw T; A F; B F; end;"},
        {"behind the error that ended the second", "DRV-9(b)",
         "set hot_start_error=stop_at_error; reg A; reg B; add; A S; B S; hw T; A F; B F; end;"
         "add; A S out=I; A F; end; add; A S; B> S; take 1 64 in=B; B< S; hw T; A F; B F; end;"},
        {"behind the error that ended it, for another processor", "note DRV-9(b)",
         "set hot_start_error=stop_at_error; reg A; reg B; add; A S; B S; hw T; A F; B F; end;"
         "hot A B; add; A S out=I; A F; end; add; A S; B> S; take 1 64 in=B; B< S; hw T; A F; B F;"
         "end;"},
        {"a registration", "DRV-9(a)", REFUSED_AT_1("A", "fn=7 driver=1") FAILED("B", "1")},
        {"a registration that failed at that processor", "DRV-9(a)",
         REFUSED_AT_0("A") FAILED("B", "1")},
        {"a registration that did not come so far", "note DRV-9(a)",
         REFUSED_AT_0("A") "reg> B + fn=7 driver=1; lock B; B ES 0; B> ES 1;"
         "take 1 64 in=B driver=1; B< ES 1; B ES 2 out=I; B EF 0; B EF 1; reg< B null driver=1;"},
        {"a registration of another function", "note DRV-9(a)",
         REFUSED_AT_1("A", "fn=8 driver=1") FAILED("B", "1")},
        {"a registration of another driver", "note DRV-9(a)",
         REFUSED_AT_1("C", "fn=7 driver=3") FAILED("A", "1")},
    };
    EXPECT_FINDINGS(cases);
}

static void a_judge_that_begins_anew_knows_of_no_failure_before(void **state)
{
    (void)state;
    struct ha_judge *judge = ha_judge_create();
    size_t count;

    judge_text(judge, "reg A; " CLEAN("1"));
    judge_text(judge, "reg A; " FAILS("1"));

    const struct ha_finding *finding = ha_judge_findings(judge, &count, NULL);
    assert_int_equal(count, 1);
    assert_int_equal(finding->severity, HA_NOTE);
    ha_judge_destroy(judge);
}

/* DRV-9 */
static void memory_that_a_driver_holds_in_the_end_is_found(void **state)
{
    (void)state;
    static const struct judging cases[] = {
        {"after Unload", "DRV-9(a)", "enter a; take 1 64; take 2 64; leave a 0; " UNLOADS},
        {"after a DriverEntry that failed", "DRV-9(a)", "enter a; take 1 64; leave a I; freed a;"},
        {"of a failed add, and after Unload", "note DRV-9(a) DRV-9(a)",
         "enter a; reg A; leave a 0; " FAILS("1") "dereg A; " UNLOADS},
        {"in each of two lives", "DRV-9(a) DRV-9(a)",
         "enter a; take 1 64; leave a I; freed a; enter a; take 2 64; leave a I; freed a;"},
        {"a block that is taken twice counts once", "DRV-9(a)",
         "foreign; enter a; take 1 64; take 1 32; leave a I; freed a;"},
    };
    EXPECT_FINDINGS(cases);
}

/* POOL-1 to POOL-5, RACE-1, IRQL-1, IRQL-2, IRQL-3 */
static void what_a_driver_must_not_do_is_found(void **state)
{
    (void)state;
    static const struct judging cases[] = {
        {"beyond the end of a table", "POOL-1(a)",
         "reg A; add; A> S; H misuse overrun 4 id=1 of=wait; A< S; " UP "A C; end;"},
        {"a slot that holds nothing", "POOL-2(b)", "misuse nothing 2 id=1 driver=2;"},
        {"given back twice", "POOL-2(a)", "take 1 64; give 1; misuse block id=1;"},
        {"written after it was given back", "POOL-2(a)",
         "take 1 64; give 1; misuse block 12 id=1 of=none;"},
        {"written beyond the end of a block", "POOL-1(a)", "take 1 64; misuse beyond 8 id=1;"},
        {"given back by another routine", "POOL-3(a)",
         "misuse otherroutine id=9 of=freecontiguous;"},
        {"given back with another tag", "POOL-3(b)",
         "take 1 64 driver=2; misuse tag 7 id=1 driver=2;"},
        {"taken above DISPATCH_LEVEL", "POOL-4(a)", "misuse irql 2 irql=15 of=allocate;"},
        {"given back above APC_LEVEL", "POOL-4(a)", "misuse irql 1 irql=2 of=free;"},
        {"paged pool described as nonpaged", "POOL-5(a)", "misuse pagedpool id=1 of=buildmdl;"},
        {"more described than there is", "POOL-5(b)",
         "misuse beyondmemory 8 id=1 driver=2 of=lockpages;"},
        {"a race that a sanitizer found", "RACE-1(b)", "race driver=2;"},
        {"another routine called from too high", "IRQL-4(a)", "misuse irql irql=2 of=wait;"},
        {"raised to a lower IRQL", "IRQL-1(a)", "misuse order 0 irql=2 of=raise;"},
        {"lowered to a higher one", "IRQL-1(a)", "misuse order 2 of=lower;"},
        {"raised above HIGH_LEVEL", "IRQL-1(a)", "misuse order 16 of=raise;"},
        {"DriverEntry leaves it raised", "IRQL-3(a)", "enter a; leave a 0 irql=2;"},
        {"Unload leaves it raised", "IRQL-3(a)",
         "enter a; leave a 0; ask a 0; unload a; unloaded a irql=1; freed a;"},
        {"only the end of DriverEntry was seen", "", "foreign; leave a 0 irql=2;"},
        {"a wait at DISPATCH_LEVEL", "IRQL-2(a)", "refused irql irql=2 of=wait;"},
        {"a wait that is interrupted", "", "wait; refused stopped of=wait;"},
    };
    EXPECT_FINDINGS(cases);
}

/* IRQL-1, IRQL-2, IRQL-3 */
static void a_wrong_irql_is_called_by_its_name(void **state)
{
    (void)state;
    static const struct { const char *text, *expected, *seen; } cases[] = {
        {"misuse order 0 irql=2 of=raise;", "raised to DISPATCH_LEVEL or above",
         "KeRaiseIrql from DISPATCH_LEVEL to PASSIVE_LEVEL"},
        {"misuse order 16 irql=15 of=raise;", "raised to HIGH_LEVEL at most",
         "KeRaiseIrql from HIGH_LEVEL to IRQL 16"},
        {"misuse order 2 irql=1 of=lower;", "lowered to APC_LEVEL or below",
         "KeLowerIrql from APC_LEVEL to DISPATCH_LEVEL"},
        {"refused irql irql=2 of=wait;", "waiting below DISPATCH_LEVEL",
         "a wait at DISPATCH_LEVEL"},
        {"enter a; leave a 0 irql=5;", "DriverEntry left at PASSIVE_LEVEL", "left at IRQL 5"},
        {"enter a; leave a 0; ask a 0; unload a; unloaded a irql=1; freed a;",
         "Unload left at PASSIVE_LEVEL", "left at APC_LEVEL"},
    };
    struct ha_judge *judge = ha_judge_create();

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        size_t count;
        judge_text(judge, cases[i].text);
        const struct ha_finding *finding = ha_judge_findings(judge, &count, NULL);
        assert_int_equal(count, 1);
        assert_string_equal(finding->expected, cases[i].expected);
        assert_string_equal(finding->seen, cases[i].seen);
    }
    ha_judge_destroy(judge);
}

static void memory_is_named_by_tag_size_processor_and_place(void **state)
{
    (void)state;
    struct ha_judge *judge = ha_judge_create();
    const struct ha_finding *finding;
    size_t count;

    judge_text(judge, "reg A; " FAILS("1") FAILS("2"));
    finding = ha_judge_findings(judge, &count, NULL);
    assert_int_equal(count, 2);
    assert_string_equal(finding[0].seen, "64 bytes 'Perp' for processor 4 still held by a.sync");
    assert_string_equal(finding[1].expected,
                        "no more left behind than by the first failure, 64 bytes");
    assert_string_equal(finding[1].seen,
                        "128 bytes for processor 4, the latest 'Perp', held by a.sync");

    judge_text(judge, "enter a; reg A; leave a 0; add; A> S; take 7 64 in=A tag=0x01003058; A< S;"
                      UP "A C; end; take 8 32; dereg A; " UNLOADS);
    finding = ha_judge_findings(judge, &count, NULL);
    assert_int_equal(count, 1);
    assert_string_equal(finding->seen,
                        "2 blocks, 96 bytes; the first 'X0..', taken in a.sync Start 4");

    judge_text(judge, "enter a; pnp P class=panel; leave a 0; up 5 panel cause=0; P> A 5;"
                      "N take 9 64; P<; N take 7 8; unpnp P ex; " UNLOADS);
    finding = ha_judge_findings(judge, &count, NULL);
    assert_string_equal(finding->seen,
                        "2 blocks, 72 bytes; the first 'Perp', "
                        "taken in a.async Arrival interface 1");

    judge_text(judge, "enter a; take 1 64; leave a I; freed a;");
    finding = ha_judge_findings(judge, &count, NULL);
    assert_string_equal(finding->seen, "1 block, 64 bytes; the first 'Perp', taken in no callback");
    ha_judge_destroy(judge);
}

static void an_overrun_names_table_slot_and_the_processor_whose_index_it_is(void **state)
{
    (void)state;
    struct ha_judge *judge = ha_judge_create();
    const struct ha_finding *finding;
    size_t count;

    judge_text(judge, "reg A; add; A> S; H misuse overrun 4 id=1;");
    finding = ha_judge_findings(judge, &count, NULL);
    assert_string_equal(finding->call, "a.sync Start 4");
    assert_string_equal(finding->seen,
                        "slot 4 of table \"t\", by the index of a processor that came later");

    judge_text(judge, "partition 4:3 4:3; reg> A +; lock A; A ES 0; A> ES 1;"
                      "misuse overrun 1 id=1;");
    finding = ha_judge_findings(judge, &count, NULL);
    assert_string_equal(finding->seen, "slot 1 of table \"t\", by the index of the processor");

    judge_text(judge, "reg A; add; A> S; H misuse overrun 9 id=1;");
    finding = ha_judge_findings(judge, &count, NULL);
    assert_string_equal(finding->seen, "slot 9 of table \"t\"");
    ha_judge_destroy(judge);
}

static void mistakes_with_a_block_name_the_block(void **state)
{
    (void)state;
    static const struct { const char *text, *expected, *seen; } cases[] = {
        {"take 1 64; misuse beyond 8 id=1;", "a block written within its bounds",
         "block 1 of 64 bytes 'Perp' written 8 bytes beyond its end"},
        {"reg A; add; A> S; take 1 64 in=A; A< S; H misuse beyond 8 id=1;",
         "a block written within its bounds",
         "block 1 of 64 bytes 'Perp', taken for processor 4, written 8 bytes beyond its end"},
        {"take 1 64; give 1; misuse beyond 1 id=1;", "a block written within its bounds",
         "block 1 written 1 byte beyond its end"},
        {"take 1 64; misuse tag 0x41424344 id=1;", "given back with its tag 'Perp'",
         "block 1 given back as 'DCBA'"},
        {"misuse tag 0x41424344 id=9;", "given back with its tag '....'",
         "block 9 given back as 'DCBA'"},
        {"take 1 64; misuse otherroutine id=1 of=freecontiguous;",
         "given back by the routine that goes with the one that it came from",
         "block 1 given to MmFreeContiguousMemory"},
        {"misuse block 12 id=9 of=none;", "memory that the driver holds",
         "block 9 written after it was given back, at byte 12"},
        {"misuse pagedpool id=9 of=buildmdl;", "memory that is never paged out",
         "MmBuildMdlForNonPagedPool of block 9, which is paged pool"},
        {"misuse beyondmemory 8 id=9 of=lockpages;", "memory that the driver holds",
         "MmProbeAndLockPages of block 9 and 8 bytes beyond its end"},
        {"misuse beyondmemory 1 id=9 of=lockpages;", "memory that the driver holds",
         "MmProbeAndLockPages of block 9 and 1 byte beyond its end"},
        {"misuse beyondmemory 1 id=9 of=makebitmap;", "a bitmap that its memory holds",
         "a bitmap that reaches 1 byte beyond the end of block 9"},
        {"misuse beyondbitmap 40 of=setbits;", "bits that the bitmap has",
         "RtlSetBits of bit 40, beyond the end of the bitmap"},
        {"misuse block of=setbits;", "memory that the driver holds",
         "RtlSetBits of a bitmap in memory that was given back"},
        {"misuse block of=insert;", "memory that the driver holds",
         "KeInsertQueueDpc of an object in memory that was given back"},
        {"misuse block of=free;", "memory that the driver holds, given back once",
         "given back: this block was never taken, or given back before"},
        {"misuse irql 2 irql=15 of=allocate;", "pool taken at DISPATCH_LEVEL at most",
         "taken at HIGH_LEVEL"},
        {"misuse irql 1 irql=2 of=free;", "pool given back at APC_LEVEL at most",
         "given back at DISPATCH_LEVEL"},
    };
    struct ha_judge *judge = ha_judge_create();

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        size_t count;
        judge_text(judge, cases[i].text);
        const struct ha_finding *finding = ha_judge_findings(judge, &count, NULL);
        assert_int_equal(count, 1);
        assert_string_equal(finding->expected, cases[i].expected);
        assert_string_equal(finding->seen, cases[i].seen);
    }
    ha_judge_destroy(judge);
}

static void memory_of_the_judge_grows_with_blocks_held_and_processors_left_with_some(void **state)
{
    (void)state;
    struct ha_judge *judge = ha_judge_create();
    struct ha_sink *sink = ha_judge_sink(judge);
    struct ha_record record = {.thread = 3, .driver = 1};
    size_t count;

    for (uint32_t i = 1; i <= 100000; i++) {
        record.kind = i % 2 ? HA_ALLOC : HA_FREE;
        record.id = (i + 1) / 2;
        record.seq_low = i;
        sink->take(sink, &record, 1);
    }

    ha_judge_findings(judge, &count, NULL);
    assert_int_equal(count, 0);
    assert_int_equal(judge->pool.taken, 50000);
    assert_int_equal(judge->pool.blocks.count, 0);
    assert_in_range(judge->pool.blocks.room, 1, 16);

    judge_text(judge, "reg A; " FAILS("1") FAILS("2") "give 1; give 2; " FAILS("3") CLEAN("4"));
    assert_int_equal(judge->pool.accounts.made, 1);
    judge_text(judge, "reg A; " CLEAN("1") CLEAN("2"));
    assert_int_equal(judge->pool.accounts.made, 0);

    judge_text(judge, "enter a; take 1 64; take 2 64; leave a I; freed a;");
    assert_int_equal(judge->pool.blocks.count, 0);
    ha_judge_destroy(judge);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_that_is_given_back_gives_no_finding),
        cmocka_unit_test(memory_that_is_left_behind_is_noted_once_and_found_when_it_grows),
        cmocka_unit_test(a_first_failure_that_left_nothing_is_one_that_left_no_byte),
        cmocka_unit_test(a_judge_that_begins_anew_knows_of_no_failure_before),
        cmocka_unit_test(memory_that_a_driver_holds_in_the_end_is_found),
        cmocka_unit_test(what_a_driver_must_not_do_is_found),
        cmocka_unit_test(a_wrong_irql_is_called_by_its_name),
        cmocka_unit_test(memory_is_named_by_tag_size_processor_and_place),
        cmocka_unit_test(an_overrun_names_table_slot_and_the_processor_whose_index_it_is),
        cmocka_unit_test(mistakes_with_a_block_name_the_block),
        cmocka_unit_test(memory_of_the_judge_grows_with_blocks_held_and_processors_left_with_some),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
