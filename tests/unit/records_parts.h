/*
 * records_parts - what the files that read the notation of records.h share
 */
#ifndef HA_TESTS_RECORDS_PARTS_H
#define HA_TESTS_RECORDS_PARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "unit/records.h"

#define MOST_WORDS 16
#define HOT_ADD 2               /* the thread */
#define SYSTEM 3

struct statement {
    char text[160];
    char *word[MOST_WORDS];     /* verb and arguments */
    size_t count;
    char *change[MOST_WORDS];   /* name=value, or a flag */
    size_t change_count;
    uint32_t thread;            /* 0 when it does not say */
};

/* Words of a statement: records_words.c */
void records_give_up(const char *what, const char *text);
/* The verb is word 0; NULL beyond the last. */
const char *word_at(const struct statement *statement, size_t index);
/* The place of its first letter among `letters`, from 1; 0 when it is none of them. */
uint32_t word_letter(const char *word, const char *letters);
uint32_t word_registration(const struct statement *statement, size_t index);
uint16_t word_driver(const struct statement *statement);
int32_t word_status(const char *word);
/* What follows as name=value. */
bool word_change(const struct statement *statement, const char *name, const char **value);
bool word_has(const struct statement *statement, const char *name);
uint64_t word_number(const struct statement *statement, const char *name, uint64_t otherwise);
int32_t word_status_change(const struct statement *statement, const char *name,
                           int32_t otherwise);

/* A new record, with what the statement says about its header; `statement` may be NULL. */
struct ha_record *records_emit(struct records *records, const struct statement *statement,
                               enum ha_kind kind, uint32_t thread, uint32_t id);
/* The status variable of a new operation holds success. */
void records_begin_operation(struct records *records);

/* Queries, memory and trouble: records_fact.c. False when the statement is about none of them. */
bool records_fact(struct records *records, const struct statement *statement);

/* DPCs, broadcasts, affinity, devices: records_dpc.c. The same. */
bool records_dpc(struct records *records, const struct statement *statement);

/* Memory that is added, and how much is free: records_memory.c. The same. */
bool records_memory(struct records *records, const struct statement *statement);
/* Callback objects: records_callback.c. The same. */
bool records_callback(struct records *records, const struct statement *statement);
/* PnP notification: records_pnp.c. The same. */
bool records_pnp(struct records *records, const struct statement *statement);

/* Calls and hot-adds: records_add.c */
void records_call(struct records *records, const struct statement *statement);
void records_existing_calls(struct records *records, uint32_t id);
void records_add_begin(struct records *records, const struct statement *statement);
void records_up(struct records *records, const struct statement *statement, enum ha_kind kind);
void records_hardware(struct records *records, const struct statement *statement);
void records_add_end(struct records *records, const struct statement *statement);
void records_hot(struct records *records, const struct statement *statement);

#endif
