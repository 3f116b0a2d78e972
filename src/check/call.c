/*
 * call - one notification call in words, and the two records that a call in one stands for
 *
 * Owns the wording of calls: scenarios are matched against it, stories and findings quote it.
 */
#include "base/names.h"
#include "base/text.h"
#include "check/cast.h"
#include "check/expect.h"
#include "check/vocabulary.h"
#include "check/who.h"

void ha_record_split(const struct ha_record *record, struct ha_record out[2])
{
    uint64_t seq = ha_record_seq(record) + 1;
    bool pnp = record->kind == HA_PNP_CB_CALL;

    out[0] = *record;
    out[0].kind = pnp ? HA_PNP_CB_ENTER : HA_CB_ENTER;
    out[1] = *record;
    out[1].kind = pnp ? HA_PNP_CB_LEAVE : HA_CB_LEAVE;
    out[1].seq_low = (uint32_t)seq;
    out[1].seq_high = (uint16_t)(seq >> 32);
    out[1].as = (union ha_payload){.raw = {0}};
    if (pnp)
        return;             /* the status is STATUS_SUCCESS */
    out[1].as.cb_leave.affinity_mask = record->as.cb.affinity_mask;
    out[1].as.cb_leave.affinity_group = record->as.cb.affinity_group;
    out[1].as.cb_leave.op_out = record->as.cb.op_in;
}

void ha_call_words(const struct ha_cast *cast, const struct ha_record *enter,
                   const struct ha_record *leave, struct ha_text *words)
{
    const char *state = ha_state_short(HA_CB_STATE(enter->flags));
    char buffer[HA_STATUS_TEXT];

    ha_client_words(cast, enter->driver, enter->id, words);
    if (!state && (enter->flags & HA_CB_OBJECT))
        return;                 /* of an object that a driver made: no processor is spoken of */
    ha_text_addf(words, " %s %u", state ? state : "?", (unsigned)enter->as.cb.nt_number);
    if (enter->as.cb.status)
        ha_text_addf(words, " (%s)", ha_status_text(enter->as.cb.status, buffer));
    if (leave && leave->as.cb_leave.op_out != enter->as.cb.op_in)
        ha_text_addf(words, " -> %s", ha_status_text(leave->as.cb_leave.op_out, buffer));
}
