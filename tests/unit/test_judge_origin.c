/* judge: where in a driver's code what a finding is about comes from */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "unit/judging.h"

#define NAMED "place 1; place 2; "
#define ENTERS NAMED "enter a; "
#define STAYS "leave a 0; ask a 0; unload a; "
#define GONE "unloaded a; freed a; over; "

/* "DRV-9 m.so+0x1, DRV-9": each finding of a trace and its place. */
static void add_places(const char *text, struct ha_text *places)
{
    struct ha_judge *judge = ha_judge_create();
    size_t count;

    judge_text(judge, text);
    const struct ha_finding *finding = ha_judge_findings(judge, &count, NULL);
    for (size_t i = 0; i < count; i++)
        ha_text_addf(places, "%s%s%s%s", i ? ", " : "", finding[i].rule->id,
                     finding[i].place[0] ? " " : "", finding[i].place);
    ha_judge_destroy(judge);
}

static void a_finding_has_the_place_of_what_it_is_about(void **state)
{
    (void)state;
    static const struct { const char *label, *places, *text; } cases[] = {
        {"the first block of those that Unload leaves", "DRV-9 m.so+0x2",
         ENTERS "take 1 64 place=1; take 2 64 place=2; take 3 64 place=1; give 1; " STAYS GONE},
        {"the first block that the latest failure left", "DRV-9 m.so+0x1, DRV-9 m.so+0x2",
         NAMED "reg A; add; A> S; take 1 64 in=A place=1; A< S; hw T; A F; end; "
         "add; A> S; take 2 64 in=A place=2; take 3 64 in=A; A< S; hw T; A F; end;"},
        {"a thread and a work item", "DRV-12 m.so+0x1, DRV-12 m.so+0x2",
         ENTERS "thread> 7 place=1; work+ 1 place=2; " STAYS GONE},
        {"a work item that runs", "DRV-12 m.so+0x2",
         ENTERS "work+ 1 place=2; work> 1; " STAYS GONE},
        {"a DPC, by its own records", "DRV-12 m.so+0x1",
         ENTERS "queue 1 0 place=1; " STAYS GONE},
        {"a DPC that the kernel names", "DRV-12 m.so+0x1",
         ENTERS "queue 1 0 place=1; " STAYS "unloaded a; left dpc 1; freed a; over;"},
        {"what the kernel names", "DRV-12 m.so+0x2",
         ENTERS STAYS "unloaded a; left timer 1 place=2; freed a; over;"},
        {"a registration", "DRV-5 m.so+0x1", ENTERS "reg A place=1; " STAYS GONE},
        {"an entry", "DRV-7 m.so+0x1, DRV-7 m.so+0x1",
         ENTERS "pnp P place=1; " STAYS "unloaded a;"},
        {"a block that was written beyond its end", "POOL-1 m.so+0x1",
         NAMED "take 1 64 place=1; misuse beyond 8 id=1 driver=1;"},
        {"a block that goes back with another tag", "POOL-3 m.so+0x1",
         NAMED "take 1 64 place=1; misuse tag 7 id=1 driver=1 place=2;"},
        {"a call that is wrong by itself", "POOL-2 m.so+0x2",
         NAMED "misuse block id=0 driver=1 place=2;"},
        {"a query of group 0 alone", "QRY-24 m.so+0x2",
         "partition 8:4 4:2; " NAMED "query count 0 4 0xf driver=1 place=2;"},
        {"a lock that is wanted in another order", "OBJ-8 m.so+0x2",
         NAMED "S order 2 1 place=1; H order 1 2 place=2;"},
        {"a registration that is asked for so", "REG-6 m.so+0x2",
         NAMED "reg A flags=6 place=2;"},
        {"nothing that the trace has a place of", "DRV-12",
         ENTERS "thread> 7; " STAYS GONE},
        {"a place without a name", "DRV-12", ENTERS "thread> 7 place=3; " STAYS GONE},
        {"the next finding does not have it", "DRV-12 m.so+0x1, DRV-12",
         ENTERS "thread> 7 place=1; thread> 8; " STAYS GONE},
    };
    size_t wrong = 0;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct ha_text places = {0};
        add_places(cases[i].text, &places);
        if (strcmp(ha_text_string(&places), cases[i].places) != 0) {
            print_error("%s: %s\n", cases[i].label, ha_text_string(&places));
            wrong++;
        }
        ha_text_close(&places);
    }

    assert_int_equal(wrong, 0);
}

/* "note DRV-7 1x words, DRV-9 1x words" */
static void add_words(const char *text, bool spares, struct ha_text *words)
{
    struct ha_judge *judge = ha_judge_create();
    size_t count;

    if (spares)
        ha_judge_spare_notes(judge);
    judge_text(judge, text);
    const struct ha_finding *finding = ha_judge_findings(judge, &count, NULL);
    for (size_t i = 0; i < count; i++)
        ha_text_addf(words, "%s%s%s at %u for %u, %ux%s%s%s", i ? "; " : "",
                     finding[i].severity == HA_NOTE ? "note " : "", finding[i].rule->id,
                     (unsigned)finding[i].seq, (unsigned)finding[i].driver,
                     (unsigned)finding[i].count, finding[i].expected[0] ? " expected" : "",
                     finding[i].seen[0] ? " seen" : "", finding[i].place[0] ? " place" : "");
    ha_judge_destroy(judge);
}

static void notes_that_are_spared_are_found_without_words(void **state)
{
    (void)state;
    static const char text[] = ENTERS "pnp P place=1; take 1 64 place=2; leave a 0; "
        "ask a 0; unload a; unpnp P ex; unloaded a; freed a; over;";
    struct ha_text whole = {0}, spared = {0};

    add_words(text, false, &whole);
    add_words(text, true, &spared);
    assert_string_equal(ha_text_string(&whole), "note DRV-7 at 55 for 1, 1x expected seen place; "
                        "DRV-9 at 59 for 1, 1x expected seen place");
    assert_string_equal(ha_text_string(&spared), "note DRV-7 at 55 for 1, 1x; "
                        "DRV-9 at 59 for 1, 1x expected seen place");
    ha_text_close(&whole);
    ha_text_close(&spared);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_finding_has_the_place_of_what_it_is_about),
        cmocka_unit_test(notes_that_are_spared_are_found_without_words),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
