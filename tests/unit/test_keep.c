/* test_keep - what goes back with a machine: memory outside its arena, and what sinks heard */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "sim/player.h"
#include "unit/bench.h"

static int told;            /* a variable of a driver that is linked into the program */

static VOID NTAPI counts(PVOID CallbackContext, PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext,
                         PNTSTATUS OperationStatus)
{
    (void)CallbackContext;
    (void)ChangeContext;
    (void)OperationStatus;
    told++;
}

static struct ha_machine *make_machine(void)
{
    static const struct ha_group_options group = {.maximum = 4, .active_mask = 1};
    const struct ha_machine_options options = {.partition = {.group = &group, .group_count = 1}};
    struct ha_machine *machine;
    assert_int_equal(ha_machine_create(&options, &machine, NULL), HA_OK);
    return machine;
}

static void a_linked_drivers_variable_goes_back_with_every_rewind(void **state)
{
    struct ha_machine *machine = make_machine();
    const struct ha_add_options add = {HA_ANYWHERE};
    (void)state;
    told = 40;
    assert_non_null(KeRegisterProcessorChangeCallback(counts, NULL, 0));
    assert_int_equal(ha_machine_keep(machine, &told, sizeof told), HA_OK);
    told = 41;
    assert_int_equal(ha_machine_mark(machine), HA_OK);

    for (int run = 0; run < 3; run++) {
        ha_machine_add_processor(machine, 1000, &add);
        ha_machine_run(machine);
        assert_int_equal(told, 43);
        assert_int_equal(ha_machine_rewind(machine), HA_OK);
        assert_int_equal(told, 41);
    }
    ha_machine_destroy(machine);
    assert_int_equal(told, 41);
}

static void several_stretches_go_back_each_to_its_own_place(void **state)
{
    struct ha_machine *machine = make_machine();
    char first[3] = "ab", second[100] = "cd";
    (void)state;
    assert_int_equal(ha_machine_keep(machine, first, sizeof first), HA_OK);
    assert_int_equal(ha_machine_keep(machine, second, sizeof second), HA_OK);
    assert_int_equal(ha_machine_keep(machine, second, 0), HA_OK);
    assert_int_equal(ha_machine_mark(machine), HA_OK);

    memset(first, 'x', sizeof first);
    memset(second, 'y', sizeof second);
    assert_int_equal(ha_machine_rewind(machine), HA_OK);

    assert_string_equal(first, "ab");
    assert_string_equal(second, "cd");
    assert_int_equal(second[99], 0);
    ha_machine_destroy(machine);
}

static void a_second_mark_takes_the_place_of_the_first(void **state)
{
    struct ha_machine *machine = make_machine();
    int value = 1;
    (void)state;
    assert_int_equal(ha_machine_keep(machine, &value, sizeof value), HA_OK);
    assert_int_equal(ha_machine_mark(machine), HA_OK);
    value = 2;
    assert_int_equal(ha_machine_mark(machine), HA_OK);
    value = 3;

    assert_int_equal(ha_machine_rewind(machine), HA_OK);

    assert_int_equal(value, 2);
    ha_machine_destroy(machine);
}

static void nothing_more_is_kept_after_a_mark(void **state)
{
    struct ha_machine *machine = make_machine();
    int value = 1;
    (void)state;
    assert_int_equal(ha_machine_mark(machine), HA_OK);

    assert_int_equal(ha_machine_keep(machine, &value, sizeof value), HA_EBUSY);

    value = 2;
    assert_int_equal(ha_machine_rewind(machine), HA_OK);
    assert_int_equal(value, 2);
    ha_machine_destroy(machine);
}

static void more_than_there_can_be_is_refused(void **state)
{
    struct ha_machine *machine = make_machine();
    (void)state;
    assert_int_equal(ha_machine_keep(machine, &told, SIZE_MAX), HA_ENOMEM);
    ha_machine_destroy(machine);
}

/* A run goes on behind what was heard already, and is the same each time. */
static void what_was_heard_before_the_mark_is_not_heard_after_a_rewind(void **state)
{
    struct ha_machine *machine = make_machine();
    struct ha_collector heard;
    const struct ha_record *first, *second;
    size_t begun, end;
    (void)state;
    ha_collector_init(&heard);
    assert_int_equal(ha_machine_add_sink(machine, &heard.sink), HA_OK);
    assert_int_equal(ha_player_mark(machine), HA_OK);
    begun = heard.count;
    assert_int_equal(heard.record[0].kind, HA_TRACE_BEGIN);

    assert_int_equal(ha_machine_finish(machine), HA_OK);
    end = heard.count;
    assert_int_equal(ha_machine_rewind(machine), HA_OK);
    assert_int_equal(ha_machine_finish(machine), HA_OK);

    first = &heard.record[begun];
    second = &heard.record[end];
    assert_int_equal(ha_record_seq(first), begun + 1);
    assert_int_equal(first[end - begun - 1].kind, HA_TRACE_END);
    assert_int_equal(heard.count - end, end - begun);
    assert_memory_equal(first, second, (end - begun) * sizeof *first);
    ha_machine_destroy(machine);
    ha_collector_close(&heard);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_linked_drivers_variable_goes_back_with_every_rewind),
        cmocka_unit_test(several_stretches_go_back_each_to_its_own_place),
        cmocka_unit_test(a_second_mark_takes_the_place_of_the_first),
        cmocka_unit_test(nothing_more_is_kept_after_a_mark),
        cmocka_unit_test(more_than_there_can_be_is_refused),
        cmocka_unit_test(what_was_heard_before_the_mark_is_not_heard_after_a_rewind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
