/* judge: answers about nodes, the current processor and relations, QRY-12 to QRY-20 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/judging.h"

#define UP "hw; active; sched; "
/* Five processors: 0:0 to 0:3 and 1:0. Node 0 has places in both groups, node 2 has none active. */
#define NODES "partition 8:4 8:1; nodes 0:0:0xc 0:1:0xf 1:0:0xf3 2:1:0xf0; "
#define MISMATCH "0xc0000004"
#define INVALID "0xc000000d"
#define UNSUPPORTED "0xc00000bb"
#define TOO_SMALL "0xc0000023"
#define BUFFER "0x40000004 "            /* RelationGroup, with a buffer */
#define NODE_BUFFER "0x40000001 "       /* RelationNumaNode, with one */
#define ALL_BUFFER "0x4000ffff "        /* RelationAll, with one */
#define OWN_NODE "0xc0000001 "          /* RelationNumaNode, with one and a ProcessorNumber */
#define BOTH_GROUPS "relation group 0 0xf; relation group 1 0x1; "
#define ALL_NODES \
    "relation node 0 0xc; relation node 1 0x3; relation node 2 0x0 group=1; "

/* QRY-12 */
static void right_answers_about_nodes_give_no_finding(void **state)
{
    (void)state;
    static const struct judging cases[] = {
        {"highest", "", NODES "query highestnode 0 2;"},
        {"current", "", NODES "query currentnode 0 1 cpu=1; query currentnode 0 0 cpu=2;"
                        "query currentnode 0 0 cpu=4;"},
        {"masks", "", NODES "query nodemask 0 2 0xc; query nodemask 1 2 0x3; query nodemask 2 0 0;"
                      "query nodemask 9 0 0;"},
        {"masks of all groups", "",
         NODES "query nodemasks 0 0 2; query nodemasks 0 " TOO_SMALL " 2; query nodemasks 2 0 0;"
         "query nodemasks 3 " INVALID " 0;"},
        {"counts", "", NODES "query nodecount 0 3; query nodecount 2 0; query nodecount 9 0;"},
        {"maxima", "", NODES "query nodemaximum 0 6; query nodemaximum 1 6;"
                       "query nodemaximum 2 4; query nodemaximum 9 0;"},
        {"they grow with an add", "",
         NODES "reg A; add node=2; A> S; query nodecount 2 0; A< S; " UP
         "A> C; query nodecount 2 1; query nodemask 2 1 0x10; query nodemasks 2 0 1;"
         "query nodemaximum 2 4; query highestnode 0 2; A< C; end;"},
        {"of an add that fails", "",
         NODES "reg A; add node=2; A S; hw T; A> F; query nodecount 2 0; A< F; end;"
         "query nodecount 2 0;"},
        {"current, at a place whose node the trace does not tell", "",
         "partition 8:2 8:1; nodes 0:0:0xfd 1:1:0xff; query currentnode 0 5 cpu=1;"
         "query currentnode 0 64 cpu=1; query currentnode 0 1 cpu=2;"},
        {"nodes that the trace does not tell of", "", "query highestnode 0 7;"
                                                      "query nodecount 0 9; query currentnode 0 5;"
                                                      "query nodemaximum 5 77;"},
    };
    EXPECT_FINDINGS(cases);
}

/* QRY-12 */
static void a_wrong_answer_about_nodes_is_found(void **state)
{
    (void)state;
    static const struct judging cases[] = {
        {"the number of nodes for the highest", "QRY-12", NODES "query highestnode 0 3;"},
        {"another node", "QRY-12", NODES "query currentnode 0 0 cpu=1;"},
        {"a mask with a place that is not active", "QRY-12", NODES "query nodemask 1 3 0x13;"},
        {"a mask of the second group", "QRY-12", NODES "query nodemask 0 1 0x1;"},
        {"a count that is not the mask's", "QRY-12", NODES "query nodemask 0 3 0xc;"},
        {"a mask of no node", "QRY-12", NODES "query nodemask 3 1 0x1;"},
        {"too few groups", "QRY-12", NODES "query nodemasks 0 0 1;"},
        {"an answer for no node", "QRY-12", NODES "query nodemasks 3 0 0;"},
        {"a node refused", "QRY-12", NODES "query nodemasks 2 " INVALID " 0;"},
        {"the count of one group", "QRY-12", NODES "query nodecount 0 2;"},
        {"the incoming one counted", "QRY-12",
         NODES "reg A; add node=2; A> S; query nodecount 2 1; A< S; " UP "A C; end;"},
        {"the new one not counted", "QRY-12",
         NODES "reg A; add node=2; A S; " UP "A> C; query nodecount 2 0; A< C; end;"},
        {"a maximum of what is active", "QRY-12", NODES "query nodemaximum 0 3;"},
        {"a maximum of no node", "QRY-12", NODES "query nodemaximum 3 1;"},
    };
    EXPECT_FINDINGS(cases);
}

