/*++

Module Name:

    panel.h

Abstract:

    What publisher.c and those who open its devices have to agree on: the class of the interface.

--*/

DEFINE_GUID(GUID_DEVINTERFACE_PANEL, 0x6f1c3a52, 0x0d7e, 0x4c1b,
            0x9a, 0x44, 0x21, 0x5b, 0xe8, 0x70, 0x3f, 0x96);
