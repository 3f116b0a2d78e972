/* story_words, story_trouble, query_words: what a record says in words */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "check/story_words.h"
#include "unit/tale.h"

struct sentence {
    const char *words;
    struct ha_record record;
};

static struct ha_cast *make_cast(void)
{
    struct ha_cast *cast = ha_cast_create();
    struct tale tale;

    tale_begin(&tale);
    tale_name(&tale, HA_NS_OBJECT, 1, "per");
    tale.record[tale.count - 1].driver = BROKEN;
    for (size_t i = 0; i < tale.count; i++)
        assert_true(ha_cast_take(cast, &tale.record[i]));
    return cast;
}

static void expect_words(const struct sentence *sentences, size_t count)
{
    struct ha_cast *cast = make_cast();
    const struct ha_story_setting nowhere = {0};

    for (size_t i = 0; i < count; i++) {
        const struct ha_record *record = &sentences[i].record;
        struct ha_text words = {0};
        if (record->kind == HA_ADD_BEGIN)
            ha_story_opening(cast, record, &words);
        else
            ha_story_fact(cast, record, &nowhere, &words);
        assert_string_equal(ha_text_string(&words), sentences[i].words);
        ha_text_close(&words);
    }
    ha_cast_destroy(cast);
}

#define EXPECT_WORDS(sentences) expect_words(sentences, sizeof(sentences) / sizeof(sentences)[0])

static struct ha_record asked(uint32_t routine, uint32_t argument, uint64_t result,
                              uint64_t output)
{
    struct ha_record record = {.kind = HA_QUERY, .driver = CALM};
    record.as.query.routine = routine;
    record.as.query.argument = argument;
    record.as.query.result = result;
    record.as.query.output = output;
    return record;
}

static struct ha_record misused(uint32_t routine, unsigned misuse, uint32_t argument)
{
    struct ha_record record = {.kind = HA_MISUSE, .driver = BROKEN, .id = 1, .irql = 2};
    record.as.misuse.routine = routine;
    record.as.misuse.misuse = misuse;
    record.as.misuse.argument = argument;
    return record;
}

static struct ha_record add(uint16_t group, uint16_t number, uint16_t node)
{
    struct ha_record record = {.kind = HA_ADD_BEGIN, .id = 3};
    record.as.add.group = group;
    record.as.add.number = number;
    record.as.add.node = node;
    return record;
}

/* QRY-11 */
static void an_add_says_what_it_asks_for(void **state)
{
    (void)state;
    const struct sentence sentences[] = {
        {"add 3 begins", add(HA_NO_GROUP, HA_NO_GROUP, HA_NO_GROUP)},
        {"add 3 begins, asked for group 1", add(1, HA_NO_GROUP, HA_NO_GROUP)},
        {"add 3 begins, asked for group 1, number 2", add(1, 2, HA_NO_GROUP)},
        {"add 3 begins, asked for number 2", add(HA_NO_GROUP, 2, HA_NO_GROUP)},
        {"add 3 begins, asked for node 0", add(HA_NO_GROUP, HA_NO_GROUP, 0)},
        {"add 3 begins, asked for group 1, number 2, node 0", add(1, 2, 0)},
    };
    EXPECT_WORDS(sentences);
}

