/* judge: what outlives its driver, DRV-12; objects given back wrongly, OBJ-4, OBJ-5 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "unit/judging.h"

#define ENTERS "enter a; leave a 0; "
#define UNLOADS "ask a 0; unload a; "
#define GONE "unloaded a; freed a; "

/* DRV-12 */
static void what_has_ended_by_then_is_no_finding(void **state)
{
    (void)state;
    static const struct judging cases[] = {
        {"a thread", "", ENTERS "thread> 7; thread< 7; " UNLOADS GONE},
        {"a thread that Unload ends", "", ENTERS "thread> 7; " UNLOADS "thread< 7; " GONE},
        {"a work item", "", ENTERS "work+ 1; work> 1; work< 1; " UNLOADS GONE},
        {"a work item that returns before the image goes", "",
         ENTERS "work+ 1; work> 1; " UNLOADS "unloaded a; work< 1; freed a;"},
        {"a work item that runs twice at once", "",
         ENTERS "work+ 1; work> 1; work+ 1; work> 1; " UNLOADS
         "work< 1; unloaded a; work< 1; freed a;"},
        {"a work item that was queued again while it ran", "",
         ENTERS "work+ 1; work> 1; work+ 1; work< 1; work> 1; work< 1; " UNLOADS GONE},
        {"a thread that a DriverEntry which succeeds leaves behind", "",
         "enter a; thread> 7; leave a 0;"},
        {"a DPC that has run", "", ENTERS "queue 1 0; run> 1 0; run< 1 0; " UNLOADS GONE},
        {"a DPC that was taken out of its queue", "",
         ENTERS "queue 1 0; drop 1 0 driver; " UNLOADS GONE},
        {"a DPC of another driver", "", ENTERS "queue 1 0 driver=2; " UNLOADS GONE},
        {"a thread of another driver", "",
         "enter a; leave a 0; enter b; thread> 7 driver=2; leave b 0; " UNLOADS GONE},
        {"what was not seen to end", "", ENTERS "thread> 7; ask a 0 skip=1; unload a; " GONE},
        {"what a host without memory keeps a driver from ending", "",
         ENTERS "thread> 7; queue 1 0; " UNLOADS "unloaded a; left timer 1; left handle 1; "
         "freed a; over memory;"},
        {"a driver that is loaded again", "DRV-12(a)",
         ENTERS "thread> 7; " UNLOADS GONE ENTERS UNLOADS GONE},
    };

    EXPECT_FINDINGS(cases);
}

/* DRV-12 */
static void what_is_alive_is_found_each_by_itself(void **state)
{
    (void)state;
    static const struct judging cases[] = {
        {"a thread", "DRV-12(a)", ENTERS "thread> 7; " UNLOADS GONE},
        {"two threads", "DRV-12(a) DRV-12(a)", ENTERS "thread> 7; thread> 8; " UNLOADS GONE},
        {"one of two threads", "DRV-12(a)",
         ENTERS "thread> 7; thread> 8; thread< 7; " UNLOADS GONE},
        {"a queued work item", "DRV-12(a)", ENTERS "work+ 1; " UNLOADS GONE},
        {"a work item that runs", "DRV-12(a)", ENTERS "work+ 1; work> 1; " UNLOADS GONE},
        {"a work item that begins after Unload", "DRV-12(a)",
         ENTERS "work+ 1; " UNLOADS "unloaded a; work> 1; freed a;"},
        {"a work item with the number of a thread that has ended", "DRV-12(a)",
         ENTERS "thread> 1; work+ 1; thread< 1; " UNLOADS GONE},
        {"a queued DPC", "DRV-12(a)", ENTERS "queue 1 0; " UNLOADS GONE "over;"},
        {"a queued DPC that runs afterwards", "DRV-12(a)",
         ENTERS "queue 1 0; " UNLOADS GONE "run> 1 0; run< 1 0; over;"},
        {"a DPC that runs", "DRV-12(a)", ENTERS "queue 1 0; run> 1 0; " UNLOADS GONE},
        {"a queued DPC that the kernel names, too", "DRV-12(a)",
         ENTERS "queue 1 0; " UNLOADS "unloaded a; left dpc 1; freed a;"},
        {"a DPC that the kernel names afterwards", "DRV-12(a)",
         ENTERS "queue 1 0; " UNLOADS GONE "left dpc 1;"},
        {"a timer, a device and a lookaside list", "DRV-12(a) DRV-12(a) DRV-12(a)",
         ENTERS UNLOADS "unloaded a; left timer 1; left device 1; left lookaside 1; freed a;"},
        {"a resource", "DRV-12(a)", ENTERS UNLOADS "unloaded a; left resource 1; freed a;"},
        {"a work item that was not freed", "DRV-12(a)",
         ENTERS UNLOADS "unloaded a; left work 1; freed a;"},
        {"a work item that is queued, which the kernel names, too", "DRV-12(a)",
         ENTERS "work+ 1; " UNLOADS "unloaded a; left work 1; freed a;"},
        {"handles", "note DRV-12(a)*2",
         ENTERS UNLOADS "unloaded a; left handle 1; left handle 2; freed a;"},
        {"when DriverEntry fails", "DRV-12(a)", "enter a; thread> 7; leave a U; freed a;"},
    };

    EXPECT_FINDINGS(cases);
}

