/*
 * records_callback - callback objects and their clients in the notation of records.h
 *
 * Owns what comes and goes there. The calls that adds make of clients are in records_add.c.
 */
#include <string.h>

#include "unit/records_parts.h"

#define NAME_NOT_FOUND ((int32_t)0xC0000034u)

static void open_object(struct records *records, const struct statement *statement)
{
    const char *name = word_at(statement, 1), *status = word_at(statement, 2);
    struct ha_record *record = records_emit(records, statement, HA_EX_CREATE, SYSTEM, 0);

    record->driver = (uint16_t)word_number(statement, "driver", 1);
    record->as.ex_create.named = strcmp(name, "none") != 0;
    record->as.ex_create.create = (uint8_t)word_number(statement, "create", 0);
    if (!strcmp(name, "system"))
        memcpy(record->as.ex_create.name, "\\callback\\PROCESSORADD", 22);
    else if (record->as.ex_create.named)
        memcpy(record->as.ex_create.name, "\\Callback\\Other", 15);
    if (status)
        record->as.ex_create.status =
            !strcmp(status, "lost") ? NAME_NOT_FOUND : word_status(status);
}

static void client(struct records *records, const struct statement *statement)
{
    uint32_t id = word_registration(statement, 1);
    const char *mark = word_at(statement, 2);
    struct ha_record *record = records_emit(records, statement, HA_EX_REG, SYSTEM, id);

    records->is_client[id] = true;
    record->driver = (uint16_t)word_number(statement, "driver", id);
    record->flags = (uint8_t)(mark && !strcmp(mark, "other") ? 0 : HA_EX_PROCESSOR_ADD);
    record->as.ex_reg.object = 1;
    record->as.ex_reg.function = 10 + id;
    record->as.ex_reg.context = 20 + id;
    record->as.ex_reg.handle =
        (uint32_t)word_number(statement, "handle", mark && !strcmp(mark, "null") ? 0 : id);
}

bool records_callback(struct records *records, const struct statement *statement)
{
    const char *verb = word_at(statement, 0);
    struct ha_record *record;

    if (!strcmp(verb, "open")) {
        open_object(records, statement);
    } else if (!strcmp(verb, "client")) {
        client(records, statement);
    } else if (!strcmp(verb, "unclient")) {
        uint32_t id = word_registration(statement, 1);
        record = records_emit(records, statement, HA_EX_UNREG, SYSTEM, id);
        record->driver = (uint16_t)id;
        record->flags = (uint8_t)(word_at(statement, 2) ? HA_EX_WAITS : 0);
    } else if (!strcmp(verb, "notify")) {
        record = records_emit(records, statement, HA_EX_NOTIFY, SYSTEM, 1);
        record->driver = word_driver(statement);
        record->flags = (uint8_t)(word_at(statement, 2) ? 0 : HA_EX_PROCESSOR_ADD);
        record->as.ex_notify.called = (uint32_t)word_number(statement, "called", 0);
    } else if (!strcmp(verb, "client>") || !strcmp(verb, "client<")) {
        uint32_t id = word_registration(statement, 1);
        record = records_emit(records, statement,
                              verb[6] == '>' ? HA_EX_CALL_ENTER : HA_EX_CALL_LEAVE, SYSTEM, id);
        record->driver = (uint16_t)id;
        record->regions = (uint8_t)word_number(statement, "regions", record->regions);
    } else {
        return false;
    }
    return true;
}
