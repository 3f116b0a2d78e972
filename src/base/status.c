/*
 * status - what status codes are called
 *
 * Owns their table.
 */
#include <stdio.h>
#include <string.h>

#include "base/names.h"
#include "base/text.h"

#define COUNT(table) (sizeof(table) / sizeof(table)[0])

/* Ascending by value. Source: WDK ntstatus.h, the values as documented. */
static const struct { uint32_t value; const char *name; } statuses[] = {
    {0x00000000u, "STATUS_SUCCESS"},
    {0x00000001u, "STATUS_WAIT_1"},
    {0x00000002u, "STATUS_WAIT_2"},
    {0x00000003u, "STATUS_WAIT_3"},
    {0x0000003Fu, "STATUS_WAIT_63"},
    {0x00000080u, "STATUS_ABANDONED"},
    {0x000000C0u, "STATUS_USER_APC"},
    {0x00000101u, "STATUS_ALERTED"},
    {0x00000102u, "STATUS_TIMEOUT"},
    {0x00000103u, "STATUS_PENDING"},
    {0x00000104u, "STATUS_REPARSE"},
    {0x00000105u, "STATUS_MORE_ENTRIES"},
    {0x00000106u, "STATUS_NOT_ALL_ASSIGNED"},
    {0x00000107u, "STATUS_SOME_NOT_MAPPED"},
    {0x00000119u, "STATUS_RESOURCE_REQUIREMENTS_CHANGED"},
    {0x40000000u, "STATUS_OBJECT_NAME_EXISTS"},
    {0x80000001u, "STATUS_GUARD_PAGE_VIOLATION"},
    {0x80000002u, "STATUS_DATATYPE_MISALIGNMENT"},
    {0x80000003u, "STATUS_BREAKPOINT"},
    {0x80000004u, "STATUS_SINGLE_STEP"},
    {0x80000005u, "STATUS_BUFFER_OVERFLOW"},
    {0x80000006u, "STATUS_NO_MORE_FILES"},
    {0x80000011u, "STATUS_DEVICE_BUSY"},
    {0x80000016u, "STATUS_VERIFY_REQUIRED"},
    {0x8000001Au, "STATUS_NO_MORE_ENTRIES"},
    {0x80000028u, "STATUS_PLUGPLAY_QUERY_VETOED"},
    {0xC0000001u, "STATUS_UNSUCCESSFUL"},
    {0xC0000002u, "STATUS_NOT_IMPLEMENTED"},
    {0xC0000003u, "STATUS_INVALID_INFO_CLASS"},
    {0xC0000004u, "STATUS_INFO_LENGTH_MISMATCH"},
    {0xC0000005u, "STATUS_ACCESS_VIOLATION"},
    {0xC0000006u, "STATUS_IN_PAGE_ERROR"},
    {0xC0000008u, "STATUS_INVALID_HANDLE"},
    {0xC000000Bu, "STATUS_INVALID_CID"},
    {0xC000000Du, "STATUS_INVALID_PARAMETER"},
    {0xC000000Eu, "STATUS_NO_SUCH_DEVICE"},
    {0xC000000Fu, "STATUS_NO_SUCH_FILE"},
    {0xC0000010u, "STATUS_INVALID_DEVICE_REQUEST"},
    {0xC0000011u, "STATUS_END_OF_FILE"},
    {0xC0000014u, "STATUS_UNRECOGNIZED_MEDIA"},
    {0xC0000016u, "STATUS_MORE_PROCESSING_REQUIRED"},
    {0xC0000017u, "STATUS_NO_MEMORY"},
    {0xC0000018u, "STATUS_CONFLICTING_ADDRESSES"},
    {0xC000001Eu, "STATUS_INVALID_LOCK_SEQUENCE"},
    {0xC0000021u, "STATUS_ALREADY_COMMITTED"},
    {0xC0000022u, "STATUS_ACCESS_DENIED"},
    {0xC0000023u, "STATUS_BUFFER_TOO_SMALL"},
    {0xC0000024u, "STATUS_OBJECT_TYPE_MISMATCH"},
    {0xC0000025u, "STATUS_NONCONTINUABLE_EXCEPTION"},
    {0xC0000030u, "STATUS_INVALID_PARAMETER_MIX"},
    {0xC0000033u, "STATUS_OBJECT_NAME_INVALID"},
    {0xC0000034u, "STATUS_OBJECT_NAME_NOT_FOUND"},
    {0xC0000035u, "STATUS_OBJECT_NAME_COLLISION"},
    {0xC0000037u, "STATUS_PORT_DISCONNECTED"},
    {0xC0000039u, "STATUS_OBJECT_PATH_INVALID"},
    {0xC000003Au, "STATUS_OBJECT_PATH_NOT_FOUND"},
    {0xC000003Bu, "STATUS_OBJECT_PATH_SYNTAX_BAD"},
    {0xC000003Eu, "STATUS_DATA_ERROR"},
    {0xC0000043u, "STATUS_SHARING_VIOLATION"},
    {0xC0000044u, "STATUS_QUOTA_EXCEEDED"},
    {0xC0000046u, "STATUS_MUTANT_NOT_OWNED"},
    {0xC0000047u, "STATUS_SEMAPHORE_LIMIT_EXCEEDED"},
    {0xC000004Bu, "STATUS_THREAD_IS_TERMINATING"},
    {0xC0000056u, "STATUS_DELETE_PENDING"},
    {0xC0000058u, "STATUS_UNKNOWN_REVISION"},
    {0xC0000059u, "STATUS_REVISION_MISMATCH"},
    {0xC000005Au, "STATUS_INVALID_OWNER"},
    {0xC0000061u, "STATUS_PRIVILEGE_NOT_HELD"},
    {0xC000007Au, "STATUS_PROCEDURE_NOT_FOUND"},
    {0xC000008Cu, "STATUS_ARRAY_BOUNDS_EXCEEDED"},
    {0xC0000094u, "STATUS_INTEGER_DIVIDE_BY_ZERO"},
    {0xC0000095u, "STATUS_INTEGER_OVERFLOW"},
    {0xC000009Au, "STATUS_INSUFFICIENT_RESOURCES"},
    {0xC000009Cu, "STATUS_DEVICE_DATA_ERROR"},
    {0xC000009Du, "STATUS_DEVICE_NOT_CONNECTED"},
    {0xC000009Eu, "STATUS_DEVICE_POWER_FAILURE"},
    {0xC00000A3u, "STATUS_DEVICE_NOT_READY"},
    {0xC00000AFu, "STATUS_ILLEGAL_FUNCTION"},
    {0xC00000B5u, "STATUS_IO_TIMEOUT"},
    {0xC00000BBu, "STATUS_NOT_SUPPORTED"},
    {0xC00000C0u, "STATUS_DEVICE_DOES_NOT_EXIST"},
    {0xC00000E5u, "STATUS_INTERNAL_ERROR"},
    {0xC00000E8u, "STATUS_INVALID_USER_BUFFER"},
    {0xC00000EFu, "STATUS_INVALID_PARAMETER_1"},
    {0xC00000F0u, "STATUS_INVALID_PARAMETER_2"},
    {0xC00000F1u, "STATUS_INVALID_PARAMETER_3"},
    {0xC00000F2u, "STATUS_INVALID_PARAMETER_4"},
    {0xC00000FDu, "STATUS_STACK_OVERFLOW"},
    {0xC0000106u, "STATUS_NAME_TOO_LONG"},
    {0xC000010Au, "STATUS_PROCESS_IS_TERMINATING"},
    {0xC0000120u, "STATUS_CANCELLED"},
    {0xC0000135u, "STATUS_DLL_NOT_FOUND"},
    {0xC0000141u, "STATUS_INVALID_ADDRESS"},
    {0xC0000144u, "STATUS_UNHANDLED_EXCEPTION"},
    {0xC0000182u, "STATUS_DEVICE_CONFIGURATION_ERROR"},
    {0xC0000184u, "STATUS_INVALID_DEVICE_STATE"},
    {0xC0000185u, "STATUS_IO_DEVICE_ERROR"},
    {0xC0000189u, "STATUS_TOO_LATE"},
    {0xC0000206u, "STATUS_INVALID_BUFFER_SIZE"},
    {0xC0000225u, "STATUS_NOT_FOUND"},
    {0xC0000229u, "STATUS_FAIL_CHECK"},
    {0xC000022Du, "STATUS_RETRY"},
    {0xC0000258u, "STATUS_NO_CALLBACK_ACTIVE"},
    {0xC000025Eu, "STATUS_PLUGPLAY_NO_DEVICE"},
    {0xC0000264u, "STATUS_RESOURCE_NOT_OWNED"},
    {0xC000026Cu, "STATUS_DRIVER_UNABLE_TO_LOAD"},
    {0xC0000272u, "STATUS_NO_MATCH"},
    {0xC00002B6u, "STATUS_DEVICE_REMOVED"},
    {0xC0000420u, "STATUS_ASSERTION_FAILURE"},
    {0xC0000421u, "STATUS_VERIFIER_STOP"},
    {0xC000042Bu, "STATUS_IMPLEMENTATION_LIMIT"},
    {0xC0000708u, "STATUS_RESOURCE_IN_USE"},
    {0xC0000718u, "STATUS_ALREADY_REGISTERED"},
};

