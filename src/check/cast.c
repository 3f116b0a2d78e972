/*
 * cast - who appears in a trace
 *
 * Owns struct ha_cast: one table a namespace, indexed by id, and the places of processors and
 * ranges of memory. The texts lie one behind the other, because nobody is ever forgotten before the
 * whole cast is.
 */
#include "check/cast.h"

#include <stdlib.h>
#include <string.h>

#include "check/jsonl_scan.h"

#define SPACES (HA_NS_PLACE + 1)
#define PLACES SPACES           /* behind the tables of names: processors, by their index */
#define TABLES (PLACES + 1)
#define UNIT_SHIFT 28           /* in the fact of an interface: 1 and its unit, above the device */
#define NUMBER_SHIFT 8          /* in the fact of a processor, below its group */
#define MOST_IDS (1u << 20)     /* a trace from elsewhere may hold any id; memory has an end */
#define MOST_LENGTH (1u << 20)  /* and names may go on without one */
#define MOST_TEXT (1u << 31)    /* of all names together */

struct member {
    uint32_t name;              /* its place among the texts + 1; 0 when the trace gave none */
    uint32_t length, room;      /* of the name; bytes that it may grow to, the last zero included */
    uint32_t fact;              /* registration, object, entry: its driver; thread: its
                                   kind; interface: its unit and device;
                                   processor: 1 and its place; 0: unknown */
    bool more;                  /* the name goes on in the next NAME record */
};

struct table {
    struct member *member;      /* indexed by id */
    uint32_t count, room;
};

struct ha_cast {
    struct table table[TABLES];
    char *text;                 /* all names, each with room to grow */
    uint32_t text_count, text_room;
    uint64_t *base;             /* of ranges of memory, in the order in which they came */
    uint32_t base_count, base_room;
};

struct ha_cast *ha_cast_create(void)
{
    return calloc(1, sizeof(struct ha_cast));
}

void ha_cast_reset(struct ha_cast *cast)
{
    for (unsigned space = 0; space < TABLES; space++)
        cast->table[space].count = 0;
    cast->text_count = cast->base_count = 0;
}

void ha_cast_walk(struct ha_cast *cast, struct ha_save_walk *walk)
{
    for (unsigned space = 0; space < TABLES; space++) {
        struct table *table = &cast->table[space];
        ha_save_part(walk, &table->count, sizeof table->count);
        ha_save_part(walk, table->member, table->count * sizeof *table->member);
    }
    ha_save_part(walk, &cast->text_count, sizeof cast->text_count);
    ha_save_part(walk, cast->text, cast->text_count);
    ha_save_part(walk, &cast->base_count, sizeof cast->base_count);
    ha_save_part(walk, cast->base, cast->base_count * sizeof *cast->base);
}

void ha_cast_destroy(struct ha_cast *cast)
{
    if (!cast)
        return;
    for (unsigned space = 0; space < TABLES; space++)
        free(cast->table[space].member);
    free(cast->text);
    free(cast->base);
    free(cast);
}

/* Twice the room, or as much as is needed. False when memory is lacking. */
static bool widen(void **array, uint32_t *room, size_t needed, size_t size)
{
    size_t more = *room ? *room : 16;
    while (more < needed)
        more *= 2;
    void *larger = realloc(*array, more * size);
    if (!larger)
        return false;
    *array = larger;
    *room = (uint32_t)more;
    return true;
}

/* The member with this id, made when it is new. NULL when memory is lacking. */
static struct member *reach(struct table *table, uint32_t id)
{
    if (id >= table->count) {
        void *array = table->member;
        if (id >= table->room &&
            !widen(&array, &table->room, (size_t)id + 1, sizeof *table->member))
            return NULL;
        table->member = array;
        memset(table->member + table->count, 0, (id + 1 - table->count) * sizeof *table->member);
        table->count = id + 1;
    }
    return &table->member[id];
}

