/*
 * sim, core, edge: a run that goes on from a checkpoint is the one played from its beginning
 *
 * The judge finds the same in both, too, though it hears what runs have in common once only.
 *
 * The project's own scenarios are each searched twice at a time, by one search whose runs begin
 * with the mark of its machine, and by one that goes on from checkpoints.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/hash.h"
#include "check/rules.h"
#include "core/coroutine.h"
#include "edge/files.h"
#include "edge/hearing.h"
#include "edge/load.h"
#include "sim/machine.h"
#include "sim/player.h"
#include "unit/failing.h"

#define PLENTY ((size_t)64 << 20)
#define RUNS 600        /* of a scenario, at most */

/* Sums up the records of a run. */
struct summary {
    struct ha_sink sink;        /* first */
    uint64_t hash, records;
};

struct side {
    struct ha_search *search;
    struct ha_machine *machine;
    struct ha_checkpoints *checkpoints;
    const struct ha_plan *plan;
    struct ha_judge *judge;
    struct ha_hearing hearing;
    struct summary summary;
};

static void sum_up(struct ha_sink *sink, const struct ha_record *first, size_t count)
{
    struct summary *summary = (struct summary *)sink;
    summary->hash = ha_hash(summary->hash, first, count * sizeof *first);
    summary->records += count;
}

static void open_side(struct side *side, const struct ha_plan *plan,
                      const struct ha_search_options *options)
{
    struct ha_machine_options machine = ha_player_options(plan, NULL);
    machine.threads = HA_THREADS_COROUTINES;
    machine.record_budget = 100000;
    *side = (struct side){.plan = plan, .summary.sink.take = sum_up};
    side->search = ha_search_create(options);
    assert_non_null(side->search);
    assert_int_equal(ha_machine_create(&machine, &side->machine, NULL), 0);
    assert_int_equal(ha_machine_add_sink(side->machine, &side->summary.sink), 0);
    side->judge = ha_judge_create();
    assert_non_null(side->judge);
    ha_hearing_init(&side->hearing, side->judge);
    assert_int_equal(ha_machine_add_sink(side->machine, &side->hearing.sink), 0);
    ha_player_search(side->machine, side->search);
    assert_int_equal(ha_player_mark(side->machine), 0);
}

static void close_side(struct side *side)
{
    ha_checkpoints_destroy(side->checkpoints);
    ha_machine_destroy(side->machine);
    ha_search_destroy(side->search);
    ha_hearing_close(&side->hearing);
    ha_judge_destroy(side->judge);
}

static void play(struct side *side)
{
    assert_int_equal(ha_hearing_begin(&side->hearing, side->checkpoints), 0);
    side->summary.hash = HA_HASH_START;
    side->summary.records = 0;
    if (side->checkpoints) {
        assert_int_equal(ha_checkpoints_play(side->checkpoints, side->plan), 0);
        return;
    }
    assert_int_equal(ha_machine_rewind(side->machine), 0);
    assert_int_equal(ha_player_begin(side->machine, side->plan), 0);
    for (bool more = true; more;)
        assert_int_equal(ha_player_step(side->machine, &more), 0);
}

static void expect_the_same_findings(const struct side *mark, const struct side *point)
{
    size_t count[2];
    bool lost[2];
    const struct ha_finding *one = ha_judge_findings(mark->judge, &count[0], &lost[0]);
    const struct ha_finding *two = ha_judge_findings(point->judge, &count[1], &lost[1]);
    assert_false(lost[0] || lost[1]);
    assert_int_equal(count[0], count[1]);
    for (size_t i = 0; i < count[0]; i++) {
        assert_ptr_equal(one[i].rule, two[i].rule);
        assert_int_equal(one[i].driver, two[i].driver);
        assert_int_equal(one[i].seq, two[i].seq);
        assert_int_equal(one[i].count, two[i].count);
        assert_string_equal(one[i].call, two[i].call);
        assert_string_equal(one[i].expected, two[i].expected);
        assert_string_equal(one[i].seen, two[i].seen);
    }
    for (size_t i = 0; i < HA_RULE_COUNT; i++)
        assert_int_equal(ha_judge_exercised(mark->judge, &ha_rule_table[i]),
                         ha_judge_exercised(point->judge, &ha_rule_table[i]));
}

static void expect_the_same_run(const struct side *mark, const struct side *point)
{
    assert_int_equal(ha_search_left(mark->search), ha_search_left(point->search));
    assert_false(ha_search_strayed(point->search));
    if (ha_search_left(mark->search))
        return;
    assert_true(ha_search_identity(mark->search) == ha_search_identity(point->search));
    assert_int_equal(mark->summary.records, point->summary.records);
    assert_true(mark->summary.hash == point->summary.hash);
    assert_int_equal(ha_machine_ending(mark->machine), ha_machine_ending(point->machine));
    expect_the_same_findings(mark, point);
}

