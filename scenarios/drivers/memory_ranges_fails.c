/*++

Module Name:

    memory_ranges_fails.c

Abstract:

    memory_ranges.c with a mistake: when there is no new list the callback returns an error, as if
    the memory could be refused. Start of a processor-change callback can do that; this is no such
    callback.

--*/

#include <ntddk.h>

static DRIVER_NOTIFICATION_CALLBACK_ROUTINE RefusesMemory;

#define IoRegisterPlugPlayNotification(_Category, _Flags, _Data, _Driver, _Callback, _Context, \
                                       _Entry) \
    (IoRegisterPlugPlayNotification)((_Category), (_Flags), (_Data), (_Driver), RefusesMemory, \
                                     (_Context), (_Entry))

#include "memory_ranges.c"

_Use_decl_annotations_
static NTSTATUS
RefusesMemory(
    PVOID NotificationStructure,
    PVOID Context
    )
{
    NTSTATUS status = RangesRefresh();

    if (!NT_SUCCESS(status)) {
        return status;
    }
    return RangesMemoryArrived(NotificationStructure, Context);
}
