/*
 * testing - what a test in the same program asks of the machine that it runs on
 *
 * Owns the fact of a failed check, and the question whose code is running.
 */
#include <stdio.h>
#include <string.h>

#include "hotadd/check.h"
#include "sim/machine.h"

#define MOST_TEXT 512       /* of a check that failed: where, and what */

bool ha_in_driver(void)
{
    const struct ha_thread *thread = ha_thread_current();
    return thread && (thread != thread->world->sched.adopted || thread->callout);
}

void ha_check_failed(const char *file, int line, const char *what)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_inside("ha_check");
    struct ha_world *world = &kernel->world;
    struct ha_machine *machine = (struct ha_machine *)(void *)world;
    const char *slash = strrchr(file, '/');
    char text[MOST_TEXT];

    /* The same test is to give the same trace wherever its source lies. */
    snprintf(text, sizeof text, "%s:%d: %s", slash ? slash + 1 : file, line, what);
    ha_record_name(world, HA_NS_CHECK, ++machine->checks_failed, text);
    ha_record_open(world, HA_CHECK_FAILED, machine->checks_failed);
}

void ha_machine_set_watcher(struct ha_machine *machine, void *watcher)
{
    machine->watcher = watcher;
}

void *ha_machine_watcher(const struct ha_machine *machine)
{
    return machine->watcher;
}
