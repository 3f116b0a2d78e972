/*
 * interface - instances of device interfaces
 *
 * Owns struct ha_interface and struct ha_added_unit. Ids are given as if every instance were made
 * when it is enabled, or registered by a driver: first the processors of the start, then its ranges
 * of memory, then what comes. The structures are made when a driver first wants to hear of any, so
 * a run without such a driver pays little for them.
 */
#include "nt/interface.h"

#include <assert.h>
#include <poclass.h>
#include <stdio.h>
#include <string.h>

#include "nt/audience.h"
#include "nt/letters.h"
#include "nt/pnp_queue.h"
#include "nt/ps_thread.h"

#define LINK_LENGTH 120u            /* bytes of the link of a unit, with its end */

/* The names under which ACPI lists processors and memory. */
#define PROCESSOR_NAME "GenuineIntel_-_Intel64_Family_6_Model_85"
#define MEMORY_NAME "PNP0C80"

/* What an instance stands for. */
struct unit {
    const GUID *class_guid;
    uint32_t id;
    uint32_t device;                /* index of the processor, or number of the range */
    bool of_memory;
};

/* Its instance. */
struct unit_interface {
    struct ha_interface instance;   /* first */
    WCHAR link[LINK_LENGTH];
};

/* Of what was added there is a note in the order of adding. */
struct ha_added_unit {
    struct ha_added_unit *next;
    uint32_t device;
    bool of_memory;
};

static const GUID *class_of(bool of_memory)
{
    return of_memory ? &GUID_DEVICE_MEMORY : &GUID_DEVICE_PROCESSOR;
}

static uint32_t at_start(const struct ha_interfaces *all)
{
    return all->processors + all->ranges;
}

/* The unit whose instance is made next. */
static struct unit next_unit(const struct ha_interfaces *all)
{
    uint32_t id = all->made + 1;
    bool of_memory = id > all->processors;
    if (id <= at_start(all))
        return (struct unit){class_of(of_memory), id,
                             of_memory ? id - all->processors : id - 1, of_memory};
    const struct ha_added_unit *added = all->next_added;
    return (struct unit){class_of(added->of_memory), id, added->device, added->of_memory};
}

static char *add_hex(char *at, uint64_t value, int digits)
{
    for (int i = digits - 1; i >= 0; i--)
        *at++ = "0123456789abcdef"[value >> (4 * i) & 15];
    return at;
}

/* Every add writes one, so printf would cost too much. */
void ha_interface_write_class(const GUID *class_guid, char text[HA_CLASS_LETTERS + 1])
{
    char *at = text;
    const GUID *guid = class_guid;
    *at++ = '{';
    at = add_hex(at, guid->Data1, 8);
    *at++ = '-';
    at = add_hex(at, guid->Data2, 4);
    *at++ = '-';
    at = add_hex(at, guid->Data3, 4);
    *at++ = '-';
    for (int i = 0; i < 8; i++) {
        if (i == 2)
            *at++ = '-';
        at = add_hex(at, guid->Data4[i], 2);
    }
    *at++ = '}';
    *at = '\0';
}

/* Source: WDK, Device Interface Classes, for the class at the end; the rest is our choice. */
static void write_link(const struct unit *unit, char link[LINK_LENGTH])
{
    int length = snprintf(link, LINK_LENGTH, "\\??\\ACPI#%s#%u#",
                          unit->of_memory ? MEMORY_NAME : PROCESSOR_NAME, (unsigned)unit->device);
    ha_interface_write_class(unit->class_guid, link + length);
}

static struct ha_record *record(struct ha_kernel *kernel, enum ha_kind kind,
                                const struct unit *unit, uint32_t cause)
{
    struct ha_record *record = ha_record_open(&kernel->world, kind, unit->id);
    memcpy(record->as.iface.guid, unit->class_guid, sizeof record->as.iface.guid);
    record->as.iface.device = unit->device;
    record->as.iface.cause = cause;
    record->as.iface.unit = unit->of_memory ? HA_UNIT_MEMORY : HA_UNIT_PROCESSOR;
    return record;
}

