/*
 * story_trouble - the wording of what a story tells about trouble, memory, threads and work
 *
 * Owns the sentences for what was refused, misused or made to fail, for a test's check, for pool
 * that a driver takes and gives back, and for what runs by itself.
 */
#include "check/story_words.h"

#include <inttypes.h>
#include <signal.h>

#include "base/names.h"
#include "check/query_words.h"
#include "check/who.h"

#define APC_LEVEL 1u
#define HIGH_LEVEL 15u

void ha_story_subject(const struct ha_cast *cast, const struct ha_record *record,
                      struct ha_text *words)
{
    if (!record->driver)
        return;
    ha_driver_words(cast, record->driver, words);
    ha_text_add(words, " ");
}

static void routine_line(const struct ha_cast *cast, const struct ha_record *record,
                         uint32_t routine, const char *before, const char *what,
                         struct ha_text *words)
{
    ha_story_subject(cast, record, words);
    ha_text_addf(words, "%s%s%s", ha_routine_words(routine), before, what ? what : "?");
}

static void table_words(const struct ha_cast *cast, const struct ha_record *record,
                        struct ha_text *words)
{
    unsigned slot = record->as.misuse.argument;
    bool overrun = record->as.misuse.misuse == HA_MISUSE_OVERRUN;

    ha_story_subject(cast, record, words);
    ha_text_add(words, record->as.misuse.routine == HA_RT_FREE_POOL ? "gives back " : "uses ");
    if (slot != HA_NO_INDEX)
        ha_text_addf(words, "slot %u of ", slot);
    ha_text_add(words, "table ");
    ha_object_words(cast, record->id, words);
    if (slot == HA_NO_INDEX)
        ha_text_add(words, overrun ? ": there is no such slot" : ": there is no table");
    else
        ha_text_add(words, overrun ? ": beyond its end" : ": there is no memory in it");
}

static void block_words(const struct ha_cast *cast, const struct ha_record *record,
                        struct ha_text *words)
{
    unsigned beyond = record->as.misuse.argument;
    char tag[HA_TAG_TEXT];

    ha_story_subject(cast, record, words);
    if (record->as.misuse.misuse == HA_MISUSE_OTHER_TAG) {
        ha_tag_text(beyond, tag);
        ha_text_addf(words, "gives back block %u as '%s', which is not its tag",
                     (unsigned)record->id, tag);
        return;
    }
    if (record->as.misuse.misuse == HA_MISUSE_BAD_BLOCK) {
        ha_text_addf(words, "has written at byte %u of block %u, which was given back", beyond,
                     (unsigned)record->id);
        return;
    }
    ha_text_addf(words, "has written up to %u byte%s beyond the end of block %u", beyond,
                 beyond == 1 ? "" : "s", (unsigned)record->id);
}

static void irql_words(const struct ha_cast *cast, const struct ha_record *record,
                       struct ha_text *words)
{
    unsigned asked = record->as.misuse.argument;
    char before[HA_IRQL_TEXT], after[HA_IRQL_TEXT];

    routine_line(cast, record, record->as.misuse.routine, " misused: ", "from ", words);
    ha_text_addf(words, "%s to %s%s", ha_irql_text(record->irql, before),
                 ha_irql_text(asked, after), asked > HIGH_LEVEL ? ", above HIGH_LEVEL" : "");
}

static void lock_words(const struct ha_cast *cast, const struct ha_record *record,
                       struct ha_text *words)
{
    uint32_t routine = record->as.misuse.routine;
    const char *end = ha_end_words(routine);

    ha_story_subject(cast, record, words);
    ha_text_addf(words, "%s with %u spin lock%s held", end ? end : ha_routine_words(routine),
                 (unsigned)record->as.misuse.argument, record->as.misuse.argument == 1 ? "" : "s");
}

static void misuse_words(const struct ha_cast *cast, const struct ha_record *record,
                         struct ha_text *words)
{
    char irql[HA_IRQL_TEXT];

    if (record->as.misuse.misuse == HA_MISUSE_BAD_BLOCK
        && record->as.misuse.routine == HA_NO_ROUTINE) {
        block_words(cast, record, words);
        return;
    }
    switch (record->as.misuse.misuse) {
    case HA_MISUSE_OVERRUN:
    case HA_MISUSE_NOTHING_THERE:
        table_words(cast, record, words);
        break;
    case HA_MISUSE_BEYOND_BLOCK:
    case HA_MISUSE_OTHER_TAG:
        block_words(cast, record, words);
        break;
    case HA_MISUSE_LOCK_HELD:
        lock_words(cast, record, words);
        break;
    case HA_MISUSE_IRQL_ORDER:
        irql_words(cast, record, words);
        break;
    case HA_MISUSE_RAISED_IRQL:
        routine_line(cast, record, record->as.misuse.routine, " misused: called at ",
                     ha_irql_text(record->irql, irql), words);
        break;
    case HA_MISUSE_LOW_IRQL:
        routine_line(cast, record, record->as.misuse.routine, " misused: ",
                     record->as.misuse.argument == APC_LEVEL
                         ? "called in no critical region and below APC_LEVEL"
                         : ha_misuse_name(HA_MISUSE_LOW_IRQL), words);
        break;
    default:
        routine_line(cast, record, record->as.misuse.routine, " misused: ",
                     ha_misuse_name(record->as.misuse.misuse), words);
        break;
    }
}

