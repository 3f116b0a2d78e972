/*
 * strsafe/wide.h - strings of wide characters: copied, appended, printed, measured
 */
#ifndef HOTADD_STRSAFE_WIDE_H
#define HOTADD_STRSAFE_WIDE_H

#include "strsafe/limits.h"

EXTERN_C_START

/* Counts up to a terminator; cchMax when there is none. */
NTSTRSAFE_INLINE size_t RtlStringScanWorkerW(const WCHAR *psz, size_t cchMax)
{
    size_t cch = 0;

    while (cch < cchMax && psz[cch] != 0)
        cch++;
    return cch;
}

NTSTRSAFE_INLINE NTSTATUS RtlStringCopyWorkerW(WCHAR *pszDest, size_t cchDest, const WCHAR *pszSrc,
                                               size_t cchToCopy)
{
    size_t cch = 0;

    while (cch + 1 < cchDest && cch < cchToCopy && pszSrc[cch] != 0) {
        pszDest[cch] = pszSrc[cch];
        cch++;
    }
    pszDest[cch] = 0;
    return cch < cchToCopy && pszSrc[cch] != 0 ? STATUS_BUFFER_OVERFLOW : STATUS_SUCCESS;
}

NTSTRSAFE_INLINE NTSTATUS RtlStringCchCopyNW(_Out_writes_(cchDest) PWSTR pszDest,
                                             _In_ size_t cchDest, _In_ PCWSTR pszSrc,
                                             _In_ size_t cchToCopy)
{
    if (cchDest == 0 || cchDest > NTSTRSAFE_MAX_CCH || cchToCopy > NTSTRSAFE_MAX_CCH) {
        if (cchDest > 0)
            *pszDest = 0;
        return STATUS_INVALID_PARAMETER;
    }
    return RtlStringCopyWorkerW(pszDest, cchDest, pszSrc, cchToCopy);
}

NTSTRSAFE_INLINE NTSTATUS RtlStringCchCopyW(_Out_writes_(cchDest) PWSTR pszDest,
                                            _In_ size_t cchDest, _In_ PCWSTR pszSrc)
{
    return RtlStringCchCopyNW(pszDest, cchDest, pszSrc, cchDest);
}

NTSTRSAFE_INLINE NTSTATUS RtlStringCchCatNW(_Inout_updates_(cchDest) PWSTR pszDest,
                                            _In_ size_t cchDest, _In_ PCWSTR pszSrc,
                                            _In_ size_t cchToAppend)
{
    size_t cchLength;

    if (cchDest == 0 || cchDest > NTSTRSAFE_MAX_CCH || cchToAppend > NTSTRSAFE_MAX_CCH)
        return STATUS_INVALID_PARAMETER;
    cchLength = RtlStringScanWorkerW(pszDest, cchDest);
    if (cchLength == cchDest)
        return STATUS_INVALID_PARAMETER;
    return RtlStringCopyWorkerW(pszDest + cchLength, cchDest - cchLength, pszSrc, cchToAppend);
}

NTSTRSAFE_INLINE NTSTATUS RtlStringCchCatW(_Inout_updates_(cchDest) PWSTR pszDest,
                                           _In_ size_t cchDest, _In_ PCWSTR pszSrc)
{
    return RtlStringCchCatNW(pszDest, cchDest, pszSrc, cchDest);
}

NTSTRSAFE_INLINE NTSTATUS RtlStringCchVPrintfW(_Out_writes_(cchDest) PWSTR pszDest,
                                               _In_ size_t cchDest, _In_ PCWSTR pszFormat,
                                               _In_ va_list argList)
{
    int cchWritten;

    if (cchDest == 0 || cchDest > NTSTRSAFE_MAX_CCH) {
        if (cchDest > 0)
            *pszDest = 0;
        return STATUS_INVALID_PARAMETER;
    }
    cchWritten = _vsnwprintf(pszDest, cchDest - 1, pszFormat, argList);
    if (cchWritten < 0 || (size_t)cchWritten > cchDest - 1) {
        pszDest[cchDest - 1] = 0;
        return STATUS_BUFFER_OVERFLOW;
    }
    pszDest[cchWritten] = 0;
    return STATUS_SUCCESS;
}

