/* ke_relation: KeQueryLogicalProcessorRelationship */
#include "unit/bench.h"

#include <stdlib.h>
#include <string.h>

#define ROOM 4096u
#define GROUPS_OF(n) ((ULONG)(8 + 24 + 48 * (n)))
#define NODE ((ULONG)48)

/* An answer, in a buffer with room for more. */
struct answer {
    NTSTATUS status;
    ULONG length;
    union {
        SYSTEM_LOGICAL_PROCESSOR_INFORMATION_EX entry;
        unsigned char bytes[ROOM];
    } is;
};

/* Three groups, of which the second has nobody; nodes 0 and 2 have processors, 1 has only room. */
static void three_groups(struct bench *b)
{
    static const uint16_t of_group_1[] = {1, 1, 1, 1};
    b->options.partition.group_count = 0;
    bench_group(b, 8, 0x2d);
    bench_group(b, 4, 0);
    bench_group(b, 64, 0x8000000000000001u);
    b->group[1].nodes = of_group_1;
    b->group[2].node = 2;
}

static void ask(struct answer *answer, PPROCESSOR_NUMBER of, LOGICAL_PROCESSOR_RELATIONSHIP type)
{
    memset(answer, 0xdd, sizeof *answer);
    answer->length = ROOM;
    answer->status =
        KeQueryLogicalProcessorRelationship(of, type, &answer->is.entry, &answer->length);
}

static void *at(struct answer *answer, ULONG offset)
{
    return &answer->is.bytes[offset];
}

/* Whether an entry of all groups says what the Ke routines say. */
static bool groups_agree(const SYSTEM_LOGICAL_PROCESSOR_INFORMATION_EX *entry)
{
    const PROCESSOR_GROUP_INFO *info = entry->Group.GroupInfo;
    bool agree = entry->Relationship == RelationGroup &&
                 entry->Size == GROUPS_OF(KeQueryActiveGroupCount()) &&
                 entry->Group.MaximumGroupCount == KeQueryMaximumGroupCount() &&
                 entry->Group.ActiveGroupCount == KeQueryActiveGroupCount();
    for (USHORT group = 0; agree && group < KeQueryMaximumGroupCount(); group++) {
        if (!KeQueryActiveProcessorCountEx(group))
            continue;
        agree = info->MaximumProcessorCount == KeQueryMaximumProcessorCountEx(group) &&
                info->ActiveProcessorCount == KeQueryActiveProcessorCountEx(group) &&
                info->ActiveProcessorMask == KeQueryGroupAffinity(group);
        info++;
    }
    return agree && info - entry->Group.GroupInfo == KeQueryActiveGroupCount();
}

/* The same for the entry of a node. */
static bool node_agrees(const SYSTEM_LOGICAL_PROCESSOR_INFORMATION_EX *entry, USHORT node)
{
    GROUP_AFFINITY affinity;
    KeQueryNodeActiveAffinity(node, &affinity, NULL);
    return entry->Relationship == RelationNumaNode && entry->Size == NODE &&
           entry->NumaNode.NodeNumber == node && entry->NumaNode.GroupCount == 0 &&
           !memcmp(&entry->NumaNode.GroupMask, &affinity, sizeof affinity);
}

/* QRY-20 */
static void without_a_buffer_it_says_how_long_the_answer_is(void **state)
{
    static const struct { LOGICAL_PROCESSOR_RELATIONSHIP type; ULONG length; } cases[] = {
        {RelationGroup, GROUPS_OF(2)},
        {RelationNumaNode, 3 * NODE},
        {RelationAll, GROUPS_OF(2) + 3 * NODE},
    };
    struct bench *b = *state;
    three_groups(b);
    bench_load(b);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ULONG length = 0;
        assert_int_equal(KeQueryLogicalProcessorRelationship(NULL, cases[i].type, NULL, &length),
                         STATUS_INFO_LENGTH_MISMATCH);
        assert_int_equal(length, cases[i].length);
        length = ROOM;
        assert_int_equal(KeQueryLogicalProcessorRelationship(NULL, cases[i].type, NULL, &length),
                         STATUS_INFO_LENGTH_MISMATCH);
        assert_int_equal(length, cases[i].length);
    }
}

