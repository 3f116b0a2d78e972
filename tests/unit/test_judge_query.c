/* judge: queries that answer wrongly, QRY */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/judging.h"

#define UP "hw; active; sched; "
#define GROUPS "partition 8:4 4:2; "

/* QRY-1 to QRY-5 */
static void an_active_query_that_lies_about_the_new_processor_is_found(void **state)
{
    (void)state;
    static const struct judging cases[] = {
        {"counted in Start", "QRY-1",
         "reg A; add; A> S; query countex 0xffff 5; A< S; " UP "A C; end;"},
        {"counted in its group in Start", "QRY-1",
         "reg A; add; A> S; query countex 0 5; A< S; " UP "A C; end;"},
        {"in the mask in Start", "QRY-1",
         "reg A; add; A> S; query mask 0 0x1f; A< S; " UP "A C; end;"},
        {"in the old mask in Start", "QRY-1",
         "reg A; add; A> S; query processors 0 0x1f; A< S; " UP "A C; end;"},
        {"its group counted in Start", "QRY-1",
         "partition 4:4 4:0; reg A; add; A> S; query groups 0 2; A< S; " UP "A C; end;"},
        {"not counted in Complete", "QRY-2",
         "reg A; add; A S; " UP "A> C; query countex 0xffff 4; A< C; end;"},
        {"not in the mask in Complete", "QRY-2",
         "reg A; add; A S; " UP "A> C; query mask 0 0xf; A< C; end;"},
        {"counted in Failure", "QRY-3",
         "reg A; add; A S; hw T; A> F; query countex 0xffff 5; A< F; end;"},
        {"counted after its failure", "QRY-3",
         "reg A; add; A S; hw T; A F; end; query mask 0 0x1f;"},
        {"counted before ACTIVE", "QRY-4",
         "reg A; add; A S; R query countex 0xffff 5; " UP "A C; end;"},
        {"not counted after ACTIVE", "QRY-4",
         "reg A; add; A S; " UP "R query mask 0 0xf; A C; end;"},
        {"fewer than before", "QRY-5", "query countex 0xffff 4; query countex 0xffff 3;"},
        {"fewer groups than before", "QRY-5", GROUPS "query groups 0 2; query groups 0 1;"},
        {"another maximum than before", "QRY-5", "query maximumex 0 8; query maximumex 0 16;"},
        {"another old maximum than before", "QRY-5", "query maximum 0 8; query maximum 0 7;"},
        {"another number of groups", "QRY-5", GROUPS "query maximumgroups 0 1;"},
    };
    EXPECT_FINDINGS(cases);
}

