/*
 * random_scenario - see random_scenario.h
 *
 * Every name that a step may speak of is given in the entry of its driver, and a driver that is
 * loaded by an event is loaded in the first millisecond: so every text is a scenario.
 */
#include "base/names.h"
#include "hotadd/profile.h"
#include "unit/random_maker.h"

uint64_t random_next(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

unsigned random_below(uint64_t *state, unsigned limit)
{
    return (unsigned)(random_next(state) >> 33) % limit;
}

unsigned random_number(struct maker *m, unsigned limit)
{
    return random_below(&m->state, limit);
}

bool random_once_in(struct maker *m, unsigned times)
{
    return random_below(&m->state, times) == 0;
}

size_t random_begin(struct maker *m)
{
    size_t before = m->text->length;
    ha_text_add(m->text, before && m->text->bytes[before - 1] == '[' ? "\n  " : ",\n  ");
    return before;
}

size_t random_begin_part(struct maker *m, size_t *number)
{
    *number = m->parts++;
    return random_begin(m);
}

void random_end_part(struct maker *m, size_t number, size_t before)
{
    if (!m->left_out || number >= RANDOM_PARTS || !m->left_out[number] || m->text->lost)
        return;
    m->text->length = before;
    m->text->bytes[before] = '\0';
}

void random_registration(struct maker *m, unsigned driver)
{
    ha_text_addf(m->text, "d%u.r%u", driver, random_number(m, m->registrations[driver]));
}

static void add_profile(struct maker *m)
{
    enum ha_preset preset = HA_PRESET_DOCUMENTED;
    if (random_once_in(m, 2))
        preset = (enum ha_preset)random_number(m, m->groups == 1 ? HA_PRESET_COUNT
                                                                 : HA_PRESET_WS2008);
    ha_text_addf(m->text, "\"profile\": { \"preset\": \"%s\"", ha_preset_name(preset));
    for (unsigned k = 0; k < HA_KNOB_COUNT; k++) {
        unsigned values = 0;
        while (ha_knob_value_name((enum ha_knob)k, values))
            values++;
        unsigned value = random_number(m, values);
        if (k != HA_KNOB_TARGET && random_once_in(m, 6))
            ha_text_addf(m->text, ", \"%s\": \"%s\"", ha_knob_name((enum ha_knob)k),
                         ha_knob_value_name((enum ha_knob)k, value));
    }
    ha_text_add(m->text, " },\n");
}

/* Numbers that are active, as a count or, with holes, as a list. */
static void add_active(struct maker *m, const struct group *group, bool first)
{
    unsigned active = random_number(m, group->maximum + 1);
    if (first && !active)
        active = 1;
    if (!random_once_in(m, 3)) {
        ha_text_addf(m->text, "\"active\": %u", active);
        return;
    }
    ha_text_add(m->text, "\"active\": [");
    for (unsigned n = 0, left = active; n < group->maximum; n++) {
        if (random_number(m, group->maximum - n) >= left)
            continue;
        ha_text_addf(m->text, "%s%u", left == active ? "" : ", ", n);
        left--;
    }
    ha_text_add(m->text, "]");
}

static void add_node(struct maker *m, struct group *group)
{
    group->node = random_number(m, 3);
    if (!random_once_in(m, 3)) {
        ha_text_addf(m->text, ", \"node\": %u", group->node);
        return;
    }
    ha_text_add(m->text, ", \"node\": [");
    for (unsigned n = 0; n < group->maximum; n++)
        ha_text_addf(m->text, "%s%u", n ? ", " : "", n ? random_number(m, 3) : group->node);
    ha_text_add(m->text, "]");
}

static void add_partition(struct maker *m)
{
    ha_text_add(m->text, "\"partition\": { \"groups\": [");
    for (unsigned g = 0; g < m->groups; g++) {
        struct group *group = &m->group[g];
        group->maximum = random_once_in(m, 20) ? 64 : 1 + random_number(m, 6);
        m->processors += group->maximum;
        random_begin(m);
        ha_text_addf(m->text, "{ \"maximum\": %u, ", group->maximum);
        add_active(m, group, g == 0);
        if (random_once_in(m, 2))
            add_node(m, group);
        ha_text_add(m->text, " }");
    }
    ha_text_add(m->text, " ]");
    m->has_memory = random_once_in(m, 2);
    if (m->has_memory)
        ha_text_add(m->text, ", \"memory\": [ { \"base\": \"0\", \"size\": \"4GiB\" } ]");
    ha_text_add(m->text, " }");
}

/* The words of calls that are waited for. */
static void add_call(struct maker *m)
{
    static const char *const states[] = {"Start", "Start", "Complete", "Failure", "*"};
    unsigned listener = random_number(m, m->drivers);
    if (m->entries[listener] && random_once_in(m, 2)) {
        random_arrival(m, listener);
        return;
    }
    ha_text_add(m->text, "\"");
    if (random_once_in(m, 6))
        ha_text_add(m->text, "*");
    else
        random_registration(m, random_number(m, m->drivers));
    ha_text_addf(m->text, " %s ", RANDOM_WORD(m, states));
    unsigned group = random_number(m, m->groups);
    switch (random_number(m, 4)) {
    case 0: ha_text_addf(m->text, "%u", random_number(m, m->processors)); break;
    case 1: ha_text_addf(m->text, "%u:%u", group, random_number(m, m->group[group].maximum)); break;
    default: ha_text_add(m->text, "*"); break;
    }
    if (random_once_in(m, 3))
        ha_text_addf(m->text, "#%u", 1 + random_number(m, 4));
    ha_text_add(m->text, "\"");
}

static void add_handler(struct maker *m, unsigned driver)
{
    static const char *const states[] = {
        "", ", \"state\": \"KeProcessorAddStartNotify\"",
        ", \"state\": \"KeProcessorAddStartNotify\"",
        ", \"state\": \"KeProcessorAddCompleteNotify\"",
        ", \"state\": \"KeProcessorAddFailureNotify\"",
    };
    size_t number, before = random_begin_part(m, &number);
    if (m->entries[driver] && random_once_in(m, 2)) {
        random_entry_handler(m, driver);
        random_end_part(m, number, before);
        return;
    }
    unsigned registration = random_number(m, m->registrations[driver]);
    ha_text_addf(m->text, "{ \"callback\": \"r%u\"%s", registration, RANDOM_WORD(m, states));
    if (random_once_in(m, 4))
        ha_text_addf(m->text, ", \"processor\": %u", random_number(m, m->processors));
    if (random_once_in(m, 4))
        ha_text_addf(m->text, ", \"times\": %u", 1 + random_number(m, 2));
    random_steps(m, "do", (struct spot){.driver = driver, .in_callback = true}, 3);
    ha_text_add(m->text, " }");
    random_end_part(m, number, before);
}

/* First come what the other steps rely on: registrations, a table, a variable. */
static void add_entry(struct maker *m, unsigned driver)
{
    ha_text_add(m->text, ", \"entry\": [");
    for (unsigned r = 0; r < m->registrations[driver]; r++) {
        random_begin(m);
        ha_text_addf(m->text, "{ \"register\": \"processor-change\", \"as\": \"r%u\"", r);
        if (random_once_in(m, 3))
            ha_text_add(m->text, ", \"flags\": \"KE_PROCESSOR_CHANGE_ADD_EXISTING\"");
        ha_text_add(m->text, " }");
    }
    ha_text_addf(m->text, ",\n  { \"table\": \"t\", \"size\": \"%s\" }",
                 random_once_in(m, 2) ? "$maximum" : "$active");
    ha_text_addf(m->text, ",\n  { \"set\": \"v\", \"to\": %u }", random_number(m, 3));
    random_entries(m, driver);
    m->moves[driver] = random_once_in(m, 3);
    if (m->moves[driver])
        ha_text_add(m->text, ",\n  { \"set_affinity\": 0, \"previous\": \"a\" },\n"
                             "  { \"queue_dpc\": \"c\", \"do\": [] },\n"
                             "  { \"start_thread\": \"s\", \"do\": [] }");
    if (random_once_in(m, 2))
        random_steps(m, "", (struct spot){.driver = driver}, 3);
    ha_text_add(m->text, " ]");
}

static void add_driver(struct maker *m, unsigned driver)
{
    size_t number, before = random_begin_part(m, &number);
    ha_text_addf(m->text, "{ \"name\": \"d%u\"", driver);
    if (random_once_in(m, 6))
        ha_text_add(m->text, ", \"entry_ignores_errors\": true");
    add_entry(m, driver);
    if (!random_once_in(m, 4)) {
        unsigned handlers = 1 + random_number(m, 3);
        ha_text_add(m->text, ", \"on\": [");
        while (handlers--)
            add_handler(m, driver);
        ha_text_add(m->text, " ]");
    }
    if (random_once_in(m, 4))
        random_steps(m, "unload", (struct spot){.driver = driver}, 3);
    ha_text_add(m->text, " }");
    random_end_part(m, number, before);
}

static void add_place(struct maker *m)
{
    unsigned group = random_number(m, m->groups);
    ha_text_add(m->text, "\"add_processor\": { \"count\": ");
    ha_text_addf(m->text, "%u", random_once_in(m, 4) ? 1 + random_number(m, 3) : 1);
    if (random_once_in(m, 3))
        ha_text_addf(m->text, ", \"group\": %u", group);
    else if (random_once_in(m, 4))
        ha_text_addf(m->text, ", \"group\": %u, \"number\": %u", group,
                     random_number(m, m->group[group].maximum));
    if (random_once_in(m, 6))
        ha_text_addf(m->text, ", \"node\": %u", m->group[group].node);
    if (random_once_in(m, 5))
        ha_text_add(m->text, ", \"hardware_start\": \"STATUS_IO_TIMEOUT\"");
    ha_text_add(m->text, " }");
}

/* When event `number` happens. */
static void add_trigger(struct maker *m, unsigned number)
{
    unsigned choice = random_number(m, 6);
    if (choice < 2) {
        ha_text_add(m->text, random_once_in(m, 3) ? "\"after\": " : "\"during\": ");
        add_call(m);
    } else if (choice == 2 && number) {
        ha_text_addf(m->text, "\"after\": { \"event\": \"n%u\" }", random_number(m, number));
    } else {
        ha_text_addf(m->text, "\"at\": \"%ums\"", 1 + random_number(m, 4));
    }
}

static void add_event(struct maker *m, unsigned number)
{
    size_t part, before = random_begin_part(m, &part);
    unsigned driver = random_number(m, m->drivers);
    ha_text_addf(m->text, "{ \"id\": \"n%u\", ", number);
    add_trigger(m, number);
    ha_text_add(m->text, ", ");
    unsigned choice = random_number(m, 10);
    if (choice == 0) {
        ha_text_addf(m->text, "\"unload\": \"d%u\"", driver);
    } else if (choice == 1 && m->loads_later[driver]) {
        ha_text_addf(m->text, "\"load\": \"d%u\"", driver);
    } else if (choice < 5) {
        ha_text_addf(m->text, "\"run\": \"d%u\"", driver);
        random_steps(m, "do", (struct spot){.driver = driver}, 4);
    } else if (choice < 7) {
        random_interface_event(m);
    } else {
        add_place(m);
    }
    ha_text_add(m->text, " }");
    random_end_part(m, part, before);
}

/* Two threads of one driver that are let loose on its table at once. */
static void add_race(struct maker *m)
{
    unsigned driver = random_number(m, m->drivers), ms = 1 + random_number(m, 4);
    for (unsigned i = 0; i < 3; i++) {
        size_t part, before = random_begin_part(m, &part);
        ha_text_addf(m->text, "{ \"at\": \"%ums\", \"run\": \"d%u\"", ms, driver);
        if (i < 2)
            random_table_steps(m, "race", (struct spot){.driver = driver});
        else
            ha_text_add(m->text, ", \"do\": [ { \"signal\": \"race\" } ]");
        ha_text_add(m->text, " }");
        random_end_part(m, part, before);
    }
}

static void add_events(struct maker *m)
{
    unsigned count = 1 + random_number(m, 6);
    ha_text_add(m->text, "\"events\": [");
    for (unsigned d = 0; d < m->drivers; d++) {
        if (!m->loads_later[d])
            continue;
        size_t number, before = random_begin_part(m, &number);
        ha_text_addf(m->text, "{ \"at\": \"%uus\", \"load\": \"d%u\" }", random_number(m, 3), d);
        random_end_part(m, number, before);
    }
    for (unsigned i = 0; i < count; i++)
        add_event(m, i);
    if (random_once_in(m, 3))
        add_race(m);
    ha_text_add(m->text, " ]");
}

static void add_fault(struct maker *m)
{
    static const enum ha_routine routines[] = {
        HA_RT_ALLOCATE_POOL, HA_RT_ALLOCATE_POOL, HA_RT_REGISTER_PROCESSOR_CHANGE,
        HA_RT_REGISTER_PROCESSOR_CHANGE, HA_RT_REGISTER_PNP,
    };
    size_t number, before = random_begin_part(m, &number);
    ha_text_addf(m->text, "{ \"fail\": \"%s\"", ha_routine_name(RANDOM_WORD(m, routines)));
    if (random_once_in(m, 2))
        ha_text_addf(m->text, ", \"driver\": \"d%u\"", random_number(m, m->drivers));
    if (random_once_in(m, 3)) {
        ha_text_add(m->text, ", \"during\": ");
        add_call(m);
    }
    ha_text_addf(m->text, ", \"occurrence\": %u", 1 + random_number(m, 3));
    ha_text_add(m->text, random_once_in(m, 4) ? ", \"persist\": true }" : " }");
    random_end_part(m, number, before);
}

size_t random_scenario(uint64_t seed, const bool *left_out, struct ha_text *text)
{
    struct maker m = {.state = seed, .left_out = left_out, .text = text};
    m.groups = random_once_in(&m, 2) ? 1 : 2 + random_number(&m, MOST_GROUPS - 1);
    m.drivers = 1 + random_number(&m, MOST_DRIVERS);
    for (unsigned d = 0; d < m.drivers; d++) {
        m.registrations[d] = 1 + random_number(&m, 2);
        m.entries[d] = random_once_in(&m, 2) ? 1 + random_number(&m, 2) : 0;
        m.loads_later[d] = random_once_in(&m, 4);
    }
    ha_text_addf(text, "{ \"format\": 1, \"name\": \"seed %llu\",\n", (unsigned long long)seed);
    add_profile(&m);
    add_partition(&m);
    ha_text_add(text, ",\n\"drivers\": [");
    for (unsigned d = 0; d < m.drivers; d++)
        add_driver(&m, d);
    ha_text_add(text, " ],\n");
    add_events(&m);
    if (random_once_in(&m, 3)) {
        ha_text_add(text, ",\n\"faults\": [");
        add_fault(&m);
        if (random_once_in(&m, 2))
            add_fault(&m);
        ha_text_add(text, " ]");
    }
    ha_text_add(text, " }\n");
    return m.parts;
}
