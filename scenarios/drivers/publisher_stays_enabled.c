/*++

Module Name:

    publisher_stays_enabled.c

Abstract:

    publisher.c with a mistake: nobody disables the interface. Whoever asks for the class finds a
    link to a device whose driver is gone, and nobody is told that it went.

--*/

#define DISABLE_INTERFACE(_LinkName) ((void)(_LinkName))

#include "publisher.c"
