/* ke_register: a registration that meets an add or another registration */
#include "unit/bench.h"

#include <string.h>

/* A thread that registers, in the name of the driver that it is given. */
static void register_on_a_thread(void *argument)
{
    struct driver *driver = argument;
    driver_register(driver, driver->flags);
}

static NTSTATUS enter_only(struct driver *driver)
{
    (void)driver;
    return STATUS_SUCCESS;
}

/* In the Start call: another driver registers on a thread of its own. */
static void start_registering(struct driver *driver, PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT change,
                              PNTSTATUS operation_status)
{
    struct driver *other = driver->extra;
    (void)operation_status;
    if (change->State == KeProcessorAddStartNotify && !other->handle_count)
        bench_interlude(other, register_on_a_thread, other);
}

/* Drivers a, which is registered, and x, which registers while a is inside its Start call. */
static struct driver *registers_during_an_add(struct bench *b, ULONG flags)
{
    struct driver *a = bench_driver(b, "a");
    struct driver *x = bench_driver(b, "x");
    a->act = start_registering;
    a->extra = x;
    x->enter = enter_only;
    x->flags = flags;
    return a;
}

/* Worked trace 4.8: REG-10, REG-12, EXIST-10, HOT-9 */
static void a_registration_during_an_add_waits_until_it_has_ended(void **state)
{
    struct bench *b = *state;
    registers_during_an_add(b, KE_PROCESSOR_CHANGE_ADD_EXISTING);
    bench_forget(b);

    bench_add_processor(b);

    expect_records(b,
        "hot-add UNIT_BEGIN 1 [4]\n"
        "hot-add ADD_BEGIN [4]\n"
        "hot-add enters a.ke1 Start 4 (0.4) st=0 op=0 [4]\n"
        "system-5 REG_ENTER x.ke1 flags=1 [4]\n"
        "system-5 WAIT_BEGIN [4]\n"
        "hot-add leaves a.ke1 Start op=0 [4]\n"
        "hot-add HW_START 0 [4]\n"
        "hot-add ACTIVE 4 [5]\n"
        "hot-add SCHED 4 [5]\n"
        "hot-add a.ke1 Complete 4 (0.4) st=0 op=0>0 [5]\n"
        "hot-add DEVICE_STARTED 4 [5]\n"
        "hot-add IFACE_UP 4 [5]\n"
        "hot-add ADD_END 0 [5]\n"
        "hot-add UNIT_END 1 [5]\n"
        "system-5 WAIT_END [5]\n"
        "system-5 REG_LOCKED x.ke1 [5]\n"
        "system-5 x.ke1 Start 0 (0.0) st=0 op=0>0 [5]\n"
        "system-5 x.ke1 Start 1 (0.1) st=0 op=0>0 [5]\n"
        "system-5 x.ke1 Start 2 (0.2) st=0 op=0>0 [5]\n"
        "system-5 x.ke1 Start 3 (0.3) st=0 op=0>0 [5]\n"
        "system-5 x.ke1 Start 4 (0.4) st=0 op=0>0 [5]\n"
        "system-5 x.ke1 Complete 0 (0.0) st=0 op=0>0 [5]\n"
        "system-5 x.ke1 Complete 1 (0.1) st=0 op=0>0 [5]\n"
        "system-5 x.ke1 Complete 2 (0.2) st=0 op=0>0 [5]\n"
        "system-5 x.ke1 Complete 3 (0.3) st=0 op=0>0 [5]\n"
        "system-5 x.ke1 Complete 4 (0.4) st=0 op=0>0 [5]\n"
        "system-5 REG_RETURN x.ke1 handle [5]\n");
}

/* Worked trace 4.8, with flags 0: REG-4, REG-10 */
static void a_registration_during_an_add_hears_nothing_of_that_add(void **state)
{
    struct bench *b = *state;
    registers_during_an_add(b, 0);

    bench_add_processor(b);

    expect_calls(b, "a.ke1 Start 4\na.ke1 Complete 4\n");
    assert_true(ha_record_seq(bench_record(b, HA_REG_LOCKED, 1)) >
                ha_record_seq(bench_record(b, HA_ADD_END, 0)));
    assert_int_not_equal(bench_record(b, HA_REG_RETURN, 1)->as.reg.handle, 0);
}