/* At most so many runs. Returns how many there were. */
static size_t search_some(const struct ha_plan *plan, const struct ha_search_options *options,
                          size_t bytes, size_t most)
{
    struct side mark, point;
    size_t runs = 0, count[2];
    open_side(&mark, plan, options);
    open_side(&point, plan, options);
    point.checkpoints = ha_checkpoints_create(point.machine, point.search, bytes);
    while (runs < most && ha_search_next(mark.search)) {
        assert_true(ha_search_next(point.search));
        play(&mark);
        play(&point);
        expect_the_same_run(&mark, &point);
        runs++;
    }
    if (runs < most)
        assert_false(ha_search_next(point.search));
    ha_search_points(mark.search, &count[0]);
    ha_search_points(point.search, &count[1]);
    assert_int_equal(count[0], count[1]);
    close_side(&mark);
    close_side(&point);
    return runs;
}

static size_t search_both(const struct ha_plan *plan, const struct ha_search_options *options,
                          size_t bytes)
{
    return search_some(plan, options, bytes,
                       options->strategy == HA_SEARCH_DEPTH ? RUNS : RUNS / 20);
}

static bool has_module(const struct ha_plan *plan)
{
    for (size_t i = 0; i < plan->driver_count; i++)
        if (plan->driver[i].module)
            return true;
    return false;
}

/* All scenarios whose drivers are scripted. Returns how many runs there were. */
static size_t search_scenarios(const struct ha_search_options *options, size_t bytes)
{
    struct ha_files files = {0};
    struct ha_text messages = {0};
    size_t runs = 0;
    assert_int_equal(ha_files_add(&files, HA_TESTS_DIR "/../scenarios", &messages), 0);
    for (size_t i = 0; i < files.count; i++) {
        struct ha_scenario scenario;
        if (ha_scenario_load_file(files.path[i], NULL, &scenario, &messages))
            fail_msg("%s", ha_text_string(&messages));
        if (!has_module(&scenario.plan))
            runs += search_both(&scenario.plan, options, bytes);
        ha_scenario_close(&scenario);
    }
    ha_files_close(&files);
    ha_text_close(&messages);
    return runs;
}

static void every_run_in_depth_is_the_one_from_the_beginning(void **state)
{
    const struct ha_search_options options = {
        .bounds = {.faults = 1, .preemptions = 2, .deliveries = 1}, .skips = true};
    (void)state;
    assert_true(search_scenarios(&options, PLENTY) > 5000);
}

static void every_run_is_when_none_is_left_out(void **state)
{
    const struct ha_search_options options = {
        .bounds = {.faults = 2, .preemptions = 0, .deliveries = 2}};
    (void)state;
    assert_true(search_scenarios(&options, PLENTY) > 5000);
}

static void every_run_by_chance_is(void **state)
{
    const struct ha_search_options options = {
        .strategy = HA_SEARCH_PCT, .depth = 2, .seed = 1,
        .bounds = {.faults = 2, .preemptions = 9, .deliveries = 2}};
    (void)state;
    assert_true(search_scenarios(&options, PLENTY) > 5000);
}

/* Two processors, and two drivers that hear of their arrivals; what one does in its callback. */
static void load_with(struct ha_scenario *scenario, const char *steps)
{
    struct ha_text text = {0}, messages = {0};
    ha_text_addf(&text, "{ \"format\": 1, \"name\": \"arrivals\", \"partition\": { "
                 "\"groups\": [ { \"maximum\": 64, \"active\": 62 } ] }, \"drivers\": [ "
                 "{ \"name\": \"a\", \"entry\": [ "
                 "{ \"register\": \"processor-change\", \"as\": \"sync\" }, "
                 "{ \"register\": \"device-interface\", \"as\": \"cpu\", "
                 "\"class\": \"GUID_DEVICE_PROCESSOR\" } ], "
                 "\"on\": [ { \"callback\": \"sync\", \"do\": [ %s ] } ] }, "
                 "{ \"name\": \"b\", \"entry\": [ "
                 "{ \"register\": \"device-interface\", \"as\": \"cpu\", "
                 "\"class\": \"GUID_DEVICE_PROCESSOR\" } ] } ], \"events\": [ "
                 "{ \"at\": \"1ms\", \"add_processor\": {} }, "
                 "{ \"at\": \"2ms\", \"add_processor\": {} } ] }", steps);
    if (ha_scenario_load_text("arrivals", text.bytes, text.length, scenario, &messages))
        fail_msg("%s", ha_text_string(&messages));
    ha_text_close(&text);
    ha_text_close(&messages);
}

static void load(struct ha_scenario *scenario)
{
    load_with(scenario, "");
}

static const struct ha_search_options deep = {
    .bounds = {.faults = 2, .preemptions = 2, .deliveries = 2}, .skips = true};

