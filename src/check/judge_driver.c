/*
 * judge_driver - a driver's life
 *
 * Owns DriverEntry, Unload and the image: where they run, what must be gone by then, and what is
 * left to be called afterwards.
 */
#include <string.h>

#include "base/names.h"
#include "check/judge_rules.h"
#include "check/who.h"

static void judge_where(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;
    unsigned kind = judge->thread->kind;
    char irql[HA_IRQL_TEXT];

    ha_exercise(judge, HA_RULE_DRV_1);
    if (record->irql)
        ha_blame(judge, HA_RULE_DRV_1, 0, "at PASSIVE_LEVEL", "at %s",
                 ha_irql_text(record->irql, irql));
    else if (kind == HA_THREAD_CALLER || kind == HA_THREAD_DPC)
        ha_blame(judge, HA_RULE_DRV_1, 0, "in a system thread", "in a %s thread",
                 ha_thread_kind_name(kind));
}

/* Whether the driver registered the same function again, and that stands. */
static bool was_repaired(const struct ha_judge *judge, uint32_t failed)
{
    const struct ha_seen_registration *lost = &judge->registrations[failed];

    for (uint32_t id = failed + 1; id < judge->registration_count; id++) {
        const struct ha_seen_registration *one = &judge->registrations[id];
        if (one->driver == lost->driver && one->function == lost->function
            && one->standing == HA_LIVE)
            return true;
    }
    return false;
}

/* What DriverEntry makes of a registration that gave NULL. */
static void judge_null(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;
    uint32_t first = judge->driver->first_registration ? judge->driver->first_registration : 1;

    for (uint32_t id = first; id < judge->registration_count; id++) {
        const struct ha_seen_registration *one = &judge->registrations[id];
        if (one->driver != record->driver || one->standing != HA_FAILED || !one->in_entry)
            continue;
        ha_exercise(judge, HA_RULE_DRV_2);
        if (!ha_nt_success(record->as.status.status) || was_repaired(judge, id))
            continue;
        ha_blame(judge, HA_RULE_DRV_2, record->driver,
                 "an error from DriverEntry, as a registration gave NULL",
                 "DriverEntry succeeds without %s", ha_client(judge, id));
        return;
    }
}

static void blame_left(struct ha_judge *judge, enum ha_rule_number rule, uint32_t id,
                       const char *expected)
{
    judge->origin = judge->registrations[id].made_at;
    ha_blame(judge, rule, judge->record->driver, expected, "%s is still registered",
             ha_client(judge, id));
}

/* Registrations that the driver should have removed by now. */
static void judge_left(struct ha_judge *judge, enum ha_rule_number rule, const char *expected)
{
    ha_exercise(judge, rule);
    for (uint32_t id = judge->first; id; id = judge->registrations[id].next)
        if (judge->registrations[id].driver == judge->record->driver)
            blame_left(judge, rule, id, expected);
    for (uint32_t id = 1; judge->has_unlisted && id < judge->registration_count; id++)
        if (judge->registrations[id].driver == judge->record->driver
            && judge->registrations[id].unlisted && judge->registrations[id].standing == HA_LIVE)
            blame_left(judge, rule, id, expected);
}

static void judge_unload(struct ha_judge *judge)
{
    const struct ha_seen_driver *driver = judge->driver;

    judge_where(judge);
    ha_exercise(judge, HA_RULE_DRV_10);
    if (driver->entry_failed)
        ha_blame(judge, HA_RULE_DRV_3, 0, "no Unload after DriverEntry failed", "Unload called");
    else if (!driver->unload_asked && !judge->gap)
        ha_blame(judge, HA_RULE_DRV_10, 0, "Unload on an accepted request only",
                 driver->unload_refused ? "Unload after a refused one" : "Unload without one");
}

static void judge_image(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;
    const struct ha_seen_driver *driver = judge->driver;

    ha_exercise(judge, HA_RULE_DRV_8);
    for (size_t i = 0; i < judge->call_count; i++) {
        if (judge->calls[i].enter.driver == record->driver) {
            ha_blame(judge, HA_RULE_DRV_8, 0, "the image kept while a callback runs",
                     "freed inside a call of %s", ha_client(judge, judge->calls[i].enter.id));
            return;
        }
    }
    if (driver->unload_refused && !driver->unload_asked && !driver->entry_failed)
        ha_blame(judge, HA_RULE_DRV_10, 0, "the image kept after a refused request", "freed");
}