/* Worked trace 4.8, with an add that fails: EXIST-10 */
static void a_registration_during_a_failed_add_hears_of_the_old_processors(void **state)
{
    struct bench *b = *state;
    b->group[0] = (struct ha_group_options){.maximum = 4, .active_mask = 1};
    struct driver *a = registers_during_an_add(b, KE_PROCESSOR_CHANGE_ADD_EXISTING);
    a->answer[KeProcessorAddStartNotify] = INSUF;

    bench_add_processor(b);

    expect_calls(b, "a.ke1 Start 1 -> " INSUF_TEXT "\n"
                    "a.ke1 Failure 1 (" INSUF_TEXT ")\n"
                    "x.ke1 Start 0\n"
                    "x.ke1 Complete 0\n");
}

/* REG-10, EXIST-10: register_during_add=late_join */
static void a_late_joiner_is_registered_at_once_and_misses_the_running_add(void **state)
{
    struct bench *b = *state;
    b->group[0] = (struct ha_group_options){.maximum = 4, .active_mask = 1};
    bench_turn(b, "register_during_add", "late_join");
    registers_during_an_add(b, KE_PROCESSOR_CHANGE_ADD_EXISTING);
    bench_forget(b);

    bench_add_processor(b);

    expect_records(b,
        "hot-add UNIT_BEGIN 1 [1]\n"
        "hot-add ADD_BEGIN [1]\n"
        "hot-add enters a.ke1 Start 1 (0.1) st=0 op=0 [1]\n"
        "system-5 REG_ENTER x.ke1 flags=1 [1]\n"
        "system-5 REG_LOCKED x.ke1 [1]\n"
        "system-5 x.ke1 Start 0 (0.0) st=0 op=0>0 [1]\n"
        "system-5 x.ke1 Complete 0 (0.0) st=0 op=0>0 [1]\n"
        "system-5 REG_RETURN x.ke1 handle [1]\n"
        "hot-add leaves a.ke1 Start op=0 [1]\n"
        "hot-add HW_START 0 [1]\n"
        "hot-add ACTIVE 1 [2]\n"
        "hot-add SCHED 1 [2]\n"
        "hot-add a.ke1 Complete 1 (0.1) st=0 op=0>0 [2]\n"
        "hot-add DEVICE_STARTED 1 [2]\n"
        "hot-add IFACE_UP 1 [2]\n"
        "hot-add ADD_END 0 [2]\n"
        "hot-add UNIT_END 1 [2]\n");
    bench_add_processor(b);
    assert_int_equal(b->driver[1].heard_count, 4);
}

/* In the Start call, on the thread of the add. */
static void register_inside(struct driver *driver, PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT change,
                            PNTSTATUS operation_status)
{
    (void)operation_status;
    if (change->State == KeProcessorAddStartNotify)
        driver_register(driver, KE_PROCESSOR_CHANGE_ADD_EXISTING);
}

/* Worked trace 4.8, last line: REG-11, REG-10 */
static void a_registration_inside_a_callback_is_refused_at_once(void **state)
{
    struct bench *b = *state;
    struct driver *a = bench_driver(b, "a");
    bench_driver(b, "c");
    a->act = register_inside;
    b->findings = "a REG-11\n";
    bench_forget(b);

    bench_add_processor(b);

    expect_records(b,
        "hot-add UNIT_BEGIN 1 [4]\n"
        "hot-add ADD_BEGIN [4]\n"
        "hot-add enters a.ke1 Start 4 (0.4) st=0 op=0 [4]\n"
        "hot-add REG_ENTER a.ke2 flags=1 [4]\n"
        "hot-add REFUSED called from inside a processor-change callback [4]\n"
        "hot-add REG_RETURN a.ke2 NULL [4]\n"
        "hot-add leaves a.ke1 Start op=0 [4]\n"
        "hot-add c.ke1 Start 4 (0.4) st=0 op=0>0 [4]\n"
        "hot-add HW_START 0 [4]\n"
        "hot-add ACTIVE 4 [5]\n"
        "hot-add SCHED 4 [5]\n"
        "hot-add a.ke1 Complete 4 (0.4) st=0 op=0>0 [5]\n"
        "hot-add c.ke1 Complete 4 (0.4) st=0 op=0>0 [5]\n"
        "hot-add DEVICE_STARTED 4 [5]\n"
        "hot-add IFACE_UP 4 [5]\n"
        "hot-add ADD_END 0 [5]\n"
        "hot-add UNIT_END 1 [5]\n");
    assert_int_equal(a->handle_count, 1);
}