/* QRY-12, QRY-14, QRY-17, QRY-20 */
static void a_query_says_what_was_asked_and_answered(void **state)
{
    (void)state;
    const struct sentence sentences[] = {
        {"calm KeQueryHighestNodeNumber() = 2", asked(HA_RT_HIGHEST_NODE, 0, 2, 0)},
        {"calm KeQueryNodeActiveAffinity(1) = 4, mask 0xf0",
         asked(HA_RT_NODE_AFFINITY, 1, 4, 0xf0)},
        {"calm KeQueryNodeActiveAffinity2(1) = STATUS_SUCCESS, 1 group",
         asked(HA_RT_NODE_AFFINITY2, 1, 0, 1)},
        {"calm KeQueryNodeActiveAffinity2(1) = STATUS_BUFFER_TOO_SMALL, 2 groups",
         asked(HA_RT_NODE_AFFINITY2, 1, 0xC0000023u, 2)},
        {"calm KeQueryNodeMaximumProcessorCount(3) = 8", asked(HA_RT_NODE_MAXIMUM_COUNT, 3, 8, 0)},
        {"calm KeGetCurrentProcessorNumber() = 5", asked(HA_RT_CURRENT_PROCESSOR, 0, 5, 0)},
        {"calm KeGetCurrentProcessorNumberEx() = 5",
         asked(HA_RT_CURRENT_PROCESSOR_EX, 0, 5, 0)},
        {"calm KeGetCurrentProcessorNumberEx() = 5, 1:1",
         asked(HA_RT_CURRENT_PROCESSOR_EX, 0, 5, 0x10001)},
        {"calm KeQueryLogicalProcessorRelationship(RelationGroup) = STATUS_INFO_LENGTH_MISMATCH, "
         "80 bytes", asked(HA_RT_LOGICAL_RELATIONSHIP, 4, 0xC0000004u, 80)},
        {"calm KeQueryLogicalProcessorRelationship(RelationNumaNode of one processor) = "
         "STATUS_SUCCESS, 48 bytes", asked(HA_RT_LOGICAL_RELATIONSHIP, 0xc0000001u, 0, 48)},
        {"calm KeQueryLogicalProcessorRelationship(RelationAll) = STATUS_INVALID_PARAMETER",
         asked(HA_RT_LOGICAL_RELATIONSHIP, 0x4000ffffu, 0xC000000Du, 0)},
        {"calm KeQueryLogicalProcessorRelationship(RelationCache) = STATUS_NOT_SUPPORTED",
         asked(HA_RT_LOGICAL_RELATIONSHIP, 2, 0xC00000BBu, 0)},
        {"calm KeQueryLogicalProcessorRelationship(relation 99) = STATUS_NOT_SUPPORTED",
         asked(HA_RT_LOGICAL_RELATIONSHIP, 99, 0xC00000BBu, 0)},
        {"calm KeGetCurrentIrql() = DISPATCH_LEVEL", asked(HA_RT_CURRENT_IRQL, 0, 2, 0)},
        {"calm KeGetCurrentIrql() = IRQL 7", asked(HA_RT_CURRENT_IRQL, 0, 7, 0)},
        {"  group 1: 2 of 8 active, mask 0x3",
         {.kind = HA_RELATION, .driver = CALM, .id = 1,
          .as.relation = {.kind = 4, .group = 1, .active = 2, .maximum = 8, .active_mask = 3}}},
        {"  node 3: 1 active in group 2, mask 0x10",
         {.kind = HA_RELATION, .driver = CALM, .id = 3,
          .as.relation = {.kind = 1, .group = 2, .active = 1, .active_mask = 0x10}}},
    };
    EXPECT_WORDS(sentences);
}

/* DRV-9, POOL-1, POOL-2, IRQL-1 */
static void memory_and_its_misuse_are_named(void **state)
{
    (void)state;
    const struct sentence sentences[] = {
        {"calm takes 64 bytes 'Perp' (block 3)",
         {.kind = HA_ALLOC, .driver = CALM, .id = 3, .as.pool = {.size = 64, .tag = 0x70726550u}}},
        {"calm gives back block 3", {.kind = HA_FREE, .driver = CALM, .id = 3}},
        {"broken uses slot 9 of table \"per\": beyond its end",
         misused(HA_RT_ALLOCATE_POOL, HA_MISUSE_OVERRUN, 9)},
        {"broken gives back slot 2 of table \"per\": there is no memory in it",
         misused(HA_RT_FREE_POOL, HA_MISUSE_NOTHING_THERE, 2)},
        {"broken uses table \"per\": there is no such slot",
         misused(HA_NO_ROUTINE, HA_MISUSE_OVERRUN, HA_NO_INDEX)},
        {"broken gives back table \"per\": there is no table",
         misused(HA_RT_FREE_POOL, HA_MISUSE_NOTHING_THERE, HA_NO_INDEX)},
        {"broken has written up to 8 bytes beyond the end of block 1",
         misused(HA_RT_FREE_POOL, HA_MISUSE_BEYOND_BLOCK, 8)},
        {"broken has written up to 1 byte beyond the end of block 1",
         misused(HA_NO_ROUTINE, HA_MISUSE_BEYOND_BLOCK, 1)},
        {"broken gives back block 1 as 'Perp', which is not its tag",
         misused(HA_RT_FREE_POOL, HA_MISUSE_OTHER_TAG, 0x70726550u)},
        {"broken ExFreePoolWithTag misused: this block was never taken, or given back before",
         misused(HA_RT_FREE_POOL, HA_MISUSE_BAD_BLOCK, 0)},
        {"broken has written at byte 12 of block 1, which was given back",
         misused(HA_NO_ROUTINE, HA_MISUSE_BAD_BLOCK, 12)},
        {"broken KeRaiseIrql misused: from DISPATCH_LEVEL to PASSIVE_LEVEL",
         misused(HA_RT_RAISE_IRQL, HA_MISUSE_IRQL_ORDER, 0)},
        {"broken KeRaiseIrql misused: from DISPATCH_LEVEL to IRQL 16, above HIGH_LEVEL",
         misused(HA_RT_RAISE_IRQL, HA_MISUSE_IRQL_ORDER, 16)},
        {"broken ExAcquireFastMutex misused: called in no critical region and below APC_LEVEL",
         misused(HA_RT_ACQUIRE_FAST_MUTEX, HA_MISUSE_LOW_IRQL, 1)},
        {"broken KeAcquireSpinLock misused: called at too low an IRQL",
         misused(HA_RT_ACQUIRE_SPIN_LOCK, HA_MISUSE_LOW_IRQL, 0)},
        {"broken KeDeregisterProcessorChangeCallback misused: called at DISPATCH_LEVEL",
         misused(HA_RT_DEREGISTER_PROCESSOR_CHANGE, HA_MISUSE_RAISED_IRQL, 0)},
        {"broken KeDeregisterProcessorChangeCallback misused: handle is NULL",
         misused(HA_RT_DEREGISTER_PROCESSOR_CHANGE, HA_MISUSE_NULL_HANDLE, 0)},
    };
    EXPECT_WORDS(sentences);
}