static void a_finding_names_what_is_alive(void **state)
{
    static const char *const seen[] = {
        "thread thread-77 has not ended", "work item 2 is still queued",
        "timer 3 is still set", "device object 4 was not deleted", "work item 5 was not freed",
        "handle 6 was not", "lookaside list 9 was not deleted",
        "resource 10 was not deleted", "remove lock 11 was not released",
        "MDL 12 was not freed", "DPC 7 is still queued",
        "DPC 8 still runs", "work item 77 still runs",
    };
    struct ha_judge *judge = ha_judge_create();
    size_t count;
    (void)state;
    assert_non_null(judge);

    judge_text(judge, ENTERS "thread> 77; work+ 77; work+ 2; work> 77; " UNLOADS
                             "queue 7 0; queue 8 0; run> 8 0; unloaded a; left timer 3; "
                             "left device 4; left work 5; left handle 6; left lookaside 9; "
                             "left resource 10; left removelock 11; left mdl 12; freed a;");

    const struct ha_finding *finding = ha_judge_findings(judge, &count, NULL);
    assert_int_equal(count, sizeof seen / sizeof seen[0]);
    for (size_t i = 0; i < count; i++)
        assert_string_equal(finding[i].seen, seen[i]);
    ha_judge_destroy(judge);
}

/* IRQL-3 */
static void a_thread_or_work_item_that_ends_raised_is_found(void **state)
{
    (void)state;
    static const struct judging cases[] = {
        {"a thread", "IRQL-3(a)", "misuse irql of=terminate irql=2;"},
        {"a work item", "IRQL-3(a)", "misuse irql of=queuework irql=2;"},
    };

    EXPECT_FINDINGS(cases);
}

static void what_is_given_back_wrongly_is_found(void **state)
{
    (void)state;
    static const struct judging cases[] = {
        {"a handle that was closed", "OBJ-4(a)", "misuse stale of=close;"},
        {"a handle that is none", "OBJ-4(a)", "misuse unknown of=close;"},
        {"no handle", "OBJ-4(a)", "misuse null of=close;"},
        {"an object that is gone", "OBJ-4(a)", "misuse gone of=dereference;"},
        {"a reference too many", "OBJ-4(a)", "misuse reference of=dereference;"},
        {"a work item that is queued", "OBJ-5(a)", "misuse queued of=queuework;"},
    };

    EXPECT_FINDINGS(cases);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_has_ended_by_then_is_no_finding),
        cmocka_unit_test(what_is_alive_is_found_each_by_itself),
        cmocka_unit_test(a_finding_names_what_is_alive),
        cmocka_unit_test(a_thread_or_work_item_that_ends_raised_is_found),
        cmocka_unit_test(what_is_given_back_wrongly_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
