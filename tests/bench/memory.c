/*
 * memory - what loading a scenario of very many events needs besides the text and the scenario
 *
 *   bench_memory FILE    writes FILE, loads it, and fails when that needs more than 1 MiB
 *
 * The loader, and what it keeps its memory in, are compiled with malloc and its relatives renamed
 * to those here; cJSON is told to use them.
 */
#include <stdalign.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "edge/load.h"
#include "many_events.h"

#define EVENTS 100000u
#define MOST_BYTES ((size_t)1 << 20)

static size_t held, most;       /* bytes now, and at most */

/* Each block has its size in front of it. */
#define HEAD alignof(max_align_t)

void *bench_realloc(void *old, size_t size);
void *bench_malloc(size_t size);
void *bench_calloc(size_t count, size_t size);
void bench_free(void *block);

void *bench_realloc(void *old, size_t size)
{
    size_t before = 0;
    if (old)
        memcpy(&before, (unsigned char *)old - HEAD, sizeof before);
    unsigned char *block = realloc(old ? (unsigned char *)old - HEAD : NULL, HEAD + size);
    if (!block)
        return NULL;
    memcpy(block, &size, sizeof size);
    /* While a block is moved there are two of it. */
    if (held + size > most)
        most = held + size;
    held += size - before;
    return block + HEAD;
}

void *bench_malloc(size_t size)
{
    return bench_realloc(NULL, size);
}

void *bench_calloc(size_t count, size_t size)
{
    void *block = bench_malloc(count * size);
    return block ? memset(block, 0, count * size) : NULL;
}

void bench_free(void *block)
{
    if (!block)
        return;
    size_t size;
    memcpy(&size, (unsigned char *)block - HEAD, sizeof size);
    held -= size;
    free((unsigned char *)block - HEAD);
}

/* Write the scenario to a file. Returns its length. */
static size_t write_file(const char *path)
{
    struct ha_text text = bench_many_events(EVENTS);
    FILE *file = fopen(path, "wb");
    size_t length = text.length;
    if (!file || text.lost || fwrite(text.bytes, 1, length, file) != length || fclose(file)) {
        fprintf(stderr, "bench: %s could not be written\n", path);
        exit(1);
    }
    ha_text_close(&text);
    return length;
}

int main(int count, char **argument)
{
    cJSON_Hooks hooks = {.malloc_fn = bench_malloc, .free_fn = bench_free};
    struct ha_scenario scenario;
    struct ha_text messages = {0};
    if (count != 2)
        return 2;
    cJSON_InitHooks(&hooks);
    size_t text = write_file(argument[1]);

    held = most = 0;
    if (ha_scenario_load_file(argument[1], NULL, &scenario, &messages)) {
        fprintf(stderr, "bench: %s", ha_text_string(&messages));
        return 1;
    }
    size_t kept = held, besides = most - kept - text;
    printf("loading %u events, %zu bytes of text: %zu bytes besides; the scenario keeps %zu, "
           "of them %zu for its plan's events\n", EVENTS, text, besides, kept,
           scenario.plan.event_count * sizeof *scenario.plan.event);
    ha_scenario_close(&scenario);
    remove(argument[1]);
    return besides > MOST_BYTES || held ? 1 : 0;
}
