/*
 * sim, core, nt: what a search leaves out is only what it has seen
 *
 * Small scenarios and drivers of many kinds, each searched twice: run for run, and with runs left
 * that go on as an earlier one did. The identities of the runs, and what the judge finds in runs of
 * each identity, must be the same.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <ntddk.h>

#include "base/text.h"
#include "check/judge.h"
#include "core/arena.h"
#include "edge/load.h"
#include "sim/commons.h"
#include "sim/footprint.h"
#include "sim/machine.h"
#include "sim/player.h"
#include "sim/search.h"

/* What runs of one identity have in common. */
struct seen {
    uint64_t identity, found, recorded;
};

struct list {
    struct seen *seen;
    size_t count, room;
    size_t left;
};

/* Sums up the records of each thread, in its order, as far as equal runs have them alike. */
struct summary {
    struct ha_sink sink;        /* first */
    uint64_t thread[64];
};

static uint64_t mix(uint64_t a, uint64_t b)
{
    uint64_t z = (a ^ b) * UINT64_C(0x9e3779b97f4a7c15) + b;
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    return z ^ z >> 29;
}

/* Times and counts are those of the whole machine, and ids are given in the order of things. */
static void add(struct summary *summary, const struct ha_record *record, unsigned kind)
{
    uint64_t *sum = &summary->thread[record->thread];
    assert_true(record->thread < sizeof summary->thread / sizeof summary->thread[0]);
    if (kind == HA_CHOICE || kind == HA_NAME || kind == HA_TRACE_END)
        return;
    *sum = mix(*sum, (uint64_t)kind << 32 | (uint64_t)record->driver << 16 |
                         (uint64_t)record->irql << 8 | record->regions);
    *sum = mix(*sum, record->processor);
}

/* What is one record for two stands for those before it in the list of kinds. */
static void sum_up(struct ha_sink *sink, const struct ha_record *first, size_t count)
{
    struct summary *summary = (struct summary *)sink;
    for (const struct ha_record *record = first; record < first + count; record++)
        for (unsigned span = ha_record_span(record), i = span; i > 0; i--)
            add(summary, record, span == 1 ? record->kind : record->kind - i);
}

static uint64_t text_sum(const char *text)
{
    uint64_t sum = 0;
    for (; *text; text++)
        sum = mix(sum, (unsigned char)*text);
    return sum;
}

static void keep(struct list *list, struct seen seen)
{
    for (size_t i = 0; i < list->count; i++) {
        if (list->seen[i].identity != seen.identity)
            continue;
        assert_true(list->seen[i].recorded == seen.recorded);
        assert_true(list->seen[i].found == seen.found);
        return;
    }
    if (list->count == list->room) {
        list->room = list->room ? 2 * list->room : 64;
        list->seen = realloc(list->seen, list->room * sizeof *list->seen);
        assert_non_null(list->seen);
    }
    list->seen[list->count++] = seen;
}

static uint64_t findings_of(const struct ha_judge *judge, enum ha_ending ending)
{
    size_t count;
    bool lost;
    const struct ha_finding *finding = ha_judge_findings(judge, &count, &lost);
    uint64_t sum = ending;
    assert_false(lost);
    for (size_t i = 0; i < count; i++)
        sum += mix(mix(text_sum(finding[i].rule->id), finding[i].driver),
                   text_sum(finding[i].call));
    return sum;
}

/* Drivers that are linked, for what no script can do. What is theirs goes back with each rewind. */
static struct {
    PKSTART_ROUTINE body;
    KEVENT go, turn;
    KSPIN_LOCK lock;
    KTIMER timer;
    KDPC dpc;
    ULONG count;
} own;

static void start(PKSTART_ROUTINE routine)
{
    HANDLE handle;
    if (PsCreateSystemThread(&handle, THREAD_ALL_ACCESS, NULL, NULL, NULL, routine, NULL) == 0)
        ZwClose(handle);
}

