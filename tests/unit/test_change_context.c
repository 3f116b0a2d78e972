/* change_context: the structure that a callback is given, and the IRQL it is called at */
#include "unit/bench.h"

#include <string.h>

#include "nt/kernel.h"

#define CONTEXT_BYTES sizeof(KE_PROCESSOR_CHANGE_NOTIFY_CONTEXT)

/* STAT-11, STAT-12: who looks at Status finds it only in a Failure call */
static void status_is_the_cause_at_failure_and_success_elsewhere(void **state)
{
    struct bench *b = *state;
    struct driver *a = bench_driver(b, "a");
    struct driver *c = bench_driver(b, "c");
    a->answer[KeProcessorAddStartNotify] = INSUF;

    bench_add_processor(b);

    expect_calls(b, "a.ke1 Start 4 -> " INSUF_TEXT "\n"
                    "c.ke1 Start 4\n"
                    "a.ke1 Failure 4 (" INSUF_TEXT ")\n"
                    "c.ke1 Failure 4 (" INSUF_TEXT ")\n");
    assert_int_equal(c->heard[0].op_in, INSUF);
    assert_int_equal(c->heard[0].change.Status, STATUS_SUCCESS);
    assert_int_equal(c->heard[1].change.Status, INSUF);
}

/* CTX-1 */
static void the_context_has_the_documented_shape(void **state)
{
    (void)state;
    assert_int_equal(sizeof(KE_PROCESSOR_CHANGE_NOTIFY_CONTEXT), 16);
    assert_int_equal(offsetof(KE_PROCESSOR_CHANGE_NOTIFY_CONTEXT, State), 0);
    assert_int_equal(offsetof(KE_PROCESSOR_CHANGE_NOTIFY_CONTEXT, NtNumber), 4);
    assert_int_equal(offsetof(KE_PROCESSOR_CHANGE_NOTIFY_CONTEXT, Status), 8);
    assert_int_equal(offsetof(KE_PROCESSOR_CHANGE_NOTIFY_CONTEXT, ProcNumber), 12);
    assert_int_equal(KeProcessorAddStartNotify, 0);
    assert_int_equal(KeProcessorAddCompleteNotify, 1);
    assert_int_equal(KeProcessorAddFailureNotify, 2);
}

/* CTX-1, CTX-2, CTX-5 */
static void the_context_names_one_processor_by_index_and_by_number(void **state)
{
    struct bench *b = *state;
    b->options.partition.group_count = 0;
    bench_group(b, 2, 0x3);
    bench_group(b, 8, 0x1);
    struct driver *a = bench_driver(b, "a");

    bench_add(b, (struct ha_add_options){.group = 1, .number = 5});

    expect_calls(b, "a.ke1 Start 3\na.ke1 Complete 3\n");
    for (size_t i = 0; i < 2; i++) {
        PROCESSOR_NUMBER number = a->heard[i].change.ProcNumber;
        assert_int_equal(a->heard[i].change.NtNumber, 3);
        assert_int_equal(number.Group, 1);
        assert_int_equal(number.Number, 5);
        assert_int_equal(number.Reserved, 0);
        assert_int_equal(KeGetProcessorIndexFromNumber(&number), 3);
    }
}

static void modify_context(struct driver *driver, PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT change,
                           PNTSTATUS operation_status)
{
    (void)driver;
    (void)operation_status;
    if (change->State == KeProcessorAddStartNotify)
        change->ProcNumber.Number = 63;
}

/* CTX-3, CTX-4 */
static void a_context_that_one_client_modifies_is_fresh_for_the_next(void **state)
{
    struct bench *b = *state;
    bench_driver(b, "a")->act = modify_context;
    struct driver *c = bench_driver(b, "c");
    b->findings = "a CTX-3\n";

    bench_add_processor(b);

    expect_calls(b, "a.ke1 Start 4\nc.ke1 Start 4\na.ke1 Complete 4\nc.ke1 Complete 4\n");
    assert_int_equal(c->heard[0].change.ProcNumber.Number, 4);
    assert_int_equal(bench_record(b, HA_CB_LEAVE, 0)->flags & HA_CB_CONTEXT_CHANGED,
                     HA_CB_CONTEXT_CHANGED);
}

