/*
 * fast_fail - what the codes of __fastfail are called
 *
 * Source: WDK, winnt.h and wdm.h, FAST_FAIL_...
 */
#include <assert.h>
#include <stddef.h>

#include "base/names.h"

static const struct { uint32_t code; const char *name; } names[] = {
    {0, "FAST_FAIL_LEGACY_GS_VIOLATION"},
    {1, "FAST_FAIL_VTGUARD_CHECK_FAILURE"},
    {2, "FAST_FAIL_STACK_COOKIE_CHECK_FAILURE"},
    {3, "FAST_FAIL_CORRUPT_LIST_ENTRY"},
    {4, "FAST_FAIL_INCORRECT_STACK"},
    {5, "FAST_FAIL_INVALID_ARG"},
    {6, "FAST_FAIL_GS_COOKIE_INIT"},
    {7, "FAST_FAIL_FATAL_APP_EXIT"},
    {8, "FAST_FAIL_RANGE_CHECK_FAILURE"},
    {9, "FAST_FAIL_UNSAFE_REGISTRY_ACCESS"},
    {14, "FAST_FAIL_INVALID_REFERENCE_COUNT"},
    {28, "FAST_FAIL_INVALID_BUFFER_ACCESS"},
    {30, "FAST_FAIL_INVALID_NEXT_THREAD"},
    {0xffffffff, "FAST_FAIL_INVALID_FAST_FAIL_CODE"},
};

_Static_assert(sizeof names / sizeof names[0] == HA_FAST_FAIL_NAMES, "as many as are listed");

const char *ha_fast_fail_name(uint64_t code)
{
    for (size_t i = 0; i < HA_FAST_FAIL_NAMES; i++)
        if (names[i].code == code)
            return names[i].name;
    return NULL;
}

const char *ha_fast_fail_listed(size_t n)
{
    assert(n < HA_FAST_FAIL_NAMES);
    return names[n].name;
}
