/* notify - see notify.h */
#include "core/notify.h"

#include <assert.h>
#include <stddef.h>

void ha_notify_join(struct ha_notify *notify, struct ha_notify_entry *entry)
{
    entry->left = false;
    entry->next = NULL;
    entry->previous = notify->last;
    if (notify->last)
        notify->last->next = entry;
    else
        notify->first = entry;
    notify->last = entry;
    notify->count++;
}

static void unlink_entry(struct ha_notify *notify, struct ha_notify_entry *entry)
{
    if (entry->previous)
        entry->previous->next = entry->next;
    else
        notify->first = entry->next;
    if (entry->next)
        entry->next->previous = entry->previous;
    else
        notify->last = entry->previous;
    notify->free_entry(notify, entry);
}

void ha_notify_leave(struct ha_notify *notify, struct ha_notify_entry *entry)
{
    assert(!entry->left);
    entry->left = true;
    notify->count--;
    if (notify->walks) {
        entry->next_left = notify->left;
        notify->left = entry;
    } else {
        unlink_entry(notify, entry);
    }
}

void ha_notify_free_left(struct ha_notify *notify)
{
    while (notify->left) {
        struct ha_notify_entry *entry = notify->left;
        notify->left = entry->next_left;
        unlink_entry(notify, entry);
    }
}
