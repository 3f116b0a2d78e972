/*
 * unicode_copy - counted strings turned into others: case, width, numbers, GUIDs, own copies
 *
 * What a routine allocates is pool of the driver in charge, and RtlFreeUnicodeString or
 * RtlFreeAnsiString gives it back: one that is forgotten shows as a leak like any other.
 */
#include <ntddk.h>
#include <stddef.h>
#include <string.h>

#include "nt/kernel.h"
#include "nt/letters.h"

#define STRING_TAG 0x67727453u      /* "Strg" */
#define LONGEST 0xfffeu             /* bytes that a length counts */

static size_t letters_in(PCUNICODE_STRING string)
{
    return string->Length / sizeof(WCHAR);
}

/*
 * Room for a result of so many bytes in a string of either width: allocated, or what is there.
 * A terminator of `unit` bytes is added to what is allocated.
 */
static NTSTATUS make_room(PVOID *buffer, PUSHORT maximum, size_t bytes, size_t unit,
                          BOOLEAN allocate)
{
    if (bytes > LONGEST - unit)
        return STATUS_INVALID_PARAMETER_2;
    if (!allocate)
        return bytes <= *maximum ? STATUS_SUCCESS : STATUS_BUFFER_OVERFLOW;
    ha_kernel_stand_in(true);
    PVOID memory = ExAllocatePool2(POOL_FLAG_PAGED, bytes + unit, STRING_TAG);
    ha_kernel_stand_in(false);
    if (!memory)
        return STATUS_NO_MEMORY;
    *buffer = memory;
    *maximum = (USHORT)(bytes + unit);
    return STATUS_SUCCESS;
}

static NTSTATUS make_wide(PUNICODE_STRING string, size_t bytes, BOOLEAN allocate)
{
    PVOID buffer = string->Buffer;
    NTSTATUS status = make_room(&buffer, &string->MaximumLength, bytes, sizeof(WCHAR), allocate);
    if (NT_SUCCESS(status)) {
        string->Buffer = buffer;
        string->Length = (USHORT)bytes;
    }
    return status;
}

static NTSTATUS change_case(PUNICODE_STRING destination, PCUNICODE_STRING source,
                            BOOLEAN allocate, uint16_t (*change)(uint16_t))
{
    const WCHAR *letters = source->Buffer;      /* both may be one string */
    size_t count = letters_in(source);
    NTSTATUS status = make_wide(destination, count * sizeof(WCHAR), allocate);
    for (size_t i = 0; NT_SUCCESS(status) && i < count; i++)
        destination->Buffer[i] = change(letters[i]);
    return status;
}

/*
 * A copy in upper case.
 *
 *   AllocateDestinationString  the buffer comes from the pool; otherwise it is there
 *
 * Returns STATUS_SUCCESS, STATUS_BUFFER_OVERFLOW when it is too small, or STATUS_NO_MEMORY.
 *
 * Source: WDK reference, wdm.h, RtlUpcaseUnicodeString. IRQL: PASSIVE_LEVEL.
 */
NTSTATUS RtlUpcaseUnicodeString(PUNICODE_STRING DestinationString, PCUNICODE_STRING SourceString,
                                BOOLEAN AllocateDestinationString)
{
    ha_kernel_pass();
    return change_case(DestinationString, SourceString, AllocateDestinationString, ha_letter_up);
}

/* The same in lower case. Source: WDK reference, ntifs.h, RtlDowncaseUnicodeString. */
NTSTATUS RtlDowncaseUnicodeString(PUNICODE_STRING DestinationString,
                                  PCUNICODE_STRING SourceString,
                                  BOOLEAN AllocateDestinationString)
{
    ha_kernel_pass();
    return change_case(DestinationString, SourceString, AllocateDestinationString,
                       ha_letter_down);
}

/* One character. Source: WDK reference, wdm.h, RtlUpcaseUnicodeChar, RtlDowncaseUnicodeChar. */
WCHAR RtlUpcaseUnicodeChar(WCHAR SourceCharacter)
{
    return ha_letter_up(SourceCharacter);
}

WCHAR RtlDowncaseUnicodeChar(WCHAR SourceCharacter)
{
    return ha_letter_down(SourceCharacter);
}

/*
 * A copy of its own.
 *
 *   Flags  RTL_DUPLICATE_UNICODE_STRING_NULL_TERMINATE adds a terminator, which the length does
 *          not count; _ALLOCATE_NULL_STRING, with it, gives an empty string a buffer as well
 *
 * Returns STATUS_SUCCESS, STATUS_INVALID_PARAMETER for other flags or no strings, or
 * STATUS_NO_MEMORY.
 *
 * Source: WDK reference, ntifs.h, RtlDuplicateUnicodeString. IRQL: PASSIVE_LEVEL.
 */
NTSTATUS RtlDuplicateUnicodeString(ULONG Flags, PCUNICODE_STRING StringIn,
                                   PUNICODE_STRING StringOut)
{
    const ULONG known = RTL_DUPLICATE_UNICODE_STRING_NULL_TERMINATE |
                        RTL_DUPLICATE_UNICODE_STRING_ALLOCATE_NULL_STRING;
    UNICODE_STRING made = {0, 0, NULL};
    ha_kernel_pass();
    if (!StringIn || !StringOut || (Flags & ~known) ||
        Flags == RTL_DUPLICATE_UNICODE_STRING_ALLOCATE_NULL_STRING)
        return STATUS_INVALID_PARAMETER;
    if (StringIn->Length || (Flags & RTL_DUPLICATE_UNICODE_STRING_ALLOCATE_NULL_STRING)) {
        NTSTATUS status = make_wide(&made, StringIn->Length, TRUE);
        if (!NT_SUCCESS(status))
            return status;
        if (StringIn->Length)
            memcpy(made.Buffer, StringIn->Buffer, StringIn->Length);
        if (!(Flags & RTL_DUPLICATE_UNICODE_STRING_NULL_TERMINATE))
            made.MaximumLength = made.Length;
    }
    *StringOut = made;
    return STATUS_SUCCESS;
}

