/*
 * strsafe/narrow.h - strings of characters: copied, appended, printed, measured
 */
#ifndef HOTADD_STRSAFE_NARROW_H
#define HOTADD_STRSAFE_NARROW_H

#include "strsafe/limits.h"

EXTERN_C_START

/* Counts up to a terminator; cchMax when there is none. */
NTSTRSAFE_INLINE size_t RtlStringScanWorkerA(const char *psz, size_t cchMax)
{
    size_t cch = 0;

    while (cch < cchMax && psz[cch] != 0)
        cch++;
    return cch;
}

NTSTRSAFE_INLINE NTSTATUS RtlStringCopyWorkerA(char *pszDest, size_t cchDest, const char *pszSrc,
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

NTSTRSAFE_INLINE NTSTATUS RtlStringCchCopyNA(_Out_writes_(cchDest) PSTR pszDest,
                                             _In_ size_t cchDest, _In_ PCSTR pszSrc,
                                             _In_ size_t cchToCopy)
{
    if (cchDest == 0 || cchDest > NTSTRSAFE_MAX_CCH || cchToCopy > NTSTRSAFE_MAX_CCH) {
        if (cchDest > 0)
            *pszDest = 0;
        return STATUS_INVALID_PARAMETER;
    }
    return RtlStringCopyWorkerA(pszDest, cchDest, pszSrc, cchToCopy);
}

NTSTRSAFE_INLINE NTSTATUS RtlStringCchCopyA(_Out_writes_(cchDest) PSTR pszDest,
                                            _In_ size_t cchDest, _In_ PCSTR pszSrc)
{
    return RtlStringCchCopyNA(pszDest, cchDest, pszSrc, cchDest);
}

NTSTRSAFE_INLINE NTSTATUS RtlStringCchCatNA(_Inout_updates_(cchDest) PSTR pszDest,
                                            _In_ size_t cchDest, _In_ PCSTR pszSrc,
                                            _In_ size_t cchToAppend)
{
    size_t cchLength;

    if (cchDest == 0 || cchDest > NTSTRSAFE_MAX_CCH || cchToAppend > NTSTRSAFE_MAX_CCH)
        return STATUS_INVALID_PARAMETER;
    cchLength = RtlStringScanWorkerA(pszDest, cchDest);
    if (cchLength == cchDest)
        return STATUS_INVALID_PARAMETER;
    return RtlStringCopyWorkerA(pszDest + cchLength, cchDest - cchLength, pszSrc, cchToAppend);
}

NTSTRSAFE_INLINE NTSTATUS RtlStringCchCatA(_Inout_updates_(cchDest) PSTR pszDest,
                                           _In_ size_t cchDest, _In_ PCSTR pszSrc)
{
    return RtlStringCchCatNA(pszDest, cchDest, pszSrc, cchDest);
}

NTSTRSAFE_INLINE NTSTATUS RtlStringCchVPrintfA(_Out_writes_(cchDest) PSTR pszDest,
                                               _In_ size_t cchDest, _In_ PCSTR pszFormat,
                                               _In_ va_list argList)
{
    int cchWritten;

    if (cchDest == 0 || cchDest > NTSTRSAFE_MAX_CCH) {
        if (cchDest > 0)
            *pszDest = 0;
        return STATUS_INVALID_PARAMETER;
    }
    cchWritten = _vsnprintf(pszDest, cchDest - 1, pszFormat, argList);
    if (cchWritten < 0 || (size_t)cchWritten > cchDest - 1) {
        pszDest[cchDest - 1] = 0;
        return STATUS_BUFFER_OVERFLOW;
    }
    pszDest[cchWritten] = 0;
    return STATUS_SUCCESS;
}

NTSTRSAFE_INLINE NTSTATUS RtlStringCchPrintfA(_Out_writes_(cchDest) PSTR pszDest,
                                              _In_ size_t cchDest, _In_ PCSTR pszFormat, ...)
{
    va_list argList;
    NTSTATUS Status;

    va_start(argList, pszFormat);
    Status = RtlStringCchVPrintfA(pszDest, cchDest, pszFormat, argList);
    va_end(argList);
    return Status;
}

NTSTRSAFE_INLINE NTSTATUS RtlStringCchLengthA(_In_ PCSTR psz, _In_ size_t cchMax,
                                              _Out_opt_ size_t *pcchLength)
{
    size_t cchLength = 0;
    NTSTATUS Status = STATUS_INVALID_PARAMETER;

    if (psz != NULL && cchMax <= NTSTRSAFE_MAX_CCH) {
        cchLength = RtlStringScanWorkerA(psz, cchMax);
        if (cchLength < cchMax)
            Status = STATUS_SUCCESS;
        else
            cchLength = 0;
    }
    if (pcchLength != NULL)
        *pcchLength = cchLength;
    return Status;
}

NTSTRSAFE_INLINE NTSTATUS RtlStringCbCopyA(_Out_writes_bytes_(cbDest) PSTR pszDest,
                                           _In_ size_t cbDest, _In_ PCSTR pszSrc)
{
    return RtlStringCchCopyA(pszDest, cbDest, pszSrc);
}

NTSTRSAFE_INLINE NTSTATUS RtlStringCbCopyNA(_Out_writes_bytes_(cbDest) PSTR pszDest,
                                            _In_ size_t cbDest, _In_ PCSTR pszSrc,
                                            _In_ size_t cbToCopy)
{
    return RtlStringCchCopyNA(pszDest, cbDest, pszSrc, cbToCopy);
}

NTSTRSAFE_INLINE NTSTATUS RtlStringCbCatA(_Inout_updates_bytes_(cbDest) PSTR pszDest,
                                          _In_ size_t cbDest, _In_ PCSTR pszSrc)
{
    return RtlStringCchCatA(pszDest, cbDest, pszSrc);
}

NTSTRSAFE_INLINE NTSTATUS RtlStringCbCatNA(_Inout_updates_bytes_(cbDest) PSTR pszDest,
                                           _In_ size_t cbDest, _In_ PCSTR pszSrc,
                                           _In_ size_t cbToAppend)
{
    return RtlStringCchCatNA(pszDest, cbDest, pszSrc, cbToAppend);
}

NTSTRSAFE_INLINE NTSTATUS RtlStringCbVPrintfA(_Out_writes_bytes_(cbDest) PSTR pszDest,
                                              _In_ size_t cbDest, _In_ PCSTR pszFormat,
                                              _In_ va_list argList)
{
    return RtlStringCchVPrintfA(pszDest, cbDest, pszFormat, argList);
}

NTSTRSAFE_INLINE NTSTATUS RtlStringCbPrintfA(_Out_writes_bytes_(cbDest) PSTR pszDest,
                                             _In_ size_t cbDest, _In_ PCSTR pszFormat, ...)
{
    va_list argList;
    NTSTATUS Status;

    va_start(argList, pszFormat);
    Status = RtlStringCbVPrintfA(pszDest, cbDest, pszFormat, argList);
    va_end(argList);
    return Status;
}

NTSTRSAFE_INLINE NTSTATUS RtlStringCbLengthA(_In_ PCSTR psz, _In_ size_t cbMax,
                                             _Out_opt_ size_t *pcbLength)
{
    return RtlStringCchLengthA(psz, cbMax, pcbLength);
}

EXTERN_C_END

#endif