static void where_there_is_no_room_a_run_begins_earlier(void **state)
{
    struct ha_scenario scenario;
    size_t runs;
    (void)state;
    load(&scenario);

    runs = search_both(&scenario.plan, &deep, PLENTY);

    assert_true(runs > 100);
    for (size_t bytes = 4096; bytes < PLENTY; bytes *= 2)
        assert_int_equal(search_both(&scenario.plan, &deep, bytes), runs);
    ha_scenario_close(&scenario);
}

#define COUNT "{ \"query\": \"KeQueryActiveProcessorCountEx\", \"group\": 0 }"

/* A call of the callback asks 3,844 times or so; the window is too small for four of them. */
static void a_run_that_is_longer_than_the_window_is_none_to_go_on_from(void **state)
{
    struct ha_scenario scenario;
    (void)state;
    load_with(&scenario, "{ \"for_each\": \"active\", \"do\": [ "
              "{ \"for_each\": \"active\", \"do\": [ " COUNT ", " COUNT " ] } ] }");

    assert_int_equal(search_some(&scenario.plan, &deep, PLENTY, 20), 20);

    ha_scenario_close(&scenario);
}

static void a_search_without_memory_for_checkpoints_does_without(void **state)
{
    struct ha_scenario scenario;
    struct side side;
    bool refused = true;
    (void)state;
    load(&scenario);
    open_side(&side, &scenario.plan, &deep);

    for (size_t good = 0; refused; good++) {
        failing_after(good);
        side.checkpoints = ha_checkpoints_create(side.machine, side.search, PLENTY);
        refused = failing_stop();
        assert_true(!refused || !side.checkpoints);
        for (int run = 0; run < 3; run++) {
            assert_true(ha_search_next(side.search));
            play(&side);
            assert_false(ha_search_strayed(side.search));
        }
        ha_checkpoints_destroy(side.checkpoints);
        side.checkpoints = NULL;
    }

    close_side(&side);
    ha_scenario_close(&scenario);
}

#if HA_COROUTINES_CAN_BE_SAVED
/* Passes questions on to a search. */
struct counting {
    struct ha_oracle oracle;        /* first */
    struct ha_oracle *search;
    size_t asked;
};

static uint32_t count_and_ask(struct ha_oracle *oracle, struct ha_world *world,
                              const struct ha_question *question)
{
    struct counting *counting = (struct counting *)(void *)oracle;
    counting->asked++;
    return counting->search->answer(counting->search, world, question);
}

static void most_of_what_runs_have_in_common_is_not_asked_again(void **state)
{
    struct ha_scenario scenario;
    struct side side;
    size_t count, all = 0;
    (void)state;
    load(&scenario);
    open_side(&side, &scenario.plan, &deep);
    struct counting counting = {{count_and_ask}, ha_search_oracle(side.search), 0};
    side.machine->kernel.world.host->oracle = &counting.oracle;
    side.checkpoints = ha_checkpoints_create(side.machine, side.search, PLENTY);

    while (ha_search_next(side.search)) {
        play(&side);
        ha_search_points(side.search, &count);
        all += count;
    }

    assert_true(counting.asked < all / 2);
    close_side(&side);
    ha_scenario_close(&scenario);
}

/* Each checkpoint lies behind the one before it, in the run that has just been played. */
static void checkpoints_are_those_of_the_run(void **state)
{
    struct ha_scenario scenario;
    struct side side;
    size_t most = 0;
    uint64_t serial[64] = {0};
    (void)state;
    load(&scenario);
    open_side(&side, &scenario.plan, &deep);
    side.checkpoints = ha_checkpoints_create(side.machine, side.search, PLENTY);

    for (int run = 0; run < 100 && ha_search_next(side.search); run++) {
        size_t records = 0;
        play(&side);
        assert_in_range(ha_checkpoints_count(side.checkpoints), 0, 64);
        for (size_t i = 0; i < ha_checkpoints_count(side.checkpoints); i++) {
            struct ha_checkpoint point = ha_checkpoints_at(side.checkpoints, i);
            assert_true(point.records >= records);
            assert_true(i == 0 || point.serial > serial[i - 1]);
            assert_true(ha_search_left(side.search) || point.records < side.summary.records);
            records = point.records;
            serial[i] = point.serial;
        }
        most = most > ha_checkpoints_count(side.checkpoints)
                   ? most : ha_checkpoints_count(side.checkpoints);
    }

    assert_true(most > 2);
    close_side(&side);
    ha_scenario_close(&scenario);
}
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_run_in_depth_is_the_one_from_the_beginning),
        cmocka_unit_test(every_run_is_when_none_is_left_out),
        cmocka_unit_test(every_run_by_chance_is),
        cmocka_unit_test(where_there_is_no_room_a_run_begins_earlier),
        cmocka_unit_test(a_run_that_is_longer_than_the_window_is_none_to_go_on_from),
        cmocka_unit_test(a_search_without_memory_for_checkpoints_does_without),
#if HA_COROUTINES_CAN_BE_SAVED
        cmocka_unit_test(most_of_what_runs_have_in_common_is_not_asked_again),
        cmocka_unit_test(checkpoints_are_those_of_the_run),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