/* In the Start call: two others register, each on a thread of its own. */
static void start_two(struct driver *driver, PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT change,
                      PNTSTATUS operation_status)
{
    struct driver *other = driver->extra;
    (void)operation_status;
    if (change->State != KeProcessorAddStartNotify || other->handle_count)
        return;
    bench_interlude(&other[0], register_on_a_thread, &other[0]);
    bench_interlude(&other[1], register_on_a_thread, &other[1]);
}

static void three_drivers(struct bench *b)
{
    struct driver *a = bench_driver(b, "a");
    struct driver *x = bench_driver(b, "x");
    struct driver *y = bench_driver(b, "y");
    a->act = start_two;
    a->extra = x;
    x->enter = y->enter = enter_only;
}

/* REG-12 */
static void registrations_that_wait_get_the_lock_in_turn(void **state)
{
    struct bench *b = *state;
    three_drivers(b);

    bench_add_processor(b);
    bench_forget(b);
    bench_add_processor(b);

    expect_calls(b, "a.ke1 Start 5\nx.ke1 Start 5\ny.ke1 Start 5\n"
                    "a.ke1 Complete 5\nx.ke1 Complete 5\ny.ke1 Complete 5\n");
}

/* The first question about the lock; the test fails when there is none. */
static bool asked_about_the_lock(struct bench *b)
{
    const struct ha_record *choice;
    if (!bench_count(b, HA_CHOICE))
        return false;
    choice = bench_record(b, HA_CHOICE, 0);
    return !memcmp(choice->as.choice.label, "lock", sizeof "lock");
}

/* REG-12, HOT-3: the order of calls is that of REG_LOCKED, not that of asking */
static void the_order_of_registration_is_the_order_of_the_lock(void **state)
{
    struct ha_text token = {0};
    bool found = false;
    (void)state;
    for (uint32_t question = 0; question < 40 && !found; question++) {
        struct bench *b;
        assert_int_equal(bench_setup((void **)&b), 0);
        three_drivers(b);
        bench_replay(b, &token, question, 1);
        bench_add_processor(b);
        found = asked_about_the_lock(b);
        if (found) {
            bench_forget(b);
            bench_add_processor(b);
            expect_calls(b, "a.ke1 Start 5\ny.ke1 Start 5\nx.ke1 Start 5\n"
                            "a.ke1 Complete 5\ny.ke1 Complete 5\nx.ke1 Complete 5\n");
        }
        bench_teardown((void **)&b);
    }
    assert_true(found);
    ha_text_close(&token);
}

static size_t starts_heard(const struct driver *driver, ULONG processor)
{
    size_t count = 0;
    for (size_t i = 0; i < driver->heard_count; i++)
        count += driver->heard[i].change.State == KeProcessorAddStartNotify &&
                 driver->heard[i].change.NtNumber == processor;
    return count;
}

/* One answer of the tape is turned at a time. */
static void let_an_add_and_a_registration_race(bool add_first)
{
    struct ha_text token = {0};
    uint32_t asked = 1;
    for (uint32_t question = 0; question < asked; question++) {
        struct bench *b;
        assert_int_equal(bench_setup((void **)&b), 0);
        bench_driver(b, "a");
        struct driver *x = bench_driver(b, "x");
        x->enter = enter_only;
        x->flags = KE_PROCESSOR_CHANGE_ADD_EXISTING;
        bench_replay(b, &token, question, 1);
        uint32_t count = bench_race(b, add_first, x, register_on_a_thread);
        asked = count > asked ? count : asked;

        for (ULONG processor = 0; processor < 5 && x->handle_count; processor++)
            assert_int_equal(starts_heard(x, processor), 1);
        if (!x->handle_count)
            assert_int_equal(bench_count(b, HA_FAULT), 1);
        assert_int_equal(bench_active_count(b), 5);
        bench_teardown((void **)&b);
    }
    assert_true(asked > 10);
    ha_text_close(&token);
}

