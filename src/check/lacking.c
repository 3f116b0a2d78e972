/*
 * lacking - what a trace from elsewhere may leave out, and which rules then are not judged
 *
 * Owns the table. tests/unit/test_lacking.c takes every member and kind of it out of the traces of
 * all scenarios: no finding comes up that was not there before, unless its rule is in the row.
 */
#include "check/lacking.h"

#include <string.h>

#include "base/names.h"
#include "hotadd/trace.h"

#define MOST_KINDS 8u
#define MARGIN 14u                      /* of the list behind "  not judged  " */
#define WIDTH 80u                       /* the reason follows */

/* Rules that speak of IRQL, or follow another course where a call is made at a raised one. */
#define OF_IRQL "REG-1 REG-2 DEREG-1 DEREG-3 CTX-7 CB-1 CB-9 CB-11 PNP-6 PNP-12 PNP-14 DPC-1 " \
                "DRV-1 IRQL-1 IRQL-2 IRQL-3 IRQL-4 POOL-4 QRY-16"
#define OF_AFFINITY "DRV-14 HOT-11 QRY-13 QRY-18"

#define COSTS_NOTHING 1u                /* the row of what nothing rests on */

static const struct row {
    const char *field;                  /* NULL: no record of these kinds is there */
    uint8_t kinds[MOST_KINDS];          /* none: the field of every kind */
    const char *rules;                  /* "" where nothing rests on it; "!": all but these */
} rows[] = {
    /* What a record says by itself stays true beside others that are lost. */
    [HA_LACK_RECORDS] = {NULL, {0}, "!POOL-1 POOL-2 POOL-3 POOL-4 POOL-5 IRQL-1 IRQL-2 IRQL-4 "
                                    "DRV-13 REG-6 REG-8 PNP-13"},

    [COSTS_NOTHING] = {"seq", {0}, ""},
    {"t", {0}, "TIME-1"},
    {"processor", {0}, "DPC-1 EXIST-11 HOT-11 ORD-2 QRY-12 QRY-14 QRY-15 QRY-17 QRY-21 QRY-23"},
    {"irql", {0}, OF_IRQL},
    {"regions", {0}, "CTX-7 OBJ-3"},
    {"active", {0}, "QRY-4 QRY-5"},
    {"id", {HA_TRACE_BEGIN, HA_TRACE_END, HA_POOL_LIMITS, HA_CRASH, HA_QUERY, HA_FAULT, HA_PNP_HOLD,
            HA_FREE_PAGES}, ""},
    {"id", {HA_REFUSED, HA_KNOB, HA_AFFINITY, HA_EVENT_SET, HA_EVENT_CLEAR, HA_BUGCHECK,
            HA_DEBUG_PRINT, HA_BUDGET}, ""},
    {"thread", {HA_TRACE_BEGIN, HA_KNOB, HA_GROUP, HA_NODE, HA_PROCESSOR, HA_MEMORY, HA_NAME,
                HA_POOL_LIMITS}, ""},
    {"driver", {HA_TRACE_BEGIN, HA_KNOB, HA_GROUP, HA_NODE, HA_PROCESSOR, HA_MEMORY,
                HA_POOL_LIMITS, HA_INTERFACE}, ""},
    {"thread", {HA_BUDGET, HA_THREAD, HA_TRACE_END, HA_CHOICE, HA_INTERFACE, HA_CRASH}, ""},
    {"driver", {HA_BUDGET, HA_THREAD, HA_TRACE_END, HA_CHOICE, HA_NAME}, ""},
    {"preset", {HA_TRACE_BEGIN}, ""},
    {"scenario_hash", {HA_TRACE_BEGIN}, ""},
    {"profile_hash", {HA_TRACE_BEGIN}, ""},
    {"groups", {HA_TRACE_BEGIN}, "HOT-1"},
    {"nodes", {HA_TRACE_BEGIN}, ""},
    {"processors", {HA_TRACE_BEGIN}, "CTX-2 HOT-1 QRY-8"},
    {"maximum", {HA_TRACE_BEGIN}, ""},
    {"active_mask", {HA_GROUP}, ""},
    {"affinity_group", {HA_THREAD, HA_CB_ENTER, HA_CB_LEAVE, HA_ADD_BEGIN}, OF_AFFINITY},
    {"affinity_mask", {HA_THREAD, HA_CB_ENTER, HA_CB_LEAVE, HA_ADD_BEGIN}, OF_AFFINITY},
    {"kind", {HA_THREAD}, ""},
    {"more", {HA_NAME, HA_DEBUG_PRINT}, ""},
    {"component", {HA_DEBUG_PRINT}, ""},
    {"level", {HA_DEBUG_PRINT}, ""},
    {"function", {HA_REG_RETURN, HA_PNP_CB_ENTER}, ""},
    {"flags", {HA_REG_RETURN}, ""},
    {"context", {HA_REG_ENTER, HA_CB_ENTER, HA_EX_REG}, "CB-2 REG-3"},
    {"context", {HA_REG_RETURN, HA_PNP_REG_ENTER, HA_PNP_CB_ENTER}, ""},
    {"ctx_status", {HA_CB_ENTER}, "STAT-11"},
    {"client", {HA_CB_LEAVE}, ""},
    {"existing", {HA_CB_LEAVE}, ""},
    {"State", {HA_CB_LEAVE}, ""},
    {"context_changed", {HA_CB_LEAVE}, "CTX-3"},
    {"size", {HA_FREE}, ""},
    {"tag", {HA_ALLOC, HA_FREE}, ""},
    {"Version", {HA_PNP_CB_ENTER}, "PNP-7"},
    {"Size", {HA_PNP_CB_ENTER}, "PNP-7"},
    {"live", {HA_PNP_CB_ENTER}, "ORD-7 PNP-18"},
    {"replay", {HA_PNP_CB_ENTER}, "PNP-3 PNP-5"},
    {"second", {HA_PNP_CB_ENTER}, "PNP-5"},
    {"late", {HA_PNP_CB_ENTER}, "PNP-10 PNP-18"},
    {"cause", {HA_INTERFACE, HA_DEVICE_STARTED, HA_IFACE_UP, HA_IFACE_DOWN}, "MEM-2 PNP-9"},
    {"status", {HA_TRACE_END, HA_THREAD_END}, ""},
    {"argument", {HA_MISUSE}, ""},
    {"importance", {HA_DPC_INSERT}, ""},
    {"unit", {HA_ADD_BEGIN}, "HOT-10"},

    {NULL, {HA_UNLOAD_REQ}, "DRV-10"},
    {NULL, {HA_IMAGE_FREED}, "DRV-3 DRV-6"},
    {NULL, {HA_REF}, "DRV-6 PNP-10 PNP-19"},
    {NULL, {HA_FAULT}, "CB-9 PNP-22 REG-1"},
    {NULL, {HA_REFUSED}, "CB-9"},
    {NULL, {HA_IFACE_UP}, "PNP-3 PNP-8 PNP-24"},
    {NULL, {HA_MEM_ONLINE}, "MEM-2 MEM-3"},
    {NULL, {HA_ADD_BEGIN}, "CB-3 DEREG-1 DEREG-2 HOT-10 ORD-1 QRY-9 QRY-10 QRY-15 QRY-23"},
    {NULL, {HA_UNIT_BEGIN}, "HOT-10"},
    {NULL, {HA_HW_START}, "HOT-7 QRY-4 QRY-23"},
    {NULL, {HA_ACTIVE}, "ORD-1"},
    {NULL, {HA_SCHED}, "HOT-8 ORD-1 ORD-2 ORD-4 ORD-5 QRY-23"},
    {NULL, {HA_KNOB}, "DEREG-1"},
};

