/*
 * loop - lets work go on in slices while signals are served
 *
 * The only file that knows libuv.
 */
#ifndef HA_EDGE_LOOP_H
#define HA_EDGE_LOOP_H

#include <stdbool.h>

struct ha_loop;

/* Signals are caught from here to the close. NULL when the host refuses. */
struct ha_loop *ha_loop_open(void);
void ha_loop_close(struct ha_loop *loop);

/*
 * Call `slice` again and again until it returns false or SIGINT or SIGTERM came.
 *
 * Returns 0, or the number of the signal; a signal that came before is not forgotten.
 */
int ha_loop_run(struct ha_loop *loop, bool (*slice)(void *argument), void *argument);

/*
 * Wait until reading a file would not block, or SIGINT or SIGTERM came.
 *
 * Returns 0, or the number of the signal.
 */
int ha_loop_await(struct ha_loop *loop, int file);

/* The number of the signal that the calls above have met; 0 for none. */
int ha_loop_signal(const struct ha_loop *loop);

#endif
