/*
 * callback_object - what ExCreateCallback makes: who speaks, and the clients that listen
 *
 * \Callback\ProcessorAdd is there from boot. Its clients stand in the chain of processor-change
 * registrations and are called by hot-adds (CB-6); those of other objects stand in a list of their
 * object and are called by ExNotifyCallback. Either kind is a registration with a handle.
 */
#ifndef HA_NT_CALLBACK_OBJECT_H
#define HA_NT_CALLBACK_OBJECT_H

#include "nt/kernel.h"
#include "nt/registration.h"

struct _CALLBACK_OBJECT {
    PCALLBACK_OBJECT next;          /* the one that was made before */
    struct ha_kernel *kernel;
    struct ha_notify clients;       /* empty for \Callback\ProcessorAdd */
    WCHAR *name;                    /* NULL for none */
    size_t letters;
    uint32_t id;
    uint32_t made_at;               /* in its driver's code */
    uint16_t driver;                /* that made it; 0 for the system */
    bool multiple;                  /* it takes more than one client */
    bool permanent;                 /* it stays without references */
    bool shared;                    /* another driver has opened it */
};

/* Whether a pointer that a driver passes is such an object. */
bool ha_callback_object_is(const struct ha_kernel *kernel, const void *pointer);
/* Whether it is \Callback\ProcessorAdd. */
bool ha_callback_object_is_system(const struct ha_kernel *kernel, const void *object);

/*
 * The object of a name, in whatever case.
 *
 * Returns STATUS_SUCCESS, STATUS_OBJECT_NAME_NOT_FOUND or STATUS_INSUFFICIENT_RESOURCES.
 */
NTSTATUS ha_callback_object_find(struct ha_kernel *kernel, PCUNICODE_STRING name,
                                 PCALLBACK_OBJECT *object);

/* A new one, of the driver in charge, held by the kernel; a NULL name for none. NULL when the arena
   is full. */
PCALLBACK_OBJECT ha_callback_object_make(struct ha_kernel *kernel, PCUNICODE_STRING name);

/* A client with a handle that nobody calls yet. NULL when the arena is full. */
struct ha_registration *ha_callback_client_make(struct ha_kernel *kernel, PCALLBACK_OBJECT object);
/* It is called from here on. */
void ha_callback_client_join(struct ha_kernel *kernel, struct ha_registration *client);
/* It is called no more. */
void ha_callback_client_leave(struct ha_kernel *kernel, struct ha_registration *client);
/* While it is held its memory stays, be it removed. */
void ha_callback_client_hold(struct ha_kernel *kernel, struct ha_registration *client);
void ha_callback_client_let_go(struct ha_kernel *kernel, struct ha_registration *client);

/* Call every client of an object that a driver made. Returns how many were called. */
uint32_t ha_callback_object_notify(PCALLBACK_OBJECT object, PVOID argument1, PVOID argument2);

/* The image of a driver is gone: its clients of other drivers' objects, and its own, are dead. */
void ha_callback_objects_bury(struct ha_kernel *kernel, const struct ha_driver *driver);
/* Record the objects that a driver made and did not give back. */
void ha_callback_objects_look_over(struct ha_kernel *kernel, const struct ha_driver *driver);

#endif