#define ROWS ((unsigned)(sizeof rows / sizeof rows[0]))
_Static_assert(sizeof rows / sizeof rows[0] <= HA_LACKS, "a bit for each row");

static bool names_kind(const struct row *row, unsigned kind)
{
    bool any = !row->kinds[0];

    for (size_t i = 0; i < MOST_KINDS && !any; i++)
        any = row->kinds[i] == kind;
    return any;
}

unsigned ha_lack_of(unsigned kind, const char *field)
{
    for (unsigned row = 0; row < ROWS; row++) {
        if (!rows[row].field || strcmp(rows[row].field, field) || !names_kind(&rows[row], kind))
            continue;
        /* While a trace says what there is, nobody runs anywhere. */
        return !rows[row].kinds[0] && kind < HA_DRV_ENTRY_ENTER ? COSTS_NOTHING : row;
    }
    return HA_LACK_NEVER;
}

uint64_t ha_lack_of_kinds(const bool *seen)
{
    uint64_t lacking = 0;

    for (unsigned row = HA_LACK_RECORDS + 1; row < ROWS; row++)
        if (!rows[row].field && !seen[rows[row].kinds[0]])
            lacking |= HA_LACK_BIT(row);
    return lacking;
}

/* Whether a list of ids means this one. */
static bool lists(const char *rules, const char *id)
{
    size_t length = strlen(id);
    bool all = rules[0] == '!';

    for (const char *at = rules += all; (at = strstr(at, id)) != NULL; at += length)
        if ((at == rules || at[-1] == ' ') && (!at[length] || at[length] == ' '))
            return !all;
    return all;
}

bool ha_lack_hides(uint64_t lacking, const struct ha_rule *rule)
{
    for (unsigned row = 0; row < ROWS; row++)
        if (lacking & HA_LACK_BIT(row) && lists(rows[row].rules, rule->id))
            return true;
    return false;
}

const char *ha_lack_rules(unsigned row)
{
    return row < ROWS ? rows[row].rules : NULL;
}

/* "  not judged  DRV-4, DRV-5, ...", broken where a line would be too long. */
static void write_rules(const char *rules, struct ha_text *text)
{
    size_t used = 0;

    ha_text_add(text, "  not judged  ");
    while (*rules) {
        size_t length = strcspn(rules, " ");
        bool last = !rules[length];
        if (used && MARGIN + used + length + 2 > WIDTH) {
            ha_text_addf(text, "\n%*s", (int)MARGIN, "");
            used = 0;
        }
        ha_text_addf(text, "%s%.*s%c", used ? " " : "", (int)length, rules, last ? ':' : ',');
        used += length + 2;
        rules += length + !last;
    }
}

void ha_lack_write(uint64_t lacking, struct ha_text *text)
{
    if (lacking & HA_LACK_BIT(HA_LACK_RECORDS))
        ha_text_add(text, "  not judged  the kernel, and of drivers what rests on more than one "
                          "record, behind a gap\n");
    for (unsigned row = HA_LACK_RECORDS + 1; row < ROWS; row++) {
        if (!(lacking & HA_LACK_BIT(row)) || !rows[row].rules[0])
            continue;
        write_rules(rows[row].rules, text);
        if (rows[row].field)
            ha_text_addf(text, " lines lack \"%s\"\n", rows[row].field);
        else
            ha_text_addf(text, " there is no %s\n", ha_kind_name(rows[row].kinds[0]));
    }
}
