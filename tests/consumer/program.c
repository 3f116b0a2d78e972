/* Adds a processor that the driver of driver.c refuses, and counts who is told what. */
#include <hotadd/hotadd.h>
#include <stdio.h>

ha_driver_entry DriverEntry;

struct counter {
    struct ha_sink sink;
    unsigned calls, last_active;
};

static void count(struct ha_sink *sink, const struct ha_record *first, size_t records)
{
    struct counter *counter = (struct counter *)sink;
    for (size_t i = 0; i < records; i++) {
        counter->calls += first[i].kind == HA_CB_ENTER || first[i].kind == HA_CB_CALL;
        counter->last_active = first[i].active;
    }
}

int main(void)
{
    struct ha_group_options group = {.maximum = 4, .active_mask = 0x3};
    struct ha_machine_options options = {.partition = {.group = &group, .group_count = 1}};
    struct ha_add_options add = {HA_ANYWHERE};
    struct counter counter = {.sink = {count}};
    struct ha_machine *machine;
    struct ha_error error;

    if (ha_machine_create(&options, &machine, &error) != HA_OK) {
        fprintf(stderr, "no machine: %s\n", error.text);
        return 1;
    }
    ha_machine_add_sink(machine, &counter.sink);
    ha_machine_load(machine, "mine", DriverEntry);
    ha_machine_add_processor(machine, 1000000, &add);
    ha_machine_run(machine);
    ha_machine_finish(machine);
    ha_machine_destroy(machine);
    if (counter.calls == 2 && counter.last_active == 2)
        return 0;
    fprintf(stderr, "%u calls and %u active processors, not Start, Failure and 2\n",
            counter.calls, counter.last_active);
    return 1;
}
