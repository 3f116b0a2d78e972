/*
 * bench_list - what a run on the bench did, as text that tests compare
 */
#include "unit/bench.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/names.h"
#include "check/expect.h"
#include "check/who.h"

void expect_text(const char *what, const char *expected, const char *seen)
{
    if (!strcmp(expected, seen))
        return;
    fprintf(stderr, "--- %s expected\n%s--- %s seen\n%s---\n", what, expected, what, seen);
    fail_msg("the %s differ", what);
}

static void flush(struct bench *b)
{
    ha_machine_flush(b->machine);
    assert_false(b->collector.lost);
}

/* Everybody who has appeared so far. */
static struct ha_cast *make_cast(const struct bench *b)
{
    struct ha_cast *cast = ha_cast_create();
    assert_non_null(cast);
    for (size_t i = 0; i < b->collector.count; i++)
        assert_true(ha_cast_take(cast, &b->collector.record[i]));
    return cast;
}

/* The end of a call; NULL when the run ended first. Calls of a thread nest. */
static const struct ha_record *leave_of(const struct bench *b, const struct ha_record *enter)
{
    const struct ha_record *end = b->collector.record + b->collector.count;
    size_t depth = 0;
    if (enter->kind != HA_CB_ENTER)
        return NULL;
    for (const struct ha_record *at = enter + 1; at < end; at++) {
        if (at->thread != enter->thread)
            continue;
        if (at->kind == HA_CB_LEAVE && depth-- == 0)
            return at;
        depth += at->kind == HA_CB_ENTER;
    }
    return NULL;
}

void expect_calls(struct bench *b, const char *expected)
{
    struct ha_text calls = {0};
    flush(b);
    struct ha_cast *cast = make_cast(b);
    for (size_t i = b->from; i < b->collector.count; i++) {
        const struct ha_record *record = &b->collector.record[i];
        if (record->kind != HA_CB_ENTER && record->kind != HA_CB_CALL)
            continue;
        ha_call_words(cast, record, leave_of(b, record), &calls);
        ha_text_add(&calls, "\n");
    }
    ha_cast_destroy(cast);
    expect_text("calls", expected, ha_text_string(&calls));
    ha_text_close(&calls);
}

/* "0" for success, otherwise the name. */
static void add_status(struct ha_text *text, int32_t status)
{
    char buffer[HA_STATUS_TEXT];
    ha_text_add(text, status ? ha_status_text(status, buffer) : "0");
}

static void add_call(struct ha_text *text, const struct ha_cast *cast,
                     const struct ha_record *enter)
{
    ha_client_words(cast, enter->driver, enter->id, text);
    ha_text_addf(text, " %s %u (%u.%u) st=", ha_state_short(HA_CB_STATE(enter->flags)),
                 (unsigned)enter->as.cb.nt_number, (unsigned)enter->as.cb.group,
                 (unsigned)enter->as.cb.number);
    add_status(text, enter->as.cb.status);
    ha_text_add(text, " op=");
    add_status(text, enter->as.cb.op_in);
}

static void add_answer(struct ha_text *text, const struct ha_record *query)
{
    uint64_t result = query->as.query.result, output = query->as.query.output;
    unsigned argument = query->as.query.argument;
    switch (query->as.query.routine) {
    case HA_RT_ACTIVE_COUNT_EX:
        ha_text_addf(text, ", act %" PRIu64, result);
        break;
    case HA_RT_GROUP_AFFINITY:
        ha_text_addf(text, ", mask 0x%" PRIX64, result);
        break;
    case HA_RT_NUMBER_FROM_INDEX:
        ha_text_addf(text, ", map(%u) ", argument);
        if (result)
            add_status(text, (int32_t)(uint32_t)result);
        else
            ha_text_addf(text, "%" PRIu64 ".%" PRIu64, output >> 16, output & 0xffff);
        break;
    case HA_RT_INDEX_FROM_NUMBER:
        ha_text_addf(text, ", index(%u.%u) %d", argument >> 16, argument & 0xffff,
                     (int)(uint32_t)result);
        break;
    case HA_RT_MAXIMUM_COUNT_EX:
        ha_text_addf(text, ", max %" PRIu64, result);
        break;
    case HA_RT_NODE_MAXIMUM_COUNT:
        ha_text_addf(text, ", max of node %u %" PRIu64, argument, result);
        break;
    default:
        ha_text_addf(text, ", %s", ha_routine_name(query->as.query.routine));
    }
}

