/*
 * io_event - events that drivers share by their names
 */
#ifndef HA_NT_IO_EVENT_H
#define HA_NT_IO_EVENT_H

#include "nt/kernel.h"

/* Who has the event of a condition open sees it as the condition is now. */
void ha_named_event_follow(struct ha_kernel *kernel, enum ha_memory_condition condition);

#endif