/* Of one driver are two threads, */
static NTSTATUS enter_with(PKSTART_ROUTINE body)
{
    LARGE_INTEGER due = {.QuadPart = -10};
    own.body = body;
    KeInitializeEvent(&own.go, NotificationEvent, FALSE);
    KeInitializeEvent(&own.turn, SynchronizationEvent, TRUE);
    KeInitializeSpinLock(&own.lock);
    KeInitializeTimer(&own.timer);
    KeSetTimer(&own.timer, due, NULL);
    start(body);
    start(body);
    return STATUS_SUCCESS;
}

/* and of another is the third, which lets them all go. */
static NTSTATUS NTAPI enter_second(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    (void)DriverObject;
    (void)RegistryPath;
    start(own.body);
    KeSetEvent(&own.go, IO_NO_INCREMENT, FALSE);
    return STATUS_SUCCESS;
}

static VOID NTAPI count_locked(PVOID StartContext)
{
    KIRQL irql;
    (void)StartContext;
    KeWaitForSingleObject(&own.go, Executive, KernelMode, FALSE, NULL);
    KeAcquireSpinLock(&own.lock, &irql);
    KeGetCurrentProcessorNumberEx(NULL);
    own.count++;
    KeReleaseSpinLock(&own.lock, irql);
}

static VOID NTAPI count_raised(PVOID StartContext)
{
    KIRQL irql;
    (void)StartContext;
    KeWaitForSingleObject(&own.go, Executive, KernelMode, FALSE, NULL);
    KeSetSystemAffinityThread(1);
    KeRaiseIrql(DISPATCH_LEVEL, &irql);
    KeGetCurrentProcessorNumberEx(NULL);
    KeLowerIrql(irql);
}

static VOID NTAPI count_in_turn(PVOID StartContext)
{
    (void)StartContext;
    KeWaitForSingleObject(&own.go, Executive, KernelMode, FALSE, NULL);
    KeWaitForSingleObject(&own.turn, Executive, KernelMode, FALSE, NULL);
    own.count++;
    KeSetEvent(&own.turn, IO_NO_INCREMENT, FALSE);
}

static VOID NTAPI cancel(PVOID StartContext)
{
    (void)StartContext;
    KeWaitForSingleObject(&own.go, Executive, KernelMode, FALSE, NULL);
    if (KeCancelTimer(&own.timer))
        KeWaitForSingleObject(&own.turn, Executive, KernelMode, FALSE, NULL);
}

static NTSTATUS NTAPI enter_locked(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    (void)DriverObject;
    (void)RegistryPath;
    return enter_with(count_locked);
}

static NTSTATUS NTAPI enter_raised(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    (void)DriverObject;
    (void)RegistryPath;
    return enter_with(count_raised);
}

static NTSTATUS NTAPI enter_in_turn(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    (void)DriverObject;
    (void)RegistryPath;
    return enter_with(count_in_turn);
}

static NTSTATUS NTAPI enter_timed(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    (void)DriverObject;
    (void)RegistryPath;
    return enter_with(cancel);
}

#define PANEL "{12345678-9abc-def0-1234-56789abcdef0}"
#define SYNC "{ \"register\": \"processor-change\", \"as\": \"sync\" }"
#define CPU "{ \"register\": \"device-interface\", \"as\": \"cpu\", " \
    "\"class\": \"GUID_DEVICE_PROCESSOR\" }"
#define ADD "{ \"at\": \"1ms\", \"add_processor\": {} }"
#define ADD2 "{ \"at\": \"2ms\", \"add_processor\": {} }"
#define HEARS(name) "{ \"name\": \"" name "\", \"entry\": [ " SYNC " ] }"
#define ON(state, steps) "\"on\": [ { \"callback\": \"sync\", \"state\": \"KeProcessorAdd" state \
    "Notify\", \"do\": [ " steps " ] } ]"
#define DURING(driver, steps) "{ \"during\": \"a.sync Start 4\", \"run\": \"" driver \
    "\", \"do\": [ " steps " ] }"
