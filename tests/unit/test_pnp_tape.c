/* pnp_queue, hot_add: what the tape decides about PnP events is what a profile would have done */
#include "unit/listener.h"

#include <stdlib.h>
#include <string.h>

#include "base/names.h"
#include "nt/pnp_queue.h"

/* What happens, with a knob that is turned or a question that is answered with 1. */
struct scene {
    struct listener listener;
    unsigned adds;
    const char *knob, *value;       /* NULL for none */
    uint32_t question;              /* HA_NO_INDEX for none */
};

struct played {
    struct ha_record *record;
    size_t count;
    uint32_t asked;
};

static struct played play(const struct scene *scene)
{
    void *hall;
    struct ha_text token = {0};
    struct played played;
    listener_setup(&hall);
    struct bench *b = bench_of(&hall);
    if (scene->knob)
        bench_turn(b, scene->knob, scene->value);
    if (scene->question != HA_NO_INDEX)
        bench_replay(b, &token, scene->question, 1);
    listener_add(hall, "a", scene->listener);
    bench_driver(b, "s");
    bench_load(b);
    for (unsigned i = 0; i < scene->adds; i++)
        bench_add_processor(b);
    bench_finish(b);
    played.asked = b->machine->kernel.world.tape.asked;
    played.count = b->collector.count;
    played.record = malloc(played.count * sizeof *played.record);
    assert_non_null(played.record);
    memcpy(played.record, b->collector.record, played.count * sizeof *played.record);
    listener_teardown(&hall);
    ha_text_close(&token);
    return played;
}

static const struct ha_record *choice_of(const struct played *played)
{
    for (size_t i = 0; i < played->count; i++)
        if (played->record[i].kind == HA_CHOICE)
            return &played->record[i];
    return NULL;
}

/* The question of that kind that comes first is answered. */
static struct played play_choice(struct scene *scene, enum ha_choice_kind kind)
{
    struct played played = play(scene);
    uint32_t asked = played.asked;
    for (uint32_t question = 0; question < asked; question++) {
        free(played.record);
        scene->question = question;
        played = play(scene);
        const struct ha_record *choice = choice_of(&played);
        if (choice && choice->as.choice.kind == kind)
            return played;
    }
    fail_msg("nobody asked for %s", ha_choice_kind_name(kind));
    return played;
}

/* Only what tells of the knob, and of the answer, may be different. */
static size_t next_fact(const struct played *played, size_t at)
{
    while (at < played->count && (played->record[at].kind == HA_TRACE_BEGIN ||
                                  played->record[at].kind == HA_KNOB ||
                                  played->record[at].kind == HA_CHOICE))
        at++;
    return at;
}

static void expect_same(const struct played *one, const struct played *other)
{
    size_t i = next_fact(one, 0), j = next_fact(other, 0);
    for (; i < one->count && j < other->count;
         i = next_fact(one, i + 1), j = next_fact(other, j + 1)) {
        struct ha_record a = one->record[i], b = other->record[j];
        a.seq_low = b.seq_low = 0;
        if (memcmp(&a, &b, sizeof a) != 0)
            fail_msg("record %zu: %s and %s", i, ha_kind_name(a.kind), ha_kind_name(b.kind));
    }
    assert_int_equal(i, one->count);
    assert_int_equal(j, other->count);
}

/* PNP-5, PNP-18, ORD-5 */
static void an_answer_does_what_its_knob_does_and_can_be_repeated(void **state)
{
    static const struct {
        enum ha_choice_kind kind;
        const char *knob, *value, *label;
        struct listener listener;
    } cases[] = {
        {HA_CHOICE_EARLY, "async_after", "sched", "processor 4", {0}},
        {HA_CHOICE_TWICE, "include_existing_dup", "twice", "entry 1",
         {.flags = INCLUDE_EXISTING}},
        {HA_CHOICE_LATE, "legacy_late_call", "deliver", "entry 1",
         {.act = listener_stop_itself, .old = true}},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct scene scene = {cases[i].listener, 1, NULL, NULL, HA_NO_INDEX};
        struct scene turned = {cases[i].listener, 1, cases[i].knob, cases[i].value, HA_NO_INDEX};
        struct played ordinary = play(&scene), knob = play(&turned);
        struct played answered = play_choice(&scene, cases[i].kind), again = play(&scene);

        expect_same(&knob, &answered);
        assert_string_equal(choice_of(&answered)->as.choice.label, cases[i].label);
        assert_int_equal(answered.count, again.count);
        assert_memory_equal(answered.record, again.record, again.count * sizeof *again.record);
        assert_true(ordinary.count + 1 != answered.count || cases[i].kind == HA_CHOICE_EARLY);
        free(ordinary.record);
        free(knob.record);
        free(answered.record);
        free(again.record);
    }
}