/* Whether a terminal may do something else with this character than show it. */
static bool is_obeyed(const unsigned char *s, size_t length)
{
    switch (length) {
    case 1:  return s[0] < ' ' || s[0] == 0x7f;
    case 2:  return s[0] == 0xc2 && s[1] < 0xa0;        /* the second set of control characters */
    case 3:  return s[0] == 0xe2 && ((s[1] == 0x80 && s[2] >= 0xaa && s[2] <= 0xae) ||
                                     (s[1] == 0x81 && s[2] >= 0xa6 && s[2] <= 0xa9));
    default: return false;                              /* those of three turn text around */
    }
}

/* Scenarios name things in plain words, and traces from elsewhere as somebody likes. */
static void make_plain(char *name, size_t length)
{
    unsigned char *s = (unsigned char *)name;
    for (size_t at = 0, step = 1; at < length; at += step ? step : 1) {
        if (s[at] >= ' ' && s[at] < 0x7f) {
            step = 1;
            continue;
        }
        step = ha_utf8_sequence(s + at, length - at);
        if (is_obeyed(s + at, step))
            memset(s + at, '?', step);
    }
}

/* Give a name room for so many bytes more, twice what it takes if it goes on. */
static bool grow(struct ha_cast *cast, struct member *member, size_t more, bool goes_on)
{
    size_t needed = member->length + more + 1, room = goes_on ? 2 * needed : needed;
    if (needed <= member->room)
        return true;
    void *array = cast->text;
    if (room > MOST_TEXT - cast->text_count ||
        (cast->text_count + room > cast->text_room &&
         !widen(&array, &cast->text_room, cast->text_count + room, 1)))
        return false;
    cast->text = array;
    if (member->length)
        memcpy(cast->text + cast->text_count, cast->text + member->name - 1, member->length);
    member->name = cast->text_count + 1;
    member->room = (uint32_t)room;
    cast->text_count += member->room;
    return true;
}

static bool take_name(struct ha_cast *cast, unsigned space, const struct ha_record *record)
{
    struct member *member = reach(&cast->table[space], record->id);
    if (!member)
        return false;

    const char *more = record->as.name.text;
    const char *end = memchr(more, '\0', sizeof record->as.name.text);
    size_t length = end ? (size_t)(end - more) : sizeof record->as.name.text;
    bool goes_on = record->flags & HA_NAME_MORE;
    if (!member->more)
        member->length = member->room = 0;
    if (member->length + length > MOST_LENGTH)
        length = 0;
    if (!grow(cast, member, length, goes_on))
        return false;
    size_t before = member->length < 3 ? 0 : member->length - 3;    /* a character may be in two */
    char *name = cast->text + member->name - 1;
    memcpy(name + member->length, more, length);
    member->length += (uint32_t)length;
    name[member->length] = '\0';
    make_plain(name + before, member->length - before);
    member->more = goes_on;
    if (space == HA_NS_OBJECT)
        member->fact = record->driver;
    return true;
}

static bool take_fact(struct table *table, uint32_t id, uint32_t fact)
{
    struct member *member = reach(table, id);
    if (member)
        member->fact = fact;
    return member != NULL;
}

static bool take_interface(struct table *table, const struct ha_record *record)
{
    unsigned unit = record->as.iface.unit;
    uint32_t device = record->as.iface.device & ((1u << UNIT_SHIFT) - 1);
    return unit >= HA_UNIT_COUNT
           || take_fact(table, record->id, device | (unit + 1) << UNIT_SHIFT);
}

static bool take_place(struct ha_cast *cast, uint32_t index, uint16_t group, uint8_t number)
{
    return take_fact(&cast->table[PLACES], index, 1u + ((uint32_t)group << NUMBER_SHIFT) + number);
}

static bool take_range(struct ha_cast *cast, const struct ha_record *record)
{
    void *array = cast->base;
    if (cast->base_count == cast->base_room &&
        !widen(&array, &cast->base_room, (size_t)cast->base_count + 1, sizeof *cast->base))
        return false;
    cast->base = array;
    cast->base[cast->base_count++] = record->as.memory.base;
    return true;
}

