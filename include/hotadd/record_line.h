/*
 * hotadd/record_line.h - one line of a trace, made by code inside a driver
 *
 * The lower half of hotadd/record_driver.h, which includes it: who records, and how a line is put
 * together without any library. C as of 1989 but for 64-bit integers, and C++.
 */
#ifndef HOTADD_RECORD_LINE_H
#define HOTADD_RECORD_LINE_H

/*
 * A word that several processors read and write: that an access is not torn is all that is asked.
 * Microsoft's page "Interlocked Variable Access" promises it of an aligned word of 32 bits.
 */
#ifdef _MSC_VER
#define HA_RECORDER_FUNCTION static __inline
#define HA_RECORDER_READ(word) (*(const volatile unsigned long *)(word))
#define HA_RECORDER_WRITE(word, value) (*(volatile unsigned long *)(word) = (value))
typedef unsigned __int64 ha_recorder_number;
#else
#define HA_RECORDER_FUNCTION static __inline__
#define HA_RECORDER_READ(word) __atomic_load_n(word, __ATOMIC_RELAXED)
#define HA_RECORDER_WRITE(word, value) __atomic_store_n(word, value, __ATOMIC_RELAXED)
__extension__ typedef unsigned long long ha_recorder_number;
#endif

#define HA_RECORDER_LINE 512          /* bytes of a line, with its terminating zero */
#define HA_RECORDER_NAME 32           /* bytes of a name in one line */
#define HA_RECORDER_AT_ONCE 32        /* registrations that may be under way at once */

/* What ha_recorder_stamp.known says: which of these members mean something. */
#define HA_RECORDER_TIME 1u
#define HA_RECORDER_PROCESSOR 2u
#define HA_RECORDER_IRQL 4u
#define HA_RECORDER_ACTIVE 8u

/* What is true where a line is made. */
struct ha_recorder_stamp {
    ha_recorder_number seq;           /* from 1, each number once: an interlocked increment */
    ha_recorder_number time_ns;
    unsigned long thread;           /* any number below 65536 that is this thread's alone */
    unsigned long processor;        /* systemwide index */
    unsigned long irql;
    unsigned long active;           /* active processors of the whole machine */
    unsigned known;
};

struct ha_recorder {
    void (*print)(void *argument, const char *line);        /* without a line break */
    void (*stamp)(void *argument, struct ha_recorder_stamp *stamp);
    void *argument;                 /* for both */
    /* Of the recorder: what is being registered, and by which thread; 0 for nothing. */
    unsigned long registering[HA_RECORDER_AT_ONCE], entering[HA_RECORDER_AT_ONCE];
    /* Of those who are called in adds, which comes one after another. */
    unsigned long add, add_index;   /* how many adds there were; the processor of the last one */
    unsigned long started, ended;   /* calls in it: of Start, and of the others */
    unsigned long heard;            /* who had Start in it, a bit for each id below 32 */
    unsigned long refusal;          /* the latest error that a Start call of it reported */
    int open;
};

/* A line in the making. */
struct ha_recorder_text {
    char bytes[HA_RECORDER_LINE];
    unsigned length;
    int full;                       /* it does not fit: it is not printed, and leaves a gap */
};

HA_RECORDER_FUNCTION void ha_recorder_put(struct ha_recorder_text *text, const char *more)
{
    for (; *more; more++) {
        if (text->length + 1 == HA_RECORDER_LINE) {
            text->full = 1;
            return;
        }
        text->bytes[text->length++] = *more;
    }
    text->bytes[text->length] = '\0';
}

/* A number with at least so many digits, of base 10 or 16. */
HA_RECORDER_FUNCTION void ha_recorder_put_number(struct ha_recorder_text *text,
                                                 ha_recorder_number value, unsigned base,
                                                 unsigned least)
{
    char digits[24];
    unsigned at = sizeof digits - 1;

    digits[at] = '\0';
    do {
        digits[--at] = "0123456789abcdef"[value % base];
        value /= base;
    } while (value || sizeof digits - 1 - at < least);
    ha_recorder_put(text, digits + at);
}

/* ,"name":value */
HA_RECORDER_FUNCTION void ha_recorder_member(struct ha_recorder_text *text, const char *name,
                                             ha_recorder_number value)
{
    ha_recorder_put(text, ",\"");
    ha_recorder_put(text, name);
    ha_recorder_put(text, "\":");
    ha_recorder_put_number(text, value, 10, 1);
}

/* ,"name":"0x0000000a" */
HA_RECORDER_FUNCTION void ha_recorder_hex(struct ha_recorder_text *text, const char *name,
                                          ha_recorder_number value, unsigned digits)
{
    ha_recorder_put(text, ",\"");
    ha_recorder_put(text, name);
    ha_recorder_put(text, "\":\"0x");
    ha_recorder_put_number(text, value, 16, digits);
    ha_recorder_put(text, "\"");
}