static void what_runs_by_itself_is_named(void **state)
{
    (void)state;
    const struct sentence sentences[] = {
        {"calm starts thread thread-77", {.kind = HA_THREAD_START, .driver = CALM, .id = 77}},
        {"thread thread-77 ends", {.kind = HA_THREAD_END, .driver = CALM, .id = 77}},
        {"thread thread-77 ends: STATUS_INSUFFICIENT_RESOURCES",
         {.kind = HA_THREAD_END, .driver = CALM, .id = 77, .as.status.status = INSUF}},
        {"calm queues work item 3", {.kind = HA_WORK_QUEUED, .driver = CALM, .id = 3}},
        {"calm begins work item 3", {.kind = HA_WORK_ENTER, .driver = CALM, .id = 3}},
        {"calm has done work item 3", {.kind = HA_WORK_LEAVE, .driver = CALM, .id = 3}},
    };
    EXPECT_WORDS(sentences);
}

/* QRY-11, HOT-13 */
static void an_add_that_came_to_no_processor_says_what_it_asked_for(void **state)
{
    (void)state;
    const struct { const char *words; struct ha_record opener; bool known; } cases[] = {
        {"add 3, asked for group 1, number 2, fails: STATUS_INSUFFICIENT_RESOURCES",
         add(1, 2, HA_NO_GROUP), false},
        {"add 3 fails: STATUS_INSUFFICIENT_RESOURCES",
         add(HA_NO_GROUP, HA_NO_GROUP, HA_NO_GROUP), false},
        {"add 3 of processor 4 (1:2) fails: STATUS_INSUFFICIENT_RESOURCES",
         add(1, 2, HA_NO_GROUP), true},
    };
    struct ha_record end = {.kind = HA_ADD_END, .id = 3, .as.status.status = INSUF};
    struct ha_cast *cast = make_cast();

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct ha_story_setting setting = {&cases[i].opener, true,
                                                 {cases[i].known, 4, 1, 2}, NULL};
        struct ha_text words = {0};
        ha_story_fact(cast, &end, &setting, &words);
        assert_string_equal(ha_text_string(&words), cases[i].words);
        ha_text_close(&words);
    }
    ha_cast_destroy(cast);
}

static struct ha_record refused(unsigned reason)
{
    struct ha_record record = {.kind = HA_REFUSED};
    record.as.refused.reason = reason;
    return record;
}

static void an_event_that_is_not_carried_out_says_why(void **state)
{
    (void)state;
    const struct sentence sentences[] = {
        {"an event is not carried out: the driver is not loaded", refused(HA_REASON_NOT_LOADED)},
        {"an event is not carried out: the driver is loaded already", refused(HA_REASON_LOADED)},
        {"an event is not carried out: no such interface is enabled",
         refused(HA_REASON_NO_INTERFACE)},
    };
    EXPECT_WORDS(sentences);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_add_says_what_it_asks_for),
        cmocka_unit_test(an_add_that_came_to_no_processor_says_what_it_asked_for),
        cmocka_unit_test(a_query_says_what_was_asked_and_answered),
        cmocka_unit_test(what_runs_by_itself_is_named),
        cmocka_unit_test(memory_and_its_misuse_are_named),
        cmocka_unit_test(an_event_that_is_not_carried_out_says_why),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
