/* cast, call, collector: names, the words of a call, a CALL as two records, a kept trace */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "check/cast.h"
#include "check/expect.h"
#include "check/nest.h"
#include "check/vocabulary.h"
#include "check/who.h"
#include "unit/tale.h"

struct bench {
    struct tale tale;
    struct ha_cast *cast;
    struct ha_text words;
};

static int set_up(void **state)
{
    struct bench *b = calloc(1, sizeof *b);
    assert_non_null(b);
    b->cast = ha_cast_create();
    assert_non_null(b->cast);
    tale_begin(&b->tale);
    *state = b;
    return 0;
}

static int tear_down(void **state)
{
    struct bench *b = *state;
    ha_cast_destroy(b->cast);
    ha_text_close(&b->words);
    free(b);
    return 0;
}

static void take_all(struct bench *b)
{
    for (size_t i = 0; i < b->tale.count; i++)
        assert_true(ha_cast_take(b->cast, &b->tale.record[i]));
}

static void names_are_kept_by_namespace_and_id(void **state)
{
    struct bench *b = *state;

    take_all(b);

    assert_string_equal(ha_cast_name(b->cast, HA_NS_DRIVER, BROKEN), "broken");
    assert_string_equal(ha_cast_name(b->cast, HA_NS_REGISTRATION, BROKEN_SYNC), "sync");
    assert_int_equal(ha_cast_owner(b->cast, BROKEN_SYNC), BROKEN);
    assert_int_equal(ha_cast_thread_kind(b->cast, HOT_ADD), HA_THREAD_HOT_ADD);
}

static void who_was_never_introduced_has_no_name(void **state)
{
    struct bench *b = *state;

    take_all(b);

    assert_null(ha_cast_name(b->cast, HA_NS_DRIVER, 3));
    assert_null(ha_cast_name(b->cast, HA_NS_OBJECT, 1));
    assert_null(ha_cast_name(b->cast, HA_NS_DRIVER, UINT32_MAX));
    assert_int_equal(ha_cast_owner(b->cast, 100000), 0);
    assert_int_equal(ha_cast_thread_kind(b->cast, 100000), 0);
}

static void a_long_name_is_put_together_from_its_records(void **state)
{
    struct bench *b = *state;
    const char *part = "0123456789abcdef0123456789abcdef";

    tale_name(&b->tale, HA_NS_SCENARIO, 1, part);
    b->tale.record[b->tale.count - 1].flags |= HA_NAME_MORE;
    tale_name(&b->tale, HA_NS_SCENARIO, 1, part);
    b->tale.record[b->tale.count - 1].flags |= HA_NAME_MORE;
    tale_name(&b->tale, HA_NS_SCENARIO, 1, "!");
    take_all(b);

    assert_string_equal(ha_cast_name(b->cast, HA_NS_SCENARIO, 1),
                        "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef!");
}

/* Were each record to copy what came before it, this would take 70 gigabytes. */
static void a_name_without_an_end_has_an_end_here(void **state)
{
    enum { RECORDS = 65536, LONGEST = 1 << 20 };
    struct bench *b = *state;

    tale_name(&b->tale, HA_NS_SCENARIO, 1, "0123456789abcdef0123456789abcdef");
    struct ha_record *record = &b->tale.record[b->tale.count - 1];
    record->flags |= HA_NAME_MORE;
    for (size_t i = 0; i < RECORDS; i++)
        assert_true(ha_cast_take(b->cast, record));
    assert_int_equal(strlen(ha_cast_name(b->cast, HA_NS_SCENARIO, 1)), LONGEST);
}

/* U+009B, U+202E and U+2066; U+00A0, U+2028 and what is no UTF-8 are left as they are. */
static void what_a_terminal_would_obey_is_not_in_a_name(void **state)
{
    static const struct { const char *first, *rest, *name; } cases[] = {
        {"a\033[31mb\n", "c\177", "a?[31mb?c?"},
        {"\xc2", "\x9b" "31m", "??31m"},
        {"\xe2\x80", "\xae" "x", "???x"},
        {"before\xe2\x81", "\xa6", "before???"},
        {"\xc2\xa0\xe2\x80\xa8\xff", "\xe2\x80", "\xc2\xa0\xe2\x80\xa8\xff\xe2\x80"},
    };
    struct bench *b = *state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        tale_name(&b->tale, HA_NS_DRIVER, CALM, cases[i].first);
        b->tale.record[b->tale.count - 1].flags |= HA_NAME_MORE;
        tale_name(&b->tale, HA_NS_DRIVER, CALM, cases[i].rest);
        take_all(b);
        assert_string_equal(ha_cast_name(b->cast, HA_NS_DRIVER, CALM), cases[i].name);
    }
}

