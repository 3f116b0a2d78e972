/*
 * hotadd/check.h - unit tests of a driver, with any framework
 *
 * A fixture is a machine that is being watched: a judge holds it against the rules, its calls are
 * kept, its story is written down. hotadd/cmocka.h makes cmocka tests of these functions; other
 * frameworks call them and fail with the texts that they return.
 */
#ifndef HOTADD_CHECK_H
#define HOTADD_CHECK_H

#include <stdbool.h>
#include <stddef.h>

#include "hotadd/error.h"
#include "hotadd/machine.h"
#include "hotadd/verdict.h"

#ifdef __cplusplus
extern "C" {
#endif

#define HA_TEST_VIOLATIONS 16u      /* that a test may expect */

struct ha_test_options {
    const struct ha_machine_options *machine;   /* NULL: one group with room for 8 processors, 4
                                                   of them active, and the profile "documented" */
    const char *driver;         /* its name; NULL: "driver" */
    ha_driver_entry *entry;     /* its DriverEntry; NULL: the test loads what it needs itself */
    enum ha_threads threads;    /* HA_THREADS_FREE: free ones, whatever `machine` says */
    bool explored;              /* the driver is loaded by ha_test_again(), for each run anew */
    /*
     * The run had to end while the test's own thread was inside an NT routine. Gets the report
     * and must not return. NULL: the report is printed and the program exits with 1.
     */
    void (*fatal)(const char *report);
};

/* The machine of a test that names none. */
struct ha_machine_options ha_test_usual_machine(void);

/*
 * Make a machine that is watched, and load the driver.
 *
 *   options  may be NULL; strings are to outlive the machine
 *   machine  set on HA_OK only; give it back with ha_test_destroy()
 *   error    gets a sentence; may be NULL
 *
 * What DriverEntry returns changes nothing here: unless it is STATUS_SUCCESS, ha_test_end()
 * reports it. Returns as ha_machine_create() and ha_machine_load().
 */
int ha_test_begin(const struct ha_test_options *options, struct ha_machine **machine,
                  struct ha_error *error);

/* Add one processor now, wherever it goes, and let all that it causes run. As ha_machine_step(). */
int ha_test_add_processor(struct ha_machine *machine);

/*
 * Hold the notification calls since the last comparison, or since the beginning, against a list.
 *
 *   words  of each call, as scenarios have them: "driver.ke1 Start 4". A driver's name may be left
 *          out: "ke1 Start 4".
 *
 * Returns NULL when they agree, otherwise a text with both lists side by side, which is good
 * until the next call that returns one.
 */
const char *ha_test_compare_calls(struct ha_machine *machine, const char *const *words,
                                  size_t count);

/*
 * The same of the calls that tell drivers of arrivals and removals, in the order in which they
 * were made: "driver.pnp1 Arrival processor 4", "pnp2 Arrival memory 0x400000000", "pnp3 Removal
 * interface 1". They come later, by a thread of their own: a machine that has run until nothing
 * more could go on has made them all, unless they are held.
 */
const char *ha_test_compare_arrivals(struct ha_machine *machine, const char *const *words,
                                     size_t count);

/*
 * The test is about a driver that breaks this rule, "STAT-2", and fails unless it does. HA_EINVAL
 * when there is no such rule, or when HA_TEST_VIOLATIONS are expected already.
 */
int ha_test_expect_violation(struct ha_machine *machine, const char *rule);

/*
 * End the run, which unloads what is still loaded, and judge it.
 *
 * Returns NULL when all is well. Otherwise a report, good until ha_test_destroy(): the story,
 * every failed ha_check, every rule that was broken, what was left behind, how the run ended. NULL
 * also when the fatal hook has had the report already.
 */
const char *ha_test_end(struct ha_machine *machine);

/* Give back a machine of ha_test_begin(), judged or not. NULL is allowed. */
void ha_test_destroy(struct ha_machine *machine);

/*
 * A test that is played again and again, which ha_explore() of hotadd/explore.h does for everybody:
 * a machine of a test with `explored` is marked once, and then each run begins with ha_test_again()
 * and ends with ha_machine_finish(), the first one with ha_test_end().
 *
 * The first run without a token to replay is the ordinary course, and judged in full. In all others
 * something went otherwise than it is wont to: what the test expects of calls, arrivals and
 * DriverEntry is passed over there, and so is an expected violation that does not come.
 */

/*
 * Put the machine back to its mark, forget the run, and load the driver.
 *
 *   loaded  set to false when the driver's entry has failed, or the run has ended in it
 *
 * Returns as ha_machine_rewind() and ha_machine_load().
 */
int ha_test_again(struct ha_machine *machine, bool *loaded);

/*
 * Show what is wrong with a run that has ended: every error that the test does not expect, with the
 * name of the driver, NULL for none; then the failed checks, as one finding without a rule that has
 * their words in `seen`. Returns HA_OK, or HA_ENOMEM when memory was lacking to judge it.
 */
int ha_test_show(struct ha_machine *machine,
                 void (*show)(void *argument, const struct ha_finding *finding,
                              const char *driver),
                 void *argument);

/*
 * A finding as a paragraph, with its line in the source where that is known; good until the next
 * call that returns a text. `driver` and `repeat`, what to do to see it again, may be NULL. NULL:
 * out of memory.
 */
const char *ha_test_tell(struct ha_machine *machine, const struct ha_finding *finding,
                         const char *driver, const char *repeat);

/*
 * Where the ordinary course parts from its repetition, as a paragraph with the first line of either
 * that differs; good until the next call that returns a text. Each is given by some records from
 * there on, a course that has ended there by none. NULL: out of memory.
 */
const char *ha_test_tell_difference(struct ha_machine *machine, const struct ha_record *first,
                                    size_t first_count, const struct ha_record *second,
                                    size_t second_count);

/*
 * An assertion for every place, driver code above all: frameworks cannot leave a test from a
 * simulated thread. A failure goes into the trace, the caller goes on, and ha_test_end() fails.
 */
#define ha_check(expression) \
    ((expression) ? (void)0 : ha_check_failed(__FILE__, __LINE__, #expression))

/* What a failed ha_check does; `what` is copied, `file` loses its folders. */
void ha_check_failed(const char *file, int line, const char *what);

/* Whether the caller is driver code, or on a thread of a machine that is not the test's own. */
bool ha_in_driver(void);

#ifdef __cplusplus
}
#endif
#endif
