/*++

Module Name:

    worker_closes_twice.c

Abstract:

    worker_per_processor.c with a mistake: it closes the handle of each thread when it has taken a
    reference, and once more for the handle itself. By then the number may be that of another one.

--*/

#include <ntddk.h>

#define ZwClose(_Handle) ((VOID)(ZwClose)(_Handle), (VOID)(ZwClose)(_Handle))

#include "worker_per_processor.c"
