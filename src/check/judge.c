/*
 * judge - holds a trace against the rules, one record after another
 *
 * Owns the course of a record: what it speaks of is looked up, the judges that the table names
 * for its kind look at it, and it goes into the memory. Calls that run as the judge foresaw take
 * the shortcut past all that.
 */
#include "check/judge.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "check/judge_rules.h"
#include "check/vocabulary.h"

static void take(struct ha_sink *sink, const struct ha_record *first, size_t count);

/* One judge more for a kind of record. */
static void add_judge(struct ha_judges *judges, ha_rule_judge *one)
{
    size_t at = 0;

    while (at < judges->count && judges->judge[at] != one)
        at++;
    assert(at < HA_JUDGES_OF_A_KIND);
    judges->judge[at] = one;
    if (at == judges->count)
        judges->count++;
}

/* For each kind of record the judges that rows name for it, each once. */
static void build_index(struct ha_judge *judge)
{
    for (size_t rule = 0; rule < HA_RULE_COUNT; rule++) {
        for (size_t i = 0; i < HA_JUDGES_OF_A_RULE && ha_rule_judges[rule][i]; i++) {
            for (unsigned kind = 0; kind < HA_KIND_COUNT; kind++) {
                if (!ha_rule_looks_at(rule, i, kind))
                    continue;
                add_judge(&judge->index[kind], ha_rule_judges[rule][i]);
                if (!ha_rule_looks_at_all(rule, i))
                    add_judge(&judge->calm[kind], ha_rule_judges[rule][i]);
            }
        }
    }
}

struct ha_judge *ha_judge_create(void)
{
    struct ha_judge *judge = calloc(1, sizeof *judge);
    if (!judge)
        return NULL;
    judge->cast = ha_cast_create();
    if (!judge->cast) {
        free(judge);
        return NULL;
    }
    judge->sink.take = take;
    judge->shortcut = true;
    ha_pool_init(&judge->pool);
    ha_layout_init(&judge->layout);
    build_index(judge);
    ha_judge_reset(judge);
    return judge;
}

void ha_judge_destroy(struct ha_judge *judge)
{
    if (!judge)
        return;
    ha_cast_destroy(judge->cast);
    ha_text_close(&judge->words);
    ha_pool_close(&judge->pool);
    free(judge->registrations);
    free(judge->drivers);
    free(judge->threads);
    free(judge->calls);
    free(judge->phases);
    free(judge->alive);
    free(judge->dpcs);
    free(judge->entries);
    free(judge->orders);
    free(judge->tellings);
    ha_instances_close(&judge->instances);
    free(judge->findings);
    free(judge);
}

void ha_judge_spare_notes(struct ha_judge *judge)
{
    judge->spares_notes = true;
}

struct ha_sink *ha_judge_sink(struct ha_judge *judge)
{
    return &judge->sink;
}

const struct ha_finding *ha_judge_findings(const struct ha_judge *judge, size_t *count, bool *lost)
{
    *count = judge->finding_count;
    if (lost)
        *lost = judge->lost;
    return judge->findings;
}

const struct ha_cast *ha_judge_cast(const struct ha_judge *judge)
{
    return judge->cast;
}

bool ha_judge_exercised(const struct ha_judge *judge, const struct ha_rule *rule)
{
    size_t number = (size_t)(rule - ha_rule_table);

    assert(number < HA_RULE_COUNT);
    return ha_is_exercised(judge, number);
}

static bool is_call(unsigned kind)
{
    return kind == HA_CB_ENTER || kind == HA_CB_LEAVE || kind == HA_CB_CALL;
}

/* How the driver left the call: as the record says, or, for CB_CALL, as it was entered. */
static void look_at_leave(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;
    bool call = record->kind == HA_CB_CALL;

    judge->left.op_out = call ? record->as.cb.op_in : record->as.cb_leave.op_out;
    judge->left.affinity_mask = call ? record->as.cb.affinity_mask
                                     : record->as.cb_leave.affinity_mask;
    judge->left.affinity_group = call ? record->as.cb.affinity_group
                                      : record->as.cb_leave.affinity_group;
    judge->left.irql = record->irql;
    judge->left.regions = record->regions;
    judge->left.changed = !call && (record->flags & HA_CB_CONTEXT_CHANGED);
}