/* EXIST-10, REG-10 */
static void a_processor_is_announced_once_however_the_race_ends(void **state)
{
    (void)state;
    let_an_add_and_a_registration_race(true);
    let_an_add_and_a_registration_race(false);
}

/* The name that the trace gives to a registration. */
static void expect_name(struct bench *b, const struct ha_record *registration, const char *name)
{
    for (size_t n = 0; n < bench_count(b, HA_NAME); n++) {
        const struct ha_record *record = bench_record(b, HA_NAME, n);
        if (record->flags == HA_NS_REGISTRATION && record->id == registration->id) {
            assert_string_equal(record->as.name.text, name);
            return;
        }
    }
    fail_msg("registration %u has no name", (unsigned)registration->id);
}

/* Two threads of one driver wait for a third to let them go, and register each its own name. */
static void play_two_that_register(struct bench *b)
{
    static const struct ha_step first[] = {{.kind = HA_STEP_WAIT, .name = "go"},
                                           {.kind = HA_STEP_REGISTER, .name = "first"}};
    static const struct ha_step second[] = {{.kind = HA_STEP_WAIT, .name = "go"},
                                            {.kind = HA_STEP_REGISTER, .name = "second"}};
    static const struct ha_step go[] = {{.kind = HA_STEP_SIGNAL, .name = "go"}};
    const struct ha_script script[] = {{.name = "a"}};
    const struct ha_event_plan event[] = {
        {.due_ns = 1, .kind = HA_EVENT_RUN, .run = &(const struct ha_steps){first, 2}},
        {.due_ns = 2, .kind = HA_EVENT_RUN, .run = &(const struct ha_steps){second, 2}},
        {.due_ns = 3, .kind = HA_EVENT_RUN, .run = &(const struct ha_steps){go, 1}}};
    bench_play(b, script, 1, event, 3);
}

static void each_registration_keeps_its_name_however_the_race_ends(void **state)
{
    struct ha_text token = {0};
    uint32_t asked = 1;
    (void)state;
    for (uint32_t question = 0; question < asked; question++) {
        struct bench *b;
        assert_int_equal(bench_setup((void **)&b), 0);
        bench_replay(b, &token, question, 1);
        play_two_that_register(b);
        uint32_t count = b->machine->kernel.world.tape.asked;
        asked = count > asked ? count : asked;

        for (size_t n = 0; n < 2; n++) {
            const struct ha_record *enter = bench_record(b, HA_REG_ENTER, n);
            expect_name(b, enter, enter->thread == 3 ? "first" : "second");
        }
        assert_int_equal(bench_record(b, HA_REG_ENTER, 0)->thread +
                         bench_record(b, HA_REG_ENTER, 1)->thread, 3 + 4);
        bench_teardown((void **)&b);
    }
    assert_true(asked > 5);
    ha_text_close(&token);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BENCH_TEST(a_registration_during_an_add_waits_until_it_has_ended),
        BENCH_TEST(a_registration_during_an_add_hears_nothing_of_that_add),
        BENCH_TEST(a_registration_during_a_failed_add_hears_of_the_old_processors),
        BENCH_TEST(a_late_joiner_is_registered_at_once_and_misses_the_running_add),
        BENCH_TEST(a_registration_inside_a_callback_is_refused_at_once),
        BENCH_TEST(registrations_that_wait_get_the_lock_in_turn),
        cmocka_unit_test(the_order_of_registration_is_the_order_of_the_lock),
        cmocka_unit_test(each_registration_keeps_its_name_however_the_race_ends),
        cmocka_unit_test(a_processor_is_announced_once_however_the_race_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
