/* size - what the program takes for a scenario that is far larger than anybody writes by hand */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/text.h"
#include "bench.h"

#define RUNS 3
#define DRIVERS 10
#define GROUPS 32
#define FIRST_ACTIVE 48

#ifdef __APPLE__
#define RSS_UNIT 1u             /* ru_maxrss counts bytes there, and kilobytes elsewhere */
#else
#define RSS_UNIT 1024u
#endif

static void must(bool good, const char *what)
{
    if (good)
        return;
    fprintf(stderr, "bench: %s\n", what);
    exit(1);
}

static struct ha_text many_calls(unsigned adds, unsigned registrations)
{
    struct ha_text text = {0};
    ha_text_add(&text, "{ \"format\": 1, \"name\": \"many calls\", \"partition\": { \"groups\": [");
    for (unsigned g = 0; g < GROUPS; g++)
        ha_text_addf(&text, "%s\n  { \"maximum\": 64, \"active\": %d }", g ? "," : "",
                     g ? 0 : FIRST_ACTIVE);
    ha_text_add(&text, " ] },\n\"drivers\": [");
    for (unsigned d = 0; d < DRIVERS; d++) {
        ha_text_addf(&text, "%s\n  { \"name\": \"d%u\", \"entry\": [", d ? "," : "", d);
        for (unsigned r = 0; r < registrations / DRIVERS; r++)
            ha_text_addf(&text, "%s\n    { \"register\": \"processor-change\", \"as\": \"r%u\" }",
                         r ? "," : "", r);
        ha_text_add(&text, " ] }");
    }
    ha_text_add(&text, " ],\n\"events\": [");
    for (unsigned i = 0; i < adds; i++)
        ha_text_addf(&text, "%s\n  { \"at\": \"%uus\", \"add_processor\": {} }", i ? "," : "", i);
    ha_text_addf(&text, " ],\n\"expect\": { \"active_processors\": %u, \"violations\": [] } }\n",
                 FIRST_ACTIVE + adds);
    return text;
}

/* Every other event adds a processor that does not start, the others ask from a thread. */
static struct ha_text many_events(unsigned events)
{
    static const char *const what[] = {
        "\"add_processor\": { \"hardware_start\": \"STATUS_IO_TIMEOUT\" }",
        "\"run\": \"d\", \"do\": [ { \"query\": \"KeQueryMaximumGroupCount\" } ]",
    };
    struct ha_text text = {0};
    ha_text_add(&text, "{ \"format\": 1, \"name\": \"many events\", \"partition\":\n"
                       "  { \"groups\": [ { \"maximum\": 8, \"active\": 4 } ] },\n"
                       "  \"drivers\": [ { \"name\": \"d\", \"entry\": [\n"
                       "    { \"register\": \"processor-change\", \"as\": \"sync\" } ] } ],\n"
                       "\"events\": [");
    for (unsigned i = 0; i < events; i++)
        ha_text_addf(&text, "%s\n  { \"at\": \"%uus\", %s }", i ? "," : "", i, what[i % 2]);
    ha_text_add(&text, " ] }\n");
    return text;
}

/* Play a file and wait for its end; its peak of memory goes to `size`. Returns nanoseconds. */
static double play_once(const char *hotadd, const char *file, struct bench_size *size)
{
    const char *command[] = {hotadd, "run", "--trace", "none", "--quiet", file, NULL};
    uint64_t start = bench_now();
    struct rusage usage;
    int status;
    pid_t child = fork();
    if (child == 0) {
        dup2(open("/dev/null", O_WRONLY), STDOUT_FILENO);
        execv(command[0], (char *const *)(uintptr_t)command);
        _exit(127);
    }
    must(child > 0 && wait4(child, &status, 0, &usage) == child && WIFEXITED(status) &&
         WEXITSTATUS(status) == 0, "a large scenario did not pass");
    double ns = (double)(bench_now() - start);
    double mib = (double)usage.ru_maxrss * RSS_UNIT / (1024 * 1024);
    if (mib > size->mib)
        size->mib = mib;
    return ns;
}

/* The fastest of several runs. Closes the text. */
static struct bench_size play(const char *hotadd, struct ha_text *text, double things)
{
    struct bench_size size = {.mib = 0};
    const char *folder = getenv("TMPDIR");
    char file[512];
    snprintf(file, sizeof file, "%s/hotadd-size-XXXXXX", folder && *folder ? folder : "/tmp");
    int descriptor = mkstemp(file);
    must(!text->lost, "out of memory");
    must(descriptor >= 0 &&
         write(descriptor, text->bytes, text->length) == (ssize_t)text->length &&
         close(descriptor) == 0, "no room for a scenario");
    for (int i = 0; i < RUNS; i++) {
        double ns = play_once(hotadd, file, &size) / things;
        if (!i || ns < size.ns)
            size.ns = ns;
    }
    unlink(file);
    ha_text_close(text);
    return size;
}

struct bench_size bench_many_calls_run(const char *hotadd, unsigned adds, unsigned registrations)
{
    struct ha_text text = many_calls(adds, registrations);
    return play(hotadd, &text, 2.0 * adds * registrations);
}

struct bench_size bench_many_events_run(const char *hotadd, unsigned events)
{
    struct ha_text text = many_events(events);
    return play(hotadd, &text, events);
}