/* What a run that ended by itself should have come to. */
static void judge_end(struct ha_judge *judge)
{
    if (judge->gap || judge->record->as.end.ending != HA_END_NORMALLY)
        return;
    for (size_t id = 1; id < judge->driver_count; id++) {
        const struct ha_seen_driver *driver = &judge->drivers[id];
        if (driver->entry_failed)
            ha_exercise(judge, HA_RULE_DRV_3);
        if (driver->left_behind)
            ha_exercise(judge, HA_RULE_DRV_6);
        if (driver->freed)
            continue;
        if (driver->entry_failed)
            ha_blame(judge, HA_RULE_DRV_3, 0, "the image freed after DriverEntry failed",
                     "that of %s still there", ha_driver_name(judge, (uint16_t)id));
        else if (driver->left_behind && !driver->references)
            ha_blame(judge, HA_RULE_DRV_6, 0, "the image freed, whatever is still registered",
                     "that of %s still there", ha_driver_name(judge, (uint16_t)id));
    }
}

void ha_judge_driver(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;

    switch (record->kind) {
    case HA_DRV_ENTRY_ENTER:
        judge_where(judge);
        break;
    case HA_DRV_ENTRY_LEAVE:
        if (judge->driver->failed_registration)
            judge_null(judge);
        if (!ha_nt_success(record->as.status.status))
            judge_left(judge, HA_RULE_DRV_4, "everything removed before DriverEntry fails");
        break;
    case HA_UNLOAD_ENTER:
        judge_unload(judge);
        break;
    case HA_UNLOAD_LEAVE:
        judge_left(judge, HA_RULE_DRV_5, "everything removed before Unload returns");
        break;
    case HA_IMAGE_FREED:
        judge_image(judge);
        break;
    default:
        judge_end(judge);
        break;
    }
}

/*
 * The image is gone; its driver should have removed the registration while it was there, and
 * should not have made it later. One that was removed has no turn any more.
 */
void ha_judge_dead_call(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;
    const struct ha_seen_registration *dead = ha_seen_registration(judge, record->id);
    bool removed = dead && dead->standing == HA_REMOVED;
    uint16_t driver = removed ? 0 : dead ? dead->driver : record->driver;

    ha_exercise(judge, HA_RULE_DRV_8);
    judge->origin = dead ? dead->made_at : 0;
    ha_blame(judge, HA_RULE_DRV_8, driver,
             removed ? "no turn for one that was removed"
                     : "nothing registered when the image is gone",
             "%s was due", ha_call_name(judge, record));
}

static void note_left_behind(struct ha_judge *judge)
{
    for (uint32_t id = judge->first; id; id = judge->registrations[id].next)
        judge->driver->left_behind |= judge->registrations[id].driver == judge->record->driver;
}

/* What is left of it is called no more; nobody waits for its calls. A leaver is gone, too. */
static void image_freed(struct ha_judge *judge)
{
    ha_pool_absorb_driver_gone(judge, judge->record->driver);
    ha_entry_absorb_image(judge);
    judge->driver->freed = true;
    for (uint32_t id = 1; id < judge->registration_count; id++) {
        struct ha_seen_registration *one = &judge->registrations[id];
        if (one->driver != judge->record->driver)
            continue;
        if (one->standing == HA_LEAVING)
            one->standing = HA_REMOVED;
        else if (one->listed || (one->unlisted && one->standing == HA_LIVE))
            one->standing = HA_DEAD;
        ha_list_unlink(judge, id);
    }
}

void ha_driver_absorb(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;
    struct ha_seen_driver *driver = judge->driver;

    ha_alive_absorb(judge);
    ha_dpc_absorb(judge);
    switch (record->kind) {
    case HA_DRV_ENTRY_ENTER:
        ha_pool_absorb_driver_gone(judge, record->driver);
        memset(driver, 0, sizeof *driver);      /* it may have been loaded before */
        driver->in_entry = true;
        driver->called = true;
        driver->called_at = record->irql;
        driver->entry_thread = record->thread;
        driver->first_registration = (uint32_t)judge->registration_count;
        break;
    case HA_DRV_ENTRY_LEAVE:
        driver->in_entry = false;
        driver->called = false;
        driver->entry_failed = !ha_nt_success(record->as.status.status);
        break;
    case HA_UNLOAD_REQ:
        driver->unload_asked |= ha_nt_success(record->as.status.status);
        driver->unload_refused |= !ha_nt_success(record->as.status.status);
        break;
    case HA_UNLOAD_ENTER:
    case HA_ADD_DEVICE_ENTER:
    case HA_REINIT_ENTER:
        driver->called = true;
        driver->called_at = record->irql;
        break;
    case HA_ADD_DEVICE_LEAVE:
    case HA_REINIT_LEAVE:
        driver->called = false;
        break;
    case HA_UNLOAD_LEAVE:
        driver->called = false;
        note_left_behind(judge);
        break;
    case HA_IMAGE_FREED:
        image_freed(judge);
        break;
    default:
        break;
    }
}