/* A call with its answers in one line, if nothing else lies in it. Returns its last record. */
static const struct ha_record *add_whole_call(struct ha_text *text, const struct bench *b,
                                              const struct ha_cast *cast,
                                              const struct ha_record *enter)
{
    const struct ha_record *leave = enter->kind == HA_CB_CALL ? enter : leave_of(b, enter);
    const struct ha_record *at = enter + (enter->kind == HA_CB_ENTER);
    while (at != leave && at->kind == HA_QUERY && at->thread == enter->thread)
        at++;
    if (at != leave) {
        ha_text_add(text, "enters ");
        add_call(text, cast, enter);
        return enter;
    }
    add_call(text, cast, enter);
    ha_text_add(text, ">");
    add_status(text, enter->kind == HA_CB_CALL ? enter->as.cb.op_in : leave->as.cb_leave.op_out);
    for (at = enter + 1; at < leave; at++)
        add_answer(text, at);
    return leave;
}

static void add_registration(struct ha_text *text, const struct ha_cast *cast,
                             const struct ha_record *record)
{
    ha_text_addf(text, "%s ", ha_kind_name(record->kind));
    ha_registration_words(cast, record->id, text);
    if (record->kind == HA_REG_ENTER)
        ha_text_addf(text, " flags=%u", (unsigned)record->as.reg.flags);
    if (record->kind == HA_REG_RETURN)
        ha_text_add(text, record->as.reg.handle ? " handle" : " NULL");
}

/* "1 of 64 bytes 'Perp' in a.sync Start 4" */
static void add_block(struct ha_text *text, const struct ha_cast *cast,
                      const struct ha_record *record)
{
    char tag[HA_TAG_TEXT];
    ha_tag_text(record->as.pool.tag, tag);
    ha_text_addf(text, " %u of %" PRIu64 " bytes '%s'", (unsigned)record->id,
                 record->as.pool.size, tag);
    if (record->kind == HA_FREE || HA_CB_STATE(record->flags) == HA_CB_NONE)
        return;
    ha_text_add(text, " in ");
    ha_registration_words(cast, record->as.pool.registration, text);
    ha_text_addf(text, " %s %u", ha_state_short(HA_CB_STATE(record->flags)),
                 (unsigned)record->as.pool.nt_number);
}

/* Of those about tables and IRQLs, which one. */
static void add_misuse(struct ha_text *text, const struct ha_cast *cast,
                       const struct ha_record *record)
{
    uint32_t argument = record->as.misuse.argument;
    ha_text_addf(text, " %s", ha_misuse_name(record->as.misuse.misuse));
    switch (record->as.misuse.misuse) {
    case HA_MISUSE_OVERRUN: case HA_MISUSE_NOTHING_THERE:
        ha_text_add(text, ": ");
        ha_object_words(cast, record->id, text);
        if (argument != HA_NO_INDEX || record->as.misuse.misuse == HA_MISUSE_OVERRUN)
            ha_text_addf(text, " %d", (int)argument);
        if (record->as.misuse.routine)
            ha_text_addf(text, " %s", ha_routine_name(record->as.misuse.routine));
        break;
    case HA_MISUSE_IRQL_ORDER:
        ha_text_addf(text, ": %s %u", ha_routine_name(record->as.misuse.routine),
                     (unsigned)argument);
        break;
    default:
        break;
    }
}