NTSTRSAFE_INLINE NTSTATUS RtlStringCchPrintfW(_Out_writes_(cchDest) PWSTR pszDest,
                                              _In_ size_t cchDest, _In_ PCWSTR pszFormat, ...)
{
    va_list argList;
    NTSTATUS Status;

    va_start(argList, pszFormat);
    Status = RtlStringCchVPrintfW(pszDest, cchDest, pszFormat, argList);
    va_end(argList);
    return Status;
}

NTSTRSAFE_INLINE NTSTATUS RtlStringCchLengthW(_In_ PCWSTR psz, _In_ size_t cchMax,
                                              _Out_opt_ size_t *pcchLength)
{
    size_t cchLength = 0;
    NTSTATUS Status = STATUS_INVALID_PARAMETER;

    if (psz != NULL && cchMax <= NTSTRSAFE_MAX_CCH) {
        cchLength = RtlStringScanWorkerW(psz, cchMax);
        if (cchLength < cchMax)
            Status = STATUS_SUCCESS;
        else
            cchLength = 0;
    }
    if (pcchLength != NULL)
        *pcchLength = cchLength;
    return Status;
}

NTSTRSAFE_INLINE NTSTATUS RtlStringCbCopyW(_Out_writes_bytes_(cbDest) PWSTR pszDest,
                                           _In_ size_t cbDest, _In_ PCWSTR pszSrc)
{
    return RtlStringCchCopyW(pszDest, cbDest / sizeof(WCHAR), pszSrc);
}

NTSTRSAFE_INLINE NTSTATUS RtlStringCbCopyNW(_Out_writes_bytes_(cbDest) PWSTR pszDest,
                                            _In_ size_t cbDest, _In_ PCWSTR pszSrc,
                                            _In_ size_t cbToCopy)
{
    return RtlStringCchCopyNW(pszDest, cbDest / sizeof(WCHAR), pszSrc, cbToCopy / sizeof(WCHAR));
}

NTSTRSAFE_INLINE NTSTATUS RtlStringCbCatW(_Inout_updates_bytes_(cbDest) PWSTR pszDest,
                                          _In_ size_t cbDest, _In_ PCWSTR pszSrc)
{
    return RtlStringCchCatW(pszDest, cbDest / sizeof(WCHAR), pszSrc);
}

NTSTRSAFE_INLINE NTSTATUS RtlStringCbCatNW(_Inout_updates_bytes_(cbDest) PWSTR pszDest,
                                           _In_ size_t cbDest, _In_ PCWSTR pszSrc,
                                           _In_ size_t cbToAppend)
{
    return RtlStringCchCatNW(pszDest, cbDest / sizeof(WCHAR), pszSrc, cbToAppend / sizeof(WCHAR));
}

NTSTRSAFE_INLINE NTSTATUS RtlStringCbVPrintfW(_Out_writes_bytes_(cbDest) PWSTR pszDest,
                                              _In_ size_t cbDest, _In_ PCWSTR pszFormat,
                                              _In_ va_list argList)
{
    return RtlStringCchVPrintfW(pszDest, cbDest / sizeof(WCHAR), pszFormat, argList);
}

NTSTRSAFE_INLINE NTSTATUS RtlStringCbPrintfW(_Out_writes_bytes_(cbDest) PWSTR pszDest,
                                             _In_ size_t cbDest, _In_ PCWSTR pszFormat, ...)
{
    va_list argList;
    NTSTATUS Status;

    va_start(argList, pszFormat);
    Status = RtlStringCbVPrintfW(pszDest, cbDest, pszFormat, argList);
    va_end(argList);
    return Status;
}

NTSTRSAFE_INLINE NTSTATUS RtlStringCbLengthW(_In_ PCWSTR psz, _In_ size_t cbMax,
                                             _Out_opt_ size_t *pcbLength)
{
    NTSTATUS Status = RtlStringCchLengthW(psz, cbMax / sizeof(WCHAR), pcbLength);

    if (NT_SUCCESS(Status) && pcbLength != NULL)
        *pcbLength *= sizeof(WCHAR);
    return Status;
}

EXTERN_C_END

#endif
