/* belongings: what a scripted driver knows by name, and that it stays bounded however often used */
#include "unit/scripting.h"

#include "nt/belongings.h"
#include "nt/driver.h"

#define MANY 100u

static const struct ha_script plain[] = {{.name = "a"}, {.name = "c"}};

static struct ha_driver *play_plain(struct bench *b)
{
    bench_play(b, plain, 2, NULL, 0);
    return ha_driver_find(&b->machine->kernel, "a");
}

/* A name for each number, all different. */
static void name_of(char name[8], unsigned number)
{
    static const char digits[] = "0123456789";
    name[0] = 'n';
    name[1] = digits[number / 100 % 10];
    name[2] = digits[number / 10 % 10];
    name[3] = digits[number % 10];
    name[4] = '\0';
}

static void what_has_a_name_is_found_again_however_many_there_are(void **state)
{
    struct bench *b = *state;
    struct ha_driver *driver = play_plain(b);
    static char name[MANY][8], again[8];
    struct ha_own_variable *variable[MANY];

    for (unsigned i = 0; i < MANY; i++) {
        name_of(name[i], i);
        variable[i] = ha_own_variable(driver, name[i]);
        variable[i]->value = i;
    }

    for (unsigned i = 0; i < MANY; i++) {
        name_of(again, i);
        assert_ptr_equal(ha_own_variable(driver, again), variable[i]);
        assert_int_equal(variable[i]->value, i);
    }
}

static void a_name_means_one_thing_of_each_kind_and_driver(void **state)
{
    struct bench *b = *state;
    struct ha_driver *a = play_plain(b), *c = ha_driver_find(&b->machine->kernel, "c");

    void *things[] = {ha_own_registration(a, "n"), ha_own_table(a, "n"), ha_own_variable(a, "n"),
                      ha_own_registration(c, "n"), ha_own_table(c, "n"), ha_own_variable(c, "n")};

    for (size_t i = 0; i < COUNT(things); i++) {
        assert_non_null(things[i]);
        for (size_t j = 0; j < i; j++)
            assert_ptr_not_equal(things[i], things[j]);
    }
    assert_int_not_equal(ha_own_table(a, "n")->object, ha_own_table(c, "n")->object);
    assert_ptr_equal(ha_own_registration(c, "n")->driver, c);
}

static void a_registration_that_was_never_mentioned_is_not_found(void **state)
{
    struct bench *b = *state;
    struct ha_driver *driver = play_plain(b);
    ha_own_table(driver, "n");

    assert_null(ha_own_registration_find(driver, "n"));
    assert_null(ha_own_registration_find(NULL, "n"));
    struct ha_own_registration *made = ha_own_registration(driver, "n");
    assert_ptr_equal(ha_own_registration_find(driver, "n"), made);
}

/* The list of registrations that stand, the newest first. */
static void expect_standing(const struct ha_driver *driver, const char *names)
{
    struct ha_text seen = {0};
    const struct ha_own_registration *newer = NULL;
    for (const struct ha_own_registration *at = driver->scripted->newest; at; at = at->older) {
        ha_text_add(&seen, at->as_named.name);
        assert_ptr_equal(at->newer, newer);
        newer = at;
    }
    expect_text("registrations", names, ha_text_string(&seen));
    ha_text_close(&seen);
}

static void registrations_that_stand_are_listed_the_newest_first(void **state)
{
    struct bench *b = *state;
    struct ha_driver *driver = play_plain(b);
    struct ha_own_registration *x = ha_own_registration(driver, "x"),
                               *y = ha_own_registration(driver, "y"),
                               *z = ha_own_registration(driver, "z");
    expect_standing(driver, "");

    ha_own_registration_made(x, x);
    ha_own_registration_made(y, y);
    ha_own_registration_made(z, z);
    expect_standing(driver, "zyx");
    ha_own_registration_made(x, y);
    expect_standing(driver, "xzy");
    assert_ptr_equal(x->handle, y);
    ha_own_registration_gone(z);
    expect_standing(driver, "xy");
    ha_own_registration_gone(z);
    ha_own_registration_gone(y);
    expect_standing(driver, "x");
    ha_own_registration_gone(x);
    expect_standing(driver, "");
}

static void a_driver_that_is_loaded_again_remembers_nothing(void **state)
{
    struct bench *b = *state;
    static const struct ha_step set[] = {{.kind = HA_STEP_SET, .name = "n", .value = NUMBER(1)}};
    static const struct ha_step seen[] = {ASK(ACTIVE_GROUPS)};
    static const struct ha_step entry[] = {
        {.kind = HA_STEP_IF, .body = STEPS(seen),
         .condition = {HA_EQUAL, OWN("n"), NUMBER(1), NULL}},
        TABLE(NUMBER(1))};
    const struct ha_script script[] = {{.name = "a", .entry = STEPS(entry)}};
    const struct ha_event_plan event[] = {{RUN(0, set)}, {.due_ns = 1, UNLOAD(0)},
                                          {.due_ns = 2, LOAD(0)}};

    bench_play(b, script, 1, event, 3);

    assert_int_equal(bench_count(b, HA_QUERY), 0);
    assert_int_equal(bench_count(b, HA_ALLOC), 2);
    assert_int_equal(bench_count(b, HA_FREE), 2);
}

