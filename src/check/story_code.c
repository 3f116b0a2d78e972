/*
 * story_code - the wording of where driver code runs, besides processor-change callbacks
 *
 * Owns how DriverEntry, Reinitialize, AddDevice, Unload, DPCs and broadcasts are called in a line,
 * how they begin and end, and the place that a thread is at.
 */
#include "check/story_words.h"

#include "base/names.h"
#include "check/expect.h"
#include "check/who.h"

void ha_story_code_call(const struct ha_cast *cast, const struct ha_record *record,
                        struct ha_text *words)
{
    switch (record->kind) {
    case HA_DPC_RUN_ENTER: case HA_DPC_RUN_LEAVE:
        ha_text_addf(words, "DPC %u of ", (unsigned)record->id);
        break;
    case HA_IPI_ENTER: case HA_IPI_LEAVE:
        ha_text_addf(words, "broadcast %u of ", (unsigned)record->id);
        break;
    case HA_ADD_DEVICE_ENTER: case HA_ADD_DEVICE_LEAVE:
        ha_text_add(words, "AddDevice of ");
        break;
    case HA_REINIT_ENTER: case HA_REINIT_LEAVE:
        ha_text_addf(words, "Reinitialize %u of ", (unsigned)record->id);
        break;
    case HA_DRV_ENTRY_ENTER: case HA_DRV_ENTRY_LEAVE:
        ha_text_add(words, "DriverEntry of ");
        break;
    default:
        ha_text_add(words, "Unload of ");
        break;
    }
    ha_driver_words(cast, record->driver, words);
    if (record->kind == HA_ADD_DEVICE_ENTER || record->kind == HA_ADD_DEVICE_LEAVE)
        ha_text_addf(words, " for device %u", (unsigned)record->id);
    else if (record->kind >= HA_DPC_RUN_ENTER && record->kind <= HA_IPI_LEAVE)
        ha_text_addf(words, " on processor %u", record->processor);
}

void ha_story_irql_change(uint8_t before, uint8_t after, struct ha_text *words)
{
    char one[HA_IRQL_TEXT], other[HA_IRQL_TEXT];

    if (before != after)
        ha_text_addf(words, ", %s became %s", ha_irql_text(before, one),
                     ha_irql_text(after, other));
}

/* How a call that gives a status, or nothing, has ended. */
static enum ha_paint end_words(const struct ha_cast *cast, const struct ha_record *record,
                               const struct ha_story_setting *setting, struct ha_text *words)
{
    bool has_status = record->kind == HA_DRV_ENTRY_LEAVE || record->kind == HA_ADD_DEVICE_LEAVE;
    bool odd = false;
    char status[HA_STATUS_TEXT];

    ha_text_add(words, setting->opener && setting->told ? "leaves " : "");
    ha_story_code_call(cast, record, words);
    if (has_status) {
        ha_text_addf(words, ": %s", ha_status_text(record->as.status.status, status));
        odd = !ha_nt_success(record->as.status.status);
    }
    if (setting->opener) {
        ha_story_irql_change(setting->opener->irql, record->irql, words);
        odd |= record->irql != setting->opener->irql;
    }
    return odd ? HA_YELLOW : HA_PLAIN;
}

enum ha_paint ha_story_code(const struct ha_cast *cast, const struct ha_record *record,
                            const struct ha_story_setting *setting, struct ha_text *words)
{
    char status[HA_STATUS_TEXT];

    switch (record->kind) {
    case HA_UNLOAD_REQ:
        ha_driver_words(cast, record->driver, words);
        ha_text_add(words, " is asked to unload");
        if (record->as.status.status)
            ha_text_addf(words, ": %s", ha_status_text(record->as.status.status, status));
        return HA_PLAIN;
    case HA_IMAGE_FREED:
        ha_text_add(words, "image of ");
        ha_driver_words(cast, record->driver, words);
        ha_text_add(words, " freed");
        return HA_PLAIN;
    default:
        return end_words(cast, record, setting, words);
    }
}

static bool is_place(const struct ha_record *opener)
{
    switch (opener->kind) {
    case HA_CB_ENTER: case HA_DRV_ENTRY_ENTER: case HA_UNLOAD_ENTER: case HA_ADD_BEGIN:
    case HA_DPC_RUN_ENTER: case HA_IPI_ENTER: case HA_ADD_DEVICE_ENTER: case HA_PNP_CB_ENTER:
    case HA_REINIT_ENTER:
        return true;
    default:
        return false;
    }
}

const struct ha_record *ha_story_place_of(const struct ha_nest *nest, uint32_t thread)
{
    const struct ha_record *opener;

    for (size_t i = 0; (opener = ha_nest_at(nest, thread, i)) != NULL; i++)
        if (is_place(opener))
            break;
    return opener;
}

void ha_story_place(const struct ha_cast *cast, const struct ha_record *place,
                    struct ha_text *words)
{
    ha_text_add(words, " in ");
    if (place->kind == HA_CB_ENTER)
        ha_call_words(cast, place, NULL, words);
    else if (place->kind == HA_PNP_CB_ENTER)
        ha_arrival_words(cast, place, words);
    else if (place->kind == HA_ADD_BEGIN)
        ha_text_addf(words, "add %u", (unsigned)place->id);
    else
        ha_story_code_call(cast, place, words);
}
