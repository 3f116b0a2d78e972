/*
 * strsafe/text.h - strings: copied, appended, printed, measured
 *
 * Written once for both widths: narrow.h and wide.h say what a character is, and the suffix of the
 * names, and include this. HOTADD_STRING(CchCopy) is RtlStringCchCopyA or RtlStringCchCopyW.
 */
#ifdef HOTADD_CHAR

#include "strsafe/limits.h"

EXTERN_C_START

/* Counts up to a terminator; cchMax when there is none. */
NTSTRSAFE_INLINE size_t HOTADD_STRING(ScanWorker)(const HOTADD_CHAR *psz, size_t cchMax)
{
    size_t cch = 0;

    while (cch < cchMax && psz[cch] != 0)
        cch++;
    return cch;
}

NTSTRSAFE_INLINE NTSTATUS HOTADD_STRING(CopyWorker)(HOTADD_CHAR *pszDest, size_t cchDest,
                                                    const HOTADD_CHAR *pszSrc, size_t cchToCopy)
{
    size_t cch = 0;

    while (cch + 1 < cchDest && cch < cchToCopy && pszSrc[cch] != 0) {
        pszDest[cch] = pszSrc[cch];
        cch++;
    }
    pszDest[cch] = 0;
    return cch < cchToCopy && pszSrc[cch] != 0 ? STATUS_BUFFER_OVERFLOW : STATUS_SUCCESS;
}

NTSTRSAFE_INLINE NTSTATUS HOTADD_STRING(CchCopyN)(_Out_writes_(cchDest) HOTADD_CHAR *pszDest,
                                                  _In_ size_t cchDest,
                                                  _In_ const HOTADD_CHAR *pszSrc,
                                                  _In_ size_t cchToCopy)
{
    if (cchDest == 0 || cchDest > NTSTRSAFE_MAX_CCH || cchToCopy > NTSTRSAFE_MAX_CCH) {
        if (cchDest > 0)
            *pszDest = 0;
        return STATUS_INVALID_PARAMETER;
    }
    return HOTADD_STRING(CopyWorker)(pszDest, cchDest, pszSrc, cchToCopy);
}

NTSTRSAFE_INLINE NTSTATUS HOTADD_STRING(CchCopy)(_Out_writes_(cchDest) HOTADD_CHAR *pszDest,
                                                 _In_ size_t cchDest,
                                                 _In_ const HOTADD_CHAR *pszSrc)
{
    return HOTADD_STRING(CchCopyN)(pszDest, cchDest, pszSrc, cchDest);
}

NTSTRSAFE_INLINE NTSTATUS HOTADD_STRING(CchCatN)(_Inout_updates_(cchDest) HOTADD_CHAR *pszDest,
                                                 _In_ size_t cchDest,
                                                 _In_ const HOTADD_CHAR *pszSrc,
                                                 _In_ size_t cchToAppend)
{
    size_t cchLength;

    if (cchDest == 0 || cchDest > NTSTRSAFE_MAX_CCH || cchToAppend > NTSTRSAFE_MAX_CCH)
        return STATUS_INVALID_PARAMETER;
    cchLength = HOTADD_STRING(ScanWorker)(pszDest, cchDest);
    if (cchLength == cchDest)
        return STATUS_INVALID_PARAMETER;
    return HOTADD_STRING(CopyWorker)(pszDest + cchLength, cchDest - cchLength, pszSrc, cchToAppend);
}

NTSTRSAFE_INLINE NTSTATUS HOTADD_STRING(CchCat)(_Inout_updates_(cchDest) HOTADD_CHAR *pszDest,
                                                _In_ size_t cchDest, _In_ const HOTADD_CHAR *pszSrc)
{
    return HOTADD_STRING(CchCatN)(pszDest, cchDest, pszSrc, cchDest);
}

NTSTRSAFE_INLINE NTSTATUS HOTADD_STRING(CchVPrintf)(_Out_writes_(cchDest) HOTADD_CHAR *pszDest,
                                                    _In_ size_t cchDest,
                                                    _In_ const HOTADD_CHAR *pszFormat,
                                                    _In_ va_list argList)
{
    int cchWritten;

    if (cchDest == 0 || cchDest > NTSTRSAFE_MAX_CCH) {
        if (cchDest > 0)
            *pszDest = 0;
        return STATUS_INVALID_PARAMETER;
    }
    cchWritten = HOTADD_PRINT(pszDest, cchDest - 1, pszFormat, argList);
    if (cchWritten < 0 || (size_t)cchWritten > cchDest - 1) {
        pszDest[cchDest - 1] = 0;
        return STATUS_BUFFER_OVERFLOW;
    }
    pszDest[cchWritten] = 0;
    return STATUS_SUCCESS;
}