#define COUNT "{ \"query\": \"KeQueryActiveProcessorCountEx\", \"group\": 0 }"
#define LEAVE "{ \"deregister\": \"sync\" }"
#define LOW "{ \"set_affinity\": { \"group\": 0, \"mask\": \"0x3\" } }"
#define TAKE "{ \"allocate\": \"t[1]\" }"

static const struct subject {
    const char *name, *drivers, *events;    /* a scenario; */
    ha_driver_entry *entry;                 /* or two drivers */
    struct ha_search_bounds bounds;
} subjects[] = {
    {"two adds", HEARS("a") ", " HEARS("b"), ADD ", " ADD2, NULL, {2, 2, 2, false}},
    {"steps that run together", HEARS("a"), ADD ", "
     DURING("a", "{ \"set\": \"x\", \"to\": 1 }, { \"signal\": \"e\" }") ", "
     DURING("a", "{ \"wait\": \"e\" }, " COUNT), NULL, {0, 1, 1, false}},
    {"drivers that wait for each other", HEARS("a") ", { \"name\": \"b\" }", ADD ", "
     DURING("a", "{ \"signal\": \"e\" }, { \"wait\": \"f\" }, " COUNT) ", "
     DURING("b", "{ \"wait\": \"e\" }, { \"signal\": \"f\" }, " COUNT), NULL, {0, 1, 0, false}},
    {"unload during an add", HEARS("a") ", " HEARS("b"),
     ADD ", { \"during\": \"a.sync Start 4\", \"unload\": \"b\" }", NULL, {1, 1, 1, false}},
    {"forgotten at an unload", HEARS("a") ", { \"name\": \"b\", \"entry\": [ " SYNC " ], "
     "\"unload\": [] }", ADD ", { \"during\": \"a.sync Start 4\", \"unload\": \"b\" }", NULL,
     {0, 2, 1, false}},
    {"registration during an add", HEARS("a") ", { \"name\": \"b\" }",
     ADD ", " DURING("b", SYNC ", " COUNT ", { \"deregister\": \"sync\" }"), NULL,
     {1, 1, 0, false}},
    {"arrivals", "{ \"name\": \"a\", \"entry\": [ " SYNC ", " CPU " ] }", ADD ", " ADD2, NULL,
     {0, 1, 2, false}},
    {"arrivals for two, and one leaves", "{ \"name\": \"a\", \"entry\": [ " SYNC ", " CPU " ] }, "
     "{ \"name\": \"b\", \"entry\": [ " CPU " ] }",
     ADD ", " DURING("b", "{ \"deregister\": \"cpu\" }"), NULL, {0, 1, 1, false}},
    {"an arrival, and one who comes to hear of it", "{ \"name\": \"a\", \"entry\": [ " CPU ", "
     SYNC " ] }, { \"name\": \"b\", \"entry\": [ " CPU " ] }", "{ \"at\": \"1ms\", "
     "\"load\": \"b\" }, { \"at\": \"1ms\", \"run\": \"b\", \"do\": [] }, " ADD, NULL,
     {0, 0, 2, false}},
    {"a table that may not be there yet", "{ \"name\": \"a\", \"entry\": [ { \"table\": \"t\", "
     "\"size\": 2 } ] }", "{ \"at\": \"1ms\", \"load\": \"a\" }, { \"at\": \"1ms\", \"run\": "
     "\"a\", \"do\": [ { \"if\": \"t[0]\", \"then\": [] } ] }, " ADD2 ", " ADD2, NULL,
     {0, 1, 1, false}},
    {"a variable that is read between two interruptions", "{ \"name\": \"a\", \"entry\": [ "
     "{ \"table\": \"t\", \"size\": 2 }, { \"register\": \"device-interface\", \"as\": \"panel\", "
     "\"class\": \"" PANEL "\" }, { \"register\": \"callback-object\", \"as\": \"sync\" } ], "
     "\"on\": [ { \"callback\": \"panel\", \"do\": [ { \"set\": \"y\", \"to\": 1 }, " LEAVE ", "
     "{ \"set\": \"y\", \"to\": 0 }, " TAKE " ] }, { \"callback\": \"sync\", \"do\": [ "
     "{ \"publish\": \"i\", \"class\": \"" PANEL "\" }, " LEAVE ", { \"if\": \"$y == 0\", "
     "\"then\": [ { \"wait\": \"it\" } ], \"else\": [ " TAKE " ] } ] } ] }", ADD, NULL,
     {0, 3, 0, false}},
    {"a work item", "{ \"name\": \"a\", \"entry\": [ " SYNC " ], "
     ON("Start", "{ \"queue_work\": \"w\", \"do\": [ { \"set\": \"x\", \"to\": 1 }, "
        "{ \"signal\": \"e\" } ], \"if_fails\": [ { \"signal\": \"e\" } ] }, "
        "{ \"queue_work\": \"v\", \"do\": [ { \"set\": \"x\", \"to\": 2 } ], "
        "\"if_fails\": [] }, { \"wait\": \"e\" }") " }", ADD, NULL, {1, 1, 0, false}},
    {"work for whoever was idle first", "{ \"name\": \"a\", \"entry\": [ " CPU " ], \"on\": [ "
     "{ \"callback\": \"cpu\", \"do\": [ { \"queue_work\": \"w\", \"do\": [] } ] } ], "
     "\"unload\": [ { \"queue_work\": \"v\", \"do\": [] } ] }", ADD ", " ADD2, NULL,
     {0, 1, 1, false}},
    {"a thread that begins before or after a processor comes", "{ \"name\": \"a\" }",
     "{ \"at\": \"1ms\", \"run\": \"a\", \"do\": [ { \"queue_work\": \"w\", \"do\": [ "
     "{ \"raise_irql\": \"DISPATCH_LEVEL\" } ] } ] }, { \"at\": \"1ms\", \"run\": \"a\", "
     "\"do\": [] }, " ADD, NULL, {0, 0, 2, false}},
    {"deferred calls", "{ \"name\": \"a\", \"entry\": [ " SYNC " ], "
     ON("Complete", "{ \"queue_dpc\": \"d\", \"processor\": \"$processor\", \"do\": [ "
        "{ \"signal\": \"e\" } ] }, { \"queue_dpc\": \"f\", \"processor\": 0, \"do\": [ "
        "{ \"set\": \"x\", \"to\": 1 } ] }, { \"wait\": \"e\" }") " }",
     ADD, NULL, {0, 2, 0, false}},
    {"deferred calls of who has waited, or has not", "{ \"name\": \"a\", \"entry\": [ " CPU
     " ], \"on\": [ { \"callback\": \"cpu\", \"do\": [ { \"queue_dpc\": \"d\", "
     "\"processor\": 1, \"do\": [] } ] } ] }", ADD ", " ADD, NULL, {0, 1, 1, false}},
    {"one of two whose processor a deferred call has moves", "{ \"name\": \"a\", \"entry\": [ "
     SYNC " ], " ON("Start", LOW) " }, { \"name\": \"b\", \"entry\": [ " CPU " ], \"on\": [ "
     "{ \"callback\": \"cpu\", \"do\": [ " LOW ", { \"queue_dpc\": \"d\", \"do\": [] } ] } ] }",
     ADD ", " ADD, NULL, {0, 2, 1, false}},
    {"memory that is lacking", "{ \"name\": \"a\", \"entry\": [ { \"table\": \"t\", \"size\": "
     "\"$maximum\" }, " SYNC " ], "
     ON("Start", "{ \"allocate\": \"t[$processor]\", \"size\": 64, \"tag\": \"tsuj\" }") " }, "
     HEARS("b"), ADD, NULL, {2, 0, 0, false}},
    {"a deadlock", "{ \"name\": \"a\", \"entry\": [ " SYNC " ], "
     ON("Start", "{ \"wait\": \"e\" }") " }",
     ADD ", " DURING("a", "{ \"deregister\": \"sync\" }, { \"signal\": \"e\" }"), NULL,
     {0, 1, 0, false}},
    {"threads that are joined", HEARS("a"), ADD ", "
     DURING("a", "{ \"start_thread\": \"t\", \"do\": [ " COUNT " ] }, { \"start_thread\": \"u\", "
            "\"do\": [ { \"set\": \"x\", \"to\": 1 } ] }, { \"join\": \"t\" }, "
            "{ \"join\": \"u\" }"),
     NULL, {0, 1, 0, false}},
    {"three adds at the same moment", HEARS("a"), ADD ", " ADD ", " ADD, NULL, {0, 0, 2, false}},
    {"a client that is removed while it is called", "{ \"name\": \"a\", \"entry\": [ "
     "{ \"register\": \"callback-object\", \"as\": \"sync\" } ], "
     ON("Start", "{ \"wait\": \"e\" }") " }, " HEARS("b"),
     ADD ", " DURING("a", "{ \"deregister\": \"sync\" }") ", "
     "{ \"at\": \"2ms\", \"run\": \"b\", \"do\": [ { \"signal\": \"e\" } ] }", NULL,
     {0, 2, 0, false}},
    {"a spin lock", NULL, NULL, enter_locked, {0, 1, 0, false}},
    {"threads that are raised", NULL, NULL, enter_raised, {0, 1, 0, false}},
    {"a timer", NULL, NULL, enter_timed, {0, 1, 2, false}},
    {"an event for one at a time", NULL, NULL, enter_in_turn, {0, 1, 0, false}},
};

