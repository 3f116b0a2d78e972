/*
 * loop - lets work go on in slices, at once or paced by the clock, while signals are served
 *
 * The only file that knows libuv.
 */
#ifndef HA_EDGE_LOOP_H
#define HA_EDGE_LOOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HA_LOOP_DONE UINT64_MAX
#define HA_LOOP_FILES 64

struct ha_loop;

/*
 * A piece of the work. Returns how many nanoseconds may pass before the next piece, 0 to be
 * called again at once, HA_LOOP_DONE when there is none. It may be called earlier or later.
 */
typedef uint64_t ha_slice(void *argument);

/* Signals are caught from here to the close. NULL when the host refuses. */
struct ha_loop *ha_loop_open(void);
void ha_loop_close(struct ha_loop *loop);

/*
 * Call `slice` again and again until it is done or SIGINT or SIGTERM came. A signal also ends
 * the time between two calls.
 *
 * Returns 0, or the number of the signal; a signal that came before is not forgotten.
 */
int ha_loop_run(struct ha_loop *loop, ha_slice *slice, void *argument);

/*
 * Wait until reading a file would not block, or SIGINT or SIGTERM came.
 *
 * Returns 0, or the number of the signal.
 */
int ha_loop_await(struct ha_loop *loop, int file);

/*
 * Whether reading a file would not block, now or within so many milliseconds; for work that is in
 * the middle of a slice. A signal ends the time, unless it came before.
 */
bool ha_loop_has(const struct ha_loop *loop, int file, int most_ms);
/* The same of the first of these files to get there: of at most HA_LOOP_FILES. */
bool ha_loop_has_any(const struct ha_loop *loop, const int *file, size_t count, int most_ms);

/* The number of the signal that the calls above have met; 0 for none. */
int ha_loop_signal(const struct ha_loop *loop);

/*
 * Whether a signal has come that the loop has not served yet: for work that is in the middle of a
 * slice, on whatever host thread, and wants to know.
 */
bool ha_loop_is_called(const struct ha_loop *loop);

/* Nanoseconds of a clock that only goes forward, from some moment in the past. */
uint64_t ha_loop_now(void);

#endif