/* ,"name":"word" for a word without quotes or backslashes; ,"name":true */
HA_RECORDER_FUNCTION void ha_recorder_word(struct ha_recorder_text *text, const char *name,
                                           const char *word)
{
    ha_recorder_put(text, ",\"");
    ha_recorder_put(text, name);
    ha_recorder_put(text, "\":\"");
    ha_recorder_put(text, word);
    ha_recorder_put(text, "\"");
}

HA_RECORDER_FUNCTION void ha_recorder_flag(struct ha_recorder_text *text, const char *name,
                                           int value)
{
    ha_recorder_put(text, ",\"");
    ha_recorder_put(text, name);
    ha_recorder_put(text, value ? "\":true" : "\":false");
}

HA_RECORDER_FUNCTION void ha_recorder_look(const struct ha_recorder *recorder,
                                           struct ha_recorder_stamp *stamp)
{
    stamp->seq = stamp->time_ns = 0;
    stamp->thread = stamp->processor = stamp->irql = stamp->active = 0;
    stamp->known = 0;
    recorder->stamp(recorder->argument, stamp);
}

/* Begin a line: what every record has. Driver 1 is the one that records. */
HA_RECORDER_FUNCTION void ha_recorder_open_at(struct ha_recorder_text *text,
                                              const struct ha_recorder_stamp *stamp,
                                              const char *event, unsigned long id)
{
    text->length = 0;
    text->full = 0;
    ha_recorder_put(text, "{\"seq\":");
    ha_recorder_put_number(text, stamp->seq, 10, 1);
    if (stamp->known & HA_RECORDER_TIME)
        ha_recorder_member(text, "t", stamp->time_ns);
    ha_recorder_word(text, "event", event);
    ha_recorder_member(text, "thread", stamp->thread);
    if (stamp->known & HA_RECORDER_PROCESSOR)
        ha_recorder_member(text, "processor", stamp->processor);
    if (stamp->known & HA_RECORDER_IRQL)
        ha_recorder_member(text, "irql", stamp->irql);
    ha_recorder_member(text, "driver", 1);
    if (stamp->known & HA_RECORDER_ACTIVE)
        ha_recorder_member(text, "active", stamp->active);
    ha_recorder_member(text, "id", id);
}

HA_RECORDER_FUNCTION void ha_recorder_open(struct ha_recorder *recorder,
                                           struct ha_recorder_text *text, const char *event,
                                           unsigned long id)
{
    struct ha_recorder_stamp stamp;

    ha_recorder_look(recorder, &stamp);
    ha_recorder_open_at(text, &stamp, event, id);
}

HA_RECORDER_FUNCTION void ha_recorder_close(struct ha_recorder *recorder,
                                            struct ha_recorder_text *text)
{
    ha_recorder_put(text, "}");
    if (!text->full)
        recorder->print(recorder->argument, text->bytes);
}

/* A record that has a status and nothing else. */
HA_RECORDER_FUNCTION void ha_recorder_status(struct ha_recorder *recorder, const char *event,
                                             unsigned long id, unsigned long status)
{
    struct ha_recorder_text text;

    ha_recorder_open(recorder, &text, event, id);
    ha_recorder_hex(&text, "status", status & 0xffffffffu, 8);
    ha_recorder_close(recorder, &text);
}

HA_RECORDER_FUNCTION void ha_recorder_plain(struct ha_recorder *recorder, const char *event,
                                            unsigned long id)
{
    struct ha_recorder_text text;

    ha_recorder_open(recorder, &text, event, id);
    ha_recorder_close(recorder, &text);
}

/*
 * Who registers what, in a table of words. Only the thread that registers writes its own word, and
 * nobody else's is like it: so that thread always sees whether it is inside the registration, and
 * every other one sees that it is not, whatever it reads.
 */
HA_RECORDER_FUNCTION unsigned long ha_recorder_owner(unsigned long id, unsigned long thread)
{
    return id << 16 | (thread & 0xffffu);
}

HA_RECORDER_FUNCTION void ha_recorder_inside(unsigned long *table, unsigned long id,
                                             unsigned long thread)
{
    HA_RECORDER_WRITE(&table[id % HA_RECORDER_AT_ONCE], ha_recorder_owner(id, thread));
}

HA_RECORDER_FUNCTION void ha_recorder_outside(unsigned long *table, unsigned long id)
{
    HA_RECORDER_WRITE(&table[id % HA_RECORDER_AT_ONCE], 0ul);
}

HA_RECORDER_FUNCTION int ha_recorder_is_inside(const unsigned long *table, unsigned long id,
                                               unsigned long thread)
{
    return HA_RECORDER_READ(&table[id % HA_RECORDER_AT_ONCE]) == ha_recorder_owner(id, thread);
}

#endif
