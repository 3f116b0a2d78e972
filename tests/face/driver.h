/* driver.h - what the tests of the face let their driver do wrong */
#ifndef HA_TESTS_FACE_DRIVER_H
#define HA_TESTS_FACE_DRIVER_H

#include <ntddk.h>

typedef enum _MISTAKE {
    NoMistake,
    KeepsMemory,            /* never gives back what it took in Start */
    WritesTooLate,          /* OperationStatus, in Complete */
    ChecksWrongly,          /* ha_check of what does not hold, in Start */
    AssertsWrongly,         /* each of cmocka's assertions, in Start */
    WaitsForever,           /* in Unload */
    WaitsInStart,
    EntryFails,
    ForgetsFirst            /* of two blocks, when there is no second */
} MISTAKE;

extern MISTAKE Mistake;
extern KEVENT NeverSet;

DRIVER_INITIALIZE DriverEntry;

#endif
