/*
 * records_dpc - DPCs, broadcasts, affinity and devices in the notation of records.h
 *
 * Owns what a driver sends to processors and threads, and what it leaves behind.
 */
#include <stdlib.h>
#include <string.h>

#include "base/names.h"
#include "unit/records_parts.h"

#define DPC_THREAD 5
#define DISPATCH_LEVEL 2
#define IPI_LEVEL 14

static uint32_t number_at(const struct statement *statement, size_t index)
{
    const char *word = word_at(statement, index);
    if (!word)
        records_give_up("a number is missing", word_at(statement, 0));
    return (uint32_t)strtoul(word, NULL, 0);
}

/* GROUP:MASK */
static void affinity_at(const struct statement *statement, size_t index, uint16_t *group,
                        uint64_t *mask)
{
    char *rest;
    const char *word = word_at(statement, index);
    if (!word)
        records_give_up("an affinity is missing", word_at(statement, 0));
    *group = (uint16_t)strtoul(word, &rest, 0);
    *mask = strtoull(rest + 1, NULL, 0);
}

/* affinity ROUTINE ASKED AFTER [PREVIOUS] */
static void affinity(struct records *records, const struct statement *statement)
{
    static const struct { const char *word; enum ha_routine routine; } routines[] = {
        {"set", HA_RT_SET_AFFINITY},       {"revert", HA_RT_REVERT_AFFINITY},
        {"setex", HA_RT_SET_AFFINITY_EX},  {"revertex", HA_RT_REVERT_AFFINITY_EX},
        {"setold", HA_RT_SET_AFFINITY_OLD}, {"revertold", HA_RT_REVERT_AFFINITY_OLD},
    };
    struct ha_record *record = records_emit(records, statement, HA_AFFINITY, SYSTEM, 0);

    for (size_t i = 0; i < sizeof routines / sizeof routines[0]; i++)
        if (!strcmp(routines[i].word, word_at(statement, 1)))
            record->id = routines[i].routine;
    record->driver = (uint16_t)word_number(statement, "driver", 1);
    record->as.affinity.accepted = (uint8_t)word_number(statement, "accepted", 1);
    affinity_at(statement, 2, &record->as.affinity.asked_group, &record->as.affinity.asked_mask);
    affinity_at(statement, 3, &record->as.affinity.new_group, &record->as.affinity.new_mask);
    if (!word_at(statement, 4))
        return;
    record->as.affinity.has_output = 1;
    affinity_at(statement, 4, &record->as.affinity.output_group,
                &record->as.affinity.output_mask);
}

static struct ha_record *dpc(struct records *records, const struct statement *statement,
                             enum ha_kind kind, uint32_t thread, uint16_t target)
{
    struct ha_record *record =
        records_emit(records, statement, kind, thread, number_at(statement, 1));

    record->driver = (uint16_t)word_number(statement, "driver", 1);
    record->as.dpc.target = target;
    return record;
}

/* aim ex|old DPC NUMBER TARGET [STATUS] */
static void aim(struct records *records, struct statement statement)
{
    bool old = !strcmp(word_at(&statement, 1), "old");
    memmove(&statement.word[1], &statement.word[2], --statement.count * sizeof(char *));
    struct ha_record *record = dpc(records, &statement, HA_DPC_TARGET, SYSTEM,
                                   (uint16_t)number_at(&statement, 3));

    record->as.dpc.routine = old ? HA_RT_SET_TARGET_DPC : HA_RT_SET_TARGET_DPC_EX;
    record->as.dpc.asked = number_at(&statement, 2);
    if (word_at(&statement, 4))
        record->as.dpc.status = word_status(word_at(&statement, 4));
}

