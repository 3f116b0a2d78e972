/* failures - the lists of routines, reasons and endings; see failures.h */
#include "base/failures.h"

#include "base/names.h"

static const uint32_t fallible[] = {
    HA_RT_ALLOCATE_POOL, HA_RT_REGISTER_PROCESSOR_CHANGE, HA_RT_CREATE_THREAD, HA_RT_ALLOCATE_WORK,
    HA_RT_CREATE_DEVICE, HA_RT_CREATE_LINK, HA_RT_DEVICE_POINTER, HA_RT_ADD_EXTENSION,
    HA_RT_OPEN_KEY, HA_RT_CREATE_KEY, HA_RT_SET_VALUE, HA_RT_QUERY_REGISTRY, HA_RT_WRITE_REGISTRY,
    HA_RT_MEMORY_RANGES, HA_RT_CREATE_EVENT, HA_RT_OPEN_EVENT, HA_RT_CREATE_CALLBACK,
    HA_RT_REGISTER_CALLBACK, HA_RT_REGISTER_PNP, HA_RT_REGISTER_INTERFACE, HA_RT_GET_INTERFACES,
    HA_RT_ALLOCATE_MDL, HA_RT_MAP_PAGES, HA_RT_ALLOCATE_PAGES, HA_RT_ALLOCATE_CONTIGUOUS,
};

_Static_assert(sizeof fallible / sizeof fallible[0] == HA_FALLIBLE_ROUTINES, "as many as said");

uint32_t ha_fallible_routine(size_t n)
{
    return n < HA_FALLIBLE_ROUTINES ? fallible[n] : HA_NO_ROUTINE;
}

bool ha_routine_can_fail(uint32_t routine)
{
    for (size_t i = 0; i < HA_FALLIBLE_ROUTINES; i++)
        if (fallible[i] == routine)
            return true;
    return false;
}

bool ha_reason_is_given(unsigned reason)
{
    switch (reason) {
    case HA_REASON_NONE: case HA_REASON_NO_MEMORY: case HA_REASON_INTERRUPTED:
        return false;
    default:
        return reason < HA_REASON_COUNT;
    }
}

bool ha_ending_is_foreseeable(unsigned ending)
{
    switch (ending) {
    case HA_END_NOT_YET: case HA_END_SIGNAL: case HA_END_MEMORY:
        return false;
    default:
        return ending < HA_END_COUNT;
    }
}
