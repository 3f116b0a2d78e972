/*
 * wdm/change.h - notification of processors that are added
 */
#ifndef HOTADD_WDM_CHANGE_H
#define HOTADD_WDM_CHANGE_H

#include "wdm/processor.h"

EXTERN_C_START

/* A processor is being added. */
typedef enum _KE_PROCESSOR_CHANGE_NOTIFY_STATE {
    KeProcessorAddStartNotify = 0,
    KeProcessorAddCompleteNotify,
    KeProcessorAddFailureNotify
} KE_PROCESSOR_CHANGE_NOTIFY_STATE;

typedef struct _KE_PROCESSOR_CHANGE_NOTIFY_CONTEXT {
    KE_PROCESSOR_CHANGE_NOTIFY_STATE State;
    ULONG NtNumber;
    NTSTATUS Status;
    PROCESSOR_NUMBER ProcNumber;
} KE_PROCESSOR_CHANGE_NOTIFY_CONTEXT, *PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT;

/*
 * Published sample code writes NOTIFICATION for NOTIFY. Who wants to compile it as it stands
 * defines HOTADD_SAMPLE_SPELLING before the first header.
 */
#ifdef HOTADD_SAMPLE_SPELLING
typedef KE_PROCESSOR_CHANGE_NOTIFY_CONTEXT KE_PROCESSOR_CHANGE_NOTIFICATION_CONTEXT,
    *PKE_PROCESSOR_CHANGE_NOTIFICATION_CONTEXT;
#endif

typedef _Function_class_(PROCESSOR_CALLBACK_FUNCTION) _IRQL_requires_same_
VOID NTAPI PROCESSOR_CALLBACK_FUNCTION(_In_ PVOID CallbackContext,
                                       _In_ PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext,
                                       _Inout_ PNTSTATUS OperationStatus);
typedef PROCESSOR_CALLBACK_FUNCTION *PPROCESSOR_CALLBACK_FUNCTION;

#define KE_PROCESSOR_CHANGE_ADD_EXISTING 1

_IRQL_requires_max_(PASSIVE_LEVEL)
NTKERNELAPI PVOID NTAPI KeRegisterProcessorChangeCallback(
    _In_ PPROCESSOR_CALLBACK_FUNCTION CallbackFunction,
    _In_opt_ PVOID CallbackContext,
    _In_ ULONG Flags);

_IRQL_requires_max_(APC_LEVEL)
NTKERNELAPI VOID NTAPI KeDeregisterProcessorChangeCallback(_In_ PVOID CallbackHandle);

EXTERN_C_END

#endif
