/*
 * race_report - what ThreadSanitizer has found, on its way into the trace
 *
 * It calls __tsan_on_report() on the thread whose access completes a race, in the middle of that
 * access, where nothing may be locked or allocated. So the words wait in the thread until that
 * comes in again. Source: LLVM, compiler-rt, tsan_debugging.cpp and sanitizer common interface.
 */
#include "base/race.h"

#if HA_RACES_ARE_WATCHED
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "core/world.h"

#define MOST_FRAMES 16
#define MOST_WORDS 96       /* of a routine that was called */
#define MOST_LISTED 2048    /* of all functions at one place of the code, with their paths */
#define MOST_PLACE 160      /* of the place of an access */
#define MOST_ACCESS 190     /* of an access; both, and what joins them, are a thread's `race` */

int __tsan_get_report_data(void *report, const char **description, int *count, int *stacks,
                           int *accesses, int *locations, int *mutexes, int *threads, int *tids,
                           void **sleep_trace, unsigned long trace_size);
int __tsan_get_report_mop(void *report, unsigned long index, int *tid, void **address, int *size,
                          int *write, int *atomic, void **trace, unsigned long trace_size);
void __sanitizer_symbolize_pc(void *pc, const char *format, char *text, unsigned long size);
void __tsan_on_report(void *report);

/* A function on the stack of an access. */
struct frame {
    const char *place, *function;
};

/* Take PLACE|FUNCTION apart. False when nobody knows what the function is called. */
static bool is_named(struct frame *frame, char *words)
{
    char *end = strrchr(words, '|');
    if (!end || !end[1] || end[1] == '<')
        return false;
    *end = '\0';
    if (end - words > 2 && !strcmp(end - 2, ":0"))
        end[-2] = '\0';                /* compiled without -g */
    frame->place = words;
    frame->function = end + 1;
    return true;
}

/* Code of the simulator, and of Windows' headers: what a driver has called. */
static bool is_ours(const struct frame *frame)
{
    size_t root = strlen(__FILE__) - strlen("src/core/race_report.c");
    const char *path = frame->place + root;
    return !strncmp(frame->place, __FILE__, root) &&
           (!strncmp(path, "src/", 4) || !strncmp(path, "include/nt/", 11));
}

/*
 * "FUNCTION (FILE:LINE)" of the innermost frame that is a driver's, behind the routine that it has
 * called, if it has; of the innermost of all where none is a driver's.
 */
static void name_place(void **trace, char words[MOST_PLACE])
{
    char called[MOST_WORDS] = "", list[MOST_LISTED];
    struct frame frame;
    snprintf(words, MOST_PLACE, "in unknown code");
    for (int i = 0; i < MOST_FRAMES && trace[i]; i++) {
        /* One behind the other those that were inlined into each other, and an empty one. */
        __sanitizer_symbolize_pc(trace[i], "%s:%l|%f", list, sizeof list);
        size_t length;
        for (char *next = list; *next; next += length + 1) {
            length = strlen(next);
            if (!is_named(&frame, next))
                continue;
            bool ours = is_ours(&frame);
            const char *slash = strrchr(frame.place, '/');
            if (!ours || !called[0])
                snprintf(words, MOST_PLACE, "%s%.40sin %.48s (%.40s)", called[0] ? "by " : "",
                         called, frame.function, slash ? slash + 1 : frame.place);
            if (!ours)
                return;
            snprintf(called, sizeof called, "%.38s ", frame.function);
        }
    }
}

static void describe(void *report, unsigned long index, char words[MOST_ACCESS])
{
    void *trace[MOST_FRAMES + 1] = {NULL}, *address;
    int tid, size, write, atomic;
    char place[MOST_PLACE];
    if (!__tsan_get_report_mop(report, index, &tid, &address, &size, &write, &atomic, trace,
                               MOST_FRAMES)) {
        snprintf(words, MOST_ACCESS, "an access");
        return;
    }
    name_place(trace, place);
    snprintf(words, MOST_ACCESS, "%s of %d byte%s %s", write ? "write" : "read", size,
             size == 1 ? "" : "s", place);
}

__attribute__((visibility("default"))) HA_RACE_UNSEEN void __tsan_on_report(void *report)
{
    struct ha_thread *self = ha_thread_current();
    const char *what;
    void *sleep_trace[1];
    int count, stacks, accesses = 0, locations, mutexes, threads, tids;
    char first[MOST_ACCESS], second[MOST_ACCESS];
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
