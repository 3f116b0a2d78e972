/*
 * bench_callback - what the list of records says of callback objects, and of calls of who is dead
 */
#include "base/names.h"
#include "check/who.h"
#include "unit/bench.h"

void bench_callback_words(struct ha_text *text, const struct ha_cast *cast,
                          const struct ha_record *record)
{
    char status[HA_STATUS_TEXT];

    if ((record->kind < HA_EX_CREATE || record->kind > HA_EX_CALL_LEAVE)
        && record->kind != HA_DEAD_CALL)
        return;
    ha_text_add(text, " ");
    if (record->kind == HA_EX_CREATE)
        ha_text_add(text, ha_status_text(record->as.ex_create.status, status));
    else if (record->kind == HA_EX_NOTIFY)
        ha_text_addf(text, "%u called", (unsigned)record->as.ex_notify.called);
    else
        ha_registration_words(cast, record->id, text);
    if (record->kind == HA_EX_REG && !record->as.ex_reg.handle)
        ha_text_add(text, " NULL");
    if (record->kind == HA_EX_UNREG && record->flags & HA_EX_WAITS)
        ha_text_add(text, " waits");
}
