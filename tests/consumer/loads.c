/* Loads a module and adds a processor. Succeeds when as many are active then as it is told. */
#include <dlfcn.h>
#include <hotadd/hotadd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct counter {
    struct ha_sink sink;
    long active;
};

static void count(struct ha_sink *sink, const struct ha_record *first, size_t records)
{
    ((struct counter *)sink)->active = first[records - 1].active;
}

int main(int argc, char **argv)
{
    struct ha_group_options group = {.maximum = 4, .active_mask = 0x3};
    struct ha_machine_options options = {.partition = {.group = &group, .group_count = 1}};
    struct ha_add_options add = {HA_ANYWHERE};
    struct counter counter = {.sink = {count}};
    struct ha_machine *machine;
    void *module = argc == 3 ? dlopen(argv[1], RTLD_NOW | RTLD_LOCAL) : NULL;
    void *symbol = module ? dlsym(module, "DriverEntry") : NULL;
    ha_driver_entry *entry;

    if (!symbol) {
        fprintf(stderr, "no module: %s\n", dlerror());
        return 1;
    }
    memcpy(&entry, &symbol, sizeof entry);
    if (ha_machine_create(&options, &machine, NULL) != HA_OK)
        return 1;
    ha_machine_add_sink(machine, &counter.sink);
    ha_machine_load(machine, "mine", entry);
    ha_machine_add_processor(machine, 1000000, &add);
    ha_machine_run(machine);
    ha_machine_finish(machine);
    ha_machine_destroy(machine);
    dlclose(module);
    if (counter.active == strtol(argv[2], NULL, 10))
        return 0;
    fprintf(stderr, "%ld active processors, not %s\n", counter.active, argv[2]);
    return 1;
}