/* QRY-20. The buffer is as long as it says, so that a sanitizer sees a byte too many. */
static void a_buffer_of_that_length_is_filled_and_one_byte_less_is_left_alone(void **state)
{
    struct bench *b = *state;
    ULONG needed = 0, length;
    three_groups(b);
    bench_load(b);
    KeQueryLogicalProcessorRelationship(NULL, RelationAll, NULL, &needed);
    SYSTEM_LOGICAL_PROCESSOR_INFORMATION_EX *buffer = malloc(needed);
    assert_non_null(buffer);
    memset(buffer, 0xdd, needed);

    length = needed - 1;
    assert_int_equal(KeQueryLogicalProcessorRelationship(NULL, RelationAll, buffer, &length),
                     STATUS_INFO_LENGTH_MISMATCH);
    assert_int_equal(length, needed);
    assert_int_equal(*(unsigned char *)buffer, 0xdd);
    assert_int_equal(KeQueryLogicalProcessorRelationship(NULL, RelationAll, buffer, &length),
                     STATUS_SUCCESS);
    assert_int_equal(length, needed);
    assert_true(groups_agree(buffer));

    free(buffer);
}

/* QRY-20 */
static void the_entry_of_groups_says_what_the_other_routines_say(void **state)
{
    struct bench *b = *state;
    struct answer answer;
    three_groups(b);
    bench_load(b);

    ask(&answer, NULL, RelationGroup);

    assert_int_equal(answer.status, STATUS_SUCCESS);
    assert_int_equal(answer.length, GROUPS_OF(2));
    assert_true(groups_agree(&answer.is.entry));
    assert_int_equal(answer.is.entry.Group.Reserved[19], 0);
    assert_int_equal(answer.is.entry.Group.GroupInfo->Reserved[37], 0);
    assert_int_equal(answer.is.bytes[answer.length], 0xdd);
}

/* QRY-20 */
static void every_node_has_an_entry_in_ascending_order(void **state)
{
    struct bench *b = *state;
    struct answer answer;
    three_groups(b);
    bench_load(b);

    ask(&answer, NULL, RelationNumaNode);

    assert_int_equal(answer.status, STATUS_SUCCESS);
    assert_int_equal(answer.length, 3 * NODE);
    for (USHORT node = 0; node < 3; node++)
        assert_true(node_agrees(at(&answer, node * NODE), node));
    assert_int_equal(answer.is.bytes[answer.length], 0xdd);
}

/* QRY-20 */
static void all_relations_are_the_groups_and_then_the_nodes(void **state)
{
    struct bench *b = *state;
    struct answer answer;
    three_groups(b);
    bench_load(b);

    ask(&answer, NULL, RelationAll);

    assert_int_equal(answer.status, STATUS_SUCCESS);
    assert_int_equal(answer.length, GROUPS_OF(2) + 3 * NODE);
    assert_true(groups_agree(&answer.is.entry));
    for (USHORT node = 0; node < 3; node++)
        assert_true(node_agrees(at(&answer, GROUPS_OF(2) + node * NODE), node));
}

/* QRY-20 */
static void a_processor_has_all_groups_and_of_the_nodes_its_own(void **state)
{
    struct bench *b = *state;
    struct answer answer;
    PROCESSOR_NUMBER number = {.Group = 2, .Number = 63};
    three_groups(b);
    bench_load(b);

    ask(&answer, &number, RelationNumaNode);
    assert_int_equal(answer.status, STATUS_SUCCESS);
    assert_int_equal(answer.length, NODE);
    assert_true(node_agrees(&answer.is.entry, 2));

    ask(&answer, &number, RelationGroup);
    assert_int_equal(answer.status, STATUS_SUCCESS);
    assert_true(groups_agree(&answer.is.entry));

    ask(&answer, &number, RelationAll);
    assert_int_equal(answer.length, GROUPS_OF(2) + NODE);
    assert_true(node_agrees(at(&answer, GROUPS_OF(2)), 2));
}

/* QRY-20 */
static void a_processor_that_is_not_active_is_an_invalid_parameter(void **state)
{
    static const PROCESSOR_NUMBER numbers[] = {
        {.Group = 0, .Number = 1}, {.Group = 0, .Number = 8}, {.Group = 0, .Number = 255},
        {.Group = 1, .Number = 0}, {.Group = 3, .Number = 0}, {.Group = 0xffff, .Number = 0}};
    struct bench *b = *state;
    three_groups(b);
    bench_load(b);
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        struct answer answer;
        PROCESSOR_NUMBER number = numbers[i];

        ask(&answer, &number, RelationAll);

        assert_int_equal(answer.status, STATUS_INVALID_PARAMETER);
        assert_int_equal(answer.length, ROOM);
        assert_int_equal(answer.is.bytes[0], 0xdd);
    }
}

