/* story_print: messages and bug checks in a story */
#include <string.h>

#include "unit/telling.h"

static struct ha_record *print_part(struct bench *b, uint32_t id, const char *text, bool more)
{
    struct ha_record *record = by_broken(tale_add(&b->tale, HA_DEBUG_PRINT, LOADER, id));
    size_t length = strlen(text);
    memcpy(record->as.debug.text, text,
           length < sizeof record->as.debug.text ? length : sizeof record->as.debug.text);
    record->as.debug.level = 3;
    record->flags = more ? HA_PRINT_MORE : 0;
    return record;
}

static void a_message_is_one_line_without_its_last_line_break(void **state)
{
    struct bench *b = *state;
    print_part(b, 1, "one \"two\"\n\t\\\x01\n", false);

    expect_story(b, HEAD
                 "    1.000 ms  system-3  broken prints \"one \\\"two\\\"\\n\\t\\\\\\x01\"\n");
}

static void parts_of_a_message_are_put_together(void **state)
{
    struct bench *b = *state;
    print_part(b, 1, "twenty-four characters: ", true);
    print_part(b, 1, "and twenty-four more ...", true);
    print_part(b, 1, "end", false);
    print_part(b, 2, "next", false);

    expect_story(b, HEAD
                 "    1.000 ms  system-3  broken prints \"twenty-four characters: and twenty-four "
                 "more ...end\"\n"
                 "    1.000 ms  system-3  broken prints \"next\"\n");
}

/* A trace from elsewhere may lack the end of one. */
static void a_message_without_its_end_is_not_told_with_the_next_one(void **state)
{
    struct bench *b = *state;
    print_part(b, 1, "lost", true);
    print_part(b, 2, "found", false);

    expect_story(b, HEAD "    1.000 ms  system-3  broken prints \"found\"\n");
}

static void a_bug_check_says_its_code_and_parameters(void **state)
{
    struct bench *b = *state;
    struct ha_record *stop = by_broken(tale_add(&b->tale, HA_BUGCHECK, LOADER, 0xe2));
    stop->as.bugcheck.parameter[0] = 0x1f;
    stop->as.bugcheck.parameter[3] = 0xffffffffc0000001;
    tale_add(&b->tale, HA_TRACE_END, CALLER, 0)->as.end.ending = HA_END_BUGCHECK;

    expect_story(b, HEAD
                 "    1.000 ms  system-3  broken stops the system: bug check 0xE2 (0x1F, 0x0, 0x0, "
                 "0xFFFFFFFFC0000001)\n"
                 "    1.000 ms  caller    the run ended: bugcheck\n");
}

static void a_fast_failure_says_what_its_code_means(void **state)
{
    struct bench *b = *state;
    by_broken(tale_add(&b->tale, HA_BUGCHECK, LOADER, 0x139))->as.bugcheck.parameter[0] = 28;
    by_broken(tale_add(&b->tale, HA_BUGCHECK, LOADER, 0x139))->as.bugcheck.parameter[0] = 77;

    expect_story(b, HEAD
                 "    1.000 ms  system-3  broken stops the system: bug check 0x139 (0x1C, 0x0, "
                 "0x0, 0x0), FAST_FAIL_INVALID_BUFFER_ACCESS\n"
                 "    1.000 ms  system-3  broken stops the system: bug check 0x139 (0x4D, 0x0, "
                 "0x0, 0x0)\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_message_is_one_line_without_its_last_line_break),
        CASE(parts_of_a_message_are_put_together),
        CASE(a_message_without_its_end_is_not_told_with_the_next_one),
        CASE(a_bug_check_says_its_code_and_parameters),
        CASE(a_fast_failure_says_what_its_code_means),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
