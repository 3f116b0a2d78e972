/* edge, breaches: what counts from one profile to another, and who is named for it */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "edge/breaches.h"
#include "hotadd/error.h"
#include "unit/tale.h"

static const struct ha_rule *rule(const char *id)
{
    const struct ha_rule *found = ha_rule_find(id);
    assert_non_null(found);
    return found;
}

/* Add some to a list. */
static void list(struct ha_breaches *breaches, struct ha_breach *breach, size_t count)
{
    struct ha_breaches more = {.breach = breach, .count = count};
    assert_int_equal(ha_breaches_add_all(breaches, &more), HA_OK);
}

static void a_warning_fails_only_where_that_is_asked_for_and_a_note_never(void **state)
{
    (void)state;

    assert_true(ha_severity_fails(HA_ERROR, false));
    assert_true(ha_severity_fails(HA_ERROR, true));
    assert_false(ha_severity_fails(HA_WARNING, false));
    assert_true(ha_severity_fails(HA_WARNING, true));
    assert_false(ha_severity_fails(HA_NOTE, false));
    assert_false(ha_severity_fails(HA_NOTE, true));
}

static void a_breach_is_known_by_rule_and_driver(void **state)
{
    (void)state;
    struct ha_breaches known = {0};
    list(&known, &(struct ha_breach){rule("DRV-5"), CALM}, 1);
    const struct { struct ha_breach breach; bool is_new; } cases[] = {
        {{rule("DRV-5"), CALM}, false},
        {{rule("DRV-5"), BROKEN}, true},
        {{rule("DRV-8"), CALM}, true},
        {{NULL, 0}, true},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct ha_breach breach = cases[i].breach;
        struct ha_breaches one = {.breach = &breach, .count = 1};
        assert_int_equal(ha_breaches_are_new(&one, &known), cases[i].is_new);
    }
    ha_breaches_close(&known);
}

static void one_breach_that_is_known_makes_the_list_known(void **state)
{
    (void)state;
    struct ha_breach both[] = {{rule("DRV-8"), CALM}, {rule("DRV-5"), CALM}};
    struct ha_breaches known = {0};
    list(&known, &both[1], 1);

    assert_false(ha_breaches_are_new(&(struct ha_breaches){.breach = both, .count = 2}, &known));

    ha_breaches_close(&known);
}

static void a_breach_of_the_kernel_is_never_a_drivers_reliance(void **state)
{
    (void)state;
    struct ha_breach kernels = {rule("HOT-5"), 0};
    struct ha_breaches one = {.breach = &kernels, .count = 1};

    assert_false(ha_breaches_are_new(&one, &(struct ha_breaches){0}));
}

static void each_driver_is_named_once(void **state)
{
    (void)state;
    struct ha_breach breaches[] = {{rule("DRV-5"), CALM}, {rule("DRV-8"), CALM},
                                   {rule("DRV-5"), BROKEN}, {NULL, 0}};
    struct ha_cast *cast = ha_cast_create();
    struct ha_text text = {0};
    struct tale tale;
    assert_non_null(cast);
    tale_begin(&tale);
    for (size_t i = 0; i < tale.count; i++)
        assert_true(ha_cast_take(cast, &tale.record[i]));

    size_t drivers = ha_breaches_add_drivers(
        &(struct ha_breaches){.breach = breaches, .count = 4}, cast, &text);

    assert_int_equal(drivers, 2);
    assert_string_equal(ha_text_string(&text), "calm, broken");
    ha_text_clear(&text);
    drivers = ha_breaches_add_drivers(
        &(struct ha_breaches){.breach = &breaches[3], .count = 1}, cast, &text);
    assert_int_equal(drivers, 1);
    assert_string_equal(ha_text_string(&text), "a driver");
    ha_text_close(&text);
    ha_cast_destroy(cast);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_warning_fails_only_where_that_is_asked_for_and_a_note_never),
        cmocka_unit_test(a_breach_is_known_by_rule_and_driver),
        cmocka_unit_test(one_breach_that_is_known_makes_the_list_known),
        cmocka_unit_test(a_breach_of_the_kernel_is_never_a_drivers_reliance),
        cmocka_unit_test(each_driver_is_named_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
