/*++

Module Name:

    replaced_setting.c

Abstract:

    A driver with a setting that a thread uses and the callback replaces when a processor has come.

    The thread uses it under rundown protection, which costs little and is refused while the setting
    is replaced. The callback waits until nobody has it, puts the new one in its place, and lets the
    thread in again.

Environment:

    Kernel mode

--*/

#include <ntddk.h>

#include "watcher.h"

#define SETTING_TAG 'ttes'

#ifndef KEEP_USERS_OUT
#define KEEP_USERS_OUT() ExWaitForRundownProtectionRelease(&SettingRundown)
#define LET_USERS_IN() ExReInitializeRundownProtection(&SettingRundown)
#endif

typedef struct _SETTING {
    ULONG Share;
} SETTING, *PSETTING;

DRIVER_INITIALIZE DriverEntry;
static DRIVER_UNLOAD SettingUnload;
static PROCESSOR_CALLBACK_FUNCTION SettingProcessorChanged;
static WATCHER_ROUTINE SettingUse;

static PVOID CallbackHandle;
static WATCHER User;
static EX_RUNDOWN_REF SettingRundown;
static PSETTING Setting;

static PSETTING
SettingMake(
    VOID
    )
{
    PSETTING setting;

    setting = (PSETTING)ExAllocatePool2(POOL_FLAG_NON_PAGED, sizeof(*setting), SETTING_TAG);
    if (setting != NULL) {
        setting->Share = 1000 / KeQueryActiveProcessorCountEx(ALL_PROCESSOR_GROUPS);
    }
    return setting;
}

static VOID
SettingUse(
    VOID
    )
{
    ULONG share;

    if (ExAcquireRundownProtection(&SettingRundown)) {
        share = Setting->Share;
        ExReleaseRundownProtection(&SettingRundown);
        DbgPrintEx(DPFLTR_IHVDRIVER_ID, DPFLTR_INFO_LEVEL, "the share is %u\n", share);
    }
}

static VOID
SettingReplace(
    VOID
    )
{
    PSETTING setting = SettingMake();
    PSETTING old;

    if (setting == NULL) {
        return;
    }

    KEEP_USERS_OUT();
    old = Setting;
    Setting = setting;
    LET_USERS_IN();
    ExFreePoolWithTag(old, SETTING_TAG);
}

_Use_decl_annotations_
static VOID
SettingProcessorChanged(
    PVOID CallbackContext,
    PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext,
    PNTSTATUS OperationStatus
    )
{
    UNREFERENCED_PARAMETER(CallbackContext);
    UNREFERENCED_PARAMETER(OperationStatus);

    if (ChangeContext->State == KeProcessorAddCompleteNotify) {
        SettingReplace();
    }
}

_Use_decl_annotations_
static VOID
SettingUnload(
    PDRIVER_OBJECT DriverObject
    )
{
    UNREFERENCED_PARAMETER(DriverObject);

    KeDeregisterProcessorChangeCallback(CallbackHandle);
    WatcherStop(&User);
    ExFreePoolWithTag(Setting, SETTING_TAG);
}

_Use_decl_annotations_
NTSTATUS
DriverEntry(
    PDRIVER_OBJECT DriverObject,
    PUNICODE_STRING RegistryPath
    )
{
    NTSTATUS status;

    UNREFERENCED_PARAMETER(RegistryPath);

    ExInitializeRundownProtection(&SettingRundown);
    Setting = SettingMake();
    if (Setting == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }

    status = WatcherStart(&User, SettingUse);
    if (!NT_SUCCESS(status)) {
        ExFreePoolWithTag(Setting, SETTING_TAG);
        return status;
    }

    CallbackHandle = KeRegisterProcessorChangeCallback(SettingProcessorChanged, NULL, 0);
    if (CallbackHandle == NULL) {
        WatcherStop(&User);
        ExFreePoolWithTag(Setting, SETTING_TAG);
        return STATUS_UNSUCCESSFUL;
    }

    DriverObject->DriverUnload = SettingUnload;
    return STATUS_SUCCESS;
}
