/*
 * story_fold - calls of one registration for processor after processor
 *
 * Owns struct ha_fold, and what makes calls alike: they differ in their processor only, which goes
 * up or down by one (down where failures come in reverse).
 */
#include "check/story_fold.h"

#include "check/vocabulary.h"

unsigned ha_fold_at(const struct ha_fold *fold, unsigned place)
{
    return (unsigned)(fold->first.as.cb.nt_number + fold->step * (int)place);
}

/* Whether a call found and left everything as callbacks ordinarily do. */
static bool is_uneventful(const struct ha_record *enter, const struct ha_record *leave)
{
    struct ha_record pair[2];

    ha_record_split(enter, pair);
    return leave->as.cb_leave.op_out == pair[1].as.cb_leave.op_out &&
           leave->as.cb_leave.affinity_mask == pair[1].as.cb_leave.affinity_mask &&
           leave->as.cb_leave.affinity_group == pair[1].as.cb_leave.affinity_group &&
           leave->irql == enter->irql && leave->regions == enter->regions &&
           !(leave->flags & HA_CB_CONTEXT_CHANGED);
}

static bool is_alike(const struct ha_record *first, const struct ha_record *enter)
{
    return enter->id == first->id && enter->thread == first->thread &&
           enter->flags == first->flags && enter->driver == first->driver &&
           enter->as.cb.operation == first->as.cb.operation &&
           enter->as.cb.status == first->as.cb.status;
}

bool ha_fold_take(struct ha_fold *fold, const struct ha_record *enter,
                  const struct ha_record *leave)
{
    if (!is_uneventful(enter, leave))
        return false;
    if (!fold->count) {
        fold->first = *enter;
        fold->count = 1;
        return true;
    }
    if (fold->count == 1)
        fold->step = enter->as.cb.nt_number < fold->first.as.cb.nt_number ? -1 : 1;
    if (!is_alike(&fold->first, enter) || enter->as.cb.nt_number != ha_fold_at(fold, fold->count))
        return false;
    fold->count++;
    return true;
}