static void load(const struct subject *subject, struct ha_scenario *scenario)
{
    struct ha_text text = {0}, messages = {0};
    ha_text_addf(&text, "{ \"format\": 1, \"name\": \"%s\", \"partition\": { \"groups\": [ "
                 "{ \"maximum\": 8, \"active\": 4 } ] }, \"drivers\": [ %s ], \"events\": [ %s ] }",
                 subject->name, subject->drivers ? subject->drivers : "",
                 subject->events ? subject->events : "");
    if (ha_scenario_load_text(subject->name, text.bytes, text.length, scenario, &messages))
        fail_msg("%s", ha_text_string(&messages));
    ha_text_close(&text);
    ha_text_close(&messages);
}

static void play_driver(struct ha_machine *machine, ha_driver_entry *entry)
{
    if (!ha_machine_ending(machine))
        assert_int_equal(ha_machine_load(machine, "mine", entry), 0);
    if (!ha_machine_ending(machine))
        assert_int_equal(ha_machine_load(machine, "yours", enter_second), 0);
    if (!ha_machine_ending(machine))
        assert_int_equal(ha_machine_run(machine), 0);
    if (!ha_machine_ending(machine))
        assert_int_equal(ha_machine_finish(machine), 0);
}

static void play_plan(struct ha_machine *machine, const struct ha_plan *plan)
{
    assert_int_equal(ha_player_begin(machine, plan), 0);
    for (bool more = true; more;)
        assert_int_equal(ha_player_step(machine, &more), 0);
}