void ha_interface_record(struct ha_kernel *kernel, enum ha_kind kind,
                         const struct ha_interface *instance)
{
    const struct unit unit = {instance->class_guid, instance->id, instance->device, false};
    record(kernel, kind, &unit, 0)->as.iface.unit = instance->unit;
}

/* The link is the system's, whoever's code runs. */
static void record_link(struct ha_kernel *kernel, uint32_t id, const char *link)
{
    struct ha_thread *self = kernel->world.sched.running;
    uint16_t driver = self->stamp.driver;
    self->stamp.driver = 0;
    ha_record_name(&kernel->world, HA_NS_INTERFACE, id, link);
    self->stamp.driver = driver;
}

/* It stands behind all others. */
static void join(struct ha_interfaces *all, struct ha_interface *instance)
{
    instance->next = NULL;
    instance->order = ++all->enablings;
    instance->is_up = true;
    if (all->last)
        all->last->next = instance;
    else
        all->first = instance;
    all->last = instance;
}

static void leave(struct ha_interfaces *all, const struct ha_interface *instance)
{
    struct ha_interface *before = NULL;
    if (all->first != instance)
        for (before = all->first; before->next != instance; )
            before = before->next;
    if (before)
        before->next = instance->next;
    else
        all->first = instance->next;
    if (all->last == instance)
        all->last = before;
}

static struct ha_interface *make(struct ha_kernel *kernel, const struct unit *unit,
                                 const char *link)
{
    struct ha_interfaces *all = &kernel->interfaces;
    struct ha_audience *audience = ha_audience_of(kernel, unit->class_guid);
    struct unit_interface *made =
        audience ? ha_arena_lend(&kernel->world.host->arena, sizeof *made) : NULL;
    if (!made)
        return NULL;
    made->instance.id = unit->id;
    made->instance.device = unit->device;
    made->instance.unit = unit->of_memory ? HA_UNIT_MEMORY : HA_UNIT_PROCESSOR;
    made->instance.class_guid = unit->class_guid;
    made->instance.audience = audience;
    made->instance.link = made->link;
    for (size_t i = 0; link[i]; i++)
        made->link[made->instance.letters++] = (unsigned char)link[i];
    join(all, &made->instance);
    all->made = unit->id;
    if (unit->id > at_start(all))
        all->next_added = all->next_added->next;
    return &made->instance;
}

void ha_interfaces_init(struct ha_kernel *kernel)
{
    struct ha_interfaces *all = &kernel->interfaces;
    all->processors = kernel->world.partition.active;
    all->ranges = kernel->world.partition.memory_count;
    all->enabled = at_start(all);
}

struct ha_interface *ha_interfaces(struct ha_kernel *kernel, bool *ok)
{
    struct ha_interfaces *all = &kernel->interfaces;
    *ok = true;
    while (*ok && all->made < all->enabled) {
        const struct unit unit = next_unit(all);
        char link[LINK_LENGTH];
        write_link(&unit, link);
        *ok = make(kernel, &unit, link) != NULL;
        if (!*ok)
            break;
        record_link(kernel, unit.id, link);
        if (unit.id <= at_start(all))
            record(kernel, HA_INTERFACE, &unit, 0);
    }
    return all->first;
}

struct ha_interface *ha_interface_after(const struct ha_kernel *kernel,
                                        const struct ha_interface *at, uint64_t order)
{
    if (at->order == order)
        return at->next;
    struct ha_interface *next = kernel->interfaces.first;
    while (next && next->order <= order)
        next = next->next;
    return next;
}

uint32_t ha_interface_introduce(struct ha_kernel *kernel, const char *link)
{
    struct ha_interfaces *all = &kernel->interfaces;
    assert(all->made == all->enabled);
    all->made = ++all->enabled;
    record_link(kernel, all->made, link);
    return all->made;
}