/* QRY-20 */
static void other_relations_are_not_supported(void **state)
{
    static const LOGICAL_PROCESSOR_RELATIONSHIP types[] = {
        RelationProcessorCore, RelationCache, RelationProcessorPackage, RelationProcessorDie,
        RelationNumaNodeEx, RelationProcessorModule};
    struct bench *b = *state;
    bench_load(b);
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        struct answer answer;

        ask(&answer, NULL, types[i]);

        assert_int_equal(answer.status, STATUS_NOT_SUPPORTED);
        assert_int_equal(answer.length, ROOM);
        assert_int_equal(answer.is.bytes[0], 0xdd);
    }
}

/* What the answers were in one state of a callback. */
struct seen {
    ULONG length;
    bool agrees;
    NTSTATUS of_incoming;
};

static void ask_inside(struct driver *driver, PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT change,
                       PNTSTATUS operation_status)
{
    struct seen *seen = (struct seen *)driver->extra + change->State;
    struct answer answer;
    PROCESSOR_NUMBER incoming = change->ProcNumber;
    (void)operation_status;
    ask(&answer, NULL, RelationAll);
    seen->length = answer.length;
    seen->agrees = groups_agree(&answer.is.entry) &&
                   node_agrees(at(&answer, answer.is.entry.Size + NODE), 1);
    ask(&answer, &incoming, RelationGroup);
    seen->of_incoming = answer.status;
}

/* QRY-20, QRY-1, QRY-2, QRY-3: the first processor of a group */
static void it_agrees_with_the_other_routines_inside_every_call_of_an_add(void **state)
{
    static const struct seen expected[] = {
        [KeProcessorAddStartNotify] = {GROUPS_OF(2) + 3 * NODE, true, STATUS_INVALID_PARAMETER},
        [KeProcessorAddCompleteNotify] = {GROUPS_OF(3) + 3 * NODE, true, STATUS_SUCCESS},
        [KeProcessorAddFailureNotify] = {GROUPS_OF(2) + 3 * NODE, true, STATUS_INVALID_PARAMETER},
    };
    struct bench *b = *state;
    struct seen seen[3] = {{0, false, 0}};
    struct driver *a = bench_driver(b, "a");
    a->act = ask_inside;
    a->extra = seen;
    three_groups(b);
    struct ha_add_options add = {.group = 1, .number = 2, .node = HA_ANY_PLACE,
                                 .hardware_start = STATUS_IO_TIMEOUT};

    bench_add(b, add);
    add.hardware_start = STATUS_SUCCESS;
    bench_add(b, add);

    expect_calls(b, "a.ke1 Start 6\na.ke1 Failure 6 (STATUS_IO_TIMEOUT)\n"
                    "a.ke1 Start 6\na.ke1 Complete 6\n");
    for (int i = 0; i < 3; i++) {
        assert_int_equal(seen[i].length, expected[i].length);
        assert_int_equal(seen[i].of_incoming, expected[i].of_incoming);
        assert_true(seen[i].agrees);
    }
}

struct expected_relation {
    uint32_t kind, id;
    uint16_t group;
    uint64_t active_mask;
    uint8_t active, maximum;
};

/* QRY-20 */
static void the_trace_has_the_question_and_then_each_group_and_node(void **state)
{
    static const struct expected_relation expected[] = {
        {RelationGroup, 0, 0, 0x2d, 4, 8},
        {RelationGroup, 2, 2, 0x8000000000000001u, 2, 64},
        {RelationNumaNode, 0, 0, 0x2d, 4, 0},
        {RelationNumaNode, 1, 1, 0, 0, 0},
        {RelationNumaNode, 2, 2, 0x8000000000000001u, 2, 0},
    };
    struct bench *b = *state;
    struct answer answer;
    three_groups(b);
    bench_load(b);
    bench_forget(b);

    ask(&answer, NULL, RelationAll);

    assert_int_equal(bench_record(b, HA_QUERY, 0)->as.query.routine, HA_RT_LOGICAL_RELATIONSHIP);
    assert_int_equal(bench_count(b, HA_RELATION), 5);
    for (size_t i = 0; i < 5; i++) {
        const struct ha_record *relation = bench_record(b, HA_RELATION, i);
        assert_int_equal(ha_record_seq(relation),
                         ha_record_seq(bench_record(b, HA_QUERY, 0)) + 1 + i);
        assert_int_equal(relation->id, expected[i].id);
        assert_int_equal(relation->as.relation.kind, expected[i].kind);
        assert_int_equal(relation->as.relation.group, expected[i].group);
        assert_true(relation->as.relation.active_mask == expected[i].active_mask);
        assert_int_equal(relation->as.relation.active, expected[i].active);
        assert_int_equal(relation->as.relation.maximum, expected[i].maximum);
    }
}