/* Add what a share of a search comes to. */
static void search_share(const struct subject *subject, const struct ha_plan *plan, bool skips,
                         struct ha_share share, struct list *list)
{
    const struct ha_search_options options = {
        .bounds = subject->bounds, .skips = skips, .share = share};
    struct ha_machine_options machine_options = ha_player_options(plan, NULL);
    struct ha_search *search = ha_search_create(&options);
    struct ha_judge *judge = ha_judge_create();
    struct summary summary = {.sink.take = sum_up};
    struct ha_machine *machine;

    machine_options.threads = HA_THREADS_COROUTINES;
    assert_int_equal(ha_machine_create(&machine_options, &machine, NULL), 0);
    ha_machine_add_sink(machine, ha_judge_sink(judge));
    ha_machine_add_sink(machine, &summary.sink);
    ha_player_search(machine, search);
    assert_int_equal(ha_machine_keep(machine, &own, sizeof own), 0);
    assert_int_equal(ha_machine_mark(machine), 0);
    while (ha_search_next(search)) {
        ha_judge_reset(judge);
        memset(summary.thread, 0, sizeof summary.thread);
        if (subject->entry)
            play_driver(machine, subject->entry);
        else
            play_plan(machine, plan);
        ha_machine_flush(machine);
        if (ha_search_left(search)) {
            list->left++;
        } else {
            struct seen seen = {.identity = ha_search_identity(search),
                                .found = findings_of(judge, ha_machine_ending(machine))};
            for (size_t i = 0; i < sizeof summary.thread / sizeof summary.thread[0]; i++)
                seen.recorded += mix(summary.thread[i], i);
            keep(list, seen);
        }
        ha_machine_rewind(machine);
    }
    assert_false(ha_search_strayed(search) || ha_search_lost(search));
    ha_machine_destroy(machine);
    ha_judge_destroy(judge);
    ha_search_destroy(search);
}

