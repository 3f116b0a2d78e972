/* seeds - see seeds.h */
#include "unit/seeds.h"

#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

/* A handler of signals is given nothing else to find it by. */
static uint64_t seed_now;

uint64_t seeds_setting(const char *name, uint64_t otherwise)
{
    const char *value = getenv(name);
    return value && *value ? strtoull(value, NULL, 10) : otherwise;
}

/* The simulator itself broke: with which seed? */
static void on_crash(int number)
{
    char digits[24];
    size_t at = sizeof digits;
    uint64_t seed = seed_now;
    digits[--at] = '\n';
    do
        digits[--at] = (char)('0' + seed % 10);
    while (seed /= 10);
    if (write(STDERR_FILENO, "seed ", 5) == 5 &&
        write(STDERR_FILENO, digits + at, sizeof digits - at) > 0)
        signal(number, SIG_DFL);
    raise(number);
}

static void set_crash_handler(void (*handler)(int number))
{
    signal(SIGABRT, handler);
    signal(SIGBUS, handler);
    signal(SIGSEGV, handler);
}

void seeds_begin(uint64_t seed)
{
    seed_now = seed;
    set_crash_handler(on_crash);
}

void seeds_end(void)
{
    set_crash_handler(SIG_DFL);
}
