/*
 * records_fact - queries, memory and trouble in the notation of records.h
 *
 * Owns what a driver asks, takes, gives back and does wrong.
 */
#include <stdlib.h>
#include <string.h>

#include "base/names.h"
#include "unit/records_parts.h"

#define PERP 0x70726550u        /* the tag 'Perp' */

static uint32_t routine_of(const char *word)
{
    static const struct {
        const char *word;
        unsigned routine;
    } routines[] = {
        {"count", HA_RT_ACTIVE_COUNT},           {"countex", HA_RT_ACTIVE_COUNT_EX},
        {"processors", HA_RT_ACTIVE_PROCESSORS}, {"maximum", HA_RT_MAXIMUM_COUNT},
        {"maximumex", HA_RT_MAXIMUM_COUNT_EX},   {"mask", HA_RT_GROUP_AFFINITY},
        {"groups", HA_RT_ACTIVE_GROUPS},         {"maximumgroups", HA_RT_MAXIMUM_GROUPS},
        {"number", HA_RT_NUMBER_FROM_INDEX},     {"index", HA_RT_INDEX_FROM_NUMBER},
        {"current", HA_RT_CURRENT_PROCESSOR},    {"currentex", HA_RT_CURRENT_PROCESSOR_EX},
        {"highestnode", HA_RT_HIGHEST_NODE},     {"currentnode", HA_RT_CURRENT_NODE},
        {"nodemask", HA_RT_NODE_AFFINITY},       {"nodemasks", HA_RT_NODE_AFFINITY2},
        {"nodecount", HA_RT_NODE_ACTIVE_COUNT},  {"nodemaximum", HA_RT_NODE_MAXIMUM_COUNT},
        {"relation", HA_RT_LOGICAL_RELATIONSHIP}, {"irql", HA_RT_CURRENT_IRQL},
        {"wait", HA_RT_WAIT},                    {"raise", HA_RT_RAISE_IRQL},
        {"lower", HA_RT_LOWER_IRQL},
        {"waits", HA_RT_WAIT_MULTIPLE},          {"delay", HA_RT_DELAY},
        {"mutex", HA_RT_RELEASE_MUTEX},          {"semaphore", HA_RT_RELEASE_SEMAPHORE},
        {"made", HA_RT_INITIALIZE_SEMAPHORE},
        {"fast", HA_RT_ACQUIRE_FAST_MUTEX},      {"region", HA_RT_LEAVE_REGION},
        {"close", HA_RT_CLOSE},                  {"dereference", HA_RT_DEREFERENCE_OBJECT},
        {"terminate", HA_RT_TERMINATE_THREAD},   {"queuework", HA_RT_QUEUE_WORK},
        {"priority", HA_RT_SET_PRIORITY},                    {"allocate", HA_RT_ALLOCATE_POOL},
        {"free", HA_RT_FREE_POOL},           {"routine", HA_RT_SYSTEM_ROUTINE},
        {"setaffinity", HA_RT_SET_AFFINITY}, {"paged", HA_RT_PAGED_CODE},
        {"initdpc", HA_RT_INITIALIZE_DPC},   {"create", HA_RT_CREATE_THREAD},
        {"registerobject", HA_RT_REGISTER_CALLBACK},
        {"push", HA_RT_ACQUIRE_PUSH_SHARED}, {"pushalone", HA_RT_ACQUIRE_PUSH_EXCLUSIVE},
        {"spinshared", HA_RT_RELEASE_SPIN_SHARED},
        {"lock", HA_RT_ACQUIRE_SPIN_LOCK},   {"slist", HA_RT_SLIST},
        {"guarded", HA_RT_ACQUIRE_GUARDED_MUTEX}, {"insert", HA_RT_INSERT_DPC},
        {"ranges", HA_RT_MEMORY_RANGES},         {"removelock", HA_RT_RELEASE_REMOVE_LOCK},
        {"removewait", HA_RT_WAIT_REMOVE_LOCK}, {"freemdl", HA_RT_FREE_MDL},
        {"freecontiguous", HA_RT_FREE_CONTIGUOUS},
        {"buildmdl", HA_RT_BUILD_MDL},           {"lockpages", HA_RT_LOCK_PAGES},
        {"registerpnp", HA_RT_REGISTER_PNP}, {"removepnp", HA_RT_UNREGISTER_PNP},
        {"reportchange", HA_RT_REPORT_CHANGE}, {"removepnpex", HA_RT_UNREGISTER_PNP_EX},
        {"makebitmap", HA_RT_INITIALIZE_BITMAP}, {"setbits", HA_RT_SET_BITS},
        {"resource", HA_RT_ACQUIRE_EXCLUSIVE}, {"convert", HA_RT_CONVERT_RESOURCE},
        {"none", HA_NO_ROUTINE},
    };
    for (size_t i = 0; i < sizeof routines / sizeof routines[0]; i++)
        if (!strcmp(routines[i].word, word))
            return routines[i].routine;
    records_give_up("no such routine", word);
    return HA_NO_ROUTINE;
}