const char *ha_status_text(int32_t nt_status, char buffer[HA_STATUS_TEXT])
{
    uint32_t value = (uint32_t)nt_status;
    size_t low = 0, high = COUNT(statuses);
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (statuses[middle].value == value)
            return statuses[middle].name;
        if (statuses[middle].value < value)
            low = middle + 1;
        else
            high = middle;
    }
    snprintf(buffer, HA_STATUS_TEXT, "0x%08X", (unsigned)value);
    return buffer;
}

bool ha_status_find(const char *name, int32_t *nt_status)
{
    static const char prefix[] = "STATUS_";     /* of all */
    size_t behind = sizeof prefix - 1;
    if (strncmp(name, prefix, behind))
        return false;
    for (size_t i = 0; i < COUNT(statuses); i++) {
        if (statuses[i].name[behind] == name[behind] && !strcmp(statuses[i].name, name)) {
            *nt_status = (int32_t)statuses[i].value;
            return true;
        }
    }
    return false;
}

const char *ha_status_at(size_t place, int32_t *nt_status)
{
    if (place >= COUNT(statuses))
        return NULL;
    *nt_status = (int32_t)statuses[place].value;
    return statuses[place].name;
}

const char *ha_status_nearest(const char *name)
{
    const char *names[COUNT(statuses)];
    for (size_t i = 0; i < COUNT(statuses); i++)
        names[i] = statuses[i].name;
    return ha_text_nearest(name, names, COUNT(statuses));
}
