/*
 * query_words - what a driver asked and was told, in words
 *
 * Owns the shapes and the wording of arguments, results and outputs, by routine.
 */
#include "check/query_words.h"

#include <inttypes.h>

#include "base/names.h"
#include "check/story_words.h"
#include "check/vocabulary.h"
#include "check/who.h"

#define ALL_GROUPS 0xffffu          /* ALL_PROCESSOR_GROUPS */
#define INVALID_INDEX 0xffffffffu   /* INVALID_PROCESSOR_INDEX */
#define RELATION_GROUP 4u

/*
 * KeGetProcessorNumberFromIndex and KeGetCurrentProcessorNumberEx store a number as
 * Group << 16 | Number; statuses are kept as 32 bits without sign.
 */
static const struct ha_answer answers[HA_ROUTINE_COUNT] = {
    [HA_RT_ACTIVE_COUNT] = {HA_SHAPE_NUMBER, HA_SHAPE_HEX, HA_SHAPE_NUMBER},
    [HA_RT_ACTIVE_PROCESSORS] = {HA_SHAPE_HEX, HA_SHAPE_NUMBER, HA_SHAPE_NUMBER},
    [HA_RT_GET_INTERFACES] = {HA_SHAPE_STATUS, HA_SHAPE_NUMBER, HA_SHAPE_NUMBER},
    [HA_RT_GROUP_AFFINITY] = {HA_SHAPE_HEX, HA_SHAPE_NUMBER, HA_SHAPE_NUMBER},
    [HA_RT_NUMBER_FROM_INDEX] = {HA_SHAPE_STATUS, HA_SHAPE_NUMBER, HA_SHAPE_NUMBER},
    [HA_RT_NODE_AFFINITY] = {HA_SHAPE_NUMBER, HA_SHAPE_HEX, HA_SHAPE_NUMBER},
    [HA_RT_NODE_AFFINITY2] = {HA_SHAPE_STATUS, HA_SHAPE_NUMBER, HA_SHAPE_NUMBER},
    [HA_RT_LOGICAL_RELATIONSHIP] = {HA_SHAPE_STATUS, HA_SHAPE_NUMBER, HA_SHAPE_RELATION},
};

struct ha_answer ha_answer_of(unsigned routine)
{
    return answers[routine < HA_ROUTINE_COUNT ? routine : HA_NO_ROUTINE];
}

enum ha_shape ha_answer_shape(const struct ha_field *field, unsigned routine)
{
    struct ha_answer answer = ha_answer_of(routine);
    return field->offset == offsetof(struct ha_record, as.query.result)   ? answer.result
           : field->offset == offsetof(struct ha_record, as.query.output) ? answer.output
                                                                          : answer.argument;
}

const char *ha_routine_words(uint32_t routine)
{
    const char *name = ha_routine_name(routine);
    return name ? name : "an unknown routine";
}

static void relation_words(uint32_t argument, struct ha_text *words)
{
    uint32_t relation = HA_RELATION_ASKED(argument);
    const char *name = ha_relation_name(relation);

    if (name)
        ha_text_add(words, name);
    else
        ha_text_addf(words, "relation %u", (unsigned)relation);
    if (argument & HA_RELATION_OF_PROCESSOR)
        ha_text_add(words, " of one processor");
}

/* A query's argument as its routine takes it. */
static void argument_words(uint32_t routine, uint32_t argument, struct ha_text *words)
{
    switch (routine) {
    case HA_RT_ACTIVE_COUNT_EX:
    case HA_RT_MAXIMUM_COUNT_EX:
    case HA_RT_GROUP_AFFINITY:
        if (argument == ALL_GROUPS)
            ha_text_add(words, "ALL_PROCESSOR_GROUPS");
        else
            ha_text_addf(words, "%u", (unsigned)argument);
        break;
    case HA_RT_NUMBER_FROM_INDEX:
    case HA_RT_NODE_AFFINITY:
    case HA_RT_NODE_AFFINITY2:
    case HA_RT_NODE_ACTIVE_COUNT:
    case HA_RT_NODE_MAXIMUM_COUNT:
        ha_text_addf(words, "%u", (unsigned)argument);
        break;
    case HA_RT_INDEX_FROM_NUMBER:
        ha_text_addf(words, "%u:%u", (unsigned)(argument >> 16), (unsigned)(argument & 0xffff));
        break;
    case HA_RT_LOGICAL_RELATIONSHIP:
        relation_words(argument, words);
        break;
    case HA_RT_SYSTEM_ROUTINE:
        if (argument)
            ha_text_addf(words, "routine %u", (unsigned)argument);
        else
            ha_text_add(words, "an unknown name");
        break;
    default:
        break;
    }
}