static void trouble(struct records *records, const struct statement *statement)
{
    static const struct {
        const char *word;
        unsigned reason, misuse;
    } kinds[] = {
        {"irql", HA_REASON_IRQL, HA_MISUSE_RAISED_IRQL},
        {"null", HA_REASON_NULL_FUNCTION, HA_MISUSE_NULL_HANDLE},
        {"inside", HA_REASON_INSIDE_CALLBACK, HA_MISUSE_NONE},
        {"flags", HA_REASON_UNKNOWN_FLAGS, HA_MISUSE_NONE},
        {"memory", HA_REASON_NO_MEMORY, HA_MISUSE_NONE},
        {"stopped", HA_REASON_INTERRUPTED, HA_MISUSE_NONE},
        {"stale", HA_REASON_NONE, HA_MISUSE_STALE_HANDLE},
        {"unknown", HA_REASON_NONE, HA_MISUSE_UNKNOWN_HANDLE},
        {"self", HA_REASON_NONE, HA_MISUSE_SELF_REMOVAL},
        {"overrun", HA_REASON_NONE, HA_MISUSE_OVERRUN},
        {"nothing", HA_REASON_NONE, HA_MISUSE_NOTHING_THERE},
        {"block", HA_REASON_NONE, HA_MISUSE_BAD_BLOCK},
        {"order", HA_REASON_NONE, HA_MISUSE_IRQL_ORDER},
        {"unmade", HA_REASON_NONE, HA_MISUSE_NOT_MADE},
        {"owner", HA_REASON_NONE, HA_MISUSE_NOT_OWNER},
        {"limit", HA_REASON_NONE, HA_MISUSE_LIMIT},
        {"twice", HA_REASON_NONE, HA_MISUSE_TAKEN_TWICE},
        {"gone", HA_REASON_NONE, HA_MISUSE_NO_OBJECT},
        {"reference", HA_REASON_NONE, HA_MISUSE_NO_REFERENCE},
        {"queued", HA_REASON_NONE, HA_MISUSE_QUEUED},
        {"beyond", HA_REASON_NONE, HA_MISUSE_BEYOND_BLOCK},
        {"tag", HA_REASON_NONE, HA_MISUSE_OTHER_TAG},
        {"inuse", HA_REASON_NONE, HA_MISUSE_IN_USE},
        {"paged", HA_REASON_NONE, HA_MISUSE_PAGED_CODE},
        {"low", HA_REASON_NONE, HA_MISUSE_LOW_IRQL},
        {"unaligned", HA_REASON_NONE, HA_MISUSE_UNALIGNED},
        {"otherway", HA_REASON_NONE, HA_MISUSE_OTHER_MODE},
        {"held", HA_REASON_NONE, HA_MISUSE_HELD},
        {"inregion", HA_REASON_NONE, HA_MISUSE_IN_REGION},
        {"locked", HA_REASON_NONE, HA_MISUSE_LOCK_HELD},
        {"context", HA_REASON_NONE, HA_MISUSE_CONTEXT},
        {"unknowntag", HA_REASON_NONE, HA_MISUSE_UNKNOWN_TAG},
        {"pagedpool", HA_REASON_NONE, HA_MISUSE_PAGED_POOL},
        {"beyondmemory", HA_REASON_NONE, HA_MISUSE_BEYOND_MEMORY},
        {"beyondbitmap", HA_REASON_NONE, HA_MISUSE_BEYOND_BITMAP},
        {"clientcontext", HA_REASON_NONE, HA_MISUSE_CLIENT_CONTEXT},
        {"otherroutine", HA_REASON_NONE, HA_MISUSE_OTHER_ROUTINE},
        {"exposed", HA_REASON_NONE, HA_MISUSE_EXPOSED},
        {"parameter", HA_REASON_PARAMETER, HA_MISUSE_NONE},
        {"pointer", HA_REASON_NULL_POINTER, HA_MISUSE_NONE},
        {"unbuilt", HA_REASON_NOT_SIMULATED, HA_MISUSE_NONE},
        {"notown", HA_REASON_NOT_OWN_THREAD, HA_MISUSE_NONE},
    };
    const char *of;
    bool misuse = !strcmp(word_at(statement, 0), "misuse");
    struct ha_record *record =
        records_emit(records, statement, misuse ? HA_MISUSE : HA_REFUSED, SYSTEM, 0);

    record->driver = (uint16_t)word_number(statement, "driver", 1);
    record->as.refused.routine =
        word_change(statement, "of", &of) ? routine_of(of)
        : misuse ? HA_RT_DEREGISTER_PROCESSOR_CHANGE : HA_RT_REGISTER_PROCESSOR_CHANGE;
    if (word_at(statement, 2))
        record->as.misuse.argument = (uint32_t)strtoul(word_at(statement, 2), NULL, 0);
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (!strcmp(kinds[i].word, word_at(statement, 1)))
            record->as.refused.reason = misuse ? kinds[i].misuse : kinds[i].reason;
}

