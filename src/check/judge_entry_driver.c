/*
 * judge_entry_driver - entries of PnP notification and the life of their driver
 *
 * Owns what must be removed when DriverEntry fails and when Unload returns, that entries keep the
 * image, and that no call of one outlives it.
 */
#include "base/names.h"
#include "check/judge_rules.h"

/* The next entry of the driver in hand that stands, 0 when there is none. */
static uint32_t next_live(const struct ha_judge *judge, uint32_t id)
{
    while (++id < judge->entry_count)
        if (judge->entries[id].driver == judge->record->driver &&
            judge->entries[id].standing == HA_LIVE)
            return id;
    return 0;
}

static void judge_left(struct ha_judge *judge, enum ha_rule_number rule, const char *expected)
{
    ha_exercise(judge, rule);
    for (uint32_t id = next_live(judge, 0); id; id = next_live(judge, id)) {
        judge->origin = judge->entries[id].made_at;
        ha_blame(judge, rule, judge->record->driver, expected, "%s is still registered",
                 ha_entry_name(judge, id));
    }
}

/* Unload Routine Environment promises that Unload is not called before every entry is gone. */
static void judge_unload(struct ha_judge *judge)
{
    uint32_t id = next_live(judge, 0);

    ha_exercise(judge, HA_RULE_DRV_7);
    if (!id)
        return;
    judge->origin = judge->entries[id].made_at;
    if (judge->knob[HA_KNOB_UNLOAD_GATE] == HA_UNLOAD_STRICT)
        ha_blame(judge, HA_RULE_DRV_7, 0, "Unload called when every PnP entry is removed",
                 "called while %s is registered", ha_entry_name(judge, id));
    else
        ha_advise(judge, HA_RULE_DRV_7, judge->record->driver,
                  "PnP entries removed before: a page has Windows call Unload only then",
                  "Unload called while %s is registered", ha_entry_name(judge, id));
}

static void judge_image(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;

    for (size_t i = 0; i < judge->telling_count; i++) {
        if (judge->tellings[i].enter.driver != record->driver)
            continue;
        ha_blame(judge, HA_RULE_DRV_8, 0, "the image kept while a callback runs",
                 "freed inside a call of %s", ha_entry_name(judge, judge->tellings[i].enter.id));
        return;
    }
    if (judge->driver->entry_failed || judge->gap)
        return;
    for (uint32_t id = 1; id < judge->entry_count; id++)
        if (judge->entries[id].driver == record->driver && judge->entries[id].referenced)
            ha_blame(judge, HA_RULE_DRV_7, 0, "the image kept while an entry refers to it",
                     "freed although %s does", ha_entry_name(judge, id));
}

/* The image is gone; its driver should have removed the entry while it was there. */
static void judge_dead_call(struct ha_judge *judge)
{
    bool removed = judge->entry->standing == HA_REMOVED;

    judge->origin = judge->entry->made_at;
    ha_blame(judge, HA_RULE_DRV_8, removed ? 0 : judge->record->driver,
             removed ? "no turn for an entry that was removed"
                     : "nothing registered when the image is gone",
             "%s was due", ha_entry_name(judge, judge->record->id));
}

void ha_judge_entry_driver(struct ha_judge *judge)
{
    switch (judge->record->kind) {
    case HA_DRV_ENTRY_LEAVE:
        if (!ha_nt_success(judge->record->as.status.status))
            judge_left(judge, HA_RULE_DRV_4, "everything removed before DriverEntry fails");
        break;
    case HA_UNLOAD_ENTER:
        judge_unload(judge);
        break;
    case HA_UNLOAD_LEAVE:
        judge_left(judge, HA_RULE_DRV_7, "every PnP entry removed before Unload returns");
        break;
    case HA_IMAGE_FREED:
        judge_image(judge);
        break;
    default:
        judge_dead_call(judge);
        break;
    }
}
