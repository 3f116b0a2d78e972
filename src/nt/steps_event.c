/*
 * steps_event - events of the kernel, which scripts know by their paths
 *
 * As a driver does it: the event is opened for one wait, or one signal, and closed again.
 */
#include "nt/steps_event.h"

#include <string.h>

#define DIRECTORY "\\KernelObjects\\"
#define MOST_LETTERS 64u

bool ha_step_names_path(const struct ha_step *step)
{
    return !strncmp(step->name, DIRECTORY, sizeof DIRECTORY - 1);
}

NTSTATUS ha_step_named_event(const struct ha_step *step)
{
    WCHAR text[MOST_LETTERS];
    size_t letters = strlen(step->name);
    if (letters > MOST_LETTERS)
        return STATUS_OBJECT_NAME_INVALID;
    for (size_t i = 0; i < letters; i++)
        text[i] = (unsigned char)step->name[i];
    UNICODE_STRING name = {(USHORT)(letters * sizeof(WCHAR)), sizeof text, text};
    HANDLE handle;
    PKEVENT event = IoCreateNotificationEvent(&name, &handle);
    if (!event)
        return STATUS_INSUFFICIENT_RESOURCES;
    NTSTATUS status = STATUS_SUCCESS;
    if (step->kind == HA_STEP_WAIT)
        status = KeWaitForSingleObject(event, Executive, KernelMode, FALSE, NULL);
    else
        KeSetEvent(event, IO_NO_INCREMENT, FALSE);
    ZwClose(handle);
    return status;
}