static void query(struct records *records, const struct statement *statement)
{
    struct ha_record *record = records_emit(records, statement, HA_QUERY, HOT_ADD, 0);

    if (statement->count < 4)
        records_give_up("a query says routine, argument and result", word_at(statement, 1));
    record->driver = (uint16_t)word_number(statement, "driver", 0);
    record->as.query.routine = routine_of(word_at(statement, 1));
    record->as.query.argument = (uint32_t)strtoul(word_at(statement, 2), NULL, 0);
    record->as.query.result = strtoull(word_at(statement, 3), NULL, 0);
    if (word_at(statement, 4))
        record->as.query.output = strtoull(word_at(statement, 4), NULL, 0);
}

/* One entry of the answer to a query of a relation: relation group|node ID MASK. */
static void relation(struct records *records, const struct statement *statement)
{
    uint32_t id = (uint32_t)strtoul(word_at(statement, 2), NULL, 0);
    bool of_group = !strcmp(word_at(statement, 1), "group");
    uint64_t mask = strtoull(word_at(statement, 3), NULL, 0);
    struct ha_record *record = records_emit(records, statement, HA_RELATION, HOT_ADD, id);
    uint8_t bits = 0;

    for (uint64_t rest = mask; rest; rest &= rest - 1)
        bits++;
    record->as.relation.kind = of_group ? 4 : 1;
    record->as.relation.active_mask = mask;
    record->as.relation.group = (uint16_t)word_number(statement, "group", of_group ? id : 0);
    record->as.relation.active = (uint8_t)word_number(statement, "count", bits);
    if (of_group && id < records->group_count)
        record->as.relation.maximum =
            (uint8_t)word_number(statement, "maximum", records->group_maximum[id]);
}

