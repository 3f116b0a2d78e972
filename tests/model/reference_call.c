/*
 * reference_call - see reference.h. One call of a registration, and what is done in it.
 */
#include "model/reference.h"

/* Whether a driver that asks for something can have it: it knows what it holds. */
static bool is_possible(const struct reference *r, const struct case_act *act)
{
    const struct case_client *target = reference_client(r, act->target);
    bool brings = act->kind == BRINGS || act->kind == HELPER_BRINGS;
    return r->driver[target->driver] == RUNNING &&
           r->holds[act->target] == (brings ? HAS_NOTHING : HAS_IT);
}

static void do_act(struct reference *r, const struct case_act *act, int32_t *op, bool *scribbled)
{
    switch (act->kind) {
    case WRITES: *op = act->status; break;
    case SCRIBBLES: *scribbled = true; break;
    case BRINGS:
        if (is_possible(r, act))
            reference_register(r, act->target);
        break;
    case TAKES_AWAY:
    case TAKES_TWICE:
        if (act->client != r->guest && is_possible(r, act))
            reference_remove(r, act->target);
        if (act->kind == TAKES_TWICE)
            reference_remove_again(r, act->target);
        break;
    case HELPER_BRINGS:
    case HELPER_TAKES_AWAY:
        if (r->helped || !case_has_one_operation(&r->plan->event[r->step]) ||
            !is_possible(r, act))
            break;
        r->helped = true;
        r->helps = act->target;
        reference_help(r, act);
        break;
    case STRAYS: break;                                     /* CTX-7, HOT-11: put right */
    case SPEAKS: break;                                     /* CB-8: nobody hears it */
    case ANSWERS: break;
    }
}

/* QRY-1 to QRY-3, QRY-6, QRY-7, QRY-10 */
static void be_asked(struct reference *r, uint32_t client, uint32_t index)
{
    uint64_t mask = reference_mask(r, r->place[index] >> 16);
    uint64_t first = reference_mask(r, 0);
    bool valid = index < r->active ||
                 (r->incoming && reference_knob(r, HA_KNOB_NUMBER_MAP_AT_START) == HA_MAP_VALID);
    uint32_t count = 0;
    for (uint32_t n = 0; n < CASE_NUMBERS; n++)
        count += first >> n & 1;
    if (reference_knob(r, HA_KNOB_LEGACY_COUNT) == HA_LEGACY_ALL)
        count = r->active;
    facts_say(r->facts, SEEN, (struct fact){.what = QUERIES, .who = client, .state = count,
                                            .index = (uint32_t)mask,
                                            .place = (uint32_t)(mask >> 32), .status = valid,
                                            .around = r->active});
}

bool reference_call(struct reference *r, struct member *member, uint32_t state, uint32_t index,
                    int32_t status, int32_t *op)
{
    uint32_t client = member->client;
    const struct member *called_before = r->called;
    uint32_t irql = reference_knob(r, HA_KNOB_CALLBACK_IRQL) == HA_CALLBACK_APC;
    const struct case_act *act;
    int32_t before = *op;
    bool scribbled = false;
    struct fact call = {.what = CALL, .who = client, .state = state, .index = index,
                        .place = reference_knob(r, HA_KNOB_TARGET) == HA_TARGET_WS2008
                                     ? 0 : r->place[index],     /* CTX-6 */
                        .status = status, .op = before,
                        .around = reference_around(r, irql)};

    if (member->dead) {                                     /* DRV-8 */
        call.what = DEAD_CALL;
        facts_say(r->facts, SYNC, call);
        return false;
    }
    uint32_t nth = r->heard[client][state]++;
    facts_say(r->facts, SYNC, call);
    call.what = SEES;
    call.around = facts_around(0, irql, 0);
    facts_say(r->facts, SEEN, call);
    if (reference_client(r, client)->asks)
        be_asked(r, client, index);

    r->called = member;
    r->depth++;
    for (uint32_t n = 0; (act = case_act_of(r->plan, client, r->step, state, nth, n)); n++)
        do_act(r, act, op, &scribbled);
    r->depth--;
    r->called = called_before;
    facts_say(r->facts, SYNC, (struct fact){.what = ANSWER, .who = client, .state = scribbled,
                                            .op = *op});
    if (r->leaves_after == member) {                        /* DEREG-2 */
        r->leaves_after = NULL;
        bool of_object = reference_client(r, client)->kind == OF_OBJECT;
        facts_say(r->facts, of_object ? WAITERS : SYNC,
                  (struct fact){.what = of_object ? PARTS : LEFT, .who = client});
    }
    return *op != before && reference_is_error(*op);
}
