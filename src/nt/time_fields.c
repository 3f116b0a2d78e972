/*
 * time_fields - a system time as year, month, day and so on, and back
 *
 * Days are counted in eras of 400 years, after which the calendar repeats itself; the year 1601,
 * from which Windows counts, begins one. Years here begin in March, so that the leap day is their
 * last. Local time is UTC; that is our choice.
 * Source of each: WDK reference, wdm.h, the page of its name, and TIME_FIELDS. Any IRQL, with or
 * without a machine.
 */
#include "nt/kernel.h"

#define UNITS_A_MS 10000u
#define MS_A_DAY 86400000u
#define DAYS_AN_ERA 146097u
#define FIRST_YEAR 1601
#define LAST_YEAR 30827
#define FIRST_WEEKDAY 1u                /* 1 January 1601 was a Monday */
#define DAYS_TO_MARCH 306u              /* from 1 March 1600 to 1 January 1601 */

/* Days from 1 January 1601 to a day of the calendar. */
static uint64_t day_number(unsigned year, unsigned month, unsigned day)
{
    unsigned of_march = (month + 9) % 12;       /* March is 0 */
    unsigned years = year - 1600 - (month <= 2);
    return (uint64_t)years * 365 + years / 4 - years / 100 + years / 400 +
           (153 * of_march + 2) / 5 + day - 1 - DAYS_TO_MARCH;
}

static unsigned days_of_month(unsigned year, unsigned month)
{
    bool is_leap = (year % 4 == 0 && year % 100) || year % 400 == 0;
    return month == 2 ? 28u + is_leap : 30u + (month + month / 8) % 2;
}

/* Take a time apart. Weekday 0 is Sunday. */
VOID RtlTimeToTimeFields(PLARGE_INTEGER Time, PTIME_FIELDS TimeFields)
{
    ha_kernel_pass();
    uint64_t ms = (uint64_t)Time->QuadPart / UNITS_A_MS, day = ms / MS_A_DAY;
    unsigned of_day = (unsigned)(ms % MS_A_DAY);
    uint64_t since_march = day + DAYS_TO_MARCH;
    unsigned of_era = (unsigned)(since_march % DAYS_AN_ERA);
    unsigned of_400 = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    unsigned of_year = of_era - (of_400 * 365 + of_400 / 4 - of_400 / 100);
    unsigned of_march = (5 * of_year + 2) / 153, month = (of_march + 2) % 12 + 1;
    *TimeFields = (TIME_FIELDS){
        .Year = (CSHORT)(1600 + since_march / DAYS_AN_ERA * 400 + of_400 + (month <= 2)),
        .Month = (CSHORT)month,
        .Day = (CSHORT)(of_year - (153 * of_march + 2) / 5 + 1),
        .Hour = (CSHORT)(of_day / 3600000),
        .Minute = (CSHORT)(of_day / 60000 % 60),
        .Second = (CSHORT)(of_day / 1000 % 60),
        .Milliseconds = (CSHORT)(of_day % 1000),
        .Weekday = (CSHORT)((day + FIRST_WEEKDAY) % 7),
    };
}

static bool lies_in(CSHORT value, unsigned least, unsigned most)
{
    return value >= (CSHORT)least && value <= (CSHORT)most;
}

/*
 * Put a time together; the weekday does not count.
 *
 * Returns TRUE; FALSE, and no time, when a field is out of its range or there is no such day. The
 * years are 1601 to 30827.
 */
BOOLEAN RtlTimeFieldsToTime(PTIME_FIELDS TimeFields, PLARGE_INTEGER Time)
{
    const TIME_FIELDS *f = TimeFields;
    ha_kernel_pass();
    if (!lies_in(f->Year, FIRST_YEAR, LAST_YEAR) || !lies_in(f->Month, 1, 12) ||
        !lies_in(f->Day, 1, days_of_month((unsigned)f->Year, (unsigned)f->Month)) ||
        !lies_in(f->Hour, 0, 23) || !lies_in(f->Minute, 0, 59) || !lies_in(f->Second, 0, 59) ||
        !lies_in(f->Milliseconds, 0, 999))
        return FALSE;
    uint64_t day = day_number((unsigned)f->Year, (unsigned)f->Month, (unsigned)f->Day);
    unsigned of_day = (((unsigned)f->Hour * 60 + (unsigned)f->Minute) * 60 +
                       (unsigned)f->Second) * 1000 + (unsigned)f->Milliseconds;
    Time->QuadPart = (LONGLONG)((day * MS_A_DAY + of_day) * UNITS_A_MS);
    return TRUE;
}

/* The local time at a system time. */
VOID ExSystemTimeToLocalTime(PLARGE_INTEGER SystemTime, PLARGE_INTEGER LocalTime)
{
    ha_kernel_pass();
    *LocalTime = *SystemTime;
}

/* The system time at a local time. */
VOID ExLocalTimeToSystemTime(PLARGE_INTEGER LocalTime, PLARGE_INTEGER SystemTime)
{
    ha_kernel_pass();
    *SystemTime = *LocalTime;
}
