/*
 * interface - instances of device interfaces
 *
 * Every processor and every range of memory that was there at the start has an enabled instance,
 * every successful add enables one more, and none of them is disabled but by hand. What drivers
 * register themselves comes and goes as they say; see nt/driver_interface.h.
 */
#ifndef HA_NT_INTERFACE_H
#define HA_NT_INTERFACE_H

#include "nt/kernel.h"

#define HA_LINK_LENGTH 512u         /* letters of a symbolic link with its end, at most */

struct ha_interface {
    struct ha_interface *next;      /* in the order of enabling */
    uint64_t order;                 /* which enabling of all was its last; 0 before the first */
    uint32_t id;
    uint32_t device;                /* as in the trace, iface.device */
    uint8_t unit;                   /* enum ha_unit */
    bool is_up;                     /* enabled */
    const GUID *class_guid;
    struct ha_audience *audience;   /* who wants to hear of the class */
    PDEVICE_OBJECT object;          /* that is opened by the link; NULL for one not made yet */
    const WCHAR *link;
    size_t letters;                 /* of the link, which is terminated */
};

/* Note what the system starts with. */
void ha_interfaces_init(struct ha_kernel *kernel);

/*
 * The instances that were ever enabled, in the order of their last enabling. Those of the system
 * are made, and told to the trace, when somebody first asks. NULL for none; `ok` is false when the
 * arena is full.
 */
struct ha_interface *ha_interfaces(struct ha_kernel *kernel, bool *ok);

/*
 * What comes after an instance in a walk that lets drivers run.
 *
 *   order  of `at`, before they ran: when it was enabled again meanwhile, it stands at the end
 */
struct ha_interface *ha_interface_after(const struct ha_kernel *kernel,
                                        const struct ha_interface *at, uint64_t order);

/* The number of a new instance, and its link in the trace. The instances are all made. */
uint32_t ha_interface_introduce(struct ha_kernel *kernel, const char *link);

/*
 * The device that an add has brought starts, and its instance is enabled: DEVICE_STARTED and
 * IFACE_UP. Its arrival is queued for those who want to hear of it.
 *
 *   device  index of the processor, or number of the range
 */
void ha_interface_up(struct ha_kernel *kernel, uint32_t add, uint32_t device, bool of_memory);

/*
 * The enabled instance that stands for a device is disabled, by hand: IFACE_DOWN, and a removal is
 * queued for those who want to hear of it. False when there is none.
 */
bool ha_interface_down(struct ha_kernel *kernel, enum ha_unit unit, uint32_t device);

/*
 * The enabled instance with this link, whatever the case of its letters; NULL for none. `ok` as
 * above: those of the system are made only for what may be one of their links.
 */
struct ha_interface *ha_interface_find(struct ha_kernel *kernel, PCUNICODE_STRING link, bool *ok);

/* In free mode: who learns of it comes after its enabling, or the Start calls (ORD-3). */
static inline void ha_interface_order(struct ha_kernel *kernel,
                                      const struct ha_interface *instance)
{
    struct ha_world *world = &kernel->world;
    ha_order_take(world, instance);
    if (instance->unit == HA_UNIT_PROCESSOR)
        ha_order_take(world, ha_order_of_start(world, instance->device));
}
/* An instance that is not enabled becomes so, behind all others, and one that is no longer is. */
void ha_interface_enable(struct ha_kernel *kernel, struct ha_interface *instance);
void ha_interface_disable(struct ha_kernel *kernel, struct ha_interface *instance);

/* A record about an instance: DEVICE_STARTED, IFACE_UP or IFACE_DOWN that no add has caused. */
void ha_interface_record(struct ha_kernel *kernel, enum ha_kind kind,
                         const struct ha_interface *instance);

/* Whether two names are the same: case never matters. */
bool ha_interface_is_name(const WCHAR *text, size_t letters, const WCHAR *other,
                          size_t other_letters);

/* "{97fadb10-4e33-40ae-359c-8bef029dbdd0}", terminated, as links end with. */
#define HA_CLASS_LETTERS 38u
void ha_interface_write_class(const GUID *class_guid, char text[HA_CLASS_LETTERS + 1]);

#endif
