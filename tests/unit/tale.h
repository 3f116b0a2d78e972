/* tale - records made by hand, for the tests of whoever reads a trace */
#ifndef HA_TEST_TALE_H
#define HA_TEST_TALE_H

#include <assert.h>
#include <string.h>

#include "base/names.h"
#include "core/trace.h"

#define TALE_ROOM 512
#define INSUF ((int32_t)0xC000009Au)        /* STATUS_INSUFFICIENT_RESOURCES */
#define TIMED_OUT ((int32_t)0xC00000B5u)    /* STATUS_IO_TIMEOUT */

/* Who appears: the threads, drivers and registrations that tale_begin() introduces. */
enum { CALLER = 1, HOT_ADD, LOADER };
enum { NOBODY, CALM, BROKEN };
enum { NO_REGISTRATION, CALM_SYNC, BROKEN_SYNC, BROKEN_LATE };

struct tale {
    struct ha_record record[TALE_ROOM];
    size_t count;
    uint64_t seq, time_ns;
    uint16_t active;
};

static inline struct ha_record *tale_add(struct tale *tale, enum ha_kind kind, uint32_t thread,
                                         uint32_t id)
{
    struct ha_record *record = &tale->record[tale->count++];
    assert(tale->count <= TALE_ROOM);
    *record = (struct ha_record){.kind = (uint8_t)kind, .thread = thread, .id = id,
                                 .seq_low = (uint32_t)++tale->seq, .time_ns = tale->time_ns,
                                 .active = tale->active};
    return record;
}

static inline void tale_name(struct tale *tale, enum ha_namespace space, uint32_t id,
                             const char *name)
{
    struct ha_record *record = tale_add(tale, HA_NAME, 0, id);
    assert(strlen(name) <= sizeof record->as.name.text);
    record->flags = (uint8_t)space;
    memcpy(record->as.name.text, name, strlen(name));
}

static inline void tale_thread(struct tale *tale, enum ha_thread_kind kind, uint32_t id)
{
    tale_add(tale, HA_THREAD, 0, id)->as.made.kind = (uint16_t)kind;
}

/* A registration is made by its driver, and everybody knows its name. */
static inline void tale_owner(struct tale *tale, uint32_t registration, uint16_t driver,
                              const char *name)
{
    tale_name(tale, HA_NS_REGISTRATION, registration, name);
    tale_add(tale, HA_REG_ENTER, LOADER, registration)->driver = driver;
    struct ha_record *done = tale_add(tale, HA_REG_RETURN, LOADER, registration);
    done->driver = driver;
    done->as.reg.handle = registration;
}

/* Four of eight processors in one group; calm.sync and broken.sync are registered. */
static inline void tale_begin(struct tale *tale)
{
    memset(tale, 0, sizeof *tale);
    tale->active = 4;
    struct ha_record *begin = tale_add(tale, HA_TRACE_BEGIN, 0, 0);
    begin->as.begin.format = HA_TRACE_FORMAT;
    begin->as.begin.groups = 1;
    begin->as.begin.processors = 4;
    begin->as.begin.maximum = 8;
    tale_thread(tale, HA_THREAD_CALLER, CALLER);
    tale_thread(tale, HA_THREAD_HOT_ADD, HOT_ADD);
    tale_thread(tale, HA_THREAD_SYSTEM, LOADER);
    tale_name(tale, HA_NS_DRIVER, CALM, "calm");
    tale_name(tale, HA_NS_DRIVER, BROKEN, "broken");
    tale_owner(tale, CALM_SYNC, CALM, "sync");
    tale_owner(tale, BROKEN_SYNC, BROKEN, "sync");
    tale->time_ns = 1000000;
}

/* An add begins, in a group or, with HA_NO_GROUP, wherever there is room. */
static inline struct ha_record *tale_add_begin(struct tale *tale, uint32_t id, uint16_t group)
{
    struct ha_record *record = tale_add(tale, HA_ADD_BEGIN, HOT_ADD, id);
    record->as.add.group = group;
    record->as.add.number = record->as.add.node = HA_NO_GROUP;
    return record;
}

static inline struct ha_record *tale_enter(struct tale *tale, enum ha_kind kind, uint32_t thread,
                                           uint32_t registration, unsigned state, uint16_t index)
{
    struct ha_record *record = tale_add(tale, kind, thread, registration);
    record->driver = registration == CALM_SYNC ? CALM : BROKEN;
    record->flags = (uint8_t)state;
    record->as.cb.operation = 1;
    record->as.cb.nt_number = index;
    record->as.cb.number = (uint8_t)index;
    return record;
}

/* A call on the hot-add thread in which nothing happens. */
static inline struct ha_record *tale_call(struct tale *tale, uint32_t registration, unsigned state,
                                          uint16_t index, int32_t status)
{
    struct ha_record *record = tale_enter(tale, HA_CB_CALL, HOT_ADD, registration, state, index);
    record->as.cb.status = status;
    tale->seq++;
    return record;
}

/* The end of the call that was entered last on that thread. */
static inline struct ha_record *tale_leave(struct tale *tale, uint32_t thread,
                                           uint32_t registration, unsigned state, int32_t op_out)
{
    struct ha_record *record = tale_add(tale, HA_CB_LEAVE, thread, registration);
    record->driver = registration == CALM_SYNC ? CALM : BROKEN;
    record->flags = (uint8_t)state;
    record->as.cb_leave.op_out = op_out;
    return record;
}

/* A call on the hot-add thread that writes OperationStatus. */
static inline void tale_veto(struct tale *tale, uint32_t registration, unsigned state,
                             uint16_t index, int32_t op_out)
{
    tale_enter(tale, HA_CB_ENTER, HOT_ADD, registration, state, index);
    tale_leave(tale, HOT_ADD, registration, state, op_out);
}

static inline void tale_tell(const struct tale *tale, struct ha_sink *sink)
{
    sink->take(sink, tale->record, tale->count);
}

#endif
