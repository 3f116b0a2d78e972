/*
 * records_words - the words of a statement in the notation of records.h, and the records they make
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unit/records_parts.h"

void records_give_up(const char *what, const char *text)
{
    fprintf(stderr, "records: %s: %s\n", what, text);
    abort();
}

int32_t word_status(const char *word)
{
    static const struct {
        char letter;
        uint32_t value;
    } statuses[] = {
        {'I', 0xC000009Au}, {'T', 0xC00000B5u}, {'P', 0x103u},
        {'U', 0xC0000001u}, {'R', 0xC0000010u},
    };
    for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++)
        if (word[0] == statuses[i].letter && !word[1])
            return (int32_t)statuses[i].value;
    return (int32_t)strtoul(word, NULL, 0);
}

bool word_change(const struct statement *statement, const char *name, const char **value)
{
    size_t length = strlen(name);

    for (size_t i = 0; i < statement->change_count; i++) {
        const char *change = statement->change[i];
        if (!strncmp(change, name, length) && (change[length] == '=' || !change[length])) {
            *value = change[length] ? change + length + 1 : "";
            return true;
        }
    }
    return false;
}

bool word_has(const struct statement *statement, const char *name)
{
    const char *value;
    return word_change(statement, name, &value);
}

uint64_t word_number(const struct statement *statement, const char *name, uint64_t otherwise)
{
    const char *value;
    return word_change(statement, name, &value) ? strtoull(value, NULL, 0) : otherwise;
}

int32_t word_status_change(const struct statement *statement, const char *name, int32_t otherwise)
{
    const char *value;
    return word_change(statement, name, &value) ? word_status(value) : otherwise;
}

uint32_t word_letter(const char *word, const char *letters)
{
    const char *at = word && word[0] ? strchr(letters, word[0]) : NULL;
    return at ? (uint32_t)(at - letters) + 1 : 0;
}

const char *word_at(const struct statement *statement, size_t index)
{
    return index < statement->count ? statement->word[index] : NULL;
}

uint32_t word_registration(const struct statement *statement, size_t index)
{
    return word_letter(word_at(statement, index), "ABCX");
}

uint16_t word_driver(const struct statement *statement)
{
    return (uint16_t)word_letter(word_at(statement, 1), "abcx");
}

struct ha_record *records_emit(struct records *records, const struct statement *statement,
                               enum ha_kind kind, uint32_t thread, uint32_t id)
{
    if (records->count == records->room) {
        records->room = records->room ? 2 * records->room : 64;
        records->record = realloc(records->record, records->room * sizeof *records->record);
        if (!records->record)
            records_give_up("no memory", "");
    }
    if (statement) {
        thread = statement->thread ? statement->thread : thread;
        records->seq += word_number(statement, "skip", 0);
        id = (uint32_t)word_number(statement, "id", id);
    }
    struct ha_record *record = &records->record[records->count++];
    *record = (struct ha_record){.kind = (uint8_t)kind,
                                 .thread = thread,
                                 .id = id,
                                 .seq_low = (uint32_t)++records->seq,
                                 .active = records->active,
                                 .regions = records->regions[thread]};
    if (statement) {
        record->time_ns = word_number(statement, "ns", 0);
        record->irql = (uint8_t)word_number(statement, "irql", 0);
        record->processor = (uint16_t)word_number(statement, "cpu", 0);
        record->active = (uint16_t)word_number(statement, "active", record->active);
    }
    return record;
}

void records_begin_operation(struct records *records)
{
    records->variable = records->first_error = records->final = records->hw_error = 0;
}