bool ha_cast_take(struct ha_cast *cast, const struct ha_record *record)
{
    unsigned space = record->flags & ~HA_NAME_MORE;

    if (record->id >= MOST_IDS)
        return true;
    switch (record->kind) {
    case HA_NAME:
        return space >= SPACES || take_name(cast, space, record);
    case HA_THREAD:
        return take_fact(&cast->table[HA_NS_THREAD], record->id, record->as.made.kind);
    case HA_REG_ENTER:
    case HA_EX_REG:
        return take_fact(&cast->table[HA_NS_REGISTRATION], record->id, record->driver);
    case HA_PNP_REG_ENTER:
        return take_fact(&cast->table[HA_NS_ENTRY], record->id, record->driver);
    case HA_INTERFACE: case HA_IFACE_UP:
        return take_interface(&cast->table[HA_NS_INTERFACE], record);
    case HA_PROCESSOR:
        return take_place(cast, record->id, record->as.existing.group,
                          record->as.existing.number);
    case HA_ACTIVE:
        return take_place(cast, record->as.up.nt_number, record->as.up.group,
                          record->as.up.number);
    case HA_MEMORY: case HA_MEM_ONLINE:
        return take_range(cast, record);
    default:
        return true;
    }
}

static const struct member *find(const struct ha_cast *cast, unsigned space, uint32_t id)
{
    if (space >= TABLES || id >= cast->table[space].count)
        return NULL;
    return &cast->table[space].member[id];
}

const char *ha_cast_name(const struct ha_cast *cast, enum ha_namespace space, uint32_t id)
{
    const struct member *member = space < SPACES ? find(cast, space, id) : NULL;
    return member && member->name ? cast->text + member->name - 1 : NULL;
}

uint16_t ha_cast_owner(const struct ha_cast *cast, uint32_t registration)
{
    const struct member *member = find(cast, HA_NS_REGISTRATION, registration);
    return member ? (uint16_t)member->fact : 0;
}

uint16_t ha_cast_entry_owner(const struct ha_cast *cast, uint32_t entry)
{
    const struct member *member = find(cast, HA_NS_ENTRY, entry);
    return member ? (uint16_t)member->fact : 0;
}

unsigned ha_cast_device(const struct ha_cast *cast, uint32_t interface, unsigned *unit)
{
    const struct member *member = find(cast, HA_NS_INTERFACE, interface);
    *unit = member && member->fact ? (member->fact >> UNIT_SHIFT) - 1u : HA_UNIT_COUNT;
    return member ? member->fact & ((1u << UNIT_SHIFT) - 1) : 0;
}

bool ha_cast_place(const struct ha_cast *cast, uint32_t index, uint16_t *group, uint8_t *number)
{
    const struct member *member = find(cast, PLACES, index);
    unsigned place = member && member->fact ? member->fact - 1u : 0;

    *group = (uint16_t)(place >> NUMBER_SHIFT);
    *number = (uint8_t)(place & ((1u << NUMBER_SHIFT) - 1));
    return member && member->fact;
}

void ha_cast_place_of(const struct ha_cast *cast, uint32_t interface, uint16_t *group,
                      uint8_t *number)
{
    unsigned unit, device = ha_cast_device(cast, interface, &unit);

    if (unit != HA_UNIT_PROCESSOR || !ha_cast_place(cast, device, group, number)) {
        *group = HA_NO_GROUP;
        *number = 0;
    }
}

bool ha_cast_base(const struct ha_cast *cast, uint32_t range, uint64_t *base)
{
    if (!range || range > cast->base_count)
        return false;
    *base = cast->base[range - 1];
    return true;
}

bool ha_cast_is_drivers(const struct ha_cast *cast, uint32_t object)
{
    const struct member *member = find(cast, HA_NS_OBJECT, object);
    return member && member->fact;
}

unsigned ha_cast_thread_kind(const struct ha_cast *cast, uint32_t thread)
{
    const struct member *member = find(cast, HA_NS_THREAD, thread);
    return member ? member->fact : 0;
}
