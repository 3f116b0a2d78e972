/*
 * story_interface - the wording of device interfaces
 *
 * Owns the sentences for interfaces that drivers register and enable, for those that go, for
 * devices that are opened by their names, for rebalances and for arrivals that are held.
 */
#include "check/story_words.h"

#include "base/names.h"
#include "check/who.h"

static enum ha_paint status_words(int32_t nt_status, struct ha_text *words)
{
    char status[HA_STATUS_TEXT];

    if (nt_status)
        ha_text_addf(words, ": %s", ha_status_text(nt_status, status));
    return nt_status ? HA_YELLOW : HA_PLAIN;
}

/* "a enables interface 1"; before it is enabled first, only its own record says which it is. */
static enum ha_paint set_words(const struct ha_cast *cast, const struct ha_record *record,
                               struct ha_text *words)
{
    unsigned unit;

    ha_story_subject(cast, record, words);
    if (record->as.iface_set.routine == HA_RT_REGISTER_INTERFACE)
        ha_text_add(words, "registers ");
    else
        ha_text_add(words, record->as.iface_set.enable ? "enables " : "disables ");
    ha_cast_device(cast, record->id, &unit);
    if (!record->id)
        ha_text_add(words, "no interface");
    else if (unit < HA_UNIT_COUNT)
        ha_interface_words(cast, record->id, words);
    else
        ha_text_addf(words, "interface %u", (unsigned)record->as.iface_set.device);
    return status_words(record->as.iface_set.status, words);
}

static enum ha_paint file_words(const struct ha_cast *cast, const struct ha_record *record,
                                struct ha_text *words)
{
    bool opens = record->kind == HA_FILE_OPEN;

    ha_story_subject(cast, record, words);
    ha_text_add(words, opens ? "opens " : "closes ");
    if (record->as.file.device)
        ha_interface_words(cast, record->as.file.device, words);
    else
        ha_text_add(words, opens && record->as.file.status ? "no device" : "a device");
    if (record->id)
        ha_text_addf(words, " (file %u)", (unsigned)record->id);
    return status_words(record->as.file.status, words);
}

static enum ha_paint rebalance_words(const struct ha_record *record, struct ha_text *words)
{
    ha_text_addf(words, "rebalance of resources %s",
                 record->kind == HA_REB_BEGIN ? "begins" : "ends");
    if (record->as.rebalance.cause)
        ha_text_addf(words, ", because of %sadd %u",
                     record->as.rebalance.of_memory ? "memory " : "",
                     (unsigned)record->as.rebalance.cause);
    return HA_PLAIN;
}

enum ha_paint ha_story_interface(const struct ha_cast *cast, const struct ha_record *record,
                                 struct ha_text *words)
{
    switch (record->kind) {
    case HA_IFACE_SET:
        return set_words(cast, record, words);
    case HA_FILE_OPEN: case HA_FILE_CLOSE:
        return file_words(cast, record, words);
    case HA_REB_BEGIN: case HA_REB_END:
        return rebalance_words(record, words);
    case HA_PNP_HOLD:
        ha_text_add(words, record->flags & HA_PNP_HELD ? "arrivals are held from now on"
                                                       : "arrivals are released");
        return HA_PLAIN;
    default:
        ha_text_add(words, record->as.iface.unit == HA_UNIT_INTERFACE ? "" : "interface of ");
        ha_interface_words(cast, record->id, words);
        ha_text_add(words, " is disabled");
        return HA_YELLOW;
    }
}
