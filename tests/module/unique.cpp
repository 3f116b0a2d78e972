// A driver whose variable belongs to a template, which g++ has all modules share if it is let.
#include <ntddk.h>

template <class Kind> struct Counter {
    static LONG loads;
};

template <class Kind> LONG Counter<Kind>::loads = 0;

extern "C" DRIVER_INITIALIZE DriverEntry;

extern "C" NTSTATUS DriverEntry(PDRIVER_OBJECT, PUNICODE_STRING)
{
    return Counter<int>::loads++ == 0 ? STATUS_SUCCESS : STATUS_ALREADY_REGISTERED;
}
