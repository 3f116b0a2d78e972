/*
 * unicode - counted strings: set up, compared, copied, appended
 *
 * These act on the caller's memory alone, so they work without a machine too; on a simulated
 * thread each is a scheduling point. Conversions and copies that take memory: unicode_copy.c.
 *
 * Length and MaximumLength count bytes; a length of half a character is rounded down.
 */
#include <ntddk.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include <crt/wchar.h>

#include "nt/kernel.h"
#include "nt/letters.h"

#define LONGEST_WIDE 0xfffcu        /* bytes, without the terminator that MaximumLength counts */
#define LONGEST_NARROW 0xfffeu

/*
 * Let a string name the characters up to a terminator; they stay where they are.
 *
 *   SourceString  NULL gives an empty string
 *
 * Source: WDK reference, wdm.h, RtlInitUnicodeString. IRQL: at most DISPATCH_LEVEL.
 * Our choice, not documented: what a length cannot count is cut off.
 */
VOID RtlInitUnicodeString(PUNICODE_STRING DestinationString, PCWSTR SourceString)
{
    ha_kernel_pass();
    size_t bytes = SourceString ? ha_wcsnlen(SourceString, LONGEST_WIDE / sizeof(WCHAR)) *
                                      sizeof(WCHAR) : 0;
    DestinationString->Length = (USHORT)bytes;
    DestinationString->MaximumLength = SourceString ? (USHORT)(bytes + sizeof(WCHAR)) : 0;
    DestinationString->Buffer = (PWSTR)(uintptr_t)SourceString;
}

/*
 * The same with an answer: STATUS_NAME_TOO_LONG, and the string as it was, for text that a length
 * cannot count. Source: WDK reference, wdm.h, RtlInitUnicodeStringEx.
 */
NTSTATUS RtlInitUnicodeStringEx(PUNICODE_STRING DestinationString, PCWSTR SourceString)
{
    const size_t most = LONGEST_WIDE / sizeof(WCHAR);
    if (SourceString && ha_wcsnlen(SourceString, most + 1) > most)
        return STATUS_NAME_TOO_LONG;
    RtlInitUnicodeString(DestinationString, SourceString);
    return STATUS_SUCCESS;
}

/* The same for narrow text. Source: WDK reference, wdm.h, RtlInitAnsiString, RtlInitString. */
VOID RtlInitString(PSTRING DestinationString, PCSZ SourceString)
{
    ha_kernel_pass();
    size_t length = 0;
    while (SourceString && length < LONGEST_NARROW && SourceString[length])
        length++;
    DestinationString->Length = (USHORT)length;
    DestinationString->MaximumLength = SourceString ? (USHORT)(length + 1) : 0;
    DestinationString->Buffer = (PCHAR)(uintptr_t)SourceString;
}

VOID RtlInitAnsiString(PANSI_STRING DestinationString, PCSZ SourceString)
{
    RtlInitString(DestinationString, SourceString);
}

/* How the first `count` characters of two strings differ: as a subtraction of the first pair. */
static LONG differ(const WCHAR *one, const WCHAR *other, size_t count, BOOLEAN any_case)
{
    for (size_t i = 0; i < count; i++) {
        WCHAR a = any_case ? ha_letter_up(one[i]) : one[i];
        WCHAR b = any_case ? ha_letter_up(other[i]) : other[i];
        if (a != b)
            return (LONG)a - (LONG)b;
    }
    return 0;
}

