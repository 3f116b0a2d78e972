/* loop - see loop.h. Owns the libuv loop and its handles. */
#include "edge/loop.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <uv.h>

#define TURN_MS 100     /* a signal that comes just before a wait is served after so long */
#define NS_A_MS 1000000u

struct ha_loop {
    uv_loop_t uv;
    uv_signal_t on_interrupt, on_terminate;
    struct sigaction interrupt_before, terminate_before;    /* libuv does not put them back */
    uv_idle_t work;             /* keeps the loop from waiting while there is something to do */
    uv_timer_t pause;           /* runs while the next piece of work is not due yet */
    int signal;
    ha_slice *slice;
    void *argument;
};

static void on_signal(uv_signal_t *handle, int number)
{
    struct ha_loop *loop = handle->data;
    loop->signal = number;
    uv_idle_stop(&loop->work);
    uv_timer_stop(&loop->pause);
}

static void on_idle(uv_idle_t *handle);

static void on_pause_end(uv_timer_t *handle)
{
    struct ha_loop *loop = handle->data;
    uv_idle_start(&loop->work, on_idle);
}

static void on_idle(uv_idle_t *handle)
{
    struct ha_loop *loop = handle->data;
    uint64_t pause_ns = loop->slice(loop->argument);
    if (pause_ns)
        uv_idle_stop(&loop->work);
    if (pause_ns && pause_ns != HA_LOOP_DONE)
        uv_timer_start(&loop->pause, on_pause_end,
                       pause_ns / NS_A_MS + (pause_ns % NS_A_MS != 0), 0);
}

/* Signal handles must not keep the loop alive: only work does. */
static int catch_signal(struct ha_loop *loop, uv_signal_t *handle, int number)
{
    handle->data = loop;
    int err = uv_signal_start(handle, on_signal, number);
    uv_unref((uv_handle_t *)handle);
    return err;
}

static uint64_t nothing_to_do(void *argument)
{
    (void)argument;
    return HA_LOOP_DONE;
}

struct ha_loop *ha_loop_open(void)
{
    struct ha_loop *loop = calloc(1, sizeof *loop);
    if (!loop)
        return NULL;
    if (uv_loop_init(&loop->uv)) {
        free(loop);
        return NULL;
    }
    /* These four cannot fail; starting to catch a signal can. */
    uv_signal_init(&loop->uv, &loop->on_interrupt);
    uv_signal_init(&loop->uv, &loop->on_terminate);
    uv_idle_init(&loop->uv, &loop->work);
    uv_timer_init(&loop->uv, &loop->pause);
    loop->work.data = loop->pause.data = loop;
    sigaction(SIGINT, NULL, &loop->interrupt_before);
    sigaction(SIGTERM, NULL, &loop->terminate_before);
    if (catch_signal(loop, &loop->on_interrupt, SIGINT) ||
        catch_signal(loop, &loop->on_terminate, SIGTERM)) {
        ha_loop_close(loop);
        return NULL;
    }
    ha_loop_run(loop, nothing_to_do, NULL);     /* from here on it watches for signals */
    return loop;
}

void ha_loop_close(struct ha_loop *loop)
{
    uv_close((uv_handle_t *)&loop->on_interrupt, NULL);
    uv_close((uv_handle_t *)&loop->on_terminate, NULL);
    uv_close((uv_handle_t *)&loop->work, NULL);
    uv_close((uv_handle_t *)&loop->pause, NULL);
    uv_run(&loop->uv, UV_RUN_DEFAULT);
    uv_loop_close(&loop->uv);
    sigaction(SIGINT, &loop->interrupt_before, NULL);
    sigaction(SIGTERM, &loop->terminate_before, NULL);
    free(loop);
}

int ha_loop_run(struct ha_loop *loop, ha_slice *slice, void *argument)
{
    if (loop->signal)
        return loop->signal;
    loop->slice = slice;
    loop->argument = argument;
    uv_idle_start(&loop->work, on_idle);
    uv_run(&loop->uv, UV_RUN_DEFAULT);
    return loop->signal;
}

/* Not by libuv: its pollers refuse regular files on some hosts and terminals on others. */
int ha_loop_await(struct ha_loop *loop, int file)
{
    struct pollfd wanted = {.fd = file, .events = POLLIN};
    int ready;
    do {
        if (ha_loop_run(loop, nothing_to_do, NULL))
            break;
        ready = poll(&wanted, 1, TURN_MS);
    } while (ready == 0 || (ready < 0 && errno == EINTR));
    return loop->signal;
}

bool ha_loop_has(const struct ha_loop *loop, int file, int most_ms)
{
    return ha_loop_has_any(loop, &file, 1, most_ms);
}

bool ha_loop_has_any(const struct ha_loop *loop, const int *file, size_t count, int most_ms)
{
    struct pollfd watched[HA_LOOP_FILES + 1];
    bool has = false;
    for (size_t i = 0; i < count; i++)
        watched[i] = (struct pollfd){.fd = file[i], .events = POLLIN};
    watched[count] = (struct pollfd){.fd = uv_backend_fd(&loop->uv), .events = POLLIN};
    if (poll(watched, (nfds_t)(ha_loop_is_called(loop) ? count : count + 1), most_ms) <= 0)
        return false;
    for (size_t i = 0; i < count; i++)
        has |= watched[i].revents != 0;
    return has;
}

int ha_loop_signal(const struct ha_loop *loop)
{
    return loop->signal;
}

bool ha_loop_is_called(const struct ha_loop *loop)
{
    /* libuv's handlers write into a pipe that the loop watches; nothing else wakes this one. */
    struct pollfd watched = {.fd = uv_backend_fd(&loop->uv), .events = POLLIN};
    return loop->signal || poll(&watched, 1, 0) > 0;
}

uint64_t ha_loop_now(void)
{
    return uv_hrtime();
}