/* queue DPC TARGET [waits] [timer], drop DPC TARGET [driver] */
static void queue(struct records *records, const struct statement *statement, bool drop)
{
    struct ha_record *record = dpc(records, statement, drop ? HA_DPC_DROP : HA_DPC_INSERT, SYSTEM,
                                   (uint16_t)number_at(statement, 2));

    record->as.dpc.result = (uint8_t)word_number(statement, "res", 1);
    for (size_t i = 3; i < statement->count; i++)
        record->flags |= (uint8_t)(!strcmp(statement->word[i], "waits")   ? HA_DPC_WAITS
                                   : !strcmp(statement->word[i], "timer") ? HA_DPC_BY_TIMER
                                                                          : HA_DPC_BY_DRIVER);
}

/* run> DPC PROCESSOR, run< DPC PROCESSOR */
static void run(struct records *records, const struct statement *statement, bool leave)
{
    uint16_t processor = (uint16_t)number_at(statement, 2);
    struct ha_record *record = dpc(records, statement,
                                   leave ? HA_DPC_RUN_LEAVE : HA_DPC_RUN_ENTER, DPC_THREAD,
                                   (uint16_t)word_number(statement, "to", processor));

    record->processor = processor;
    record->irql = (uint8_t)word_number(statement, "irql", DISPATCH_LEVEL);
}

/* left KIND ID */
static void left(struct records *records, const struct statement *statement)
{
    static const char *const kinds[HA_LEFT_COUNT] = {"nothing", "timer",  "dpc",      "work",
                                                     "device",  "handle", "lookaside", "object",
                                                     "interface", "resource", "removelock",
                                                     "mdl"};
    struct ha_record *record =
        records_emit(records, statement, HA_LEFT_BEHIND, SYSTEM, number_at(statement, 2));

    record->driver = (uint16_t)word_number(statement, "driver", 1);
    for (uint32_t what = 0; what < HA_LEFT_COUNT; what++)
        if (!strcmp(kinds[what], word_at(statement, 1)))
            record->as.left.what = what;
}

static void call(struct records *records, const struct statement *statement, enum ha_kind kind)
{
    struct ha_record *record =
        records_emit(records, statement, kind, SYSTEM, number_at(statement, 1));
    bool broadcast = kind == HA_IPI_ENTER || kind == HA_IPI_LEAVE;

    record->driver = (uint16_t)word_number(statement, "driver", 1);
    record->irql = (uint8_t)word_number(statement, "irql", broadcast ? IPI_LEVEL : 0);
}

/* stuck THREAD [THREAD]: a DEADLOCK record of that waiter, and who has what it waits for */
static void stuck(struct records *records, const struct statement *statement)
{
    struct ha_record *record = records_emit(records, statement, HA_DEADLOCK, 0, 1);
    record->as.wait.waiter = word_letter(word_at(statement, 1), "THSRDN");
    record->as.wait.holder = word_letter(word_at(statement, 2), "THSRDN");
}

bool records_dpc(struct records *records, const struct statement *statement)
{
    const char *verb = word_at(statement, 0);

    if (!strcmp(verb, "affinity"))
        affinity(records, statement);
    else if (!strcmp(verb, "aim"))
        aim(records, *statement);
    else if (!strcmp(verb, "queue") || !strcmp(verb, "drop"))
        queue(records, statement, verb[0] == 'd');
    else if (!strcmp(verb, "run>") || !strcmp(verb, "run<"))
        run(records, statement, verb[3] == '<');
    else if (!strcmp(verb, "ipi>") || !strcmp(verb, "ipi<"))
        call(records, statement, verb[3] == '<' ? HA_IPI_LEAVE : HA_IPI_ENTER);
    else if (!strcmp(verb, "device>") || !strcmp(verb, "device<"))
        call(records, statement, verb[6] == '<' ? HA_ADD_DEVICE_LEAVE : HA_ADD_DEVICE_ENTER);
    else if (!strcmp(verb, "reinit>") || !strcmp(verb, "reinit<"))
        call(records, statement, verb[6] == '<' ? HA_REINIT_LEAVE : HA_REINIT_ENTER);
    else if (!strcmp(verb, "left"))
        left(records, statement);
    else if (!strcmp(verb, "stuck"))
        stuck(records, statement);
    else
        return false;
    return true;
}