/* Two drivers with the same words are two drivers. */
static void variables_and_tables_belong_to_their_driver(void **state)
{
    struct bench *b = *state;
    static const struct ha_step entry[] = {
        {.kind = HA_STEP_SET, .name = "n", .value = VALUE(ACTIVE)},
        TABLE(OWN("n"))};
    static const struct ha_step other[] = {TABLE(OWN("n"))};
    const struct ha_script script[] = {{.name = "a", .entry = STEPS(entry)},
                                       {.name = "c", .entry = STEPS(other)}};

    bench_play(b, script, 2, NULL, 0);

    assert_int_equal(bench_record(b, HA_ALLOC, 0)->as.pool.size, 32);
    assert_int_equal(bench_record(b, HA_ALLOC, 1)->as.pool.size, 0);
}

/* A variable takes what a question was answered. */
static void the_answer_of_a_query_goes_into_its_variable(void **state)
{
    struct bench *b = *state;
    static const struct ha_step yes[] = {{.kind = HA_STEP_TABLE, .name = "u"}};
    static const struct ha_step entry[] = {
        {.kind = HA_STEP_QUERY, .routine = HA_RT_GROUP_AFFINITY, .name = "mask"},
        {.kind = HA_STEP_QUERY, .routine = HA_RT_NUMBER_FROM_INDEX, .value = NUMBER(9),
         .name = "status"},
        TABLE(OWN("mask")),
        {.kind = HA_STEP_IF, .condition = {HA_LESS, OWN("status"), NUMBER(0), NULL},
         .body = STEPS(yes)}};
    const struct ha_script script[] = {{.name = "a", .entry = STEPS(entry)}};

    bench_play(b, script, 1, NULL, 0);

    assert_int_equal(bench_record(b, HA_ALLOC, 0)->as.pool.size, 15 * sizeof(void *));
    assert_int_equal(bench_count(b, HA_ALLOC), 2);
}

/* Everything that takes memory and should give it back. */
static const struct ha_step everything[] = {
    REGISTER_EXISTING,
    TABLE(NUMBER(2)), ALLOCATE(NUMBER(1)), FREE(NUMBER(1)), FREE_TABLE,
    {.kind = HA_STEP_QUERY, .routine = HA_RT_LOGICAL_RELATIONSHIP, .value = NUMBER(RelationAll)},
    SIGNAL("event"), WAIT("event"),
    {.kind = HA_STEP_SET, .name = "n", .value = OWN("n")},
    REMOVE(NULL)};

/* Bytes in use behind so many rounds of everything. */
static size_t used_behind(int64_t rounds_of_64)
{
    static const struct ha_step turn[] = {
        {.kind = HA_STEP_FOR_EACH, .each = HA_EACH_MAXIMUM, .body = STEPS(everything)}};
    static const struct ha_step again[] = {
        {.kind = HA_STEP_IF, .condition = {HA_LESS, VALUE(PROCESSOR), OWN("rounds"), NULL},
         .body = STEPS(turn)}};
    const struct ha_step entry[] = {
        {.kind = HA_STEP_SET, .name = "rounds", .value = NUMBER(rounds_of_64)},
        {.kind = HA_STEP_FOR_EACH, .each = HA_EACH_MAXIMUM, .body = STEPS(again)}};
    const struct ha_script script[] = {{.name = "a", .entry = STEPS(entry)}};
    struct bench *b;
    assert_int_equal(bench_setup((void **)&b), 0);
    b->group[0] = (struct ha_group_options){.maximum = 64, .active_mask = 1};

    bench_play(b, script, 1, NULL, 0);

    assert_int_equal(bench_count(b, HA_ALLOC), rounds_of_64 * 128);
    size_t used = ha_arena_used(&b->machine->kernel.world.host->arena);
    bench_teardown((void **)&b);
    return used;
}

/* Behind the first ones, which fill what is kept of memory that was given back (nt/pool_gone.h). */
static void many_rounds_need_no_more_memory_than_some(void **state)
{
    (void)state;

    assert_int_equal(used_behind(40), used_behind(20));
}

/* Bytes in use behind 200 events, of which so many run steps and the rest is refused. */
static size_t used_by_runs(size_t runs)
{
    static const struct ha_step nothing[] = {{.kind = HA_STEP_SET, .name = "n"}};
    static const struct ha_steps steps = STEPS(nothing);
    struct ha_event_plan event[200];
    struct bench *b;
    assert_int_equal(bench_setup((void **)&b), 0);
    b->loads_later[1] = true;
    for (size_t i = 0; i < COUNT(event); i++)
        event[i] = (struct ha_event_plan){.kind = HA_EVENT_RUN, .driver = i >= runs, .run = &steps,
                                          .due_ns = i};

    bench_play(b, plain, 2, event, COUNT(event));

    assert_int_equal(bench_count(b, HA_REFUSED), COUNT(event) - runs);
    size_t used = ha_arena_used(&b->machine->kernel.world.host->arena);
    bench_teardown((void **)&b);
    return used;
}

static void a_thread_of_a_driver_leaves_nothing_behind(void **state)
{
    (void)state;

    assert_int_equal(used_by_runs(200), used_by_runs(100));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BENCH_TEST(what_has_a_name_is_found_again_however_many_there_are),
        BENCH_TEST(a_name_means_one_thing_of_each_kind_and_driver),
        BENCH_TEST(a_registration_that_was_never_mentioned_is_not_found),
        BENCH_TEST(registrations_that_stand_are_listed_the_newest_first),
        BENCH_TEST(a_driver_that_is_loaded_again_remembers_nothing),
        BENCH_TEST(variables_and_tables_belong_to_their_driver),
        BENCH_TEST(the_answer_of_a_query_goes_into_its_variable),
        cmocka_unit_test(many_rounds_need_no_more_memory_than_some),
        cmocka_unit_test(a_thread_of_a_driver_leaves_nothing_behind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