/* Who waits for what, and who holds it. */
static void add_deadlock(struct ha_text *text, const struct ha_cast *cast,
                         const struct ha_record *record)
{
    ha_text_add(text, " ");
    ha_thread_words(cast, record->as.wait.waiter, text);
    ha_text_add(text, " waits for ");
    ha_object_words(cast, record->id, text);
    if (!record->as.wait.holder)
        return;
    ha_text_add(text, " of ");
    ha_thread_words(cast, record->as.wait.holder, text);
}

/* "1 to 4 waits": which DPC, its target, and what else is said of it. */
static void add_dpc(struct ha_text *text, const struct ha_record *record)
{
    bool insert = record->kind == HA_DPC_INSERT, target = record->kind == HA_DPC_TARGET;
    ha_text_addf(text, " %u to ", (unsigned)record->id);
    if (record->as.dpc.target == HA_NO_GROUP)
        ha_text_add(text, "the current one");
    else
        ha_text_addf(text, "%u", (unsigned)record->as.dpc.target);
    if (insert && record->flags & HA_DPC_BY_TIMER)
        ha_text_add(text, " by timer");
    if (insert && record->flags & HA_DPC_WAITS)
        ha_text_add(text, " waits");
    if (record->kind == HA_DPC_DROP && record->flags & HA_DPC_BY_DRIVER)
        ha_text_add(text, " by driver");
    if (insert && !record->as.dpc.result)
        ha_text_add(text, " again");
    if (target && record->as.dpc.status)
        ha_text_add(text, " refused");
}

/* "1:0x4 gives 0:0x4, output 0:0x0": what was asked for, what the thread has, what it was told. */
static void add_affinity(struct ha_text *text, const struct ha_record *record)
{
    ha_text_addf(text, " %u:0x%" PRIX64 " %s %u:0x%" PRIX64,
                 (unsigned)record->as.affinity.asked_group, record->as.affinity.asked_mask,
                 record->as.affinity.accepted ? "gives" : "leaves",
                 (unsigned)record->as.affinity.new_group, record->as.affinity.new_mask);
    if (record->as.affinity.has_output)
        ha_text_addf(text, ", output %u:0x%" PRIX64, (unsigned)record->as.affinity.output_group,
                     record->as.affinity.output_mask);
}

/* What a record says that is no call. */
static void add_fact(struct ha_text *text, const struct ha_cast *cast,
                     const struct ha_record *record)
{
    switch (record->kind) {
    case HA_REG_ENTER: case HA_REG_LOCKED: case HA_REG_RETURN:
    case HA_DEREG_ENTER: case HA_DEREG_LOCKED: case HA_DEREG_RETURN:
        add_registration(text, cast, record);
        return;
    case HA_CB_LEAVE:
        ha_text_add(text, "leaves ");
        ha_client_words(cast, record->driver, record->id, text);
        ha_text_addf(text, " %s op=", ha_state_short(HA_CB_STATE(record->flags)));
        add_status(text, record->as.cb_leave.op_out);
        return;
    default:
        ha_text_add(text, ha_kind_name(record->kind));
    }
    switch (record->kind) {
    case HA_DRV_ENTRY_ENTER: case HA_UNLOAD_ENTER: case HA_UNLOAD_LEAVE: case HA_IMAGE_FREED:
        ha_text_add(text, " ");
        ha_driver_words(cast, record->driver, text);
        break;
    case HA_DRV_ENTRY_LEAVE: case HA_UNLOAD_REQ:
        ha_text_add(text, " ");
        ha_driver_words(cast, record->driver, text);
        ha_text_add(text, " ");
        add_status(text, record->as.status.status);
        break;
    case HA_HW_START: case HA_ADD_END:
        ha_text_add(text, " ");
        add_status(text, record->as.status.status);
        break;
    case HA_ACTIVE: case HA_SCHED:
        ha_text_addf(text, " %u", (unsigned)record->as.up.nt_number);
        break;
    case HA_UNIT_BEGIN: case HA_UNIT_END:
        ha_text_addf(text, " %u", (unsigned)record->as.unit.processors);
        break;
    case HA_REFUSED:
        ha_text_addf(text, " %s", ha_reason_name(record->as.refused.reason));
        break;
    case HA_MISUSE:
        add_misuse(text, cast, record);
        break;
    case HA_FAULT:
        ha_text_addf(text, " %s", ha_routine_name(record->as.fault.routine));
        break;
    case HA_ALLOC: case HA_FREE:
        add_block(text, cast, record);
        break;
    case HA_DEADLOCK:
        add_deadlock(text, cast, record);
        break;
    case HA_DPC_TARGET: case HA_DPC_INSERT: case HA_DPC_DROP: case HA_DPC_RUN_ENTER:
    case HA_DPC_RUN_LEAVE:
        add_dpc(text, record);
        break;
    case HA_AFFINITY:
        add_affinity(text, record);
        break;
    case HA_IPI_ENTER: case HA_IPI_LEAVE:
        ha_text_addf(text, " on %u", (unsigned)record->processor);
        break;
    case HA_TRACE_END:
        ha_text_addf(text, " %s", ha_ending_name(record->as.end.ending));
        break;
    default:
        bench_add_memory(text, record);
        bench_pnp_words(text, cast, record);
        bench_callback_words(text, cast, record);
        break;
    }
}