static void a_second_name_takes_the_place_of_the_first(void **state)
{
    struct bench *b = *state;

    tale_name(&b->tale, HA_NS_DRIVER, CALM, "quiet");
    take_all(b);

    assert_string_equal(ha_cast_name(b->cast, HA_NS_DRIVER, CALM), "quiet");
}

static void ids_beyond_all_sense_are_passed_over(void **state)
{
    struct bench *b = *state;

    tale_name(&b->tale, HA_NS_DRIVER, UINT32_MAX, "x");
    tale_name(&b->tale, HA_NS_DRIVER, 1u << 20, "x");
    tale_name(&b->tale, (enum ha_namespace)0x7f, 1, "x");
    take_all(b);

    assert_null(ha_cast_name(b->cast, HA_NS_DRIVER, UINT32_MAX));
    assert_null(ha_cast_name(b->cast, HA_NS_DRIVER, 1u << 20));
    assert_null(ha_cast_name(b->cast, (enum ha_namespace)0x7f, 1));
}

static void a_reset_cast_knows_nobody(void **state)
{
    struct bench *b = *state;

    take_all(b);
    ha_cast_reset(b->cast);

    assert_null(ha_cast_name(b->cast, HA_NS_DRIVER, CALM));
    assert_int_equal(ha_cast_owner(b->cast, BROKEN_SYNC), 0);
}

static void who_has_no_name_is_called_by_number(void **state)
{
    struct bench *b = *state;

    tale_thread(&b->tale, HA_THREAD_WORKER, 9);
    take_all(b);
    ha_client_words(b->cast, 0, BROKEN_LATE, &b->words);
    ha_text_add(&b->words, "|");
    ha_client_words(b->cast, CALM, BROKEN_LATE, &b->words);
    ha_text_add(&b->words, "|");
    ha_registration_words(b->cast, 0, &b->words);
    ha_text_add(&b->words, "|");
    ha_thread_words(b->cast, 9, &b->words);
    ha_text_add(&b->words, "|");
    ha_thread_words(b->cast, 77, &b->words);
    ha_text_add(&b->words, "|");
    ha_object_words(b->cast, 5, &b->words);

    assert_string_equal(ha_text_string(&b->words),
                        "driver0.#3|calm.#3|an unknown handle|worker-9|thread-77|object 5");
}

/* STAT-11: a Failure call carries the cause; STAT-2: a written status is shown */
static void a_call_says_its_status_and_what_the_driver_wrote(void **state)
{
    struct bench *b = *state;
    struct ha_record *enter, *leave;

    take_all(b);
    enter = tale_enter(&b->tale, HA_CB_ENTER, HOT_ADD, BROKEN_SYNC, HA_STATE_FAILURE, 4);
    enter->as.cb.status = TIMED_OUT;
    leave = tale_leave(&b->tale, HOT_ADD, BROKEN_SYNC, HA_STATE_FAILURE, (int32_t)0xC1234567u);

    ha_call_words(b->cast, enter, NULL, &b->words);
    assert_string_equal(ha_text_string(&b->words), "broken.sync Failure 4 (STATUS_IO_TIMEOUT)");
    ha_text_clear(&b->words);
    ha_call_words(b->cast, enter, leave, &b->words);
    assert_string_equal(ha_text_string(&b->words),
                        "broken.sync Failure 4 (STATUS_IO_TIMEOUT) -> 0xC1234567");
}

static void a_status_that_was_found_and_left_is_not_shown(void **state)
{
    struct bench *b = *state;
    struct ha_record *enter, *leave;

    take_all(b);
    enter = tale_enter(&b->tale, HA_CB_ENTER, HOT_ADD, CALM_SYNC, HA_STATE_START, 4);
    enter->as.cb.op_in = INSUF;
    leave = tale_leave(&b->tale, HOT_ADD, CALM_SYNC, HA_STATE_START, INSUF);
    ha_call_words(b->cast, enter, leave, &b->words);
    ha_text_add(&b->words, "|");
    leave->as.cb_leave.op_out = 0;
    ha_call_words(b->cast, enter, leave, &b->words);

    assert_string_equal(ha_text_string(&b->words),
                        "calm.sync Start 4|calm.sync Start 4 -> STATUS_SUCCESS");
}