/* The numbers in which a kind of record, or a call of a PnP callback, comes. */
static size_t places(const struct played *played, uint64_t *add_end, uint64_t *call)
{
    size_t ends = 0, calls = 0;
    for (size_t i = 0; i < played->count; i++) {
        const struct ha_record *record = &played->record[i];
        if (record->kind == HA_ADD_END)
            add_end[ends++] = ha_record_seq(record);
        else if (record->kind == HA_PNP_CB_CALL)
            call[calls++] = ha_record_seq(record);
    }
    return calls;
}

/* ORD-7, ORD-8: as the preset "adversarial" does; the next one comes behind it (PNP-11). */
static void an_arrival_can_be_held_until_the_next_add_has_ended(void **state)
{
    struct scene scene = {{0}, 3, NULL, NULL, HA_NO_INDEX};
    uint64_t add_end[3], call[3];
    (void)state;
    struct played played = play_choice(&scene, HA_CHOICE_DELIVERY), again = play(&scene);

    assert_string_equal(choice_of(&played)->as.choice.label, "processor 4");
    assert_int_equal(places(&played, add_end, call), 3);
    assert_true(call[0] > add_end[1]);
    assert_true(call[1] > call[0]);
    assert_true(call[1] < add_end[2]);
    assert_int_equal(played.count, again.count);
    assert_memory_equal(played.record, again.record, again.count * sizeof *again.record);
    free(played.record);
    free(again.record);
}

static void the_last_arrival_that_is_held_comes_when_the_run_drains(void **state)
{
    struct scene scene = {{0}, 1, NULL, NULL, HA_NO_INDEX};
    uint64_t add_end[1], call[1];
    (void)state;
    struct played played = play_choice(&scene, HA_CHOICE_DELIVERY);

    assert_int_equal(places(&played, add_end, call), 1);
    free(played.record);
}

static void without_an_entry_nothing_is_asked(void **state)
{
    struct bench *b = bench_of(state);
    bench_driver(b, "s");
    bench_load(b);
    uint32_t asked = b->machine->kernel.world.tape.asked;

    bench_add_processor(b);

    assert_int_equal(b->machine->kernel.world.tape.asked, asked);
}

static uint32_t asked_by_an_add(struct bench *b)
{
    uint32_t before = b->machine->kernel.world.tape.asked;
    bench_add_processor(b);
    return b->machine->kernel.world.tape.asked - before;
}

static void when_the_entry_has_gone_nothing_is_asked(void **state)
{
    struct bench *b = bench_of(state);
    struct listener *gone = listener_add(*state, "a", (struct listener){0});
    bench_load(b);
    bench_unload(b, gone->driver);

    assert_int_equal(asked_by_an_add(b), 0);
}

/* ORD-7: a question whose answer changes nothing is none */
static void what_is_held_or_drained_anyway_is_not_asked_about(void **state)
{
    struct bench *b = bench_of(state);
    listener_add(*state, "a", (struct listener){0});
    bench_load(b);
    uint32_t ordinary = asked_by_an_add(b);

    ha_pnp_hold(&b->machine->kernel, true);
    assert_int_equal(asked_by_an_add(b), ordinary - 1);
    ha_pnp_drain(&b->machine->kernel);
    assert_int_equal(ha_machine_run(b->machine), HA_OK);
    assert_int_equal(asked_by_an_add(b), ordinary - 1);

    assert_int_equal(listener_calls(b), 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_does_what_its_knob_does_and_can_be_repeated),
        cmocka_unit_test(an_arrival_can_be_held_until_the_next_add_has_ended),
        cmocka_unit_test(the_last_arrival_that_is_held_comes_when_the_run_drains),
        LISTENER_TEST(without_an_entry_nothing_is_asked),
        LISTENER_TEST(when_the_entry_has_gone_nothing_is_asked),
        LISTENER_TEST(what_is_held_or_drained_anyway_is_not_asked_about),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