/*
 * Give back a buffer that one of these routines allocated; the string is empty afterwards.
 *
 * Source: WDK reference, wdm.h, RtlFreeUnicodeString. IRQL: PASSIVE_LEVEL.
 */
VOID RtlFreeUnicodeString(PUNICODE_STRING UnicodeString)
{
    ha_kernel_pass();
    if (!UnicodeString->Buffer)
        return;
    ExFreePool(UnicodeString->Buffer);
    *UnicodeString = (UNICODE_STRING){0, 0, NULL};
}

/* The same for narrow text. Source: WDK reference, wdm.h, RtlFreeAnsiString. */
VOID RtlFreeAnsiString(PANSI_STRING AnsiString)
{
    ha_kernel_pass();
    if (!AnsiString->Buffer)
        return;
    ExFreePool(AnsiString->Buffer);
    *AnsiString = (ANSI_STRING){0, 0, NULL};
}

/* Wide text for narrow text into `units`, or counted where that is NULL. Returns the units. */
static size_t widen(const STRING *source, WCHAR *units)
{
    size_t count = 0;
    for (size_t i = 0, taken; i < source->Length; i += taken) {
        uint16_t pair[2];
        uint32_t point = ha_utf8_take(source->Buffer + i, source->Length - i, &taken);
        size_t more = ha_utf16_put(point, pair);
        if (units)
            memcpy(units + count, pair, more * sizeof *units);
        count += more;
    }
    return count;
}

static size_t narrow(PCUNICODE_STRING source, CHAR *bytes)
{
    size_t count = 0;
    for (size_t i = 0, taken; i < letters_in(source); i += taken) {
        char four[4];
        uint32_t point = ha_utf16_take(source->Buffer + i, letters_in(source) - i, &taken);
        size_t more = ha_utf8_put(point, four);
        if (bytes)
            memcpy(bytes + count, four, more);
        count += more;
    }
    return count;
}

/*
 * Wide text for narrow text.
 *
 * Returns STATUS_SUCCESS, STATUS_BUFFER_OVERFLOW when a buffer that is there is too small,
 * STATUS_INVALID_PARAMETER_2 when no string is as long, or STATUS_NO_MEMORY.
 *
 * Source: WDK reference, wdm.h, RtlAnsiStringToUnicodeString. IRQL: PASSIVE_LEVEL.
 * Our choice: the code page is UTF-8.
 */
NTSTATUS RtlAnsiStringToUnicodeString(PUNICODE_STRING DestinationString,
                                      PCANSI_STRING SourceString,
                                      BOOLEAN AllocateDestinationString)
{
    ha_kernel_pass();
    size_t count = widen(SourceString, NULL);
    NTSTATUS status = make_wide(DestinationString, count * sizeof(WCHAR),
                                AllocateDestinationString);
    if (NT_SUCCESS(status))
        widen(SourceString, DestinationString->Buffer);
    if (NT_SUCCESS(status) && DestinationString->Length + sizeof(WCHAR) <=
                                  DestinationString->MaximumLength)
        DestinationString->Buffer[count] = 0;
    return status;
}

/* Narrow text for wide text. Source: WDK reference, wdm.h, RtlUnicodeStringToAnsiString. */
NTSTATUS RtlUnicodeStringToAnsiString(PANSI_STRING DestinationString,
                                      PCUNICODE_STRING SourceString,
                                      BOOLEAN AllocateDestinationString)
{
    ha_kernel_pass();
    PVOID buffer = DestinationString->Buffer;
    size_t count = narrow(SourceString, NULL);
    NTSTATUS status = make_room(&buffer, &DestinationString->MaximumLength, count, 1,
                                AllocateDestinationString);
    if (!NT_SUCCESS(status))
        return status;
    DestinationString->Buffer = buffer;
    DestinationString->Length = (USHORT)count;
    narrow(SourceString, DestinationString->Buffer);
    if (count < DestinationString->MaximumLength)
        DestinationString->Buffer[count] = 0;
    return STATUS_SUCCESS;
}

/*
 * How many bytes narrow text takes as wide text with a terminator.
 * Source: WDK reference, wdm.h, RtlxAnsiStringToUnicodeSize. IRQL: PASSIVE_LEVEL.
 */
ULONG RtlxAnsiStringToUnicodeSize(PCANSI_STRING AnsiString)
{
    ha_kernel_pass();
    return (ULONG)((widen(AnsiString, NULL) + 1) * sizeof(WCHAR));
}

/*
 * How many bytes wide text takes as narrow text with a terminator.
 * Source: WDK reference, wdm.h, RtlxUnicodeStringToAnsiSize. IRQL: PASSIVE_LEVEL.
 */
ULONG RtlxUnicodeStringToAnsiSize(PCUNICODE_STRING UnicodeString)
{
    ha_kernel_pass();
    return (ULONG)(narrow(UnicodeString, NULL) + 1);
}
