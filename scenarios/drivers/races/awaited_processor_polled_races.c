/*++

Module Name:

    awaited_processor_polled_races.c

Abstract:

    awaited_processor.c with a mistake: a variable says that the data is there, and the thread looks
    at it until it does. To be volatile makes the compiler read it each time, and nothing more: on
    ARM64 the other processor may see the variable before it sees the data.

--*/

#include <ntddk.h>

static VOID LookUntilWritten(VOID);

static volatile BOOLEAN IsWritten;

#define SAY_WRITTEN() (IsWritten = TRUE)
#define AWAIT_WRITTEN() LookUntilWritten()

#include "awaited_processor.c"

static VOID
LookUntilWritten(
    VOID
    )
{
    LARGE_INTEGER pause;

    pause.QuadPart = -10000;
    while (!IsWritten) {
        KeDelayExecutionThread(KernelMode, FALSE, &pause);
    }
}