static void result_words(uint32_t routine, uint64_t result, struct ha_text *words)
{
    char buffer[HA_STATUS_TEXT], irql[HA_IRQL_TEXT];

    if (ha_answer_of(routine).result == HA_SHAPE_STATUS)
        ha_text_add(words, ha_status_text((int32_t)(uint32_t)result, buffer));
    else if (ha_answer_of(routine).result == HA_SHAPE_HEX)
        ha_text_addf(words, "0x%" PRIx64, result);
    else if (routine == HA_RT_CURRENT_IRQL && result <= UINT8_MAX)
        ha_text_add(words, ha_irql_text((uint32_t)result, irql));
    else if (routine == HA_RT_INDEX_FROM_NUMBER && result == INVALID_INDEX)
        ha_text_add(words, "INVALID_PROCESSOR_INDEX");
    else if (routine == HA_RT_SYSTEM_ROUTINE)
        ha_text_add(words, result ? "an address" : "NULL");
    else
        ha_text_addf(words, "%" PRIu64, result);
}

/* What the routine stored besides, unless the caller did not want it. */
static void output_words(const struct ha_record *record, struct ha_text *words)
{
    uint64_t output = record->as.query.output;

    switch (record->as.query.routine) {
    case HA_RT_ACTIVE_COUNT:
        if (output)
            ha_text_addf(words, ", mask 0x%" PRIx64, output);
        break;
    case HA_RT_NODE_AFFINITY:
        ha_text_addf(words, ", mask 0x%" PRIx64, output);
        break;
    case HA_RT_NODE_AFFINITY2:
        ha_text_addf(words, ", %" PRIu64 " group%s", output, output == 1 ? "" : "s");
        break;
    case HA_RT_NUMBER_FROM_INDEX:
        if (ha_nt_success((int32_t)(uint32_t)record->as.query.result))
            ha_text_addf(words, ", %u:%u", (unsigned)(output >> 16), (unsigned)(output & 0xffff));
        break;
    case HA_RT_CURRENT_PROCESSOR_EX:
        if (output)
            ha_text_addf(words, ", %u:%u", (unsigned)(output >> 16), (unsigned)(output & 0xffff));
        break;
    case HA_RT_MEMORY_RANGES:
        ha_text_addf(words, " range%s, ", record->as.query.result == 1 ? "" : "s");
        ha_bytes_words(output, words);
        break;
    case HA_RT_GET_INTERFACES:
        ha_text_addf(words, ", %" PRIu64 " link%s", output, output == 1 ? "" : "s");
        break;
    case HA_RT_LOGICAL_RELATIONSHIP:
        if (output)
            ha_text_addf(words, ", %" PRIu64 " bytes", output);
        break;
    default:
        break;
    }
}

/* A part of the answer: it stands below its query, a step to the right. */
static void entry_words(const struct ha_record *record, struct ha_text *words)
{
    if (record->as.relation.kind == RELATION_GROUP)
        ha_text_addf(words, "  group %u: %u of %u active, mask 0x%" PRIx64, (unsigned)record->id,
                     record->as.relation.active, record->as.relation.maximum,
                     record->as.relation.active_mask);
    else
        ha_text_addf(words, "  node %u: %u active in group %u, mask 0x%" PRIx64,
                     (unsigned)record->id, record->as.relation.active, record->as.relation.group,
                     record->as.relation.active_mask);
}

void ha_query_words(const struct ha_cast *cast, const struct ha_record *record,
                    struct ha_text *words)
{
    uint32_t routine = record->as.query.routine;

    if (record->kind == HA_RELATION) {
        entry_words(record, words);
        return;
    }
    if (record->driver) {
        ha_driver_words(cast, record->driver, words);
        ha_text_add(words, " ");
    }
    ha_text_addf(words, "%s(", ha_routine_words(routine));
    argument_words(routine, record->as.query.argument, words);
    ha_text_add(words, ") = ");
    result_words(routine, record->as.query.result, words);
    output_words(record, words);
}