static void expect_poison(const unsigned char *seen, size_t size)
{
    for (size_t i = 0; i < size; i++)
        assert_int_equal(seen[i], 0xdd);
}

/* CTX-6: before Windows 7 the structure ends after 12 bytes */
static void an_old_system_gives_no_number_of_the_processor(void **state)
{
    struct bench *b = *state;
    struct driver *a = bench_driver(b, "a");
    b->options.profile = ha_profile_preset(HA_PRESET_WS2008);

    bench_add_processor(b);

    assert_int_equal(a->heard_count, 2);
    for (size_t i = 0; i < a->heard_count; i++) {
        assert_int_equal(a->heard[i].change.NtNumber, 4);
        expect_poison((const unsigned char *)&a->heard[i].change.ProcNumber,
                      sizeof a->heard[i].change.ProcNumber);
    }
}

struct kept {
    bool looks;
    uint32_t question;      /* of the tape, the next one after the call */
    PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT context;
    unsigned char later[CONTEXT_BYTES];
};

static void look_again(void *argument)
{
    struct kept *kept = argument;
    if (kept->looks)
        memcpy(kept->later, kept->context, sizeof kept->later);
}

/* Keep the pointer, and have a thread ready that looks through it. */
static void keep_context(struct driver *driver, PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT change,
                         PNTSTATUS operation_status)
{
    struct kept *kept = driver->extra;
    struct ha_world *world = ha_thread_current()->world;
    (void)operation_status;
    if (change->State != KeProcessorAddStartNotify)
        return;
    kept->context = change;
    ha_thread_create(world, HA_THREAD_SYSTEM, 0, look_again, kept, NULL);
    kept->question = world->tape.asked;
}

static void add_and_keep(struct bench *b, struct kept *kept)
{
    struct driver *a = bench_driver(b, "a");
    a->act = keep_context;
    a->extra = kept;
    bench_add_processor(b);
}

/* CTX-4: the thread that looks runs right after the call, because the tape says so */
static void the_context_is_poisoned_when_the_call_is_over(void **state)
{
    struct kept first = {.looks = false}, kept = {.looks = true};
    struct ha_text token = {0};
    struct bench *again;
    add_and_keep(*state, &first);

    assert_int_equal(bench_setup((void **)&again), 0);
    bench_replay(again, &token, first.question, 1);
    add_and_keep(again, &kept);

    assert_int_equal(bench_count(again, HA_CHOICE), 1);
    expect_poison(kept.later, sizeof kept.later);
    bench_teardown((void **)&again);
    ha_text_close(&token);
}

/* What clients find where the contexts of earlier calls were. */
struct looks {
    PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT context[2];     /* by state */
    PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT last;           /* of the call before, anybody's */
    unsigned char seen[8][CONTEXT_BYTES];
    size_t count;
};

static void look_through(struct looks *looks, PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT context)
{
    memcpy(looks->seen[looks->count++], context, CONTEXT_BYTES);
}

static void look_at_the_last_one(struct driver *driver, PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT change,
                                 PNTSTATUS operation_status)
{
    struct looks *looks = driver->extra;
    (void)operation_status;
    if (looks->last)
        look_through(looks, looks->last);
    looks->last = looks->context[change->State] = change;
}

/* CTX-4: in a call of another client, and in its own next call */
static void the_context_of_the_call_before_is_poison_to_the_next(void **state)
{
    struct bench *b = *state;
    struct looks looks = {.count = 0};
    struct driver *a = bench_driver(b, "a");
    struct driver *c = bench_driver(b, "c");
    a->act = c->act = look_at_the_last_one;
    a->extra = c->extra = &looks;
    bench_add_processor(b);
    assert_int_equal(looks.count, 3);
    bench_unload(b, c);
    looks.last = NULL;

    bench_add_processor(b);

    expect_calls(b, "a.ke1 Start 4\nc.ke1 Start 4\na.ke1 Complete 4\nc.ke1 Complete 4\n"
                    "a.ke1 Start 5\na.ke1 Complete 5\n");
    assert_int_equal(looks.count, 4);
    expect_poison(looks.seen[0], looks.count * CONTEXT_BYTES);
}