/* A trace from elsewhere need not show the lock: its first call shows that it was obtained. */
static void infer_lock(struct ha_judge *judge)
{
    if (!judge->own && judge->registration && judge->registration->standing == HA_ENTERED
        && judge->registration->existing && (judge->enter->flags & HA_CB_EXISTING))
        ha_absorb_lock(judge, judge->enter->id, judge->registration->thread);
}

/* An entry of PnP notification, and the call that is left or that the thread is in. */
static bool look_up_entry(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;
    uint32_t id = record->kind == HA_REF ? record->as.ref.entry : record->id;

    judge->entry = id ? ha_reach_entry(judge, id) : NULL;
    if (record->kind == HA_PNP_CB_LEAVE)
        judge->telling = ha_telling_of(judge, record->thread, id);
    if (!id)
        return record->kind == HA_PNP_UNREG_ENTER || record->kind == HA_PNP_UNREG_RETURN
               || record->kind == HA_REF;
    return judge->entry != NULL;
}

/* What a kind of record speaks of besides its thread and driver. */
enum about { ABOUT_NOTHING, ABOUT_CALL, ABOUT_REGISTRATION, ABOUT_CLIENT, ABOUT_ENTRY };

static const uint8_t about[HA_KIND_COUNT] = {
    [HA_CB_ENTER] = ABOUT_CALL, [HA_CB_LEAVE] = ABOUT_CALL, [HA_CB_CALL] = ABOUT_CALL,
    [HA_REG_ENTER] = ABOUT_REGISTRATION, [HA_REG_LOCKED] = ABOUT_REGISTRATION,
    [HA_REG_RETURN] = ABOUT_REGISTRATION, [HA_DEREG_ENTER] = ABOUT_REGISTRATION,
    [HA_DEREG_LOCKED] = ABOUT_REGISTRATION, [HA_DEREG_RETURN] = ABOUT_REGISTRATION,
    [HA_EX_REG] = ABOUT_CLIENT, [HA_EX_UNREG] = ABOUT_CLIENT,
    [HA_PNP_REG_ENTER] = ABOUT_ENTRY, [HA_PNP_REG_RETURN] = ABOUT_ENTRY,
    [HA_PNP_UNREG_ENTER] = ABOUT_ENTRY, [HA_PNP_UNREG_RETURN] = ABOUT_ENTRY,
    [HA_PNP_CB_ENTER] = ABOUT_ENTRY, [HA_PNP_CB_LEAVE] = ABOUT_ENTRY,
    [HA_PNP_DEAD_CALL] = ABOUT_ENTRY, [HA_REF] = ABOUT_ENTRY,
};

/* The call that is entered or left; `call` is open around the record, or NULL. */
static bool look_up_call(struct ha_judge *judge, const struct ha_open_call *call)
{
    const struct ha_record *record = judge->record;

    judge->enter = record->kind == HA_CB_LEAVE ? judge->around : record;
    if (!judge->enter)
        return false;
    judge->aside = call && record->kind == HA_CB_LEAVE && call->aside;
    judge->registration = ha_seen_registration(judge, record->id);
    if (record->kind != HA_CB_ENTER)
        look_at_leave(judge);
    infer_lock(judge);
    judge->phase = judge->enter->flags & HA_CB_EXISTING
                       ? ha_phase_find(judge, judge->enter->as.cb.operation) : NULL;
    if (record->kind != HA_CB_LEAVE)
        judge->bar = ha_call_bar(judge);
    return !judge->lost;
}

static bool look_up_registration(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;

    if (!record->id)            /* a handle that is none; nothing is registered under it */
        return record->kind >= HA_DEREG_ENTER;
    judge->registration = ha_reach_registration(judge, record->id);
    judge->phase = ha_phase_find(judge, record->id);
    return judge->registration != NULL;
}

static bool look_up_client(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;

    if (!record->id)            /* nobody is registered under it */
        return record->kind == HA_EX_UNREG;
    judge->registration = ha_reach_registration(judge, record->id);
    return judge->registration != NULL;
}

