/*
 * stress - machines in which everything goes on at once, one after another and side by side
 *
 *   --rounds N        so many machines; 150 unless it is said
 *   --seconds N       as many as begin in that time
 *   --seed N          of the first; the others count on from there. 1 unless it is said
 *   --at-once N       machines side by side, each on a host thread of its own; 2 unless it is said
 *   --threads one     simulated threads one at a time, to see whether that is what matters
 *
 * Exit status 0 when nothing was wrong.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "stress/round.h"

#define MOST_AT_ONCE 16u

struct stress {
    pthread_mutex_t lock;
    uint64_t next, end;         /* seeds */
    time_t until;               /* 0: `end` says when it is enough */
    enum ha_threads threads;
    uint64_t played;
    bool bad;
};

/* False when it is enough, or something was wrong. */
static bool take_seed(struct stress *stress, uint64_t *seed)
{
    pthread_mutex_lock(&stress->lock);
    bool more = !stress->bad && (stress->until ? time(NULL) < stress->until
                                               : stress->next < stress->end);
    if (more) {
        *seed = stress->next++;
        stress->played++;
    }
    pthread_mutex_unlock(&stress->lock);
    return more;
}

static void *play(void *argument)
{
    struct stress *stress = argument;
    uint64_t seed;
    while (take_seed(stress, &seed)) {
        if (round_play(seed, stress->threads))
            continue;
        pthread_mutex_lock(&stress->lock);
        stress->bad = true;
        pthread_mutex_unlock(&stress->lock);
    }
    return NULL;
}

static void usage(void)
{
    fputs("usage: stress [--rounds N | --seconds N] [--seed N] [--at-once N] [--threads one]\n",
          stderr);
    exit(2);
}

static uint64_t number(const char *text)
{
    char *end;
    uint64_t value = strtoull(text, &end, 10);
    if (end == text || *end)
        usage();
    return value;
}

int main(int argc, char **argv)
{
    struct stress stress = {.next = 1, .threads = HA_THREADS_FREE};
    uint64_t rounds = 150, seconds = 0, at_once = 2;
    pthread_t host[MOST_AT_ONCE];
    for (int i = 1; i < argc; i += 2) {
        const char *value = i + 1 < argc ? argv[i + 1] : "";
        if (!strcmp(argv[i], "--rounds"))
            rounds = number(value);
        else if (!strcmp(argv[i], "--seconds"))
            seconds = number(value);
        else if (!strcmp(argv[i], "--seed"))
            stress.next = number(value);
        else if (!strcmp(argv[i], "--at-once"))
            at_once = number(value);
        else if (!strcmp(argv[i], "--threads") && !strcmp(value, "one"))
            stress.threads = HA_THREADS_ONE;
        else
            usage();
    }
    if (at_once < 1 || at_once > MOST_AT_ONCE)
        usage();
    uint64_t first = stress.next;
    stress.end = first + rounds;
    stress.until = seconds ? time(NULL) + (time_t)seconds : 0;
    printf("seed %llu\n", (unsigned long long)first);
    fflush(stdout);
    if (pthread_mutex_init(&stress.lock, NULL))
        return 70;
    uint64_t started = 0;
    while (started < at_once && !pthread_create(&host[started], NULL, play, &stress))
        started++;
    for (uint64_t i = 0; i < started; i++)
        pthread_join(host[i], NULL);
    pthread_mutex_destroy(&stress.lock);
    printf("%llu rounds%s\n", (unsigned long long)stress.played, stress.bad ? ", one bad" : "");
    return stress.bad || started < at_once;
}