/* QRY-20 */
static void the_question_says_what_was_given_and_what_came_back(void **state)
{
    static const struct { uint32_t argument; uint64_t result, output; } expected[] = {
        {4, 0xc0000004u, GROUPS_OF(2)},
        {4 | 1u << 30, 0, GROUPS_OF(2)},
        {1 | 3u << 30, 0, NODE},
        {4 | 3u << 30, 0xc000000du, 0},
        {2 | 1u << 30, 0xc00000bbu, 0},
        {0xffff | 1u << 31, 0xc0000004u, GROUPS_OF(2) + NODE},
    };
    struct bench *b = *state;
    struct answer answer;
    PROCESSOR_NUMBER number = {.Group = 0}, wrong = {.Group = 1};
    ULONG length = 0;
    three_groups(b);
    bench_load(b);
    bench_forget(b);

    KeQueryLogicalProcessorRelationship(NULL, RelationGroup, NULL, &length);
    ask(&answer, NULL, RelationGroup);
    ask(&answer, &number, RelationNumaNode);
    ask(&answer, &wrong, RelationGroup);
    ask(&answer, NULL, RelationCache);
    KeQueryLogicalProcessorRelationship(&number, RelationAll, NULL, &length);

    assert_int_equal(bench_count(b, HA_RELATION), 2 + 1);
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        const struct ha_record *query = bench_record(b, HA_QUERY, i);
        assert_int_equal(query->as.query.argument, expected[i].argument);
        assert_int_equal(query->as.query.result, expected[i].result);
        assert_int_equal(query->as.query.output, expected[i].output);
    }
}

struct raised_question {
    KIRQL irql;
    struct answer answer;
};

static void ask_raised(void *argument)
{
    struct raised_question *question = argument;
    KIRQL old;
    KeRaiseIrql(question->irql, &old);
    ask(&question->answer, NULL, RelationAll);
    KeLowerIrql(old);
}

/* QRY-16 */
static void it_may_be_asked_at_dispatch_level(void **state)
{
    struct bench *b = *state;
    struct raised_question question = {.irql = DISPATCH_LEVEL};

    bench_run(b, bench_driver(b, "a"), ask_raised, &question);

    assert_int_equal(question.answer.status, STATUS_SUCCESS);
    assert_int_equal(bench_count(b, HA_REFUSED), 0);
}

/* QRY-16 */
static void above_dispatch_level_it_is_refused_and_nothing_is_written(void **state)
{
    struct bench *b = *state;
    struct raised_question question = {.irql = DISPATCH_LEVEL + 1};
    struct driver *a = bench_driver(b, "a");
    b->findings = "a QRY-16\n";
    bench_load(b);
    bench_forget(b);

    bench_run(b, a, ask_raised, &question);

    assert_int_equal(question.answer.status, STATUS_INVALID_DEVICE_STATE);
    assert_int_equal(question.answer.length, ROOM);
    assert_int_equal(question.answer.is.bytes[0], 0xdd);
    const struct ha_record *refused = bench_record(b, HA_REFUSED, 0);
    assert_int_equal(refused->as.refused.routine, HA_RT_LOGICAL_RELATIONSHIP);
    assert_int_equal(refused->as.refused.reason, HA_REASON_IRQL);
    assert_int_equal(refused->irql, DISPATCH_LEVEL + 1);
    assert_int_equal(bench_count(b, HA_QUERY), 0);
    assert_int_equal(bench_count(b, HA_RELATION), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BENCH_TEST(without_a_buffer_it_says_how_long_the_answer_is),
        BENCH_TEST(a_buffer_of_that_length_is_filled_and_one_byte_less_is_left_alone),
        BENCH_TEST(the_entry_of_groups_says_what_the_other_routines_say),
        BENCH_TEST(every_node_has_an_entry_in_ascending_order),
        BENCH_TEST(all_relations_are_the_groups_and_then_the_nodes),
        BENCH_TEST(a_processor_has_all_groups_and_of_the_nodes_its_own),
        BENCH_TEST(a_processor_that_is_not_active_is_an_invalid_parameter),
        BENCH_TEST(other_relations_are_not_supported),
        BENCH_TEST(it_agrees_with_the_other_routines_inside_every_call_of_an_add),
        BENCH_TEST(the_trace_has_the_question_and_then_each_group_and_node),
        BENCH_TEST(the_question_says_what_was_given_and_what_came_back),
        BENCH_TEST(it_may_be_asked_at_dispatch_level),
        BENCH_TEST(above_dispatch_level_it_is_refused_and_nothing_is_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
