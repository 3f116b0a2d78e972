/*
 * story_pnp - the wording of PnP notification
 *
 * Owns the sentences for entries that come and go, and for the calls that tell of an arrival.
 */
#include "check/story_words.h"

#include <inttypes.h>

#include "base/names.h"
#include "check/who.h"

#define INCLUDE_EXISTING 1u     /* Source: WDK reference, wdm.h, IoRegisterPlugPlayNotification */

void ha_entry_words(const struct ha_cast *cast, uint32_t entry, struct ha_text *words)
{
    const char *name = ha_cast_name(cast, HA_NS_ENTRY, entry);

    if (!entry) {
        ha_text_add(words, "an unknown entry");
        return;
    }
    ha_driver_words(cast, ha_cast_entry_owner(cast, entry), words);
    if (name)
        ha_text_addf(words, ".%s", name);
    else
        ha_text_addf(words, ".#%u", (unsigned)entry);
}

void ha_interface_words(const struct ha_cast *cast, uint32_t interface, struct ha_text *words)
{
    static const char *const names[] = {
        [HA_UNIT_PROCESSOR] = "processor", [HA_UNIT_MEMORY] = "memory",
        [HA_UNIT_INTERFACE] = "interface",
    };
    unsigned unit, device = ha_cast_device(cast, interface, &unit);
    uint64_t base;

    if (unit >= HA_UNIT_COUNT)
        ha_text_addf(words, "instance %u", (unsigned)interface);
    else if (unit == HA_UNIT_MEMORY && ha_cast_base(cast, device, &base))
        ha_text_addf(words, "memory 0x%" PRIx64, base);
    else
        ha_text_addf(words, "%s %u", names[unit], device);
}

void ha_arrival_words(const struct ha_cast *cast, const struct ha_record *enter,
                      struct ha_text *words)
{
    const char *event = ha_pnp_event_name(enter->as.pnp_cb.event);

    ha_entry_words(cast, enter->id, words);
    ha_text_addf(words, " %s ", event ? event : "?");
    ha_interface_words(cast, enter->as.pnp_cb.interface, words);
}

void ha_story_arrival(const struct ha_cast *cast, const struct ha_record *enter,
                      struct ha_text *words)
{
    ha_arrival_words(cast, enter, words);
    if (enter->as.pnp_cb.replay)
        ha_text_add(words, ", which is there already");
    if (enter->as.pnp_cb.second)
        ha_text_add(words, ", once more");
    if (enter->as.pnp_cb.late)
        ha_text_add(words, ", though it is removed");
}

void ha_story_pnp_opening(const struct ha_cast *cast, const struct ha_record *record,
                          struct ha_text *words)
{
    if (record->kind == HA_PNP_CB_ENTER) {
        ha_text_add(words, "enters ");
        ha_story_arrival(cast, record, words);
    } else if (record->kind == HA_PNP_REG_ENTER) {
        ha_entry_words(cast, record->id, words);
        ha_text_add(words, " registers");
        if (record->as.pnp_reg.flags & INCLUDE_EXISTING)
            ha_text_add(words, ", existing instances first");
    } else {
        ha_text_add(words, "removes ");
        ha_entry_words(cast, record->id, words);
    }
}

static enum ha_paint removal_words(const struct ha_cast *cast, const struct ha_record *record,
                                   const struct ha_record *opener, struct ha_text *words)
{
    /* The story notes in its copy of PNP_UNREG_ENTER, which carries nothing, what came of it. */
    unsigned misuse = opener ? opener->as.misuse.misuse : 0;
    char status[HA_STATUS_TEXT];

    if (record->id) {
        ha_entry_words(cast, record->id, words);
        ha_text_add(words, " removed");
        return HA_PLAIN;
    }
    ha_text_addf(words, "removes nothing: %s",
                 ha_status_text(record->as.status.status, status));
    if (misuse)
        ha_text_addf(words, ", %s", ha_misuse_name(misuse));
    return HA_YELLOW;
}

enum ha_paint ha_story_pnp(const struct ha_cast *cast, const struct ha_record *record,
                           const struct ha_story_setting *setting, struct ha_text *words)
{
    bool odd = !ha_nt_success(record->as.status.status);
    char status[HA_STATUS_TEXT];

    switch (record->kind) {
    case HA_PNP_DEAD_CALL:
        ha_story_arrival(cast, record, words);
        ha_text_add(words, " not called: the driver is gone");
        return HA_RED;
    case HA_PNP_UNREG_RETURN:
        return removal_words(cast, record, setting->opener, words);
    case HA_PNP_REG_RETURN:
        ha_entry_words(cast, record->id, words);
        ha_text_add(words, odd ? " not registered" : " registered");
        break;
    default:
        ha_text_add(words, setting->opener && setting->told ? "leaves " : "");
        if (setting->opener)
            ha_story_arrival(cast, setting->opener, words);
        else
            ha_entry_words(cast, record->id, words);
    }
    if (odd)
        ha_text_addf(words, ": %s", ha_status_text(record->as.status.status, status));
    return odd ? HA_YELLOW : HA_PLAIN;
}
