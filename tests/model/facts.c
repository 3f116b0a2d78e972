/*
 * facts - see facts.h. Owns struct facts.
 */
#include "model/facts.h"

#include <stdlib.h>
#include <string.h>

#define FURTHER 3u      /* facts behind the first difference */

static const char *const stream_names[STREAMS] = {
    "calls and adds", "units", "removals that waited", "PnP notification",
    "references", "what the drivers saw",
    "what the drivers saw of PnP notification"};

static const char *const names[WHATS] = {
    [STEP] = "event", [ENTRY_BEGINS] = "DriverEntry begins", [ENTRY_ENDS] = "DriverEntry ends",
    [UNLOAD_ASKED] = "Unload is asked for", [UNLOAD_BEGINS] = "Unload begins",
    [UNLOAD_ENDS] = "Unload ends",
    [IMAGE_GOES] = "image is freed", [ASKS] = "registers", [LOCKED] = "has the lock",
    [GETS] = "registration returns", [LEAVES] = "deregisters",
    [LEAVE_LOCKED] = "has the lock to leave", [LEFT] = "deregistration returns",
    [JOINS] = "joins the callback object", [PARTS] = "parts from the callback object",
    [ADD_BEGINS] = "add begins", [HARDWARE] = "hardware starts", [ACTIVE] = "is active",
    [SCHED] = "takes threads", [STARTED] = "device is started", [UP] = "interface is enabled",
    [DOWN] = "interface is disabled",
    [ADD_ENDS] = "add ends", [MEMORY_BEGINS] = "memory add begins", [ONLINE] = "is online",
    [MEMORY_ENDS] = "memory add ends", [CALL] = "is called", [ANSWER] = "returns",
    [DEAD_CALL] = "would be called", [UNIT_BEGINS] = "unit begins", [UNIT_ENDS] = "unit ends",
    [LISTENS] = "registers for PnP", [LISTENING] = "is registered for PnP",
    [STOPS] = "leaves PnP", [STOPPED] = "has left PnP", [HEARS] = "hears of a device",
    [HEARD] = "has heard of a device", [DEAD_ENTRY] = "would hear of a device",
    [REFERS] = "has references",
    [SEES] = "sees", [QUERIES] = "is answered", [HOLDS] = "holds",
    [IN_GROUP] = "group", [IN_PLACE] = "processor", [RANGE] = "range of memory"};

void facts_say(struct facts *facts, enum stream stream, struct fact fact)
{
    if (facts->count[stream] == facts->room[stream]) {
        size_t room = facts->room[stream] ? 2 * facts->room[stream] : 64;
        struct fact *more = realloc(facts->fact[stream], room * sizeof fact);
        if (!more) {
            facts->lost = true;
            return;
        }
        facts->fact[stream] = more;
        facts->room[stream] = room;
    }
    facts->fact[stream][facts->count[stream]++] = fact;
}

void facts_say_everywhere(struct facts *facts, struct fact fact)
{
    for (unsigned stream = 0; stream < STREAMS; stream++)
        facts_say(facts, (enum stream)stream, fact);
}

void facts_clear(struct facts *facts)
{
    memset(facts->count, 0, sizeof facts->count);
}

void facts_close(struct facts *facts)
{
    for (unsigned stream = 0; stream < STREAMS; stream++)
        free(facts->fact[stream]);
    *facts = (struct facts){{NULL}, {0}, {0}, false};
}

enum stream facts_differ(const struct facts *expected, const struct facts *seen, size_t *at)
{
    for (unsigned s = 0; s < STREAMS; s++) {
        size_t i = 0;
        while (i < expected->count[s] && i < seen->count[s] &&
               !memcmp(&expected->fact[s][i], &seen->fact[s][i], sizeof(struct fact)))
            i++;
        *at = i;
        if (i < expected->count[s] || i < seen->count[s])
            return (enum stream)s;
    }
    return STREAMS;
}

/* What is 0 goes without saying. */
static void print_number(FILE *file, const char *what, uint32_t number)
{
    if (number)
        fprintf(file, ", %s %u", what, (unsigned)number);
}

static void print_code(FILE *file, const char *what, int32_t code)
{
    if (code)
        fprintf(file, ", %s %08X", what, (unsigned)code);
}

static void print_list(FILE *file, const struct facts *facts, enum stream stream, size_t end)
{
    for (size_t i = 0; i < facts->count[stream] && i < end; i++) {
        const struct fact *fact = &facts->fact[stream][i];
        fprintf(file, "  %-30s %d", names[fact->what], (int)fact->who);
        print_number(file, "state", fact->state);
        print_number(file, "index", fact->index);
        if (fact->place)
            fprintf(file, ", place %u:%u", (unsigned)(fact->place >> 16),
                    (unsigned)(fact->place & 0xffff));
        print_code(file, "status", fact->status);
        print_code(file, "op", fact->op);
        print_number(file, "active", fact->around & 0xffff);
        print_number(file, "irql", fact->around >> 16 & 0xff);
        print_number(file, "thread", fact->around >> 24);
        fprintf(file, "\n");
    }
}

void facts_print(FILE *file, const struct facts *expected, const struct facts *seen,
                 enum stream stream, size_t at)
{
    fprintf(file, "%s differ at the %zuth\n--- expected\n", stream_names[stream], at + 1);
    print_list(file, expected, stream, at + FURTHER);
    fprintf(file, "--- seen\n");
    print_list(file, seen, stream, at + FURTHER);
    fprintf(file, "---\n");
}