/* QRY-6, QRY-7, QRY-9, QRY-10, QRY-19 */
static void a_query_that_answers_wrongly_is_found(void **state)
{
    (void)state;
    static const struct judging cases[] = {
        {"the old count of all", "QRY-6", GROUPS "query count 0 6 0xf;"},
        {"the old count stores another mask", "QRY-6", GROUPS "query count 0 4 0x3f;"},
        {"the old mask of all", "QRY-6", GROUPS "query processors 0 0x3f;"},
        {"the old count sees another group", "QRY-6",
         GROUPS "add group=1; " UP "end; query count 0 7 0xf;"},
        {"the old count does not see all", "QRY-6",
         GROUPS "set legacy_count=all; query count 0 4 0xf;"},
        {"a count that is not the mask's", "QRY-7", GROUPS "query countex 1 3;"},
        {"a sum that is not the groups'", "QRY-7", GROUPS "query countex 0xffff 5;"},
        {"a group that is not there", "QRY-7", GROUPS "query countex 5 2;"},
        {"the mask of a group that is not there", "QRY-7", GROUPS "query mask 9 0xf;"},
        {"an empty group counted", "QRY-7", "partition 4:4 4:0; query groups 0 2;"},
        {"an index refused", "QRY-9", "query number 3 0xc000000d;"},
        {"an index beyond the last", "QRY-9", "query number 4 0 4;"},
        {"another status for an index beyond the last", "QRY-9", "query number 4 0xc0000001;"},
        {"another place", "QRY-9", GROUPS "query number 4 0 4;"},
        {"a pair refused", "QRY-9", GROUPS "query index 0x10001 0xffffffff;"},
        {"a pair that is not there", "QRY-9", "query index 0x10001 1;"},
        {"another index", "QRY-9", "query index 2 1;"},
        {"unknown in Start", "QRY-10",
         "reg A; add; A> S; query number 4 0xc000000d; A< S; " UP "A C; end;"},
        {"no index in Start", "QRY-10",
         "reg A; add; A> S; query index 4 0xffffffff; A< S; " UP "A C; end;"},
        {"unknown in Failure", "QRY-10",
         "reg A; add; A S; hw T; A> F; query number 4 0xc000000d; A< F; end;"},
        {"unknown between the rounds", "QRY-10",
         "reg A; add; A S; hw; query index 4 0xffffffff; active; sched; A C; end;"},
        {"known after its failure", "QRY-10",
         "reg A; add; A S; hw T; A F; end; query number 4 0 4;"},
        {"an index after its failure", "QRY-10",
         "reg A; add; A S; hw T; A F; end; query index 4 4;"},
        {"known in Start though it should not be", "QRY-10",
         "set number_map_at_start=invalid; reg A; add; A> S; query number 4 0 4; A< S; " UP
         "A C; end;"},
        {"a maximum of what is active", "QRY-19", GROUPS "query maximumex 0 4;"},
        {"the maximum of one group for all", "QRY-19", GROUPS "query maximumex 0xffff 8;"},
        {"the maximum of a group that is not there", "QRY-19", GROUPS "query maximumex 2 4;"},
        {"the old maximum of all", "QRY-19", GROUPS "query maximum 0 12;"},
    };
    EXPECT_FINDINGS(cases);
}

/* QRY-24 */
static void a_query_of_group_zero_among_several_groups_is_pointed_out(void **state)
{
    (void)state;
    static const struct judging cases[] = {
        {"the count", "note QRY-24(a)", GROUPS "query count 0 4 0xf driver=1;"},
        {"the mask", "note QRY-24(a)", GROUPS "query processors 0 0xf driver=1;"},
        {"the maximum", "note QRY-24(a)", GROUPS "query maximum 0 8 driver=1;"},
        {"its own number", "note QRY-24(b)", GROUPS "query current 0 1 cpu=1 driver=2;"},
        {"each by two drivers", "note QRY-24(a) note QRY-24(b)",
         GROUPS "query processors 0 0xf driver=1; query processors 0 0xf driver=2;"},
        {"by nobody's driver", "", GROUPS "query processors 0 0xf driver=0;"},
        {"while one group is active", "",
         "partition 8:4 4:0; query processors 0 0xf driver=1; query maximum 0 8 driver=1;"
         "query count 0 4 0xf driver=1; query current 0 1 cpu=1 driver=1;"},
        {"since another group is active", "note QRY-24(a)",
         "partition 8:4 4:0; query processors 0 0xf driver=1; add group=1; " UP "end;"
         "query processors 0 0xf driver=1;"},
        {"a count that is not of one group", "",
         GROUPS "set legacy_count=all; query count 0 6 0xf driver=1;"},
        {"queries that know groups", "",
         GROUPS "query countex 0 4 driver=1; query mask 0 0xf driver=1;"
         "query maximumex 0xffff 12 driver=1; query groups 0 2 driver=1;"},
    };
    EXPECT_FINDINGS(cases);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_query_of_group_zero_among_several_groups_is_pointed_out),
        cmocka_unit_test(an_active_query_that_lies_about_the_new_processor_is_found),
        cmocka_unit_test(a_query_that_answers_wrongly_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
