/* rules: the table of what is judged */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "check/rules.h"

/* The families in the order of the rule book, for "HOT-5" to be compared with "STAT-1". */
static int family_of(const struct ha_rule *rule)
{
    static const char *const families[] = {"REG", "EXIST", "HOT", "STAT", "DEREG", "CTX", "CB",
                                           "PNP", "MEM", "QRY", "ORD", "DRV", "TIME", "POOL", "RACE",
                                           "IRQL", "OBJ", "DPC"};
    size_t length = strcspn(rule->id, "-");

    for (int i = 0; i < (int)(sizeof families / sizeof families[0]); i++)
        if (strlen(families[i]) == length && !memcmp(families[i], rule->id, length))
            return i;
    return -1;
}

static int number_of(const struct ha_rule *rule)
{
    int number = 0;
    sscanf(rule->id + strcspn(rule->id, "-"), "-%d", &number);
    return number;
}

static void rules_are_ordered_by_family_and_number(void **state)
{
    (void)state;
    size_t count;
    const struct ha_rule *rules = ha_rules(&count);

    assert_int_equal(count, 172);
    for (size_t i = 0; i < count; i++) {
        assert_true(family_of(&rules[i]) >= 0);
        if (!i)
            continue;
        int before = family_of(&rules[i - 1]), family = family_of(&rules[i]);
        assert_true(before < family
                    || (before == family && number_of(&rules[i - 1]) < number_of(&rules[i])));
    }
}

static bool looks_at_anything(size_t rule, size_t judge)
{
    for (unsigned kind = 0; kind < HA_KIND_COUNT; kind++)
        if (ha_rule_looks_at(rule, judge, kind))
            return true;
    return false;
}

/* Also beyond the 64 kinds that one word has bits for. */
static void a_judge_looks_at_the_kinds_of_its_row_and_no_others(void **state)
{
    (void)state;
    for (unsigned kind = 0; kind < HA_KIND_COUNT; kind++)
        assert_int_equal(ha_rule_looks_at(HA_RULE_REG_1, 0, kind), kind == HA_REG_RETURN);
}

static void every_rule_says_what_holds_where_it_is_said_and_who_judges_it(void **state)
{
    (void)state;
    size_t count;
    const struct ha_rule *rules = ha_rules(&count);

    for (size_t i = 0; i < count; i++) {
        size_t length = strlen(rules[i].sentence);
        assert_in_range(length, 20, 110);
        assert_int_equal(rules[i].sentence[length - 1], '.');
        assert_true(rules[i].source[0]);
        assert_in_range(rules[i].binds, HA_BINDS_KERNEL, HA_BINDS_KERNEL | HA_BINDS_DRIVER);
        assert_true(looks_at_anything(i, 0));
        for (size_t j = 0; j < HA_JUDGES_OF_A_RULE; j++)
            assert_int_equal(looks_at_anything(i, j), ha_rule_judges[i][j] != NULL);
    }
}

static void only_advice_is_a_note(void **state)
{
    (void)state;
    size_t count;
    const struct ha_rule *rules = ha_rules(&count);

    for (size_t i = 0; i < count; i++) {
        int advice = !strcmp(rules[i].id, "REG-6") || !strcmp(rules[i].id, "DRV-2")
                     || !strcmp(rules[i].id, "QRY-24");
        assert_int_equal(rules[i].severity, advice ? HA_NOTE : HA_ERROR);
    }
}

static void a_rule_is_found_by_its_id_in_either_case(void **state)
{
    (void)state;

    assert_string_equal(ha_rule_find("HOT-5")->id, "HOT-5");
    assert_ptr_equal(ha_rule_find("exist-12"), ha_rule_find("EXIST-12"));
    assert_null(ha_rule_find("HOT-99"));
    assert_null(ha_rule_find(""));
}

static void a_class_has_a_name(void **state)
{
    (void)state;

    assert_string_equal(ha_rule_class_name(HA_DOCUMENTED), "documented");
    assert_string_equal(ha_rule_class_name(HA_IMPLIED), "implied");
    assert_string_equal(ha_rule_class_name(HA_OBSERVED), "observed");
    assert_string_equal(ha_rule_class_name(HA_CHOSEN), "chosen");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_judge_looks_at_the_kinds_of_its_row_and_no_others),
        cmocka_unit_test(rules_are_ordered_by_family_and_number),
        cmocka_unit_test(every_rule_says_what_holds_where_it_is_said_and_who_judges_it),
        cmocka_unit_test(only_advice_is_a_note),
        cmocka_unit_test(a_rule_is_found_by_its_id_in_either_case),
        cmocka_unit_test(a_class_has_a_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