bool ha_story_is_refused_removal(const struct ha_record *misuse)
{
    unsigned what = misuse->as.misuse.misuse, routine = misuse->as.misuse.routine;

    return (routine == HA_RT_DEREGISTER_PROCESSOR_CHANGE || routine == HA_RT_UNREGISTER_PNP ||
            routine == HA_RT_UNREGISTER_PNP_EX) &&
           (what == HA_MISUSE_NULL_HANDLE || what == HA_MISUSE_UNKNOWN_HANDLE ||
            what == HA_MISUSE_STALE_HANDLE);
}

/* No routine has refused: an event of the scenario could not do what it says. */
static bool is_of_event(const struct ha_record *refused)
{
    unsigned reason = refused->as.refused.reason;

    return reason == HA_REASON_NOT_LOADED || reason == HA_REASON_LOADED ||
           reason == HA_REASON_NO_INTERFACE;
}

enum ha_paint ha_story_trouble(const struct ha_cast *cast, const struct ha_record *record,
                               struct ha_text *words)
{
    switch (record->kind) {
    case HA_REFUSED:
        if (is_of_event(record)) {
            ha_text_addf(words, "an event is not carried out: %s",
                         ha_reason_name(record->as.refused.reason));
            return HA_RED;
        }
        routine_line(cast, record, record->as.refused.routine, " refused: ",
                     ha_reason_name(record->as.refused.reason), words);
        return HA_YELLOW;
    case HA_MISUSE:
        misuse_words(cast, record, words);
        return HA_YELLOW;
    case HA_DATA_RACE: {
        const char *race = ha_cast_name(cast, HA_NS_RACE, record->id);
        ha_text_addf(words, "data race: %s", race ? race : "?");
        return HA_RED;
    }
    case HA_CHECK_FAILED: {
        const char *what = ha_cast_name(cast, HA_NS_CHECK, record->id);
        ha_text_addf(words, "check failed: %s", what ? what : "?");
        return HA_RED;
    }
    default:
        routine_line(cast, record, record->as.fault.routine, " ", "is made to fail", words);
        return HA_YELLOW;
    }
}

enum ha_paint ha_story_pool(const struct ha_cast *cast, const struct ha_record *record,
                            struct ha_text *words)
{
    char tag[HA_TAG_TEXT];

    ha_story_subject(cast, record, words);
    if (record->kind == HA_FREE) {
        ha_text_addf(words, "gives back block %u", (unsigned)record->id);
        return HA_PLAIN;
    }
    ha_tag_text(record->as.pool.tag, tag);
    ha_text_addf(words, "takes %" PRIu64 " bytes '%s' (block %u)", record->as.pool.size, tag,
                 (unsigned)record->id);
    return HA_PLAIN;
}

enum ha_paint ha_story_running(const struct ha_cast *cast, const struct ha_record *record,
                               struct ha_text *words)
{
    char status[HA_STATUS_TEXT];

    if (record->kind != HA_THREAD_END)
        ha_story_subject(cast, record, words);
    switch (record->kind) {
    case HA_THREAD_START:
        ha_text_add(words, "starts thread ");
        ha_thread_words(cast, record->id, words);
        break;
    case HA_THREAD_END:
        ha_text_add(words, "thread ");
        ha_thread_words(cast, record->id, words);
        ha_text_add(words, " ends");
        if (record->as.status.status)
            ha_text_addf(words, ": %s", ha_status_text(record->as.status.status, status));
        break;
    default:
        ha_text_addf(words, "%s work item %u",
                     record->kind == HA_WORK_QUEUED  ? "queues"
                     : record->kind == HA_WORK_ENTER ? "begins" : "has done",
                     (unsigned)record->id);
        break;
    }
    return HA_PLAIN;
}

/* The signals that code ends its process with by mistake. Source: POSIX, <signal.h>. */
static const char *signal_name(uint32_t number)
{
    static const struct { int number; const char *name; } signals[] = {
        {SIGSEGV, "SIGSEGV"}, {SIGBUS, "SIGBUS"}, {SIGABRT, "SIGABRT"}, {SIGFPE, "SIGFPE"},
        {SIGILL, "SIGILL"}, {SIGTRAP, "SIGTRAP"}, {SIGKILL, "SIGKILL"},
    };
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++)
        if ((uint32_t)signals[i].number == number)
            return signals[i].name;
    return NULL;
}

void ha_process_end_words(uint32_t number, uint32_t exit_code, struct ha_text *words)
{
    const char *name = signal_name(number);
    if (!number)
        ha_text_addf(words, "the process was ended with exit code %u", (unsigned)exit_code);
    else if (name)
        ha_text_add(words, name);
    else
        ha_text_addf(words, "signal %u", (unsigned)number);
}

static void crash_words(const struct ha_cast *cast, const struct ha_record *record,
                        const struct ha_record *place, struct ha_text *words)
{
    ha_text_add(words, "crash: ");
    ha_process_end_words(record->as.crash.signal, record->as.crash.exit_code, words);
    if (place) {
        ha_story_place(cast, place, words);
    } else if (record->driver) {
        ha_text_add(words, " in a thread of ");
        ha_driver_words(cast, record->driver, words);
    }
    ha_text_addf(words, ", on processor %u", record->processor);
}

enum ha_paint ha_story_last(const struct ha_cast *cast, const struct ha_record *record,
                            const struct ha_story_setting *setting, struct ha_text *words)
{
    const char *what = ha_left_name(record->as.left.what);

    if (record->kind == HA_CRASH) {
        crash_words(cast, record, setting->opener, words);
        return HA_RED;
    }
    ha_story_subject(cast, record, words);
    ha_text_addf(words, "leaves %s %u behind", what ? what : "something", (unsigned)record->id);
    return HA_YELLOW;
}