/* take BLOCK BYTES [in=A], give BLOCK [in=A] */
static void pool(struct records *records, const struct statement *statement, bool take)
{
    const char *in;
    const struct ha_record *call =
        word_change(statement, "in", &in) ? &records->entered[word_letter(in, "ABCX")] : NULL;
    struct ha_record *record =
        records_emit(records, statement, take ? HA_ALLOC : HA_FREE, call ? call->thread : SYSTEM,
                     (uint32_t)strtoul(word_at(statement, 1), NULL, 0));

    record->driver = (uint16_t)word_number(statement, "driver", call ? call->driver : 1);
    if (!take)
        return;
    record->as.pool.size = strtoull(word_at(statement, 2), NULL, 0);
    record->as.pool.tag = (uint32_t)word_number(statement, "tag", PERP);
    record->flags = HA_CB_NONE;
    if (!call)
        return;
    record->flags = call->flags & (HA_CB_NONE | HA_CB_EXISTING);
    record->as.pool.registration = call->id;
    record->as.pool.operation = call->as.cb.operation;
    record->as.pool.nt_number = call->as.cb.nt_number;
}

static void waits(struct records *records, const struct statement *statement)
{
    struct ha_record *record = records_emit(records, statement, HA_WAIT_BEGIN, SYSTEM, 1);
    record->driver = (uint16_t)word_number(statement, "driver", 1);
    record->as.wait.blocked = (uint16_t)word_number(statement, "blocked", 0);
}

/* thread> ID, thread< ID, work+ ID, work> ID, work< ID */
static bool runs(struct records *records, const struct statement *statement)
{
    static const struct { const char *verb; enum ha_kind kind; } verbs[] = {
        {"thread>", HA_THREAD_START}, {"thread<", HA_THREAD_END}, {"work+", HA_WORK_QUEUED},
        {"work>", HA_WORK_ENTER},     {"work<", HA_WORK_LEAVE},
    };
    for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++) {
        if (strcmp(verbs[i].verb, word_at(statement, 0)) != 0)
            continue;
        uint32_t id = (uint32_t)strtoul(word_at(statement, 1), NULL, 0);
        records_emit(records, statement, verbs[i].kind, SYSTEM, id)->driver =
            (uint16_t)word_number(statement, "driver", 1);
        return true;
    }
    return false;
}

/* 2, r1, e1: an object, calls of a registration, calls of an entry */
static uint32_t thing(const char *word, uint8_t *space)
{
    *space = *word == 'r' ? HA_NS_REGISTRATION : *word == 'e' ? HA_NS_ENTRY : HA_NS_OBJECT;
    return (uint32_t)strtoul(word + (*space != HA_NS_OBJECT), NULL, 0);
}

static void lock_order(struct records *records, const struct statement *statement)
{
    uint8_t space;
    uint32_t wanted = thing(word_at(statement, 1), &space);
    struct ha_record *record = records_emit(records, statement, HA_LOCK_ORDER, SYSTEM, wanted);
    record->driver = (uint16_t)word_number(statement, "driver", 1);
    record->as.lock_order.space = space;
    record->as.lock_order.shared = (uint8_t)word_number(statement, "shares", 0);
    record->as.lock_order.held = thing(word_at(statement, 2), &record->as.lock_order.held_space);
    record->as.lock_order.held_shared = (uint8_t)word_number(statement, "shared", 0);
    record->as.lock_order.other[0] = (uint32_t)word_number(statement, "besides", 0);
}

bool records_fact(struct records *records, const struct statement *statement)
{
    const char *verb = word_at(statement, 0), *of;

    if (!strcmp(verb, "refused") || !strcmp(verb, "misuse"))
        trouble(records, statement);
    else if (!strcmp(verb, "race"))
        records_emit(records, statement, HA_DATA_RACE, SYSTEM, 1)->driver =
            (uint16_t)word_number(statement, "driver", 1);
    else if (!strcmp(verb, "order"))
        lock_order(records, statement);
    else if (!strcmp(verb, "fault"))
        records_emit(records, statement, HA_FAULT, SYSTEM, 0)->as.fault.routine =
            word_change(statement, "of", &of) ? routine_of(of) : HA_RT_REGISTER_PROCESSOR_CHANGE;
    else if (!strcmp(verb, "query"))
        query(records, statement);
    else if (!strcmp(verb, "relation"))
        relation(records, statement);
    else if (!strcmp(verb, "take") || !strcmp(verb, "give"))
        pool(records, statement, verb[0] == 't');
    else if (!strcmp(verb, "wait"))
        waits(records, statement);
    else
        return runs(records, statement);
    return true;
}
