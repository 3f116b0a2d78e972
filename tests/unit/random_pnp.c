/*
 * random_pnp - what random scenarios do with device interfaces
 *
 * Drivers register for processors, memory and an interface of their own, leave by either routine
 * wherever a step may stand, and events add memory, hold, release and disable.
 */
#include "unit/random_maker.h"

#define GIB 0x40000000ull
#define OWN_CLASS "{12345678-9abc-def0-1234-56789abcdef0}"

/* What follows the key "class" of an entry, with the flag or without. */
static void add_class(struct maker *m, unsigned driver, unsigned entry)
{
    static const struct { const char *name; enum random_class what; } classes[] = {
        {"GUID_DEVICE_PROCESSOR", FOR_PROCESSORS}, {"GUID_DEVICE_PROCESSOR", FOR_PROCESSORS},
        {"GUID_DEVICE_PROCESSOR", FOR_PROCESSORS}, {"GUID_DEVICE_MEMORY", FOR_MEMORY},
        {OWN_CLASS, FOR_INTERFACES},
    };
    static const char *const flags[] = {
        "", ", \"flags\": \"PNPNOTIFY_DEVICE_INTERFACE_INCLUDE_EXISTING_INTERFACES\"",
    };
    unsigned class = random_number(m, sizeof classes / sizeof classes[0]);
    if (entry < MOST_CLASSES)
        m->class_of[driver][entry] = (unsigned char)classes[class].what;
    ha_text_addf(m->text, ", \"class\": \"%s\"", classes[class].name);
    ha_text_add(m->text, RANDOM_WORD(m, flags));
}

/* Of others a scenario may not speak where it names the entry. */
static bool may_hear(const struct maker *m, unsigned driver, unsigned entry, enum random_class what)
{
    return entry < MOST_CLASSES && m->class_of[driver][entry] == what;
}

void random_entries(struct maker *m, unsigned driver)
{
    for (unsigned e = 0; e < m->entries[driver]; e++) {
        random_begin(m);
        ha_text_addf(m->text, "{ \"register\": \"device-interface\", \"as\": \"e%u\"", e);
        add_class(m, driver, e);
        ha_text_add(m->text, " }");
    }
    if (!m->entries[driver])
        return;
    random_begin(m);
    ha_text_add(m->text, "{ \"publish\": \"p\", \"class\": \"" OWN_CLASS "\" }");
}

void random_entry_handler(struct maker *m, unsigned driver)
{
    static const char *const events[] = {
        "", ", \"event\": \"GUID_DEVICE_INTERFACE_ARRIVAL\"",
        ", \"event\": \"GUID_DEVICE_INTERFACE_REMOVAL\"",
    };
    const char *event = RANDOM_WORD(m, events);
    unsigned entry = random_number(m, m->entries[driver]), processor;
    ha_text_addf(m->text, "{ \"callback\": \"e%u\"%s", entry, event);
    switch (random_number(m, 6)) {
    case 0:
        processor = random_number(m, m->processors);
        if (may_hear(m, driver, entry, FOR_PROCESSORS))
            ha_text_addf(m->text, ", \"processor\": %u", processor);
        break;
    case 1:
        ha_text_add(m->text, m->has_memory && may_hear(m, driver, entry, FOR_MEMORY)
                                 ? ", \"memory\": \"0\"" : ", \"interface\": 1");
        break;
    default:
        break;
    }
    if (random_once_in(m, 4))
        ha_text_addf(m->text, ", \"times\": %u", 1 + random_number(m, 2));
    random_steps(m, "do", (struct spot){.driver = driver, .in_callback = true,
                                        .of_interface = true}, 3);
    ha_text_add(m->text, " }");
}

