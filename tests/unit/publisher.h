/*
 * publisher - drivers on the bench that register device interfaces
 *
 * A publisher is told of one device, by AddDevice, and works with the interfaces of that. It
 * lives until the bench has gone.
 */
#ifndef HA_TESTS_PUBLISHER_H
#define HA_TESTS_PUBLISHER_H

#include "unit/listener.h"

extern const GUID panel_class;

struct publisher {
    /* How it behaves. */
    NTSTATUS answer;                            /* of AddDevice */
    void (*act)(struct publisher *publisher);   /* in AddDevice; may be NULL */

    /* What became of it. */
    struct driver *driver;
    PDEVICE_OBJECT device;
    UNICODE_STRING link;
    NTSTATUS status[12];
};

/* The next driver is a publisher; `publisher` is kept as it is. */
void publisher_add(struct bench *bench, const char *name, struct publisher *publisher);
/* Its device comes; returns what AddDevice has returned. */
int32_t publisher_found(struct bench *bench, const struct publisher *publisher);

/* In a driver: register an interface of that class, and keep its link. */
NTSTATUS publisher_register(struct publisher *publisher, const WCHAR *reference);
/* In a driver: enable or disable that interface. */
NTSTATUS publisher_set(struct publisher *publisher, BOOLEAN enable);
/* In a driver: the link is given back. */
void publisher_forget(struct publisher *publisher);

#endif
