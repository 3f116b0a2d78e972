/*
 * steps_callback - what steps do with callback objects
 *
 * Owns the steps "register" with a callback object and "notify", which open the object and give it
 * back as a driver does.
 */
#include "nt/steps_callback.h"

#include <string.h>

#include "nt/steps.h"

#define MOST_LETTERS 64u            /* of the name of an object */

static NTSTATUS open(const char *name, PCALLBACK_OBJECT *object)
{
    WCHAR text[MOST_LETTERS];
    size_t letters = strlen(name);
    OBJECT_ATTRIBUTES attributes;
    for (size_t i = 0; i < letters && i < MOST_LETTERS; i++)
        text[i] = (unsigned char)name[i];
    USHORT bytes = (USHORT)((letters < MOST_LETTERS ? letters : MOST_LETTERS) * sizeof(WCHAR));
    UNICODE_STRING string = {.Length = bytes, .MaximumLength = bytes, .Buffer = text};
    InitializeObjectAttributes(&attributes, &string, OBJ_CASE_INSENSITIVE, NULL, NULL);
    return ExCreateCallback(object, &attributes, FALSE, FALSE);
}

VOID NTAPI ha_steps_client(PVOID CallbackContext, PVOID Argument1, PVOID Argument2)
{
    ha_steps_callback(CallbackContext, Argument1, Argument2);
}

NTSTATUS ha_step_register_client(struct ha_own_registration *registration,
                                 const struct ha_step *step)
{
    struct ha_driver *driver = registration->driver;
    PCALLBACK_OBJECT object;
    NTSTATUS status = open("\\Callback\\ProcessorAdd", &object);
    if (!NT_SUCCESS(status))
        return status;
    driver->next_name = step->name;
    PVOID handle = ExRegisterCallback(object, step->null_function ? NULL : ha_steps_client,
                                      registration);
    driver->next_name = NULL;
    ObDereferenceObject(object);
    if (!handle)
        return STATUS_UNSUCCESSFUL;
    ha_own_registration_made(registration, handle);
    return STATUS_SUCCESS;
}

NTSTATUS ha_step_notify(const struct ha_step *step)
{
    PCALLBACK_OBJECT object;
    NTSTATUS status = open(step->name, &object);
    if (!NT_SUCCESS(status))
        return status;
    ExNotifyCallback(object, NULL, NULL);
    ObDereferenceObject(object);
    return STATUS_SUCCESS;
}
