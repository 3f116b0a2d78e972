/* judge: where an add puts its processor, QRY-11 and HOT-13 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/judging.h"

#define UP "hw; active; sched; "
/* Two groups and three nodes: node 0 has places in both, 1 in the first, 2 in the second. */
#define NODES "partition 8:4 8:0; nodes 0:0:0xf 0:1:0xf 1:0:0xf0 2:1:0xf0; "
#define BY_NODE "set group_assign=by_node; "
#define EXPLICIT "set group_assign=explicit; "

/* QRY-11 */
static void an_add_that_goes_where_it_should_gives_no_finding(void **state)
{
    (void)state;
    static const struct judging cases[] = {
        {"any place", "", NODES "reg A; hot A; hot A;"},
        {"a group", "", NODES "reg A; hot A group=1; hot A group=1; hot A group=0;"},
        {"a number in any group", "", NODES "reg A; hot A number=2; hot A;"},
        {"a place", "", NODES "reg A; hot A group=1 number=5; hot A group=1 number=0;"},
        {"a node", "", NODES "reg A; hot A node=2; hot A node=1; hot A node=0;"},
        {"a node in a group", "", NODES "reg A; hot A group=1 node=0; hot A group=1 node=2;"},
        {"the lowest node first", "", NODES BY_NODE "reg A; hot A; hot A; hot A; hot A; hot A;"},
        {"another node", "", NODES BY_NODE "reg A; hot A node=2; hot A;"},
        {"a place with explicit", "", NODES EXPLICIT "reg A; hot A group=1 number=7;"
                                      "hot A group=0 number=6;"},
        {"the place of an add that failed", "",
         NODES "reg A; add group=1 number=3; A S; hw T; A F; end; hot A group=1 number=3;"},
        {"explicit, and nodes are not known", "",
         EXPLICIT "reg A; hot A group=0 number=6; hot A group=0 number=4;"},
    };
    EXPECT_FINDINGS(cases);
}

/* QRY-11 */
static void an_add_that_goes_elsewhere_is_found(void **state)
{
    (void)state;
    static const struct judging cases[] = {
        {"not the lowest", "QRY-11",
         NODES "reg A; add; A S at=0.5; hw; active at=0.5; sched at=0.5; A C at=0.5; end;"},
        {"another number than was named", "QRY-11",
         NODES "reg A; add group=1 number=5; A S at=1.0; hw; active at=1.0; sched at=1.0;"
         "A C at=1.0; end;"},
        {"another node than was named", "QRY-11",
         NODES "add node=2; hw; active at=0.4; sched at=0.4; end;"},
        {"by node, but the lowest of all", "QRY-11",
         NODES BY_NODE "add; hw; active at=0.4; sched at=0.4; end;"},
        {"by node, but the first of the second node", "QRY-11",
         NODES BY_NODE "add; hw; active at=1.4; sched at=1.4; end;"},
        {"lowest_free, but by node", "QRY-11",
         NODES "add; hw; active at=1.0; sched at=1.0; end;"},
        {"explicit, but somewhere else", "QRY-11",
         NODES EXPLICIT "add group=0 number=6; hw; active at=0.4; sched at=0.4; end;"},
    };
    EXPECT_FINDINGS(cases);
}

/* HOT-13 */
static void an_add_without_a_place_is_refused_at_once(void **state)
{
    (void)state;
    static const struct judging cases[] = {
        {"a full partition", "", "partition 4:4; reg A; add; end I;"},
        {"a full group", "", "partition 4:4 4:0; reg A; add group=0; end I; hot A;"},
        {"a group that is not there", "", "reg A; add group=3; end I;"},
        {"a place that is taken", "", NODES "reg A; add group=0 number=3; end I;"},
        {"a place beyond the maximum", "", NODES "reg A; add group=0 number=8; end I;"},
        {"a number that cannot be", "", NODES "reg A; add number=64; end I;"},
        {"a full node", "", "partition 8:4; nodes 0:0:0xf 1:0:0xf0; reg A; add node=0; end I;"
                            "hot A node=1;"},
        {"a node that is not there", "", NODES "reg A; add node=3; end I; add node=100; end I;"},
        {"a node that is full in that group", "", NODES "reg A; add group=0 node=0; end I;"},
        {"explicit without a place", "", NODES EXPLICIT "reg A; add; end I; add group=1; end I;"
                                         "add number=7; end I; add node=2; end I;"},
        {"explicit at a place of another node", "",
         NODES EXPLICIT "reg A; add group=1 number=0 node=2; end I;"},
        {"every node full", "", BY_NODE "partition 4:4; nodes 0:0:0x3 1:0:0xc; reg A; add;"
                                "end I;"},
    };
    EXPECT_FINDINGS(cases);
}

/* HOT-13 */
static void an_add_without_a_place_that_goes_on_is_found(void **state)
{
    (void)state;
    static const struct judging cases[] = {
        {"called at a place that is taken", "HOT-13",
         NODES "reg A; add group=0 number=3; A S at=0.3; A F at=0.3 st=I; end I;"},
        {"explicit, called all the same", "HOT-13",
         NODES EXPLICIT "reg A; add; A S; A F st=I; end I;"},
        {"started though the node is full", "HOT-13",
         "partition 8:4; nodes 0:0:0xf 1:0:0xf0; add node=0; hw; end I;"},
        {"active though the node is full", "HOT-13",
         "partition 8:4; nodes 0:0:0xf 1:0:0xf0; add node=0; " UP "end;"},
        {"success without a place", "HOT-13", NODES EXPLICIT "reg A; add; end 0;"},
        {"another status for a node that is not there", "HOT-13",
         NODES "reg A; add node=3; end U;"},
    };
    EXPECT_FINDINGS(cases);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_add_that_goes_where_it_should_gives_no_finding),
        cmocka_unit_test(an_add_that_goes_elsewhere_is_found),
        cmocka_unit_test(an_add_without_a_place_is_refused_at_once),
        cmocka_unit_test(an_add_without_a_place_that_goes_on_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
