/* rules: the table of what is judged */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "check/rules.h"

/* The families in the order of the rule book, for "HOT-5" to be compared with "STAT-1". */
static int family_of(const struct ha_rule *rule)
{
    static const char *const families[] = {"REG", "EXIST", "HOT", "STAT", "DEREG", "CTX", "CB",
                                           "PNP", "MEM", "QRY", "ORD", "DRV", "POOL", "RACE", "IRQL",
                                           "OBJ", "DPC"};
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

    assert_int_equal(count, 169);
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

/* Note the rules that a string names, when it is what a case expects: "note REG-6(a)*2 REG-1". */
static void note_findings(char *text, bool *broken)
{
    const struct ha_rule *named[16];
    size_t count = 0, rules;
    char *save;

    for (char *word = strtok_r(text, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
        if (!strcmp(word, "note"))
            continue;
        word[strcspn(word, "(*")] = '\0';
        named[count] = ha_rule_find(word);
        if (!named[count] || ++count == 16)
            return;
    }
    while (count--)
        broken[named[count] - ha_rules(&rules)] = true;
}

/* All strings of a C text; comments do not count. */
static void note_strings(char *text, bool *broken)
{
    while (*text) {
        if (!strncmp(text, "/*", 2)) {
            text = strstr(text, "*/") + 2;
        } else if (*text == '"') {
            char *end = text + 1;
            while (*end != '"')
                end += *end == '\\' ? 2 : 1;
            *end = '\0';
            note_findings(text + 1, broken);
            text = end + 1;
        } else {
            text++;
        }
    }
}

static void note_file(const char *name, bool *broken)
{
    char path[512], *text = NULL;
    size_t size = 0;

    snprintf(path, sizeof path, HA_TESTS_DIR "/unit/%s", name);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    for (size_t more = 1; more; size += more) {
        text = realloc(text, size + 4097);
        assert_non_null(text);
        more = fread(text + size, 1, 4096, file);
    }
    text[size] = '\0';
    fclose(file);
    note_strings(text, broken);
    free(text);
}

/* The tables of cases are in test_judge_*.c: each rule is found against in one of them. */
static void every_rule_is_broken_by_a_trace(void **state)
{
    (void)state;
    bool broken[HA_RULE_COUNT] = {false};
    size_t unbroken = 0;
    DIR *folder = opendir(HA_TESTS_DIR "/unit");

    assert_non_null(folder);
    for (struct dirent *entry = readdir(folder); entry; entry = readdir(folder)) {
        const char *name = entry->d_name;
        size_t length = strlen(name);
        if (length > 2 && !strncmp(name, "test_judge_", 11) && !strcmp(name + length - 2, ".c"))
            note_file(name, broken);
    }
    closedir(folder);
    broken[HA_RULE_STAT_3] = true;      /* is found as STAT-2 or STAT-6, by its own sentence */

    for (size_t i = 0; i < HA_RULE_COUNT; i++) {
        if (!broken[i])
            print_error("no trace breaks %s\n", ha_rule_table[i].id);
        unbroken += !broken[i];
    }
    assert_int_equal(unbroken, 0);
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
        cmocka_unit_test(every_rule_is_broken_by_a_trace),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
