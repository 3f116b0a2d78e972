/*
 * load_pnp - classes of device interfaces, and the steps "publish" and "withdraw"
 *
 * Owns the notation of a class: the name of its GUID, or the GUID itself in braces.
 */
#include <stdio.h>
#include <string.h>

#include "edge/load_reading.h"

/* A GUID as it lies in memory. Source: WDK reference, guiddef.h. */
struct guid {
    uint32_t data1;
    uint16_t data2, data3;
    uint8_t data4[8];
};

/* Source: WDK reference, poclass.h. */
static const struct guid known[] = {
    {0x97fadb10, 0x4e33, 0x40ae, {0x35, 0x9c, 0x8b, 0xef, 0x02, 0x9d, 0xbd, 0xd0}},
    {0x3fd0f03d, 0x92e0, 0x45fb, {0xb7, 0x5c, 0x5e, 0xd8, 0xff, 0xb0, 0x10, 0x21}},
};
static const char *const names[] = {"GUID_DEVICE_PROCESSOR", "GUID_DEVICE_MEMORY"};

/* The value of so many hexadecimal digits at `*text`, and of a hyphen if one must follow. */
static bool take_digits(const char **text, unsigned count, bool hyphen, uint32_t *value)
{
    static const char digits[] = "0123456789abcdef0123456789ABCDEF";
    *value = 0;
    while (count--) {
        const char *digit = **text ? strchr(digits, **text) : NULL;
        if (!digit)
            return false;
        *value = *value << 4 | (uint32_t)((digit - digits) % 16);
        (*text)++;
    }
    return !hyphen || *(*text)++ == '-';
}

/* "{97fadb10-4e33-40ae-359c-8bef029dbdd0}", with digits of either case. */
static bool read_guid(const char *text, struct guid *guid)
{
    uint32_t value;
    if (*text++ != '{' || !take_digits(&text, 8, true, &guid->data1)
        || !take_digits(&text, 4, true, &value))
        return false;
    guid->data2 = (uint16_t)value;
    if (!take_digits(&text, 4, true, &value))
        return false;
    guid->data3 = (uint16_t)value;
    for (size_t i = 0; i < 8; i++) {
        if (!take_digits(&text, 2, i == 1, &value))
            return false;
        guid->data4[i] = (uint8_t)value;
    }
    return !strcmp(text, "}");
}

const void *ha_load_class(struct ha_reader *reader, struct ha_node string)
{
    const char *text = ha_node_string(string);
    size_t choice;
    if (*text != '{')
        return ha_read_choice(reader, string, "class of device interfaces", names, 2, &choice)
             ? &known[choice] : NULL;
    struct guid *guid = ha_read_take(reader, 1, sizeof *guid);
    if (!guid || read_guid(text, guid))
        return guid;
    HA_COMPLAIN(reader, string, "a GUID is written as \"{12345678-9abc-def0-1234-56789abcdef0}\"");
    return NULL;
}

unsigned ha_load_class_units(const void *class_guid)
{
    unsigned units = 1u << HA_UNIT_INTERFACE;
    if (!class_guid)
        return 0;
    if (!memcmp(class_guid, &known[0], sizeof known[0]))
        units |= 1u << HA_UNIT_PROCESSOR;
    if (!memcmp(class_guid, &known[1], sizeof known[1]))
        units |= 1u << HA_UNIT_MEMORY;
    return units;
}

/* The number of a class; 0 for none. Those that drivers publish are numbered as they come. */
static uint32_t number_of(struct ha_loading *loading, const void *class_guid)
{
    const unsigned char *byte = class_guid;
    char *digits = class_guid ? ha_read_take(&loading->reader, 2 * sizeof(struct guid) + 1, 1)
                              : NULL;
    if (!digits)
        return 0;
    for (size_t i = 0; i < sizeof(struct guid); i++)
        snprintf(digits + 2 * i, 3, "%02x", (unsigned)byte[i]);
    ha_load_give(loading, HA_SCOPE_CLASSES, digits, (uint32_t)loading->names.count + 1);
    const struct ha_name *found = ha_names_find(&loading->names, HA_SCOPE_CLASSES, digits);
    return found ? found->number : 0;
}

/*
 * Publishing an interface again is for the driver to try, but a name stands for one interface: with
 * a second class it would be another one, and a step that withdraws could mean either.
 */
static void name_interface(struct ha_reading *r, const struct ha_step *step, struct ha_node class)
{
    uint32_t scope = HA_SCOPE_INTERFACES + r->setting->driver;
    uint32_t number = number_of(r->loading, step->class_guid);
    if (ha_load_give(r->loading, scope, step->name, number) || !number)
        return;
    const struct ha_name *found = ha_names_find(&r->loading->names, scope, step->name);
    if (found->number && found->number != number)
        HA_COMPLAIN(r->reader, class, "\"%s\" is published for another class already",
                    step->name);
}

void ha_read_publish(struct ha_reading *r, struct ha_node value, struct ha_step *step)
{
    struct ha_node class = r->member[HA_OPT_CLASS].value;
    step->name = ha_read_name(r->reader, value);
    if (class.json)
        step->class_guid = ha_load_class(r->reader, class);
    if (step->name)
        name_interface(r, step, class);
}

void ha_read_withdraw(struct ha_reading *r, struct ha_node value, struct ha_step *step)
{
    step->name = ha_read_name(r->reader, value);
    if (step->name)
        ha_load_refer(r->loading, HA_SCOPE_INTERFACES + r->setting->driver,
                      ha_read_place(r->reader, value), step->name);
}
