/*
 * scripting - short words for the scripts and plans that tests write by hand
 *
 * The simulated world of a test: drivers are numbered in the order of its scripts, events in the
 * order of its plan.
 */
#ifndef HA_TESTS_SCRIPTING_H
#define HA_TESTS_SCRIPTING_H

#include "base/names.h"
#include "sim/plan.h"
#include "unit/bench.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define STEPS(array) {(array), COUNT(array)}

/* Members of a handler: what the callback `sync` does in one state, or in all. */
#define WHEN(which, array) \
    .callback = "sync", .state = (which), .processor = HA_ANY_PROCESSOR, .steps = STEPS(array)

/* Members of an event: what happens ... */
#define ADD .kind = HA_EVENT_ADD_PROCESSOR, .add = &(const struct ha_add_options){HA_ANYWHERE}
#define ADD_OF(...) \
    .kind = HA_EVENT_ADD_PROCESSOR, .add = &(const struct ha_add_options){__VA_ARGS__}
#define LOAD(number) .kind = HA_EVENT_LOAD, .driver = (number)
#define UNLOAD(number) .kind = HA_EVENT_UNLOAD, .driver = (number)
#define RUN(number, array) \
    .kind = HA_EVENT_RUN, .driver = (number), .run = &(const struct ha_steps)STEPS(array)
/* ... and when. */
#define DURING(...) .trigger = HA_DURING_CALL, .call = &(const struct ha_call_pattern){__VA_ARGS__}
#define AFTER(...) .trigger = HA_AFTER_CALL, .call = &(const struct ha_call_pattern){__VA_ARGS__}
#define WHILE_A_STARTS DURING(CALL("a", "sync", HA_STATE_START, HA_ANY_INDEX))
#define AFTER_EVENT(number) .trigger = HA_AFTER_EVENT, .event = (number)

/* A pattern of calls: of one driver's registration, of all, of a place. */
#define CALL(who, what, which, processor) \
    .driver = (who), .registration = (what), .state = (which), .index = (processor), \
    .group = HA_ANY_INDEX, .number = HA_ANY_INDEX
#define ANY_CALL CALL(NULL, NULL, HA_ANY_STATE, HA_ANY_INDEX)

/* A number, and what a callback or a turn of FOR_EACH says. */
#define NUMBER(n) {.kind = HA_VALUE_NUMBER, .number = (n)}
#define VALUE(which) {.kind = HA_VALUE_##which}
#define OWN(variable) {.kind = HA_VALUE_OWN, .name = (variable)}

/* Steps. The table is `t`, and what its slots hold bears a tag of its own: 'Perp'. */
#define PERP 0x70726550u
#define REGISTER {.kind = HA_STEP_REGISTER, .name = "sync"}
#define REGISTER_EXISTING \
    {.kind = HA_STEP_REGISTER, .name = "sync", .flags = KE_PROCESSOR_CHANGE_ADD_EXISTING}
#define REMOVE(who) {.kind = HA_STEP_DEREGISTER, .name = "sync", .driver = (who)}
#define ASK(which) {.kind = HA_STEP_QUERY, .routine = HA_RT_##which}
#define TABLE(slots) {.kind = HA_STEP_TABLE, .name = "t", .value = slots}
#define ALLOCATE(slot) \
    {.kind = HA_STEP_ALLOCATE, .name = "t", .value = slot, .size = 64, .tag = PERP}
#define USE(slot) {.kind = HA_STEP_USE, .name = "t", .value = slot}
#define FREE(slot) {.kind = HA_STEP_FREE, .name = "t", .value = slot, .tag = PERP}
#define FREE_TABLE {.kind = HA_STEP_FREE, .name = "t", .whole = true}
#define WAIT(what) {.kind = HA_STEP_WAIT, .name = (what)}
#define SIGNAL(what) {.kind = HA_STEP_SIGNAL, .name = (what)}
/* The registration `cpu`, or another, hears of a class of interfaces; and what is done then. */
#define LISTEN_TO(what, guid) \
    {.kind = HA_STEP_REGISTER, .name = (what), .notification = HA_DEVICE_INTERFACE, \
     .class_guid = &(guid)}
#define LISTEN LISTEN_TO("cpu", GUID_DEVICE_PROCESSOR)
#define LISTEN_EXISTING \
    {.kind = HA_STEP_REGISTER, .name = "cpu", .notification = HA_DEVICE_INTERFACE, \
     .class_guid = &GUID_DEVICE_PROCESSOR, \
     .flags = PNPNOTIFY_DEVICE_INTERFACE_INCLUDE_EXISTING_INTERFACES}
#define STOP(what) {.kind = HA_STEP_DEREGISTER, .name = (what)}
#define ON_NEWS(what, which, array) \
    .callback = (what), .state = (which), .processor = HA_ANY_PROCESSOR, .steps = STEPS(array)
#define REFUSE {.kind = HA_STEP_SET_OPERATION_STATUS, .nt_status = INSUF}

#endif
