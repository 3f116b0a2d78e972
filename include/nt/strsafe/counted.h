/*
 * strsafe/counted.h - counted strings: checked, copied, appended, printed
 */
#ifndef HOTADD_STRSAFE_COUNTED_H
#define HOTADD_STRSAFE_COUNTED_H

#include "strsafe/wide.h"

EXTERN_C_START

/* Even lengths, the one within the other; a buffer, unless both are 0. */
NTSTRSAFE_INLINE NTSTATUS RtlUnicodeStringValidate(_In_ PCUNICODE_STRING SourceString)
{
    if (SourceString == NULL)
        return STATUS_SUCCESS;
    if (SourceString->Length % sizeof(WCHAR) != 0 ||
        SourceString->MaximumLength % sizeof(WCHAR) != 0 ||
        SourceString->Length > SourceString->MaximumLength ||
        (SourceString->Buffer == NULL && SourceString->MaximumLength != 0))
        return STATUS_INVALID_PARAMETER;
    return STATUS_SUCCESS;
}

/* Appends behind the first cchKept characters. */
NTSTRSAFE_INLINE NTSTATUS RtlUnicodeStringPutWorker(PUNICODE_STRING DestinationString,
                                                    size_t cchKept, const WCHAR *pszSrc,
                                                    size_t cchSrc)
{
    size_t cchRoom = DestinationString->MaximumLength / sizeof(WCHAR) - cchKept;
    size_t cchPut = cchSrc < cchRoom ? cchSrc : cchRoom, cch;

    for (cch = 0; cch < cchPut; cch++)
        DestinationString->Buffer[cchKept + cch] = pszSrc[cch];
    DestinationString->Length = (USHORT)((cchKept + cchPut) * sizeof(WCHAR));
    return cchPut < cchSrc ? STATUS_BUFFER_OVERFLOW : STATUS_SUCCESS;
}

NTSTRSAFE_INLINE NTSTATUS RtlUnicodeStringInit(_Out_ PUNICODE_STRING DestinationString,
                                               _In_opt_ PCWSTR pszSrc)
{
    size_t cchLength = 0;

    DestinationString->Length = DestinationString->MaximumLength = 0;
    DestinationString->Buffer = NULL;
    if (pszSrc == NULL)
        return STATUS_SUCCESS;
    cchLength = RtlStringScanWorkerW(pszSrc, NTSTRSAFE_UNICODE_STRING_MAX_CCH);
    if (cchLength == NTSTRSAFE_UNICODE_STRING_MAX_CCH)
        return STATUS_INVALID_PARAMETER;
    DestinationString->Length = (USHORT)(cchLength * sizeof(WCHAR));
    DestinationString->MaximumLength = (USHORT)((cchLength + 1) * sizeof(WCHAR));
    DestinationString->Buffer = (PWSTR)(ULONG_PTR)pszSrc;
    return STATUS_SUCCESS;
}

NTSTRSAFE_INLINE NTSTATUS RtlUnicodeStringCopy(_Inout_ PUNICODE_STRING DestinationString,
                                               _In_ PCUNICODE_STRING SourceString)
{
    if (DestinationString == NULL || !NT_SUCCESS(RtlUnicodeStringValidate(DestinationString)) ||
        !NT_SUCCESS(RtlUnicodeStringValidate(SourceString)))
        return STATUS_INVALID_PARAMETER;
    return RtlUnicodeStringPutWorker(DestinationString, 0,
                                     SourceString ? SourceString->Buffer : NULL,
                                     SourceString ? SourceString->Length / sizeof(WCHAR) : 0);
}

NTSTRSAFE_INLINE NTSTATUS RtlUnicodeStringCopyString(_Inout_ PUNICODE_STRING DestinationString,
                                                     _In_ PCWSTR pszSrc)
{
    if (DestinationString == NULL || !NT_SUCCESS(RtlUnicodeStringValidate(DestinationString)))
        return STATUS_INVALID_PARAMETER;
    return RtlUnicodeStringPutWorker(DestinationString, 0, pszSrc,
                                     RtlStringScanWorkerW(pszSrc, NTSTRSAFE_MAX_CCH));
}

NTSTRSAFE_INLINE NTSTATUS RtlUnicodeStringCat(_Inout_ PUNICODE_STRING DestinationString,
                                              _In_ PCUNICODE_STRING SourceString)
{
    if (DestinationString == NULL || !NT_SUCCESS(RtlUnicodeStringValidate(DestinationString)) ||
        !NT_SUCCESS(RtlUnicodeStringValidate(SourceString)))
        return STATUS_INVALID_PARAMETER;
    return RtlUnicodeStringPutWorker(DestinationString, DestinationString->Length / sizeof(WCHAR),
                                     SourceString ? SourceString->Buffer : NULL,
                                     SourceString ? SourceString->Length / sizeof(WCHAR) : 0);
}

NTSTRSAFE_INLINE NTSTATUS RtlUnicodeStringCatString(_Inout_ PUNICODE_STRING DestinationString,
                                                    _In_ PCWSTR pszSrc)
{
    if (DestinationString == NULL || !NT_SUCCESS(RtlUnicodeStringValidate(DestinationString)))
        return STATUS_INVALID_PARAMETER;
    return RtlUnicodeStringPutWorker(DestinationString, DestinationString->Length / sizeof(WCHAR),
                                     pszSrc, RtlStringScanWorkerW(pszSrc, NTSTRSAFE_MAX_CCH));
}

NTSTRSAFE_INLINE NTSTATUS RtlUnicodeStringVPrintf(_Inout_ PUNICODE_STRING DestinationString,
                                                  _In_ PCWSTR pszFormat, _In_ va_list argList)
{
    size_t cchRoom;
    int cchWritten;

    if (DestinationString == NULL || !NT_SUCCESS(RtlUnicodeStringValidate(DestinationString)))
        return STATUS_INVALID_PARAMETER;
    cchRoom = DestinationString->MaximumLength / sizeof(WCHAR);
    cchWritten = _vsnwprintf(DestinationString->Buffer, cchRoom, pszFormat, argList);
    if (cchWritten < 0 || (size_t)cchWritten > cchRoom) {
        DestinationString->Length = (USHORT)(cchRoom * sizeof(WCHAR));
        return STATUS_BUFFER_OVERFLOW;
    }
    DestinationString->Length = (USHORT)((size_t)cchWritten * sizeof(WCHAR));
    return STATUS_SUCCESS;
}

NTSTRSAFE_INLINE NTSTATUS RtlUnicodeStringPrintf(_Inout_ PUNICODE_STRING DestinationString,
                                                 _In_ PCWSTR pszFormat, ...)
{
    va_list argList;
    NTSTATUS Status;

    va_start(argList, pszFormat);
    Status = RtlUnicodeStringVPrintf(DestinationString, pszFormat, argList);
    va_end(argList);
    return Status;
}

EXTERN_C_END

#endif