/* QRY-14, QRY-17 */
static void the_current_processor_is_the_one_of_the_record(void **state)
{
    (void)state;
    static const struct judging cases[] = {
        {"index and pair", "",
         NODES "query currentex 0 2 2 cpu=2; query currentex 0 4 0x10000 cpu=4;"},
        {"without the pair", "", NODES "query currentex 0 4 0 cpu=4;"},
        {"the number in group 0", "", NODES "query current 0 3 cpu=3;"},
        {"some number of group 0", "", NODES "query current 0 0 cpu=4; query current 0 3 cpu=4;"},
        {"on the new processor", "",
         NODES "reg A; add; A S; " UP "A> C; query currentex 0 5 4 cpu=5; A< C; end;"},
        {"another index", "QRY-14", NODES "query currentex 0 3 2 cpu=2;"},
        {"another pair", "QRY-14", NODES "query currentex 0 4 0x10001 cpu=4;"},
        {"the incoming one", "QRY-14",
         NODES "reg A; add; A> S; query currentex 0 5 4; A< S; " UP "A C; end;"},
        {"the incoming one in Failure", "QRY-14",
         NODES "reg A; add; A S; hw T; A> F; query currentex 0 5 4; A< F; end;"},
        {"another number", "QRY-17", NODES "query current 0 2 cpu=3;"},
        {"the index for a number", "QRY-17", NODES "query current 0 4 cpu=4;"},
    };
    EXPECT_FINDINGS(cases);
}

/* QRY-16 */
static void only_relations_mind_the_irql(void **state)
{
    (void)state;
    static const struct judging cases[] = {
        {"counts at HIGH_LEVEL", "", NODES "query countex 0xffff 5 irql=15;"
                                     "query nodecount 0 3 irql=15; query currentex 0 0 irql=15;"},
        {"a relation at DISPATCH_LEVEL", "",
         NODES "query relation 4 " MISMATCH " 128 irql=2;"},
        {"a relation above it", "QRY-16(a)",
         NODES "query relation 4 " MISMATCH " 128 irql=3 driver=1;"},
        {"a relation refused there", "QRY-16(b)",
         NODES "refused irql irql=3 of=relation driver=2;"},
        {"a relation refused at DISPATCH_LEVEL", "QRY-16",
         NODES "refused irql irql=2 of=relation;"},
        {"a count refused", "QRY-16", NODES "refused irql irql=15 of=countex;"},
    };
    EXPECT_FINDINGS(cases);
}

/* QRY-20 */
static void right_answers_about_relations_give_no_finding(void **state)
{
    (void)state;
    static const struct judging cases[] = {
        {"the length of groups", "", NODES "query relation 4 " MISMATCH " 128;"},
        {"the length of nodes", "", NODES "query relation 1 " MISMATCH " 144;"},
        {"the length of all", "", NODES "query relation 0xffff " MISMATCH " 272;"},
        {"a buffer that is too small", "", NODES "query relation " BUFFER MISMATCH " 128;"},
        {"groups", "", NODES "query relation " BUFFER "0 128; " BOTH_GROUPS},
        {"groups without an empty one", "",
         "partition 4:2 4:0; nodes 0:0:0xf 0:1:0xf; query relation " BUFFER "0 80;"
         "relation group 0 0x3;"},
        {"nodes", "", NODES "query relation " NODE_BUFFER "0 144; " ALL_NODES},
        {"all", "", NODES "query relation " ALL_BUFFER "0 272; " BOTH_GROUPS ALL_NODES},
        {"the node of a processor", "", NODES "query relation " OWN_NODE "0 48;"
                                        "relation node 1 0x3;"},
        {"a processor that is not there", "", NODES "query relation " OWN_NODE INVALID ";"},
        {"cores", "", NODES "query relation 0 " UNSUPPORTED "; query relation 0x40000003 "
                      UNSUPPORTED ";"},
        {"twice in a callback", "",
         NODES "reg A; add group=1; A> S; query relation " BUFFER "0 128; " BOTH_GROUPS "A< S; " UP
         "A> C; query relation " BUFFER "0 128; relation group 0 0xf; relation group 1 0x3;"
         "A< C; end; hot A;"},
        {"beside another thread", "",
         NODES "R query relation " BUFFER "0 128; R relation group 0 0xf; R relation group 1 0x1;"
         "query highestnode 0 2;"},
    };
    EXPECT_FINDINGS(cases);
}