static int ascending(const void *a, const void *b)
{
    uint64_t x = ((const struct seen *)a)->identity, y = ((const struct seen *)b)->identity;
    return (x > y) - (x < y);
}

/* What all shares of a search come to, ordered. */
static struct list search(const struct subject *subject, const struct ha_plan *plan, bool skips,
                          uint32_t shares, struct ha_commons *commons)
{
    struct list list = {0};
    for (uint32_t i = 0; i < shares; i++)
        search_share(subject, plan, skips, (struct ha_share){i, shares, commons}, &list);
    qsort(list.seen, list.count, sizeof *list.seen, ascending);
    return list;
}

static bool is_equal(const struct list *list, const struct list *other)
{
    return list->count == other->count &&
           memcmp(list->seen, other->seen, list->count * sizeof *list->seen) == 0;
}

static void what_is_left_out_is_what_was_seen(void **state)
{
    (void)state;
    size_t left = 0;
    for (size_t i = 0; i < sizeof subjects / sizeof subjects[0]; i++) {
        struct ha_scenario scenario;
        load(&subjects[i], &scenario);
        struct list all = search(&subjects[i], &scenario.plan, false, 1, NULL);
        struct list skipped = search(&subjects[i], &scenario.plan, true, 1, NULL);
        if (!is_equal(&all, &skipped))
            fail_msg("%s: runs were left that nothing stands for", subjects[i].name);
        free(all.seen);
        free(skipped.seen);
        ha_scenario_close(&scenario);
        left += skipped.left;
    }
    assert_true(left > 0);
}

/* How the runs of shares are left. */
enum leaving { NOWHERE, WHERE_THE_SHARE_WAS, WHERE_ANY_SHARE_WAS, LEAVING_COUNT };

static void compare_shares(const struct subject *subject, const struct ha_plan *plan,
                           const struct list *whole, uint32_t shares, enum leaving leaving)
{
    struct ha_arena memory = {.bytes = NULL};
    struct ha_commons *commons = NULL;
    if (leaving == WHERE_ANY_SHARE_WAS) {
        assert_int_equal(ha_arena_open_shared(&memory), 0);
        commons = ha_commons_create(&memory);
        assert_non_null(commons);
    }
    struct list shared = search(subject, plan, leaving != NOWHERE, shares, commons);
    if (!is_equal(whole, &shared))
        fail_msg("%s: %u shares are not the whole, left in way %d", subject->name,
                 (unsigned)shares, (int)leaving);
    free(shared.seen);
    ha_arena_close(&memory);
}

static void all_shares_of_a_search_are_the_search(void **state)
{
    static const uint32_t shares[] = {2, 3, 5};
    (void)state;
    for (size_t i = 0; i < sizeof subjects / sizeof subjects[0]; i++) {
        struct ha_scenario scenario;
        load(&subjects[i], &scenario);
        struct list whole = search(&subjects[i], &scenario.plan, true, 1, NULL);
        for (size_t k = 0; k < sizeof shares / sizeof shares[0]; k++)
            for (int leaving = NOWHERE; leaving < LEAVING_COUNT; leaving++)
                compare_shares(&subjects[i], &scenario.plan, &whole, shares[k],
                               (enum leaving)leaving);
        free(whole.seen);
        ha_scenario_close(&scenario);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_shares_of_a_search_are_the_search),
        cmocka_unit_test(what_is_left_out_is_what_was_seen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
