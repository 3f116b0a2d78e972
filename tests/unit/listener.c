/* listener - see listener.h. Owns struct listener. */
#include "unit/listener.h"

#include <poclass.h>
#include <stdlib.h>
#include <string.h>

/* A bench and those who listen there. */
struct hall {
    void *bench;
    struct listener listener[BENCH_DRIVERS];
    size_t count;
};

int listener_setup(void **state)
{
    struct hall *hall = calloc(1, sizeof *hall);
    assert_non_null(hall);
    *state = hall;
    return bench_setup(&hall->bench);
}

int listener_teardown(void **state)
{
    struct hall *hall = *state;
    int result = bench_teardown(&hall->bench);
    free(hall);
    return result;
}

struct bench *bench_of(void **state)
{
    const struct hall *hall = *state;
    return hall->bench;
}

NTSTATUS NTAPI listener_callback(PVOID NotificationStructure, PVOID Context)
{
    struct listener *listener = Context;
    const DEVICE_INTERFACE_CHANGE_NOTIFICATION *told = NotificationStructure;
    listener->told = *told;
    listener->kept = told;
    if (listener->link)
        listener->same_link = memcmp(told->SymbolicLinkName->Buffer, listener->link,
                                     told->SymbolicLinkName->Length) == 0;
    if (listener->act)
        listener->act(listener);
    return listener->answer;
}

NTSTATUS listener_start(struct listener *listener)
{
    listener->status = IoRegisterPlugPlayNotification(
        EventCategoryDeviceInterfaceChange, listener->flags,
        (PVOID)(uintptr_t)listener->class_guid, listener->driver->object, listener_callback,
        listener, &listener->entry);
    return listener->status;
}

void listener_stop(struct listener *listener)
{
    listener->status = listener->old ? IoUnregisterPlugPlayNotification(listener->entry)
                                     : IoUnregisterPlugPlayNotificationEx(listener->entry);
}

void listener_stop_itself(struct listener *listener)
{
    if (listener->entry)        /* in a late call it has none any more */
        listener_stop(listener);
    listener->entry = NULL;
}

void listener_stop_in_thread(void *listener)
{
    listener_stop_itself(listener);
}

size_t listener_calls(struct bench *bench)
{
    return bench_count(bench, HA_PNP_CB_ENTER) + bench_count(bench, HA_PNP_CB_CALL);
}

const struct ha_record *listener_call(struct bench *bench, size_t which)
{
    assert_true(which < listener_calls(bench));
    const struct ha_record *record = &bench->collector.record[bench->from];
    while ((record->kind != HA_PNP_CB_ENTER && record->kind != HA_PNP_CB_CALL) || which-- > 0)
        record++;
    return record;
}

static NTSTATUS enter(struct driver *driver)
{
    listener_start(driver->extra);
    return STATUS_SUCCESS;
}

static void leave(struct driver *driver)
{
    struct listener *listener = driver->extra;
    if (!listener->stays_registered && listener->entry)
        listener_stop(listener);
}

struct listener *listener_add(void *at, const char *name, struct listener listener)
{
    struct hall *hall = at;
    struct listener *added = &hall->listener[hall->count++];
    struct driver *driver = bench_driver(hall->bench, name);
    *added = listener;
    added->driver = driver;
    if (!added->class_guid)
        added->class_guid = &GUID_DEVICE_PROCESSOR;
    driver->enter = enter;
    driver->leave = leave;
    driver->extra = added;
    return added;
}
