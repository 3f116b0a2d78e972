/*
 * expect_drivers - what drivers' entries must return, against what they returned
 *
 * Owns struct ha_entries.
 */
#include <stdlib.h>
#include <string.h>

#include "base/names.h"
#include "check/expect_parts.h"

struct ha_entry {
    bool left;
    int32_t nt_status;
};

bool ha_entries_take(struct ha_entries *entries, const struct ha_record *record)
{
    if (record->kind != HA_DRV_ENTRY_LEAVE)
        return true;
    if (record->driver >= entries->room) {
        size_t room = 2 * ((size_t)record->driver + 1);
        struct ha_entry *entry = realloc(entries->entry, room * sizeof *entry);
        if (!entry)
            return false;
        memset(entry + entries->room, 0, (room - entries->room) * sizeof *entry);
        entries->entry = entry;
        entries->room = room;
    }
    entries->entry[record->driver] = (struct ha_entry){true, record->as.status.status};
    return true;
}

void ha_entries_reset(struct ha_entries *entries)
{
    for (size_t i = 0; i < entries->room; i++)
        entries->entry[i].left = false;
}

void ha_entries_close(struct ha_entries *entries)
{
    free(entries->entry);
    *entries = (struct ha_entries){0};
}

/* The newest driver of a name whose entry has returned; NULL when there is none. */
static const struct ha_entry *find_entry(const struct ha_entries *entries,
                                         const struct ha_cast *cast, const char *name)
{
    for (size_t id = entries->room; id-- > 1;) {
        const char *other = ha_cast_name(cast, HA_NS_DRIVER, (uint32_t)id);
        if (entries->entry[id].left && other && !strcmp(other, name))
            return &entries->entry[id];
    }
    return NULL;
}

static bool may_return(const struct ha_expected_driver *driver, int32_t nt_status)
{
    bool may = driver->nt_status == nt_status;
    for (size_t i = 0; i < driver->other_count && !may; i++)
        may = driver->other[i] == nt_status;
    return may;
}

int ha_entries_compare(const struct ha_entries *entries, const struct ha_expect *expect,
                       const struct ha_cast *cast, struct ha_text *report)
{
    char text[HA_STATUS_TEXT];
    int differences = 0;

    for (size_t i = 0; i < expect->driver_count; i++) {
        const struct ha_expected_driver *expected = &expect->driver[i];
        const struct ha_entry *entry = find_entry(entries, cast, expected->name);
        if (entry && may_return(expected, entry->nt_status))
            continue;
        ha_text_addf(report, "driver %s: %s", expected->name,
                     ha_status_text(expected->nt_status, text));
        for (size_t k = 0; k < expected->other_count; k++)
            ha_text_addf(report, " or %s", ha_status_text(expected->other[k], text));
        if (entry)
            ha_text_addf(report, " expected, its entry returned %s\n",
                         ha_status_text(entry->nt_status, text));
        else
            ha_text_add(report, " expected, but no entry of it has returned\n");
        differences++;
    }
    return differences;
}
