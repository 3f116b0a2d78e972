/* time_fields: a time taken apart and put together, and local time */
#include <string.h>

#include "unit/bench.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define DAY 864000000000ll

/* Moments, as calendars have them. */
static const struct {
    const char *label;
    LONGLONG time;
    TIME_FIELDS fields;
} moments[] = {
    {"the beginning", 0, {1601, 1, 1, 0, 0, 0, 0, 1}},
    {"all parts", 12345678910000, {1601, 1, 15, 6, 56, 7, 891, 1}},
    {"1 January 1970", 116444736000000000, {1970, 1, 1, 0, 0, 0, 0, 4}},
    {"1 January 2024", 133485408000000000, {2024, 1, 1, 0, 0, 0, 0, 1}},
    {"a leap day", 133485408000000000 + 59 * DAY, {2024, 2, 29, 0, 0, 0, 0, 4}},
    {"the day after", 133485408000000000 + 60 * DAY, {2024, 3, 1, 0, 0, 0, 0, 5}},
    {"no leap day in 1700", 31292352000000000, {1700, 3, 1, 0, 0, 0, 0, 1}},
    {"a leap day in 2000", 125961696000000000 + DAY, {2000, 2, 29, 0, 0, 0, 0, 2}},
    {"the end of an era", 146097 * DAY - 10000, {2000, 12, 31, 23, 59, 59, 999, 0}},
    {"the last moment", 9223149887999990000, {30827, 12, 31, 23, 59, 59, 999, 5}},
};

static void a_time_taken_apart_is_what_calendars_say_and_goes_together_again(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(moments); i++) {
        LARGE_INTEGER time = {.QuadPart = moments[i].time + 9999}, again = {.QuadPart = -1};
        TIME_FIELDS fields;

        RtlTimeToTimeFields(&time, &fields);
        BOOLEAN is_time = RtlTimeFieldsToTime(&fields, &again);

        if (memcmp(&fields, &moments[i].fields, sizeof fields))
            fail_msg("%s: %d-%d-%d %d:%d:%d.%d, day %d of the week", moments[i].label, fields.Year,
                     fields.Month, fields.Day, fields.Hour, fields.Minute, fields.Second,
                     fields.Milliseconds, fields.Weekday);
        assert_true(is_time);
        assert_true(again.QuadPart == moments[i].time);
    }
}

static void every_day_of_four_centuries_follows_the_one_before(void **state)
{
    TIME_FIELDS before = {0}, fields;
    (void)state;
    for (LONGLONG day = 0; day < 146098; day++) {
        LARGE_INTEGER time = {.QuadPart = day * DAY}, again;
        RtlTimeToTimeFields(&time, &fields);
        if (day) {
            bool next_day = fields.Day == before.Day + 1 && fields.Month == before.Month;
            bool next_month = fields.Day == 1 && fields.Month == before.Month % 12 + 1;
            assert_true(next_day || next_month);
            assert_int_equal(fields.Weekday, (before.Weekday + 1) % 7);
        }
        assert_true(RtlTimeFieldsToTime(&fields, &again));
        assert_true(again.QuadPart == time.QuadPart);
        before = fields;
    }
}

static void fields_out_of_their_range_are_no_time(void **state)
{
    static const TIME_FIELDS wrong[] = {
        {1600, 12, 31, 0, 0, 0, 0, 0}, {30828, 1, 1, 0, 0, 0, 0, 0},
        {2024, 0, 1, 0, 0, 0, 0, 0},   {2024, 13, 1, 0, 0, 0, 0, 0},
        {2024, 1, 0, 0, 0, 0, 0, 0},   {2024, 1, 32, 0, 0, 0, 0, 0},
        {2023, 2, 29, 0, 0, 0, 0, 0},  {1900, 2, 29, 0, 0, 0, 0, 0},
        {2024, 4, 31, 0, 0, 0, 0, 0},  {2024, 9, 31, 0, 0, 0, 0, 0},
        {2024, 1, 1, 24, 0, 0, 0, 0},  {2024, 1, 1, -1, 0, 0, 0, 0},
        {2024, 1, 1, 0, 60, 0, 0, 0},  {2024, 1, 1, 0, 0, 60, 0, 0},
        {2024, 1, 1, 0, 0, 0, 1000, 0},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(wrong); i++) {
        TIME_FIELDS fields = wrong[i];
        LARGE_INTEGER time = {.QuadPart = 7};
        if (RtlTimeFieldsToTime(&fields, &time) || time.QuadPart != 7)
            fail_msg("fields %zu are a time", i);
    }
}

static void the_weekday_does_not_count(void **state)
{
    TIME_FIELDS fields = {2024, 1, 1, 0, 0, 0, 0, 99};
    LARGE_INTEGER time;
    (void)state;

    assert_true(RtlTimeFieldsToTime(&fields, &time));

    assert_true(time.QuadPart == 133485408000000000);
}

static void local_time_is_utc(void **state)
{
    LARGE_INTEGER time = {.QuadPart = 133485408000000000}, local, back;
    (void)state;

    ExSystemTimeToLocalTime(&time, &local);
    ExLocalTimeToSystemTime(&local, &back);

    assert_true(local.QuadPart == time.QuadPart);
    assert_true(back.QuadPart == time.QuadPart);
}

static void ask_for_the_date(void *argument)
{
    LARGE_INTEGER now;
    KeQuerySystemTime(&now);
    RtlTimeToTimeFields(&now, argument);
}

static void a_run_begins_on_1_january_2024(void **state)
{
    struct bench *b = *state;
    TIME_FIELDS fields;

    bench_run(b, bench_driver(b, "a"), ask_for_the_date, &fields);

    assert_memory_equal(&fields, &moments[3].fields, sizeof fields);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_time_taken_apart_is_what_calendars_say_and_goes_together_again),
        cmocka_unit_test(every_day_of_four_centuries_follows_the_one_before),
        cmocka_unit_test(fields_out_of_their_range_are_no_time),
        cmocka_unit_test(the_weekday_does_not_count),
        cmocka_unit_test(local_time_is_utc),
        BENCH_TEST(a_run_begins_on_1_january_2024),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
