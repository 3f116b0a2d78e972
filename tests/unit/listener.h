/*
 * listener - drivers on the bench that hear of the arrival of devices
 *
 * A listener is a driver that registers for PnP notification in its entry and removes that in its
 * unload. It lives until the bench has gone.
 */
#ifndef HA_TESTS_LISTENER_H
#define HA_TESTS_LISTENER_H

#include "unit/bench.h"

#define INCLUDE_EXISTING PNPNOTIFY_DEVICE_INTERFACE_INCLUDE_EXISTING_INTERFACES

struct listener {
    /* How it behaves. */
    ULONG flags;
    const GUID *class_guid;                     /* NULL for GUID_DEVICE_PROCESSOR */
    NTSTATUS answer;
    void (*act)(struct listener *listener);     /* in the callback; may be NULL */
    bool stays_registered;                      /* its unload forgets the entry */
    bool old;                                   /* it removes with the older routine */
    const WCHAR *link;                          /* that it expects; NULL: it does not look */
    void *extra;                                /* the test's own */

    /* What became of it. */
    struct driver *driver;
    PVOID entry;
    NTSTATUS status;                            /* of what was asked last */
    DEVICE_INTERFACE_CHANGE_NOTIFICATION told;  /* last */
    const DEVICE_INTERFACE_CHANGE_NOTIFICATION *kept;
    bool same_link;
    const WCHAR *link_text;                     /* that an act has kept, */
    WCHAR behind_link;                          /* and what it saw behind that */
};

int listener_setup(void **state);
int listener_teardown(void **state);
#define LISTENER_TEST(test) \
    cmocka_unit_test_setup_teardown(test, listener_setup, listener_teardown)

/* The bench of a test that was set up here. */
struct bench *bench_of(void **state);

/* The next driver is a listener that behaves so. */
struct listener *listener_add(void *hall, const char *name, struct listener listener);

/* In a driver: register, with itself as context, and remove that. */
NTSTATUS listener_start(struct listener *listener);
void listener_stop(struct listener *listener);
/* The same as an act and as a thread's body; its unload has nothing to remove then. */
void listener_stop_itself(struct listener *listener);
void listener_stop_in_thread(void *listener);
/* How often PnP callbacks were called, and the record with which one of these calls begins. */
size_t listener_calls(struct bench *bench);
const struct ha_record *listener_call(struct bench *bench, size_t which);
/* The callback that listener_start() registers. */
DRIVER_NOTIFICATION_CALLBACK_ROUTINE listener_callback;

#endif
