/* A shared object that is no driver. */
#include <ntddk.h>

ULONG Answer(VOID);

ULONG Answer(VOID)
{
    return 42;
}
