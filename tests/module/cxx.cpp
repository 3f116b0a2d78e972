// A driver in C++, with an object that is made before DriverEntry runs.
#include <ntddk.h>
#include <string.h>

namespace {

class Listener {
public:
    Listener() : count(3) {}
    bool Begin()
    {
        handle = KeRegisterProcessorChangeCallback(Changed, this, 0);
        return handle != nullptr;
    }
    void End() { KeDeregisterProcessorChangeCallback(handle); }

private:
    static VOID NTAPI Changed(PVOID context, PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT change,
                              PNTSTATUS status)
    {
        Listener *self = static_cast<Listener *>(context);
        if (change->State == KeProcessorAddStartNotify && ++self->count == 5)
            *status = STATUS_INSUFFICIENT_RESOURCES;
    }

    PVOID handle = nullptr;
    ULONG count;
};

Listener listener;

VOID NTAPI Unload(PDRIVER_OBJECT)
{
    listener.End();
}

}

extern "C" DRIVER_INITIALIZE DriverEntry;

extern "C" NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING)
{
    DriverObject->DriverUnload = Unload;
    return wcslen(L"four") == 4 && listener.Begin() ? STATUS_SUCCESS : STATUS_UNSUCCESSFUL;
}
