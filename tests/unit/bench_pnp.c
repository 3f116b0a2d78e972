/* bench_pnp - what records of PnP notification say, in the lists that tests compare */
#include "base/names.h"
#include "check/nest.h"
#include "check/story_words.h"
#include "check/who.h"
#include "unit/bench.h"

static void add_status(struct ha_text *text, int32_t status)
{
    char buffer[HA_STATUS_TEXT];
    ha_text_add(text, status ? ha_status_text(status, buffer) : "0");
}

void bench_pnp_words(struct ha_text *text, const struct ha_cast *cast,
                     const struct ha_record *record)
{
    if (record->kind < HA_INTERFACE || record->kind > HA_REF)
        return;
    ha_text_add(text, " ");
    switch (record->kind) {
    case HA_PNP_CB_ENTER: case HA_PNP_CB_CALL: case HA_PNP_DEAD_CALL:
        ha_story_arrival(cast, record, text);
        return;
    case HA_REF:
        ha_driver_words(cast, (uint16_t)record->id, text);
        ha_text_addf(text, " %+d: %u", (int)record->as.ref.change, (unsigned)record->as.ref.count);
        return;
    case HA_PNP_HOLD:
        ha_text_add(text, record->flags & HA_PNP_HELD ? "held" : "released");
        return;
    case HA_DEVICE_STARTED: case HA_IFACE_UP: case HA_IFACE_DOWN:
        ha_text_addf(text, "%u", (unsigned)record->as.iface.device);
        return;
    case HA_IFACE_SET:
        ha_text_add(text, record->as.iface_set.routine == HA_RT_REGISTER_INTERFACE ? "register"
                          : record->as.iface_set.enable                           ? "enable"
                                                                                  : "disable");
        ha_text_addf(text, " %u ", (unsigned)record->as.iface_set.device);
        add_status(text, record->as.iface_set.status);
        return;
    case HA_FILE_OPEN: case HA_FILE_CLOSE:
        ha_text_addf(text, "%u of instance %u ", (unsigned)record->id,
                     (unsigned)record->as.file.device);
        add_status(text, record->as.file.status);
        return;
    default:
        ha_entry_words(cast, record->id, text);
    }
    if (record->kind == HA_PNP_UNREG_ENTER && record->flags & HA_PNP_EX)
        ha_text_add(text, " Ex");
    if (record->kind == HA_PNP_REG_ENTER)
        ha_text_addf(text, " flags=%u", (unsigned)record->as.pnp_reg.flags);
    if (ha_opener_of(record->kind)) {
        ha_text_add(text, " ");
        add_status(text, record->as.status.status);
    }
}