static size_t letters_in(PCUNICODE_STRING string)
{
    return string->Length / sizeof(WCHAR);
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/*
 * Compare two strings by the values of their characters.
 *
 *   CaseInSensitive  upper case decides
 *
 * Returns a number below, at or above 0 as the first string comes before, is, or comes after the
 * second; the beginning of a string comes before it.
 *
 * Source: WDK reference, wdm.h, RtlCompareUnicodeString. IRQL: PASSIVE_LEVEL.
 */
LONG RtlCompareUnicodeString(PCUNICODE_STRING String1, PCUNICODE_STRING String2,
                             BOOLEAN CaseInSensitive)
{
    ha_kernel_pass();
    size_t count = least(letters_in(String1), letters_in(String2));
    LONG difference = differ(String1->Buffer, String2->Buffer, count, CaseInSensitive);
    return difference ? difference : (LONG)String1->Length - (LONG)String2->Length;
}

/* Whether both are the same. Source: WDK reference, wdm.h, RtlEqualUnicodeString. */
BOOLEAN RtlEqualUnicodeString(PCUNICODE_STRING String1, PCUNICODE_STRING String2,
                              BOOLEAN CaseInSensitive)
{
    ha_kernel_pass();
    return String1->Length == String2->Length &&
           !differ(String1->Buffer, String2->Buffer, letters_in(String1), CaseInSensitive);
}

/*
 * Whether the second string begins with the first.
 * Source: WDK reference, ntddk.h, RtlPrefixUnicodeString.
 */
BOOLEAN RtlPrefixUnicodeString(PCUNICODE_STRING String1, PCUNICODE_STRING String2,
                               BOOLEAN CaseInSensitive)
{
    ha_kernel_pass();
    return String1->Length <= String2->Length &&
           !differ(String1->Buffer, String2->Buffer, letters_in(String1), CaseInSensitive);
}

/* Whether the second string ends with the first. Source: WDK reference, RtlSuffixUnicodeString. */
BOOLEAN RtlSuffixUnicodeString(PCUNICODE_STRING String1, PCUNICODE_STRING String2,
                               BOOLEAN CaseInSensitive)
{
    ha_kernel_pass();
    size_t length = letters_in(String1), before = letters_in(String2) - length;
    return String1->Length <= String2->Length &&
           !differ(String1->Buffer, String2->Buffer + before, length, CaseInSensitive);
}

/*
 * An upper-case letter for a lower-case one of ASCII; anything else is its own.
 * Source: WDK reference, wdm.h, RtlUpperChar.
 */
CHAR RtlUpperChar(CHAR Character)
{
    return Character >= 'a' && Character <= 'z' ? (CHAR)(Character - 32) : Character;
}

/* As RtlCompareUnicodeString. Source: WDK reference, wdm.h, RtlCompareString. */
LONG RtlCompareString(const STRING *String1, const STRING *String2, BOOLEAN CaseInSensitive)
{
    ha_kernel_pass();
    size_t count = least(String1->Length, String2->Length);
    for (size_t i = 0; i < count; i++) {
        CHAR a = String1->Buffer[i], b = String2->Buffer[i];
        if (CaseInSensitive) {
            a = RtlUpperChar(a);
            b = RtlUpperChar(b);
        }
        if (a != b)
            return (LONG)(UCHAR)a - (LONG)(UCHAR)b;
    }
    return (LONG)String1->Length - (LONG)String2->Length;
}

/* Whether both are the same. Source: WDK reference, wdm.h, RtlEqualString. */
BOOLEAN RtlEqualString(const STRING *String1, const STRING *String2, BOOLEAN CaseInSensitive)
{
    return String1->Length == String2->Length &&
           !RtlCompareString(String1, String2, CaseInSensitive);
}

/*
 * A number for a string, the same for equal ones.
 *
 *   HashAlgorithm  HASH_STRING_ALGORITHM_DEFAULT or _X65599, which are one here
 *
 * Returns STATUS_SUCCESS, or STATUS_INVALID_PARAMETER for another algorithm or no strings.
 *
 * Source: WDK reference, wdm.h, RtlHashUnicodeString. IRQL: PASSIVE_LEVEL.
 * Our choice, not documented: the sum is of characters, in upper case when that is asked.
 */
NTSTATUS RtlHashUnicodeString(PCUNICODE_STRING String, BOOLEAN CaseInSensitive,
                              ULONG HashAlgorithm, PULONG HashValue)
{
    ha_kernel_pass();
    if (!String || !HashValue || HashAlgorithm > HASH_STRING_ALGORITHM_X65599)
        return STATUS_INVALID_PARAMETER;
    ULONG hash = 0;
    for (size_t i = 0; i < letters_in(String); i++)
        hash = hash * 65599u +
               (CaseInSensitive ? ha_letter_up(String->Buffer[i]) : String->Buffer[i]);
    *HashValue = hash;
    return STATUS_SUCCESS;
}

/*
 * Copy as much as the destination holds; a terminator follows where one more character fits.
 *
 *   SourceString  NULL makes the destination empty
 *
 * Source: WDK reference, wdm.h, RtlCopyUnicodeString. IRQL: at most DISPATCH_LEVEL.
 */
VOID RtlCopyUnicodeString(PUNICODE_STRING DestinationString, PCUNICODE_STRING SourceString)
{
    ha_kernel_pass();
    size_t room = DestinationString->MaximumLength / sizeof(WCHAR);
    size_t count = SourceString ? least(letters_in(SourceString), room) : 0;
    if (count)
        memmove(DestinationString->Buffer, SourceString->Buffer, count * sizeof(WCHAR));
    DestinationString->Length = (USHORT)(count * sizeof(WCHAR));
    if (SourceString && count < room)
        DestinationString->Buffer[count] = 0;
}

/* The same for narrow text, without a terminator. Source: WDK reference, wdm.h, RtlCopyString. */
VOID RtlCopyString(PSTRING DestinationString, const STRING *SourceString)
{
    ha_kernel_pass();
    size_t count = SourceString ? least(SourceString->Length, DestinationString->MaximumLength) : 0;
    if (count)
        memmove(DestinationString->Buffer, SourceString->Buffer, count);
    DestinationString->Length = (USHORT)count;
}

/*
 * The same with the letters of ASCII in upper case; both may be one string.
 * Source: WDK reference, wdm.h, RtlUpperString. IRQL: PASSIVE_LEVEL.
 */
VOID RtlUpperString(PSTRING DestinationString, const STRING *SourceString)
{
    RtlCopyString(DestinationString, SourceString);
    for (size_t i = 0; i < DestinationString->Length; i++)
        DestinationString->Buffer[i] = RtlUpperChar(DestinationString->Buffer[i]);
}

static NTSTATUS append(PUNICODE_STRING destination, const WCHAR *letters, size_t count)
{
    size_t length = letters_in(destination), room = destination->MaximumLength / sizeof(WCHAR);
    if (count > room || length > room - count)
        return STATUS_BUFFER_TOO_SMALL;
    if (count)
        memmove(destination->Buffer + length, letters, count * sizeof(WCHAR));
    length += count;
    destination->Length = (USHORT)(length * sizeof(WCHAR));
    if (length < room)
        destination->Buffer[length] = 0;
    return STATUS_SUCCESS;
}

/*
 * Append a string; a terminator follows where one more character fits.
 *
 * Returns STATUS_SUCCESS, or STATUS_BUFFER_TOO_SMALL and a destination as it was.
 *
 * Source: WDK reference, wdm.h, RtlAppendUnicodeStringToString. IRQL: at most DISPATCH_LEVEL.
 */
NTSTATUS RtlAppendUnicodeStringToString(PUNICODE_STRING Destination, PCUNICODE_STRING Source)
{
    ha_kernel_pass();
    return append(Destination, Source->Buffer, letters_in(Source));
}

/* The same with a terminated string; NULL appends nothing. Source: RtlAppendUnicodeToString. */
NTSTATUS RtlAppendUnicodeToString(PUNICODE_STRING Destination, PCWSTR Source)
{
    ha_kernel_pass();
    return append(Destination, Source, Source ? ha_wcsnlen(Source, LONGEST_WIDE) : 0);
}

/*
 * How many bytes are the same, from the first on. Any IRQL.
 *
 * Source: WDK reference, wdm.h, RtlCompareMemory.
 */
SIZE_T RtlCompareMemory(const VOID *Source1, const VOID *Source2, SIZE_T Length)
{
    ha_kernel_pass();
    const UCHAR *one = Source1, *other = Source2;
    SIZE_T same = 0;
    while (same < Length && one[same] == other[same])
        same++;
    return same;
}
