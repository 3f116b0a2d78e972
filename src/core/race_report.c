/*
 * race_report - what ThreadSanitizer has found, on its way into the trace
 *
 * It calls __tsan_on_report() on the thread whose access completes a race, in the middle of that
 * access, where nothing may be locked or allocated. So the words wait in the thread until that
 * comes in again. Source: LLVM, compiler-rt, tsan_debugging.cpp and sanitizer common interface.
 */
#include "base/race.h"

#if HA_RACES_ARE_WATCHED
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "core/world.h"

#define MOST_FRAMES 16
#define MOST_WORDS 96

int __tsan_get_report_data(void *report, const char **description, int *count, int *stacks,
                           int *accesses, int *locations, int *mutexes, int *threads, int *tids,
                           void **sleep_trace, unsigned long trace_size);
int __tsan_get_report_mop(void *report, unsigned long index, int *tid, void **address, int *size,
                          int *write, int *atomic, void **trace, unsigned long trace_size);
void __sanitizer_symbolize_pc(void *pc, const char *format, char *text, unsigned long size);
void __tsan_on_report(void *report);

/* "FUNCTION (FILE:LINE)" of the innermost frame that has a name. */
static void name_place(void **trace, char words[MOST_WORDS])
{
    char file[MOST_WORDS];
    snprintf(words, MOST_WORDS, "unknown code");
    for (int i = 0; i < MOST_FRAMES && trace[i]; i++) {
        char function[MOST_WORDS / 2];
        __sanitizer_symbolize_pc(trace[i], "%f", function, sizeof function);
        __sanitizer_symbolize_pc(trace[i], "%s:%l", file, sizeof file);
        if (!function[0] || function[0] == '<')
            continue;
        const char *slash = strrchr(file, '/');
        snprintf(words, MOST_WORDS, "%s (%.40s)", function, slash ? slash + 1 : file);
        return;
    }
}

static void describe(void *report, unsigned long index, char words[2 * MOST_WORDS])
{
    void *trace[MOST_FRAMES + 1] = {NULL}, *address;
    int tid, size, write, atomic;
    char place[MOST_WORDS];
    if (!__tsan_get_report_mop(report, index, &tid, &address, &size, &write, &atomic, trace,
                               MOST_FRAMES)) {
        snprintf(words, 2 * MOST_WORDS, "an access");
        return;
    }
    name_place(trace, place);
    snprintf(words, 2 * MOST_WORDS, "%s of %d byte%s in %s", write ? "write" : "read", size,
             size == 1 ? "" : "s", place);
}

__attribute__((visibility("default"))) HA_RACE_UNSEEN void __tsan_on_report(void *report)
{
    struct ha_thread *self = ha_thread_current();
    const char *what;
    void *sleep_trace[1];
    int count, stacks, accesses = 0, locations, mutexes, threads, tids;
    char first[2 * MOST_WORDS], second[2 * MOST_WORDS];
    if (!self || self->race[0])
        return;
    __tsan_get_report_data(report, &what, &count, &stacks, &accesses, &locations, &mutexes,
                           &threads, &tids, sleep_trace, 1);
    if (accesses < 2) {                 /* not about accesses, or memory that was given back */
        snprintf(self->race, sizeof self->race, "%s", what);
        return;
    }
    describe(report, 0, first);
    describe(report, 1, second);
    snprintf(self->race, sizeof self->race, "%s, and before that %s", first, second);
}
#endif

/* The linker takes this file for this routine, and finds the other one in it. */
void ha_race_listen(void)
{
}
