/*
 * A driver that uses the kernel's C library: wide strings of 16 bits, formatted text.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <wctype.h>
#include <malloc.h>
#include <ntddk.h>

C_ASSERT(sizeof(L'a') == sizeof(WCHAR));

EXTERN_C_START
NTSTATUS Describe(PWSTR Text, size_t Count, PCUNICODE_STRING Name);
EXTERN_C_END

NTSTATUS Describe(PWSTR Text, size_t Count, PCUNICODE_STRING Name)
{
    size_t (*Length)(const WCHAR *) = wcslen;
    char Narrow[16];

    if (Length(Name->Buffer) * sizeof(WCHAR) != Name->Length || _wcsicmp(Text, L"none") == 0)
        return STATUS_INVALID_PARAMETER;
    if (_snprintf(Narrow, _countof(Narrow), "%d", (int)_byteswap_ulong(1)) < 0 ||
        _stricmp(Narrow, "x") == 0)
        return STATUS_BUFFER_OVERFLOW;
    Text[0] = (WCHAR)towupper(Text[0]);
    if (wcschr(Text, L'!') != NULL || wcsncmp(Text, L"processor", 9) == 0)
        return STATUS_SUCCESS;
    return _snwprintf(Text, Count, L"%wZ", Name) < 0 ? STATUS_BUFFER_OVERFLOW : STATUS_SUCCESS;
}