static void a_call_record_is_an_enter_and_a_leave_with_the_next_number(void **state)
{
    struct bench *b = *state;
    struct ha_record pair[2];
    struct ha_record *call = tale_call(&b->tale, CALM_SYNC, HA_STATE_COMPLETE, 4, 0);
    call->seq_low = UINT32_MAX;
    call->as.cb.affinity_mask = 0x10;
    call->as.cb.affinity_group = 1;
    call->as.cb.op_in = INSUF;

    ha_record_split(call, pair);

    assert_int_equal(pair[0].kind, HA_CB_ENTER);
    assert_memory_equal(&pair[0].as, &call->as, sizeof call->as);
    assert_int_equal(pair[1].kind, HA_CB_LEAVE);
    assert_true(ha_record_seq(&pair[1]) == UINT64_C(0x100000000));
    assert_int_equal(pair[1].as.cb_leave.op_out, INSUF);
    assert_int_equal(pair[1].as.cb_leave.affinity_mask, 0x10);
    assert_int_equal(pair[1].as.cb_leave.affinity_group, 1);
    assert_int_equal(pair[1].as.raw[2], 0);
}

static void an_object_belongs_to_whoever_named_it(void **state)
{
    struct bench *b = *state;

    tale_name(&b->tale, HA_NS_OBJECT, 1, "the lock");
    tale_name(&b->tale, HA_NS_OBJECT, 2, "gate");
    b->tale.record[b->tale.count - 1].driver = CALM;
    for (size_t i = 0; i < b->tale.count; i++)
        assert_true(ha_cast_take(b->cast, &b->tale.record[i]));

    assert_false(ha_cast_is_drivers(b->cast, 1));
    assert_true(ha_cast_is_drivers(b->cast, 2));
    assert_false(ha_cast_is_drivers(b->cast, 3));
}

static void processors_and_ranges_of_memory_have_their_places(void **state)
{
    struct bench *b = *state;
    uint16_t group;
    uint8_t number;
    uint64_t base;

    tale_add(&b->tale, HA_PROCESSOR, 0, 0);
    tale_add(&b->tale, HA_MEMORY, 0, 1)->as.memory.base = 0x1000;
    struct ha_record *up = tale_add(&b->tale, HA_ACTIVE, HOT_ADD, 1);
    up->as.up.nt_number = 70;
    up->as.up.group = 2;
    up->as.up.number = 63;
    tale_add(&b->tale, HA_MEM_ONLINE, HOT_ADD, 9)->as.memory.base = 0x400000000;
    take_all(b);

    assert_true(ha_cast_place(b->cast, 0, &group, &number));
    assert_int_equal(group << 8 | number, 0);
    assert_true(ha_cast_place(b->cast, 70, &group, &number));
    assert_int_equal(group << 8 | number, 2 << 8 | 63);
    assert_false(ha_cast_place(b->cast, 1, &group, &number));
    assert_true(ha_cast_base(b->cast, 1, &base));
    assert_int_equal(base, 0x1000);
    assert_true(ha_cast_base(b->cast, 2, &base));
    assert_int_equal(base, 0x400000000);
    assert_false(ha_cast_base(b->cast, 0, &base));
    assert_false(ha_cast_base(b->cast, 3, &base));
}

static void an_interface_may_have_any_number_and_a_processor_any_place(void **state)
{
    struct bench *b = *state;
    uint16_t group;
    uint8_t number;
    unsigned unit;

    struct ha_record *iface = tale_add(&b->tale, HA_IFACE_UP, LOADER, 1);
    iface->as.iface.device = 0x12345;
    iface->as.iface.unit = HA_UNIT_INTERFACE;
    struct ha_record *existing = tale_add(&b->tale, HA_PROCESSOR, 0, 2);
    existing->as.existing.group = UINT16_MAX;
    existing->as.existing.number = UINT8_MAX;
    take_all(b);

    assert_int_equal(ha_cast_device(b->cast, 1, &unit), 0x12345);
    assert_int_equal(unit, HA_UNIT_INTERFACE);
    assert_int_equal(ha_cast_device(b->cast, 2, &unit), 0);
    assert_int_equal(unit, HA_UNIT_COUNT);
    assert_true(ha_cast_place(b->cast, 2, &group, &number));
    assert_int_equal(group, UINT16_MAX);
    assert_int_equal(number, UINT8_MAX);
}

