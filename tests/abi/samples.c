/*
 * The code of the documents, filled in and otherwise as it stands. Source: WDK reference,
 * Registering for Synchronous Driver Notification, Processing a Synchronous Driver Notification,
 * Registering for Asynchronous Driver Notification, KeRegisterProcessorChangeCallback.
 *
 * One thing is put right: the semicolon between the head of Unload and its body.
 */
#define HOTADD_SAMPLE_SPELLING
#include <ntddk.h>
#include <poclass.h>

#define PER_PROCESSOR_TAG 'PcpS'
#define MOST_PROCESSORS 64

EXTERN_C_START

VOID
  SyncProcessorCallback(
    IN PVOID CallbackContext,
    IN PKE_PROCESSOR_CHANGE_NOTIFICATION_CONTEXT ChangeContext,
    IN PNTSTATUS OperationStatus
    );

NTSTATUS
  AsyncProcessorCallback(
    IN PVOID NotificationStructure,
    IN PVOID Context
    );

NTSTATUS
  AsyncMemoryCallback(
    IN PVOID NotificationStructure,
    IN PVOID Context
    );

#ifndef __cplusplus
VOID
  ProcessorCallback(
    __in PVOID CallbackContext,
    __in PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext,
    __inout PNTSTATUS OperationStatus
    );
#endif

DRIVER_INITIALIZE DriverEntry;
DRIVER_UNLOAD Unload;

EXTERN_C_END

static PVOID CallbackRegistrationHandle;
static NTSTATUS CallbackStatus = STATUS_SUCCESS;
static PVOID ProcessorNotificationEntry;
static PVOID MemoryNotificationEntry;
static PVOID PerProcessor[MOST_PROCESSORS];
static ULONG Rebalanced;

VOID
  SyncProcessorCallback(
    IN PVOID CallbackContext,
    IN PKE_PROCESSOR_CHANGE_NOTIFICATION_CONTEXT ChangeContext,
    IN PNTSTATUS OperationStatus
    )
{
  PNTSTATUS CallbackStatus;
  ULONG ProcessorNumber;
  ULONG ProcessorCount;
  KAFFINITY ActiveProcessors;

  CallbackStatus =
    (PNTSTATUS)
      CallbackContext;

  ProcessorNumber =
    ChangeContext->NtNumber;

  switch (ChangeContext->State)
  {
    case KeProcessorAddStartNotify:

      PerProcessor[ProcessorNumber] =
        ExAllocatePoolWithTag(
          NonPagedPoolNx,
          PAGE_SIZE,
          PER_PROCESSOR_TAG
          );
      if (PerProcessor[ProcessorNumber] == NULL)
      {
        *OperationStatus = STATUS_INSUFFICIENT_RESOURCES;
        *CallbackStatus = STATUS_INSUFFICIENT_RESOURCES;
      }

      break;

    case KeProcessorAddCompleteNotify:

      ProcessorCount =
        KeQueryActiveProcessorCount(
          &ActiveProcessors
          );
      Rebalanced += ProcessorCount;

      break;

    case KeProcessorAddFailureNotify:

      ExFreePoolWithTag(PerProcessor[ProcessorNumber], PER_PROCESSOR_TAG);

      break;
  }
}

NTSTATUS
  AsyncProcessorCallback(
    IN PVOID NotificationStructure,
    IN PVOID Context
    )
{
  DbgPrint("%p %p\n", NotificationStructure, Context);
  return STATUS_SUCCESS;
}

NTSTATUS
  AsyncMemoryCallback(
    IN PVOID NotificationStructure,
    IN PVOID Context
    )
{
  return AsyncProcessorCallback(NotificationStructure, Context);
}

static NTSTATUS RegisterAsynchronously(PDRIVER_OBJECT DriverObject)
{
  NTSTATUS Status;

  Status =
    IoRegisterPlugPlayNotification(
      EventCategoryDeviceInterfaceChange,
      0,
      &GUID_DEVICE_PROCESSOR,
      DriverObject,
      AsyncProcessorCallback,
      NULL,
      &ProcessorNotificationEntry
      );
  if (!NT_SUCCESS(Status))
    return Status;

  Status =
    IoRegisterPlugPlayNotification(
      EventCategoryDeviceInterfaceChange,
      0,
      &GUID_DEVICE_MEMORY,
      DriverObject,
      AsyncMemoryCallback,
      NULL,
      &MemoryNotificationEntry
      );
  return Status;
}

NTSTATUS  DriverEntry(
    PDRIVER_OBJECT DriverObject,
    PUNICODE_STRING RegistryPath
    )
{
  UNREFERENCED_PARAMETER(RegistryPath);
  DriverObject->DriverUnload = Unload;

  CallbackRegistrationHandle =
    KeRegisterProcessorChangeCallback(
      SyncProcessorCallback,
      &CallbackStatus,
      KE_PROCESSOR_CHANGE_ADD_EXISTING
      );

  if (CallbackRegistrationHandle == NULL)
  {
    RtlZeroMemory(PerProcessor, sizeof(PerProcessor));

    if (CallbackStatus != STATUS_SUCCESS)
    {
      return CallbackStatus;
    }
    else
    {
      return STATUS_UNSUCCESSFUL;
    }
  }

  return RegisterAsynchronously(DriverObject);
}

VOID
  Unload(
    IN PDRIVER_OBJECT DriverObject
    )
{
  NTSTATUS Status;

  UNREFERENCED_PARAMETER(DriverObject);

  KeDeregisterProcessorChangeCallback(
    CallbackRegistrationHandle
    );

  Status =
    IoUnregisterPlugPlayNotification(
      ProcessorNotificationEntry
      );

  Status =
    IoUnregisterPlugPlayNotification(
      MemoryNotificationEntry
      );
  NT_VERIFY(NT_SUCCESS(Status));
}