/* Note a unit that was added, behind the others. False when the arena is full. */
static bool note(struct ha_kernel *kernel, uint32_t device, bool of_memory)
{
    struct ha_interfaces *all = &kernel->interfaces;
    struct ha_added_unit *added = ha_arena_take(&kernel->world.host->arena, sizeof *added);
    if (!added)
        return false;
    added->device = device;
    added->of_memory = of_memory;
    if (all->last_added)
        all->last_added->next = added;
    all->last_added = added;
    if (!all->next_added)
        all->next_added = added;
    return true;
}

void ha_interface_up(struct ha_kernel *kernel, uint32_t add, uint32_t device, bool of_memory)
{
    struct ha_interfaces *all = &kernel->interfaces;
    bool wanted = all->made == all->enabled;    /* somebody has asked before */
    const struct unit unit = {class_of(of_memory), ++all->enabled, device, of_memory};
    char link[LINK_LENGTH];
    if (!note(kernel, device, of_memory))
        ha_ps_no_memory(kernel);
    if (wanted) {
        ha_touch(&kernel->world, HA_TOUCH_CHAIN, HA_TOUCH_READ);     /* who is to be told */
        write_link(&unit, link);
    }
    const struct ha_interface *instance = wanted ? make(kernel, &unit, link) : NULL;
    if (wanted && !instance)
        ha_ps_no_memory(kernel);
    record(kernel, HA_DEVICE_STARTED, &unit, add);
    if (wanted)
        record_link(kernel, unit.id, link);
    record(kernel, HA_IFACE_UP, &unit, add);
    if (wanted)
        ha_pnp_raise(kernel, instance, HA_PNP_ARRIVAL);
}

bool ha_interface_down(struct ha_kernel *kernel, enum ha_unit unit, uint32_t device)
{
    bool ok;
    struct ha_interface *instance = ha_interfaces(kernel, &ok);
    if (!ok)
        ha_ps_no_memory(kernel);
    while (instance && (!instance->is_up || instance->unit != unit || instance->device != device))
        instance = instance->next;
    if (!instance)
        return false;
    ha_interface_disable(kernel, instance);
    return true;
}

bool ha_interface_is_name(const WCHAR *text, size_t letters, const WCHAR *other,
                          size_t other_letters)
{
    if (letters != other_letters)
        return false;
    for (size_t i = 0; i < letters; i++)
        if (ha_letter_up(text[i]) != ha_letter_up(other[i]))
            return false;
    return true;
}

struct ha_interface *ha_interface_find(struct ha_kernel *kernel, PCUNICODE_STRING link, bool *ok)
{
    static const WCHAR front[] = u"\\??\\ACPI#";
    size_t letters = link->Length / sizeof(WCHAR), own = sizeof front / sizeof front[0] - 1;
    *ok = true;
    if (letters > own && ha_interface_is_name(link->Buffer, own, front, own))
        ha_interfaces(kernel, ok);
    struct ha_interface *at = kernel->interfaces.first;
    while (at && !(at->is_up &&
                   ha_interface_is_name(at->link, at->letters, link->Buffer, letters)))
        at = at->next;
    return at;
}

void ha_interface_enable(struct ha_kernel *kernel, struct ha_interface *instance)
{
    if (instance->unit == HA_UNIT_INTERFACE)
        ha_order_give(&kernel->world, instance);
    assert(!instance->is_up);
    if (instance->order)
        leave(&kernel->interfaces, instance);
    join(&kernel->interfaces, instance);
    ha_interface_record(kernel, HA_IFACE_UP, instance);
    ha_pnp_raise(kernel, instance, HA_PNP_ARRIVAL);
}

void ha_interface_disable(struct ha_kernel *kernel, struct ha_interface *instance)
{
    if (instance->unit == HA_UNIT_INTERFACE)
        ha_order_give(&kernel->world, instance);
    assert(instance->is_up);
    instance->is_up = false;
    ha_interface_record(kernel, HA_IFACE_DOWN, instance);
    ha_pnp_raise(kernel, instance, HA_PNP_REMOVAL);
}
