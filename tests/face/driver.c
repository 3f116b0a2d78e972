/* driver - takes a row for each new processor; which mistake it makes is up to the test */
#include "driver.h"

#include <hotadd/cmocka.h>

MISTAKE Mistake;
KEVENT NeverSet;

#define ROWS 8

static PVOID Handle, Row[ROWS];
static DRIVER_UNLOAD Unload;
static PROCESSOR_CALLBACK_FUNCTION Changed;

static VOID AssertWrongly(VOID)
{
    static const LargestIntegralType primes[] = {2, 3, 5};

    assert_true(1 > 2);
    assert_int_equal(3, 4);
    assert_null(&Mistake);
    assert_string_equal("one", "two");
    assert_memory_equal("abc", "abd", 3);
    assert_in_range(9, 1, 8);
    assert_in_set(4, primes, 3);
    assert_float_equal(1.0, 2.0, 0.5);
    assert_return_code(-1, 5);
    fail_msg("%s went wrong", "all of it");
    skip();
    fail();
}

static VOID Start(PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext)
{
    Row[ChangeContext->NtNumber] = ExAllocatePool2(POOL_FLAG_NON_PAGED, 64, 'woRH');
    if (Mistake == ChecksWrongly)
        ha_check(ChangeContext->NtNumber == 7);
    else if (Mistake == AssertsWrongly)
        AssertWrongly();
    else if (Mistake == WaitsInStart)
        KeWaitForSingleObject(&NeverSet, Executive, KernelMode, FALSE, NULL);
}

static VOID Changed(PVOID CallbackContext, PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext,
                    PNTSTATUS OperationStatus)
{
    UNREFERENCED_PARAMETER(CallbackContext);
    if (ChangeContext->State == KeProcessorAddStartNotify)
        Start(ChangeContext);
    else if (Mistake == WritesTooLate)
        *OperationStatus = STATUS_UNSUCCESSFUL;
}

static VOID Unload(PDRIVER_OBJECT DriverObject)
{
    UNREFERENCED_PARAMETER(DriverObject);
    if (Mistake == WaitsForever)
        KeWaitForSingleObject(&NeverSet, Executive, KernelMode, FALSE, NULL);
    KeDeregisterProcessorChangeCallback(Handle);
    for (ULONG i = 0; i < ROWS && Mistake != KeepsMemory; i++)
        if (Row[i])
            ExFreePoolWithTag(Row[i], 'woRH');
}

NTSTATUS DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    UNREFERENCED_PARAMETER(RegistryPath);
    if (Mistake == EntryFails)
        return STATUS_INSUFFICIENT_RESOURCES;
    RtlZeroMemory(Row, sizeof Row);
    if (Mistake == ForgetsFirst) {
        Row[0] = ExAllocatePool2(POOL_FLAG_NON_PAGED, 64, 'woRH');
        Row[1] = ExAllocatePool2(POOL_FLAG_NON_PAGED, 64, 'woRH');
        if (!Row[1])
            return STATUS_INSUFFICIENT_RESOURCES;
    }
    DriverObject->DriverUnload = Unload;
    KeInitializeEvent(&NeverSet, NotificationEvent, FALSE);
    Handle = KeRegisterProcessorChangeCallback(Changed, NULL, 0);
    return Handle ? STATUS_SUCCESS : STATUS_UNSUCCESSFUL;
}
