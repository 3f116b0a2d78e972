/*
 * duo - two pieces of a driver that touch one variable, in free mode
 *
 * A case says how the two are ordered. Where ThreadSanitizer watches, what it reports is counted:
 * nothing when both use the same object, and the variable, once, when the second uses another.
 * Elsewhere the same drivers run, and that they end is all that is asked.
 */
#ifndef HA_TESTS_DUO_H
#define HA_TESTS_DUO_H

#include <ntddk.h>
#include <stddef.h>

struct duo_case {
    const char *name;               /* what a failure prints */
    void (*make)(void);             /* in DriverEntry; may be NULL */
    void (*first)(void);            /* each on a thread of the driver's */
    void (*second)(void);
    void (*unmake)(void);           /* in DriverUnload, when both have ended; may be NULL */
    unsigned adds;                  /* processors, once the pieces wait for time */
};

/* In DriverEntry or a piece: this is the variable, and not one of the test's. */
void duo_watch(PVOID address);
/* In a piece: write the variable; read it. */
void duo_touch(void);
LONG64 duo_read(void);
/* In the second piece: which of two objects is its own, 0 for that of the first. */
size_t duo_other(void);
/* The driver's object. */
PDRIVER_OBJECT duo_driver(void);

/* Play each case with one object, where nothing is reported, and with another for the second. */
void duo_expect(const struct duo_case *cases, size_t count);
#define DUO_EXPECT(cases) duo_expect((cases), sizeof(cases) / sizeof(cases)[0])

#endif