/* The add gives the lock back: its last call is over, and its memory is still there. */
static void look_when_the_add_has_ended(struct ha_watcher *watcher, const struct ha_world *world,
                                        uint32_t object, enum ha_touch_mode mode)
{
    struct ha_machine *machine = world->host->fatal_argument;
    struct bench *b = machine->fatal_argument;
    struct looks *looks = b->driver[0].extra;
    (void)watcher;
    (void)mode;
    if (object != machine->kernel.lock.id || !looks->last)
        return;
    look_through(looks, looks->context[0]);
    look_through(looks, looks->context[1]);
}

/* CTX-4 */
static void the_contexts_of_an_add_are_poison_when_it_has_ended(void **state)
{
    struct bench *b = *state;
    struct looks looks = {.count = 0};
    struct driver *a = bench_driver(b, "a");
    a->act = look_at_the_last_one;
    a->extra = &looks;
    bench_load(b);
    struct ha_watcher watcher = {look_when_the_add_has_ended};
    b->machine->kernel.world.host->watcher = &watcher;

    bench_add_processor(b);

    b->machine->kernel.world.host->watcher = NULL;
    assert_int_equal(looks.count, 3);
    expect_poison(looks.seen[0], looks.count * CONTEXT_BYTES);
}

/* As many records as bring the window round to the place behind the record of entry. */
static void ask_for_a_whole_window(struct driver *driver,
                                   PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT change,
                                   PNTSTATUS operation_status)
{
    (void)driver;
    (void)operation_status;
    for (uint32_t i = 0; change->State == KeProcessorAddStartNotify && i < HA_TRACE_WINDOW - 1; i++)
        KeQueryActiveGroupCount();
}

/* What lies where the record of entry was is not taken for it. */
static void a_call_in_which_the_window_wraps_is_entered_and_left(void **state)
{
    struct bench *b = *state;
    bench_driver(b, "a")->act = ask_for_a_whole_window;

    bench_add_processor(b);

    expect_calls(b, "a.ke1 Start 4\na.ke1 Complete 4\n");
    assert_int_equal(bench_count(b, HA_QUERY), HA_TRACE_WINDOW - 1);
    assert_int_equal(ha_record_seq(bench_record(b, HA_CB_LEAVE, 0)),
                     ha_record_seq(bench_record(b, HA_CB_ENTER, 0)) + HA_TRACE_WINDOW);
    assert_int_equal(bench_count(b, HA_CB_CALL), 1);
}

static void raise_irql(struct driver *driver, PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT change,
                       PNTSTATUS operation_status)
{
    (void)driver;
    (void)operation_status;
    if (change->State == KeProcessorAddStartNotify)
        ha_thread_set_irql(ha_thread_current(), DISPATCH_LEVEL);
}

/* CTX-7 */
static void a_raised_irql_is_put_back_after_the_call(void **state)
{
    struct bench *b = *state;
    bench_driver(b, "a")->act = raise_irql;
    bench_driver(b, "c")->asks = true;
    b->findings = "a CTX-7\n";

    bench_add_processor(b);

    expect_calls(b, "a.ke1 Start 4\nc.ke1 Start 4\na.ke1 Complete 4\nc.ke1 Complete 4\n");
    assert_int_equal(bench_record(b, HA_CB_LEAVE, 0)->irql, DISPATCH_LEVEL);
    assert_int_equal(bench_record(b, HA_QUERY, 0)->irql, PASSIVE_LEVEL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BENCH_TEST(status_is_the_cause_at_failure_and_success_elsewhere),
        cmocka_unit_test(the_context_has_the_documented_shape),
        BENCH_TEST(the_context_names_one_processor_by_index_and_by_number),
        BENCH_TEST(a_context_that_one_client_modifies_is_fresh_for_the_next),
        BENCH_TEST(an_old_system_gives_no_number_of_the_processor),
        BENCH_TEST(the_context_is_poisoned_when_the_call_is_over),
        BENCH_TEST(the_context_of_the_call_before_is_poison_to_the_next),
        BENCH_TEST(the_contexts_of_an_add_are_poison_when_it_has_ended),
        BENCH_TEST(a_call_in_which_the_window_wraps_is_entered_and_left),
        BENCH_TEST(a_raised_irql_is_put_back_after_the_call),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
