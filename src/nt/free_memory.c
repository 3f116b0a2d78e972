/*
 * free_memory - how much memory is free, and the conditions that tell drivers of it
 *
 * Owns struct ha_free_memory. What drivers take from the pool does not count: free memory is what
 * the scenario says, and grows by what is added.
 *
 * Source: Standard Event Objects; for the thresholds CreateMemoryResourceNotification, Remarks.
 * Our choices, not documented: the thresholds follow from the memory at boot and stay (MEM-6), and
 * all of it is free at first.
 */
#include "nt/free_memory.h"

#include "nt/io_event.h"

#define LOW_PART 128u                           /* 32 MiB for each 4 GiB ... */
#define MOST_LOW_PAGES (64u * 1024 * 1024 / PAGE_SIZE)
#define HIGH_OF_LOW 3u

static uint64_t pages_of(const struct ha_kernel *kernel)
{
    return ha_partition_memory_size(&kernel->world.partition) / PAGE_SIZE;
}

static bool is_met(const struct ha_free_memory *memory, enum ha_memory_condition condition)
{
    return condition == HA_CONDITION_HIGH ? memory->free > memory->high
                                          : memory->free < memory->low;
}

void ha_free_memory_init(struct ha_kernel *kernel)
{
    struct ha_free_memory *memory = &kernel->free_memory;
    memory->free = pages_of(kernel);
    memory->low = memory->free / LOW_PART;
    if (memory->low > MOST_LOW_PAGES)
        memory->low = MOST_LOW_PAGES;
    memory->high = memory->low * HIGH_OF_LOW;
    memory->is_set[HA_CONDITION_HIGH] = is_met(memory, HA_CONDITION_HIGH);
    memory->is_set[HA_CONDITION_LOW] = is_met(memory, HA_CONDITION_LOW);
}

static void follow(struct ha_kernel *kernel, enum ha_memory_condition condition)
{
    struct ha_free_memory *memory = &kernel->free_memory;
    bool met = is_met(memory, condition);
    if (memory->is_set[condition] == met)
        return;
    memory->is_set[condition] = met;
    ha_record_open(&kernel->world, met ? HA_EVENT_SET : HA_EVENT_CLEAR, condition);
    ha_named_event_follow(kernel, condition);
}

void ha_free_memory_set(struct ha_kernel *kernel, uint64_t pages)
{
    struct ha_free_memory *memory = &kernel->free_memory;
    uint64_t most = pages_of(kernel);
    memory->free = pages < most ? pages : most;
    struct ha_record *record = ha_record_open(&kernel->world, HA_FREE_PAGES, 0);
    record->as.pages.free = memory->free;
    record->as.pages.low = memory->low;
    record->as.pages.high = memory->high;
    follow(kernel, HA_CONDITION_LOW);
    follow(kernel, HA_CONDITION_HIGH);
}
