/*
 * random_pnp - what random scenarios do with device interfaces
 *
 * Drivers register for processors, memory and an interface of their own, leave by either routine
 * wherever a step may stand, and events add memory, hold, release and disable.
 */
#include "unit/random_maker.h"

#define GIB 0x40000000ull
#define OWN_CLASS "{12345678-9abc-def0-1234-56789abcdef0}"

/* What follows the key "class", with the flag or without. */
static void add_class(struct maker *m)
{
    static const char *const classes[] = {
        "GUID_DEVICE_PROCESSOR", "GUID_DEVICE_PROCESSOR", "GUID_DEVICE_PROCESSOR",
        "GUID_DEVICE_MEMORY", OWN_CLASS,
    };
    static const char *const flags[] = {
        "", ", \"flags\": \"PNPNOTIFY_DEVICE_INTERFACE_INCLUDE_EXISTING_INTERFACES\"",
    };
    ha_text_addf(m->text, ", \"class\": \"%s\"", RANDOM_WORD(m, classes));
    ha_text_add(m->text, RANDOM_WORD(m, flags));
}

void random_entries(struct maker *m, unsigned driver)
{
    for (unsigned e = 0; e < m->entries[driver]; e++) {
        random_begin(m);
        ha_text_addf(m->text, "{ \"register\": \"device-interface\", \"as\": \"e%u\"", e);
        add_class(m);
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
    ha_text_addf(m->text, "{ \"callback\": \"e%u\"%s", random_number(m, m->entries[driver]),
                 RANDOM_WORD(m, events));
    switch (random_number(m, 6)) {
    case 0:
        ha_text_addf(m->text, ", \"processor\": %u", random_number(m, m->processors));
        break;
    case 1:
        ha_text_add(m->text, m->has_memory ? ", \"memory\": \"0\"" : ", \"interface\": 1");
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
        ha_text_addf(m->text, "\"register\": \"device-interface\", \"as\": \"e%u\"",
                     m->entries[spot->driver]++);
        add_class(m);
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
    if (random_once_in(m, 6))
        ha_text_add(m->text, "\"*");
    else
        ha_text_addf(m->text, "\"d%u.e%u", driver, random_number(m, m->entries[driver]));
    ha_text_addf(m->text, " %s ", RANDOM_WORD(m, events));
    unsigned group = random_number(m, m->groups);
    switch (random_number(m, 5)) {
    case 0:
        ha_text_addf(m->text, "processor %u", random_number(m, m->processors));
        break;
    case 1:
        ha_text_addf(m->text, "processor %u:%u", group, random_number(m, m->group[group].maximum));
        break;
    case 2:
        ha_text_add(m->text, m->has_memory ? "memory 0x0" : "memory *");
        break;
    default:
        ha_text_add(m->text, "* *");
        break;
    }
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