/* Find what the record in hand speaks of. False when it cannot be judged or kept. */
static inline bool look_up(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;
    struct ha_open_call *call = NULL;

    /* Who else is named comes first: a table that grows may move. */
    if (record->kind == HA_REF)
        ha_reach_driver(judge, record->id);
    /* Hardly a record is the first of its thread or driver. */
    if ((record->thread >= judge->thread_count && !ha_reach_thread(judge, record->thread))
        || (record->driver >= judge->driver_count && !ha_reach_driver(judge, record->driver)))
        return false;
    judge->thread = &judge->threads[record->thread];
    judge->driver = &judge->drivers[record->driver];
    judge->registration = NULL;
    judge->enter = NULL;
    judge->entry = NULL;
    judge->telling =
        judge->telling_count ? ha_telling_of(judge, record->thread, 0) : NULL;
    judge->bar.rule = HA_RULE_COUNT;
    if (judge->call_count)
        call = ha_innermost_call(judge, record->thread,
                                 record->kind == HA_CB_LEAVE ? record->id : 0);
    judge->around = call ? &call->enter : NULL;
    if (about[record->kind] == ABOUT_NOTHING)
        return true;
    switch (about[record->kind]) {
    case ABOUT_CALL:         return look_up_call(judge, call);
    case ABOUT_REGISTRATION: return look_up_registration(judge);
    case ABOUT_CLIENT:       return look_up_client(judge);
    default:                 return look_up_entry(judge);
    }
}

/* Whether the record shows, in a trace that has no ACTIVE, that a processor comes. */
static bool hides_active(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;
    bool added = is_call(record->kind) && record->kind != HA_CB_LEAVE
                 && !(record->flags & HA_CB_EXISTING)
                 && HA_CB_STATE(record->flags) == HA_STATE_COMPLETE;

    judge->shows_active |= judge->own || record->kind == HA_ACTIVE;
    return !judge->shows_active && record->kind >= HA_DRV_ENTRY_ENTER
           && (added || record->active != judge->shown);
}

static void note_gap(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;
    bool hidden = hides_active(judge);
    bool gap = judge->next_seq && ha_record_seq(record) != judge->next_seq;

    judge->gap |= gap;
    if (hidden || (gap && record->active != judge->shown))
        judge->layout.known = false;
    if (hidden || gap)
        judge->shown = record->active;
}

/*
 * Whether those who look at every record have nothing to see. They watch the active count
 * (QRY-4, QRY-5), the processor (HOT-11, ORD-2) and the end of a listing (QRY-20).
 */
static inline bool is_calm(const struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;

    return record->active == judge->shown && record->processor < judge->running
           && record->kind != HA_ACTIVE && !judge->listing.open
           && ha_is_exercised(judge, HA_RULE_QRY_5) && judge->shortcut;
}

/* A record that stands for itself, or for a call of processor-change. */
static void judge_one(struct ha_judge *judge, const struct ha_record *record)
{
    judge->record = record;
    judge->origin = 0;
    if (ha_record_seq(record) != judge->next_seq || !judge->shows_active)
        note_gap(judge);
    judge->next_seq = ha_record_seq(record) + 1 + (record->kind == HA_CB_CALL);
    if (!look_up(judge))
        return;
    const struct ha_judges *judges = is_calm(judge) ? &judge->calm[record->kind]
                                                    : &judge->index[record->kind];
    for (size_t i = 0; i < judges->count; i++) {
        judge->speaking = judges->judge[i];
        judge->speaking(judge);
    }
    ha_absorb(judge);
}

static void take(struct ha_sink *sink, const struct ha_record *first, size_t count)
{
    struct ha_judge *judge = (struct ha_judge *)sink;

    for (const struct ha_record *record = first; record < first + count && !judge->lost;
         record++) {
        if (record->kind >= HA_KIND_COUNT)
            continue;
        if (is_call(record->kind) && judge->shortcut && ha_shortcut(judge, record))
            continue;
        if (record->kind == HA_PNP_CB_CALL) {
            struct ha_record pair[2];
            ha_record_split(record, pair);
            judge_one(judge, &pair[0]);
            if (!judge->lost)
                judge_one(judge, &pair[1]);
        } else {
            judge_one(judge, record);
        }
    }
    judge->record = judge->enter = judge->around = judge->telling = NULL;
}
