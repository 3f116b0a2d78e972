/*
 * expect_calls - the notification calls of a run
 *
 * Owns struct ha_calls: the calls in the order in which they were entered, for who wants the list
 * of all of them.
 */
#include <stdlib.h>
#include <string.h>

#include "check/expect_parts.h"
#include "hotadd/error.h"

/* A call from its CB_ENTER on; its words are made when somebody asks. */
struct ha_kept_call {
    struct ha_record enter;
    int32_t op_out;
    bool open;
};

static bool enter_call(struct ha_calls *calls, const struct ha_record *enter, bool open)
{
    if (calls->count == calls->room) {
        size_t room = calls->room ? 2 * calls->room : 64;
        struct ha_kept_call *call = realloc(calls->call, room * sizeof *call);
        if (!call)
            return false;
        calls->call = call;
        calls->room = room;
    }
    calls->call[calls->count++] = (struct ha_kept_call){*enter, enter->as.cb.op_in, open};
    calls->open_count += open;
    return true;
}

/* Find the call that is left: the newest open one of its thread. */
static void leave_call(struct ha_calls *calls, const struct ha_record *leave)
{
    size_t open = calls->open_count;

    for (size_t i = calls->count; open && i > 0; i--) {
        struct ha_kept_call *call = &calls->call[i - 1];
        open -= call->open;
        if (call->open && call->enter.thread == leave->thread && call->enter.id == leave->id) {
            call->open = false;
            call->op_out = leave->as.cb_leave.op_out;
            calls->open_count--;
            return;
        }
    }
}

bool ha_calls_take(struct ha_calls *calls, const struct ha_record *record)
{
    if (record->kind == HA_CB_ENTER || record->kind == HA_CB_CALL)
        return enter_call(calls, record, record->kind == HA_CB_ENTER);
    if (record->kind == HA_CB_LEAVE)
        leave_call(calls, record);
    return true;
}

void ha_calls_close(struct ha_calls *calls)
{
    free(calls->call);
    *calls = (struct ha_calls){0};
}

void ha_calls_write(const struct ha_calls *calls, const struct ha_cast *cast,
                    struct ha_text *words)
{
    for (size_t i = 0; i < calls->count; i++) {
        struct ha_record leave = {.kind = HA_CB_LEAVE};
        leave.as.cb_leave.op_out = calls->call[i].op_out;
        ha_call_words(cast, &calls->call[i].enter, &leave, words);
        ha_text_add_bytes(words, "", 1);
    }
}

int ha_calls_compare_kept(const struct ha_calls *calls, const struct ha_cast *cast, size_t first,
                          const char *const *pattern, size_t pattern_count,
                          struct ha_text *report)
{
    struct ha_made_call *made = calloc(calls->count + 1, sizeof *made);
    struct ha_text words = {0};
    int differences = HA_ENOMEM;

    ha_calls_write(calls, cast, &words);
    if (made && !words.lost) {
        const char *next = words.bytes;
        for (size_t i = 0; i < calls->count; i++) {
            made[i].words = next;
            made[i].group = calls->call[i].enter.as.cb.group;
            made[i].number = calls->call[i].enter.as.cb.number;
            next += strlen(next) + 1;
        }
        differences = ha_calls_compare("calls", pattern, pattern_count, made + first,
                                       calls->count - first, report);
    }
    ha_text_close(&words);
    free(made);
    return differences;
}