/* QRY-20 */
static void a_wrong_answer_about_relations_is_found(void **state)
{
    (void)state;
    static const struct judging cases[] = {
        {"success without a buffer", "QRY-20", NODES "query relation 4 0 128; " BOTH_GROUPS},
        {"another status", "QRY-20", NODES "query relation 4 " TOO_SMALL " 128;"},
        {"a length for every group", "QRY-20", NODES "query relation 4 " MISMATCH " 80;"},
        {"a length without nodes", "QRY-20", NODES "query relation 0xffff " MISMATCH " 128;"},
        {"cores", "QRY-20", NODES "query relation 0 " MISMATCH " 400;"},
        {"groups unsupported", "QRY-20", NODES "query relation 4 " UNSUPPORTED ";"},
        {"a processor refused that nobody named", "QRY-20", NODES "query relation 1 " INVALID ";"},
        {"the incoming processor in the mask", "QRY-20",
         NODES "reg A; add; A> S; query relation " BUFFER "0 128; relation group 0 0x1f;"
         "relation group 1 0x1; A< S; " UP "A C; end;"},
        {"a count that is not the mask's", "QRY-20",
         NODES "query relation " BUFFER "0 128; relation group 0 0xf count=5; relation group 1 1;"},
        {"another maximum", "QRY-20",
         NODES "query relation " BUFFER "0 128; relation group 0 0xf maximum=4;"
         "relation group 1 1;"},
        {"another group for a node", "QRY-20",
         NODES "query relation " OWN_NODE "0 48; relation node 1 0x3 group=1;"},
        {"a group twice", "QRY-20 QRY-20",
         NODES "query relation " BUFFER "0 128; relation group 0 0xf; relation group 0 0xf;"
         "query highestnode 0 2;"},
        {"a group that is empty", "QRY-20",
         "partition 4:2 4:0; nodes 0:0:0xf 0:1:0xf; query relation " BUFFER "0 80;"
         "relation group 0 0x3; relation group 1 0x0;"},
        {"a node among groups", "QRY-20",
         NODES "query relation " BUFFER "0 128; " BOTH_GROUPS "relation node 0 0xc;"},
        {"a group is missing", "QRY-20",
         NODES "query relation " BUFFER "0 128; relation group 0 0xf; query highestnode 0 2;"},
        {"a group is missing in front of a call", "QRY-20",
         NODES "reg A; hot A; hot A; add; query relation " BUFFER "0 128; relation group 0 0x3f;"
         "A S; " UP "A C; end;"},
        {"every entry is missing at the end of a call", "QRY-20",
         NODES "reg A; hot A; add; A> S; query relation " BUFFER "0 128; A< S; " UP "A C; end;"},
        {"a node is missing", "QRY-20",
         NODES "query relation " NODE_BUFFER "0 144; relation node 0 0xc; relation node 1 0x3;"
         "query highestnode 0 2;"},
    };
    EXPECT_FINDINGS(cases);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(right_answers_about_nodes_give_no_finding),
        cmocka_unit_test(a_wrong_answer_about_nodes_is_found),
        cmocka_unit_test(the_current_processor_is_the_one_of_the_record),
        cmocka_unit_test(only_relations_mind_the_irql),
        cmocka_unit_test(right_answers_about_relations_give_no_finding),
        cmocka_unit_test(a_wrong_answer_about_relations_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
