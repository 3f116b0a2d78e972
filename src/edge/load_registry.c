/*
 * load_registry - what a compiled driver finds in the registry
 *
 * Owns a driver's member "registry": values under its Parameters key, and how JSON says their
 * types. All numbers are little-endian, whatever the host.
 */
#include <string.h>
#include <strings.h>

#include "edge/load_parts.h"
#include "nt/letters.h"

#define MOST_VALUES 1024u

/* Source: WDK, wdm.h, the types of registry values. */
enum { TYPE_TEXT = 1, TYPE_EXPAND = 2, TYPE_BINARY = 3, TYPE_DWORD = 4, TYPE_LIST = 7,
       TYPE_QWORD = 11 };

static void keep_number(struct ha_reader *reader, uint64_t number, uint32_t type, uint32_t size,
                        struct ha_registry_value *value)
{
    unsigned char *bytes = ha_read_take(reader, size, 1);
    for (uint32_t i = 0; bytes && i < size; i++)
        bytes[i] = (unsigned char)(number >> 8 * i);
    *value = (struct ha_registry_value){value->name, type, size, bytes};
}

/* How many units a text has in UTF-16, without a terminator; written unless that is NULL. */
static size_t widen(const char *text, unsigned char *bytes)
{
    size_t count = 0, length = strlen(text);
    for (size_t taken; length; text += taken, length -= taken) {
        uint16_t units[2];
        size_t more = ha_utf16_put(ha_utf8_take(text, length, &taken), units);
        for (size_t i = 0; bytes && i < more; i++) {
            bytes[2 * (count + i)] = (unsigned char)units[i];
            bytes[2 * (count + i) + 1] = (unsigned char)(units[i] >> 8);
        }
        count += more;
    }
    return count;
}

static void keep_text(struct ha_reader *reader, struct ha_node string, uint32_t type,
                      struct ha_registry_value *value)
{
    const char *text = ha_node_string(string);
    size_t size = 2 * (widen(text, NULL) + 1);
    unsigned char *bytes = ha_read_take(reader, size, 1);
    if (bytes)
        widen(text, bytes);
    *value = (struct ha_registry_value){value->name, type, (uint32_t)size, bytes};
}

/* Every string with its terminator, and one more behind the last. */
static void read_list(struct ha_reader *reader, struct ha_node list,
                      struct ha_registry_value *value)
{
    size_t size = 2, at = 0;
    bool good = true;
    for (struct ha_node node = ha_node_first(list); node.json;
         node = ha_node_next(&reader->tree, node)) {
        if (!ha_read_kind(reader, node, HA_JSON_STRING)) {
            good = false;
        } else if (!*ha_node_string(node)) {
            HA_COMPLAIN(reader, node, "an empty string would end the list");
            good = false;
        } else {
            size += 2 * (widen(ha_node_string(node), NULL) + 1);
        }
    }
    unsigned char *bytes = good ? ha_read_take(reader, size, 1) : NULL;
    for (struct ha_node node = ha_node_first(list); bytes && node.json;
         node = ha_node_next(&reader->tree, node))
        at += 2 * (widen(ha_node_string(node), bytes + at) + 1);
    *value = (struct ha_registry_value){value->name, TYPE_LIST, (uint32_t)size, bytes};
}

static int digit_of(char c)
{
    unsigned digit = ha_letter_digit((unsigned char)c);
    return digit < 16 ? (int)digit : -1;
}

static void read_binary(struct ha_reader *reader, struct ha_node string,
                        struct ha_registry_value *value)
{
    const char *text = ha_node_string(string);
    size_t digits = strlen(text), size = digits / 2;
    unsigned char *bytes = ha_read_take(reader, size, 1);
    bool good = digits % 2 == 0;
    for (size_t i = 0; good && i < size; i++) {
        int high = digit_of(text[2 * i]), low = digit_of(text[2 * i + 1]);
        good = high >= 0 && low >= 0;
        if (good && bytes)
            bytes[i] = (unsigned char)(high * 16 + low);
    }
    if (!good)
        HA_COMPLAIN(reader, string, "bytes are pairs of hexadecimal digits, as \"00ff10\"");
    *value = (struct ha_registry_value){value->name, TYPE_BINARY, (uint32_t)size, bytes};
}

/* What JSON has no type of its own for. */
static void read_typed(struct ha_reader *reader, struct ha_node object,
                       struct ha_registry_value *value)
{
    enum { QWORD, BINARY, EXPAND, KEYS };
    static const struct ha_key keys[KEYS] = {
        [QWORD] = {"qword", HA_JSON_STRING, false},
        [BINARY] = {"binary", HA_JSON_STRING, false},
        [EXPAND] = {"expand", HA_JSON_STRING, false},
    };
    struct ha_member member[KEYS];
    uint64_t number;
    size_t there = 0;

    bool known = ha_read_members(reader, object, keys, KEYS, member);
    for (size_t i = 0; i < KEYS; i++)
        there += member[i].here.json != NULL;
    if (known && there != 1)
        HA_COMPLAIN(reader, object, "a value has one of \"qword\", \"binary\" and \"expand\"");
    if (member[QWORD].value.json && ha_read_size(reader, member[QWORD].value, &number))
        keep_number(reader, number, TYPE_QWORD, 8, value);
    if (member[BINARY].value.json)
        read_binary(reader, member[BINARY].value, value);
    if (member[EXPAND].value.json)
        keep_text(reader, member[EXPAND].value, TYPE_EXPAND, value);
}

static void read_value(struct ha_reader *reader, struct ha_node node,
                       struct ha_registry_value *value)
{
    uint32_t number;
    switch (ha_node_kind(node)) {
    case HA_JSON_NUMBER:
        if (ha_read_number(reader, node, 0, UINT32_MAX, &number))
            keep_number(reader, number, TYPE_DWORD, 4, value);
        break;
    case HA_JSON_STRING:
        keep_text(reader, node, TYPE_TEXT, value);
        break;
    case HA_JSON_ARRAY:
        read_list(reader, node, value);
        break;
    case HA_JSON_OBJECT:
        read_typed(reader, node, value);
        break;
    default:
        ha_read_kind(reader, node, HA_JSON_NUMBER | HA_JSON_STRING | HA_JSON_ARRAY |
                                       HA_JSON_OBJECT);
    }
}

void ha_load_registry(struct ha_loading *loading, uint32_t driver, struct ha_node registry)
{
    struct ha_reader *reader = &loading->reader;
    size_t count = ha_node_count(registry), i = 0;
    if (count > MOST_VALUES) {
        HA_COMPLAIN(reader, registry, "there must not be more than %u values", MOST_VALUES);
        return;
    }
    struct ha_registry_value *value = ha_read_take(reader, count, sizeof *value);
    if (!value)
        return;
    for (struct ha_node node = ha_node_first(registry); node.json;
         node = ha_node_next(&reader->tree, node), i++) {
        const char *name = ha_node_key(node);
        for (size_t k = 0; k < i; k++)
            if (value[k].name && !strcasecmp(value[k].name, name))
                HA_COMPLAIN_OF_KEY(reader, node, "the value %s is here twice: case does not matter",
                                   ha_quote(name).text);
        value[i].name = ha_bag_copy(&reader->bag, name, strlen(name));
        reader->no_memory |= !value[i].name;
        read_value(reader, node, &value[i]);
    }
    loading->script[driver].value = value;
    loading->script[driver].value_count = count;
}
