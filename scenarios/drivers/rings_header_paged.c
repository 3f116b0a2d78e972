/*++

Module Name:

    rings_header_paged.c

Abstract:

    rings.c with a mistake: the headers lie in paged pool. MmBuildMdlForNonPagedPool asks nobody
    where a page is, and such a page may be anywhere a moment later.

--*/

#include <ntddk.h>

#define HEADER_POOL POOL_FLAG_PAGED

#include "rings.c"