/* Orders of locks, too, are no event of the run: test_lock_order.c has them. */
static bool introduces(const struct ha_record *record)
{
    return record->kind < HA_TRACE_END || record->kind == HA_POOL_LIMITS ||
           record->kind == HA_INTERFACE || record->kind == HA_LOCK_ORDER;
}

/* The records from one to before another. */
static void compare_records(struct bench *b, size_t from, size_t end, const char *expected)
{
    struct ha_text text = {0};
    struct ha_cast *cast = make_cast(b);
    for (size_t i = from; i < end; i++) {
        const struct ha_record *record = &b->collector.record[i];
        if (introduces(record))
            continue;
        ha_thread_words(cast, record->thread, &text);
        ha_text_add(&text, " ");
        if (record->kind == HA_CB_ENTER || record->kind == HA_CB_CALL) {
            const struct ha_record *last = add_whole_call(&text, b, cast, record);
            i = (size_t)(last - b->collector.record);
        } else if (record->kind == HA_QUERY) {
            ha_text_add(&text, "asks");
            add_answer(&text, record);
        } else {
            add_fact(&text, cast, record);
        }
        ha_text_addf(&text, " [%u]\n", (unsigned)record->active);
    }
    ha_cast_destroy(cast);
    expect_text("records", expected, ha_text_string(&text));
    ha_text_close(&text);
}

void expect_records(struct bench *b, const char *expected)
{
    flush(b);
    compare_records(b, b->from, b->collector.count, expected);
}

static bool is_end(const struct ha_record *record)
{
    return record->kind == HA_TRACE_END || (record->kind == HA_UNLOAD_REQ && record->thread == 1);
}

void expect_middle(struct bench *b, const char *expected)
{
    size_t from = 0;
    flush(b);
    while (from < b->collector.count && b->collector.record[from].kind != HA_UNIT_BEGIN)
        from++;
    size_t end = from;
    while (end < b->collector.count && !is_end(&b->collector.record[end]))
        end++;
    compare_records(b, from, end, expected);
}

void bench_forget(struct bench *b)
{
    bench_load(b);
    flush(b);
    b->from = b->collector.count;
}

const struct ha_record *bench_record(struct bench *b, enum ha_kind kind, size_t n)
{
    flush(b);
    for (size_t i = b->from; i < b->collector.count; i++)
        if (b->collector.record[i].kind == kind && n-- == 0)
            return &b->collector.record[i];
    fail_msg("there is no such %s", ha_kind_name(kind));
    return NULL;
}

size_t bench_count(struct bench *b, enum ha_kind kind)
{
    size_t count = 0;
    flush(b);
    for (size_t i = b->from; i < b->collector.count; i++)
        count += b->collector.record[i].kind == kind;
    return count;
}