NTSTRSAFE_INLINE NTSTATUS HOTADD_STRING(CchPrintf)(_Out_writes_(cchDest) HOTADD_CHAR *pszDest,
                                                   _In_ size_t cchDest,
                                                   _In_ const HOTADD_CHAR *pszFormat, ...)
{
    va_list argList;
    NTSTATUS Status;

    va_start(argList, pszFormat);
    Status = HOTADD_STRING(CchVPrintf)(pszDest, cchDest, pszFormat, argList);
    va_end(argList);
    return Status;
}

NTSTRSAFE_INLINE NTSTATUS HOTADD_STRING(CchLength)(_In_ const HOTADD_CHAR *psz, _In_ size_t cchMax,
                                                   _Out_opt_ size_t *pcchLength)
{
    size_t cchLength = 0;
    NTSTATUS Status = STATUS_INVALID_PARAMETER;

    if (psz != NULL && cchMax <= NTSTRSAFE_MAX_CCH) {
        cchLength = HOTADD_STRING(ScanWorker)(psz, cchMax);
        if (cchLength < cchMax)
            Status = STATUS_SUCCESS;
        else
            cchLength = 0;
    }
    if (pcchLength != NULL)
        *pcchLength = cchLength;
    return Status;
}

NTSTRSAFE_INLINE NTSTATUS HOTADD_STRING(CbCopy)(_Out_writes_bytes_(cbDest) HOTADD_CHAR *pszDest,
                                                _In_ size_t cbDest, _In_ const HOTADD_CHAR *pszSrc)
{
    return HOTADD_STRING(CchCopy)(pszDest, cbDest / sizeof(HOTADD_CHAR), pszSrc);
}

NTSTRSAFE_INLINE NTSTATUS HOTADD_STRING(CbCopyN)(_Out_writes_bytes_(cbDest) HOTADD_CHAR *pszDest,
                                                 _In_ size_t cbDest, _In_ const HOTADD_CHAR *pszSrc,
                                                 _In_ size_t cbToCopy)
{
    return HOTADD_STRING(CchCopyN)(pszDest, cbDest / sizeof(HOTADD_CHAR), pszSrc,
                                   cbToCopy / sizeof(HOTADD_CHAR));
}

NTSTRSAFE_INLINE NTSTATUS HOTADD_STRING(CbCat)(_Inout_updates_bytes_(cbDest) HOTADD_CHAR *pszDest,
                                               _In_ size_t cbDest, _In_ const HOTADD_CHAR *pszSrc)
{
    return HOTADD_STRING(CchCat)(pszDest, cbDest / sizeof(HOTADD_CHAR), pszSrc);
}

NTSTRSAFE_INLINE NTSTATUS HOTADD_STRING(CbCatN)(_Inout_updates_bytes_(cbDest) HOTADD_CHAR *pszDest,
                                                _In_ size_t cbDest, _In_ const HOTADD_CHAR *pszSrc,
                                                _In_ size_t cbToAppend)
{
    return HOTADD_STRING(CchCatN)(pszDest, cbDest / sizeof(HOTADD_CHAR), pszSrc,
                                  cbToAppend / sizeof(HOTADD_CHAR));
}

NTSTRSAFE_INLINE NTSTATUS HOTADD_STRING(CbVPrintf)(_Out_writes_bytes_(cbDest) HOTADD_CHAR *pszDest,
                                                   _In_ size_t cbDest,
                                                   _In_ const HOTADD_CHAR *pszFormat,
                                                   _In_ va_list argList)
{
    return HOTADD_STRING(CchVPrintf)(pszDest, cbDest / sizeof(HOTADD_CHAR), pszFormat, argList);
}

NTSTRSAFE_INLINE NTSTATUS HOTADD_STRING(CbPrintf)(_Out_writes_bytes_(cbDest) HOTADD_CHAR *pszDest,
                                                  _In_ size_t cbDest,
                                                  _In_ const HOTADD_CHAR *pszFormat, ...)
{
    va_list argList;
    NTSTATUS Status;

    va_start(argList, pszFormat);
    Status = HOTADD_STRING(CbVPrintf)(pszDest, cbDest, pszFormat, argList);
    va_end(argList);
    return Status;
}

NTSTRSAFE_INLINE NTSTATUS HOTADD_STRING(CbLength)(_In_ const HOTADD_CHAR *psz, _In_ size_t cbMax,
                                                  _Out_opt_ size_t *pcbLength)
{
    NTSTATUS Status = HOTADD_STRING(CchLength)(psz, cbMax / sizeof(HOTADD_CHAR), pcbLength);

    if (NT_SUCCESS(Status) && pcbLength != NULL)
        *pcbLength *= sizeof(HOTADD_CHAR);
    return Status;
}

EXTERN_C_END

#endif