static void a_reset_cast_has_no_places(void **state)
{
    struct bench *b = *state;
    uint16_t group;
    uint8_t number;
    uint64_t base;

    tale_add(&b->tale, HA_PROCESSOR, 0, 0);
    tale_add(&b->tale, HA_MEMORY, 0, 1);
    take_all(b);
    ha_cast_reset(b->cast);

    assert_false(ha_cast_place(b->cast, 0, &group, &number));
    assert_false(ha_cast_base(b->cast, 1, &base));
}

static void a_nest_is_looked_at_from_the_inside(void **state)
{
    struct bench *b = *state;
    struct ha_nest nest = {0};

    assert_null(ha_nest_at(&nest, HOT_ADD, 0));
    assert_true(ha_nest_push(&nest, tale_add(&b->tale, HA_ADD_BEGIN, HOT_ADD, 1)));
    assert_true(ha_nest_push(&nest, tale_add(&b->tale, HA_REG_ENTER, HOT_ADD, 2)));

    assert_int_equal(ha_nest_at(&nest, HOT_ADD, 0)->kind, HA_REG_ENTER);
    assert_int_equal(ha_nest_at(&nest, HOT_ADD, 1)->kind, HA_ADD_BEGIN);
    assert_null(ha_nest_at(&nest, HOT_ADD, 2));
    assert_null(ha_nest_at(&nest, CALLER, 0));
    ha_nest_close(&nest);
}

static void leaving_takes_what_was_never_left_inside_along(void **state)
{
    struct bench *b = *state;
    struct ha_nest nest = {0};
    struct ha_record opener;

    assert_true(ha_nest_push(&nest, tale_add(&b->tale, HA_ADD_BEGIN, HOT_ADD, 1)));
    for (unsigned i = 0; i < 9; i++)
        assert_true(ha_nest_push(&nest, tale_enter(&b->tale, HA_CB_ENTER, HOT_ADD, CALM_SYNC,
                                                   HA_STATE_START, 4)));
    assert_int_equal(ha_nest_depth(&nest, HOT_ADD), 10);
    assert_int_equal(ha_nest_depth(&nest, CALLER), 0);

    assert_false(ha_nest_pop(&nest, tale_add(&b->tale, HA_ADD_END, HOT_ADD, 2), &opener));
    assert_true(ha_nest_pop(&nest, tale_add(&b->tale, HA_ADD_END, HOT_ADD, 1), &opener));

    assert_int_equal(opener.kind, HA_ADD_BEGIN);
    assert_int_equal(ha_nest_depth(&nest, HOT_ADD), 0);
    ha_nest_close(&nest);
}

static void a_collector_keeps_every_record(void **state)
{
    struct bench *b = *state;
    struct ha_collector collector;

    ha_collector_init(&collector);
    for (unsigned i = 0; i < 300; i++)
        tale_tell(&b->tale, &collector.sink);

    assert_false(collector.lost);
    assert_int_equal(collector.count, 300 * b->tale.count);
    assert_memory_equal(&collector.record[299 * b->tale.count], b->tale.record,
                        b->tale.count * sizeof b->tale.record[0]);
    ha_collector_clear(&collector);
    assert_int_equal(collector.count, 0);
    ha_collector_close(&collector);
    assert_null(collector.record);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(names_are_kept_by_namespace_and_id),
        CASE(who_was_never_introduced_has_no_name),
        CASE(a_long_name_is_put_together_from_its_records),
        CASE(a_name_without_an_end_has_an_end_here),
        CASE(what_a_terminal_would_obey_is_not_in_a_name),
        CASE(a_second_name_takes_the_place_of_the_first),
        CASE(ids_beyond_all_sense_are_passed_over),
        CASE(a_reset_cast_knows_nobody),
        CASE(who_has_no_name_is_called_by_number),
        CASE(a_call_says_its_status_and_what_the_driver_wrote),
        CASE(a_status_that_was_found_and_left_is_not_shown),
        CASE(a_call_record_is_an_enter_and_a_leave_with_the_next_number),
        CASE(an_object_belongs_to_whoever_named_it),
        CASE(processors_and_ranges_of_memory_have_their_places),
        CASE(an_interface_may_have_any_number_and_a_processor_any_place),
        CASE(a_reset_cast_has_no_places),
        CASE(a_nest_is_looked_at_from_the_inside),
        CASE(leaving_takes_what_was_never_left_inside_along),
        CASE(a_collector_keeps_every_record),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
