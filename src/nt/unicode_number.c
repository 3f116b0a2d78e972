/*
 * unicode_number - numbers and GUIDs as counted strings, and back
 */
#include <ntddk.h>
#include <stdbool.h>
#include <stddef.h>

#include "nt/kernel.h"
#include "nt/letters.h"

#define MOST_DIGITS 64u
#define GUID_LETTERS 38u            /* {xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx} */

static bool is_base(ULONG base)
{
    return base == 2 || base == 8 || base == 10 || base == 16;
}

/*
 * The number that a string begins with, after blanks, a sign, and 0x, 0o or 0b where the base
 * is left open.
 *
 *   Base   2, 8, 10, 16; 0 for what the string says, else 10
 *   Value  gets the number, 0 when there is no digit; of a larger one the lowest 32 bits
 *
 * Returns STATUS_SUCCESS, or STATUS_INVALID_PARAMETER for another base.
 *
 * Source: WDK reference, wdm.h, RtlUnicodeStringToInteger. IRQL: PASSIVE_LEVEL.
 */
NTSTATUS RtlUnicodeStringToInteger(PCUNICODE_STRING String, ULONG Base, PULONG Value)
{
    size_t count = String->Length / sizeof(WCHAR), i = 0;
    bool negative = false;
    ULONG number = 0;
    ha_kernel_pass();
    if (Base && !is_base(Base))
        return STATUS_INVALID_PARAMETER;
    while (i < count && String->Buffer[i] <= ' ')
        i++;
    if (i < count && (String->Buffer[i] == '-' || String->Buffer[i] == '+'))
        negative = String->Buffer[i++] == '-';
    if (!Base) {
        Base = 10;
        WCHAR letter = i + 1 < count && String->Buffer[i] == '0' ? String->Buffer[i + 1] : 0;
        if (letter == 'x' || letter == 'o' || letter == 'b') {
            Base = letter == 'x' ? 16 : letter == 'o' ? 8 : 2;
            i += 2;
        }
    }
    for (unsigned digit; i < count && (digit = ha_letter_digit(String->Buffer[i])) < Base; i++)
        number = number * Base + digit;
    *Value = negative ? 0u - number : number;
    return STATUS_SUCCESS;
}

/*
 * A number as digits, upper-case letters among them, in a buffer that is there. A terminator
 * follows where one more character fits.
 *
 *   Base  2, 8, 10, 16; 0 is 10
 *
 * Returns STATUS_SUCCESS, STATUS_BUFFER_OVERFLOW when the buffer is too small, or
 * STATUS_INVALID_PARAMETER for another base.
 *
 * Source: WDK reference, wdm.h, RtlInt64ToUnicodeString. IRQL: PASSIVE_LEVEL.
 */
NTSTATUS RtlInt64ToUnicodeString(ULONGLONG Value, ULONG Base, PUNICODE_STRING String)
{
    static const char digits[] = "0123456789ABCDEF";
    WCHAR backwards[MOST_DIGITS];
    size_t count = 0, room = String->MaximumLength / sizeof(WCHAR);
    ha_kernel_pass();
    if (Base && !is_base(Base))
        return STATUS_INVALID_PARAMETER;
    do {
        backwards[count++] = (WCHAR)digits[Value % (Base ? Base : 10)];
        Value /= Base ? Base : 10;
    } while (Value);
    if (count > room)
        return STATUS_BUFFER_OVERFLOW;
    for (size_t i = 0; i < count; i++)
        String->Buffer[i] = backwards[count - 1 - i];
    if (count < room)
        String->Buffer[count] = 0;
    String->Length = (USHORT)(count * sizeof(WCHAR));
    return STATUS_SUCCESS;
}

/* The same for 32 bits. Source: WDK reference, wdm.h, RtlIntegerToUnicodeString. */
NTSTATUS RtlIntegerToUnicodeString(ULONG Value, ULONG Base, PUNICODE_STRING String)
{
    return RtlInt64ToUnicodeString(Value, Base, String);
}

/* The bytes of a GUID in the order in which its text shows them. */
static UCHAR *byte_of(GUID *guid, size_t i)
{
    static const UCHAR order[] = {3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15};
    return (UCHAR *)guid + order[i];
}

/* Where a byte's two digits stand, behind the brace and the dashes before it. */
static size_t place_of(size_t i)
{
    return 1 + 2 * i + (i >= 4) + (i >= 6) + (i >= 8) + (i >= 10);
}

static WCHAR frame(size_t place)
{
    switch (place) {
    case 0: return '{';
    case 9: case 14: case 19: case 24: return '-';
    case GUID_LETTERS - 1: return '}';
    default: return 0;
    }
}

/*
 * The GUID that a string in braces shows.
 *
 * Returns STATUS_SUCCESS, or STATUS_INVALID_PARAMETER when it shows none.
 *
 * Source: WDK reference, wdm.h, RtlGUIDFromString. IRQL: PASSIVE_LEVEL.
 */
NTSTATUS RtlGUIDFromString(PCUNICODE_STRING GuidString, GUID *Guid)
{
    const WCHAR *text = GuidString->Buffer;
    GUID made;
    ha_kernel_pass();
    if (GuidString->Length != GUID_LETTERS * sizeof(WCHAR))
        return STATUS_INVALID_PARAMETER;
    for (size_t i = 0; i < GUID_LETTERS; i++)
        if (frame(i) ? text[i] != frame(i) : ha_letter_digit(text[i]) > 15)
            return STATUS_INVALID_PARAMETER;
    for (size_t i = 0; i < sizeof made; i++)
        *byte_of(&made, i) = (UCHAR)(ha_letter_digit(text[place_of(i)]) << 4 |
                                     ha_letter_digit(text[place_of(i) + 1]));
    *Guid = made;
    return STATUS_SUCCESS;
}

/*
 * A GUID as a terminated string in braces, in upper case. RtlFreeUnicodeString gives it back.
 *
 * Returns STATUS_SUCCESS or STATUS_NO_MEMORY.
 *
 * Source: WDK reference, wdm.h, RtlStringFromGUID. IRQL: PASSIVE_LEVEL.
 */
NTSTATUS RtlStringFromGUID(const GUID *Guid, PUNICODE_STRING GuidString)
{
    static const char digits[] = "0123456789ABCDEF";
    WCHAR text[GUID_LETTERS];
    UNICODE_STRING string = {sizeof text, sizeof text, text};
    GUID guid = *Guid;
    for (size_t i = 0; i < GUID_LETTERS; i++)
        text[i] = frame(i);
    for (size_t i = 0; i < sizeof guid; i++) {
        text[place_of(i)] = (WCHAR)digits[*byte_of(&guid, i) >> 4];
        text[place_of(i) + 1] = (WCHAR)digits[*byte_of(&guid, i) & 15];
    }
    return RtlDuplicateUnicodeString(RTL_DUPLICATE_UNICODE_STRING_NULL_TERMINATE, &string,
                                     GuidString);
}
