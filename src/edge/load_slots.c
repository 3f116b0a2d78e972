/*
 * load_slots - steps that take memory, use it and give it back
 *
 * Owns the notation of pool tags. What memory is kept in, a table of slots, belongs to the driver.
 */
#include <string.h>

#include "edge/load_reading.h"

#define MOST_SLOTS ((int64_t)1 << 20)   /* of a table: what the simulator takes */
#define MOST_POOL ((uint32_t)1 << 20)
#define POOL_BYTES 64u              /* of an allocation that does not say */
#define MOST_TAG 4u                 /* characters of a tag */

/* The same table may be made more than once, in an entry or after it was freed. */
void ha_read_table(struct ha_reading *r, struct ha_node value, struct ha_step *step)
{
    step->name = ha_read_name(r->reader, value);
    if (step->name)
        ha_load_give(r->loading, HA_SCOPE_TABLES + r->setting->driver, step->name, 0);
    if (r->member[HA_OPT_SIZE].value.json)
        ha_load_value(r->loading, r->setting, r->member[HA_OPT_SIZE].value, 1, MOST_SLOTS,
                      &step->value);
}

/* The first character is the lowest byte, which pool tools print first. */
static void read_tag(struct ha_reader *reader, struct ha_node string, uint32_t *tag)
{
    const char *text = ha_node_string(string);
    size_t length = strlen(text);
    bool printable = length >= 1 && length <= MOST_TAG;
    uint32_t value = 0;
    for (size_t i = 0; printable && i < length; i++) {
        printable = text[i] >= ' ' && text[i] <= '~';
        value |= (uint32_t)(unsigned char)text[i] << 8 * i;
    }
    if (printable)
        *tag = value;
    else
        HA_COMPLAIN(reader, string, "%s is no pool tag: that is 1 to 4 printable ASCII characters",
                    ha_quote(text).text);
}

void ha_read_allocate(struct ha_reading *r, struct ha_node value, struct ha_step *step)
{
    struct ha_node size = r->member[HA_OPT_SIZE].value;
    step->size = POOL_BYTES;
    step->tag = HA_POOL_SCRIPT_TAG;
    ha_load_slot(r->loading, r->setting, value, &step->name, &step->value, NULL);
    if (size.json && ha_read_kind(r->reader, size, HA_JSON_NUMBER))
        ha_read_number(r->reader, size, 1, MOST_POOL, &step->size);
    if (r->member[HA_OPT_TAG].value.json)
        read_tag(r->reader, r->member[HA_OPT_TAG].value, &step->tag);
}

void ha_read_free(struct ha_reading *r, struct ha_node value, struct ha_step *step)
{
    ha_load_slot(r->loading, r->setting, value, &step->name, &step->value, &step->whole);
    if (r->member[HA_OPT_TAG].value.json)
        read_tag(r->reader, r->member[HA_OPT_TAG].value, &step->tag);
}

void ha_read_use(struct ha_reading *r, struct ha_node value, struct ha_step *step)
{
    ha_load_slot(r->loading, r->setting, value, &step->name, &step->value, NULL);
    if (r->member[HA_OPT_OFFSET].value.json)
        ha_read_number(r->reader, r->member[HA_OPT_OFFSET].value, 0, MOST_POOL, &step->offset);
}