static void add_removal(struct maker *m, const struct spot *spot)
{
    static const char *const routines[] = {
        "", ", \"routine\": \"IoUnregisterPlugPlayNotificationEx\"",
        ", \"routine\": \"IoUnregisterPlugPlayNotification\"",
    };
    unsigned owner = random_number(m, m->drivers);
    if (random_once_in(m, 8)) {
        ha_text_addf(m->text, "\"deregister\": null%s", routines[1 + random_number(m, 2)]);
        return;
    }
    if (!m->entries[owner] || !random_once_in(m, 3))
        owner = spot->driver;
    ha_text_addf(m->text, "\"deregister\": \"d%u.e%u\"%s", owner,
                 random_number(m, m->entries[owner]), RANDOM_WORD(m, routines));
}

void random_entry_step(struct maker *m, const struct spot *spot)
{
    unsigned verb = random_number(m, 8);
    if (verb < 2 && !spot->in_for_each) {
        unsigned entry = m->entries[spot->driver]++;
        ha_text_addf(m->text, "\"register\": \"device-interface\", \"as\": \"e%u\"", entry);
        add_class(m, spot->driver, entry);
        if (random_once_in(m, 4))
            random_steps(m, "if_fails", *spot, 2);
    } else if (verb == 2 && !spot->of_interface) {      /* or one might answer itself for ever */
        ha_text_add(m->text, "\"publish\": \"p\", \"class\": \"" OWN_CLASS "\"");
    } else if (verb == 3 && !spot->of_interface) {
        ha_text_add(m->text, "\"withdraw\": \"p\"");
    } else {
        add_removal(m, spot);
    }
}

void random_arrival(struct maker *m, unsigned driver)
{
    static const char *const events[] = {"Arrival", "Arrival", "Removal"};
    bool any = random_once_in(m, 6);
    unsigned entry = any ? 0 : random_number(m, m->entries[driver]);
    bool of_processors = any || may_hear(m, driver, entry, FOR_PROCESSORS);
    bool of_memory = any || may_hear(m, driver, entry, FOR_MEMORY);
    if (any)
        ha_text_add(m->text, "\"*");
    else
        ha_text_addf(m->text, "\"d%u.e%u", driver, entry);
    ha_text_addf(m->text, " %s ", RANDOM_WORD(m, events));
    unsigned group = random_number(m, m->groups), what = random_number(m, 5), which = 0;
    if (what < 2)
        which = random_number(m, what == 0 ? m->processors : m->group[group].maximum);
    if (what == 0 && of_processors)
        ha_text_addf(m->text, "processor %u", which);
    else if (what == 1 && of_processors)
        ha_text_addf(m->text, "processor %u:%u", group, which);
    else if (what == 2 && of_memory)
        ha_text_add(m->text, m->has_memory ? "memory 0x0" : "memory *");
    else
        ha_text_add(m->text, "* *");
    if (random_once_in(m, 3))
        ha_text_addf(m->text, "#%u", 1 + random_number(m, 4));
    ha_text_add(m->text, "\"");
}

void random_interface_event(struct maker *m)
{
    switch (random_number(m, 7)) {
    case 0:
        ha_text_add(m->text, "\"hold\": \"arrivals\"");
        break;
    case 1:
        ha_text_add(m->text, "\"release\": \"arrivals\"");
        break;
    case 2:
        if (m->has_memory && random_once_in(m, 2))
            ha_text_add(m->text, "\"remove_interface\": \"memory 0x0\"");
        else
            ha_text_addf(m->text, "\"remove_interface\": \"processor %u\"",
                         random_number(m, m->processors));
        break;
    case 3:
        ha_text_addf(m->text, "\"remove_interface\": \"interface %u\"", 1 + random_number(m, 2));
        break;
    default:
        ha_text_addf(m->text, "\"add_memory\": { \"base\": \"0x%llx\", \"size\": \"1GiB\"",
                     (unsigned long long)(16 + 2 * m->added_ranges++) * GIB);
        if (random_once_in(m, 4))
            ha_text_add(m->text, ", \"start\": \"STATUS_IO_TIMEOUT\"");
        ha_text_add(m->text, " }");
        break;
    }
}
