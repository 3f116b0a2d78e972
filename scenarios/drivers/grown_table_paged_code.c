/*++

Module Name:

    grown_table_paged_code.c

Abstract:

    grown_table.c with a mistake: while it has the spin lock it calls a function that lies in paged
    code. That goes well as long as the page happens to be in memory.

--*/

#include <ntddk.h>

static VOID
TableSayThatItChanged(
    VOID
    )
{
    PAGED_CODE();

    DbgPrintEx(DPFLTR_IHVDRIVER_ID, DPFLTR_INFO_LEVEL, "the table changes\n");
}

#define KeReleaseSpinLock(_Lock, _Irql) \
    (TableSayThatItChanged(), (KeReleaseSpinLock)((_Lock), (_Irql)))

#include "grown_table.c"
