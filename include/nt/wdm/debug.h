/*
 * wdm/debug.h - messages to a debugger, assertions, the end of the system
 */
#ifndef HOTADD_WDM_DEBUG_H
#define HOTADD_WDM_DEBUG_H

#include <stdarg.h>

#include "ntdef.h"

EXTERN_C_START

/* Component and level of a message. Source: WDK reference, DbgPrintEx. */
typedef enum _DPFLTR_TYPE {
    DPFLTR_SYSTEM_ID = 0,
    DPFLTR_SMSS_ID = 1,
    DPFLTR_SETUP_ID = 2,
    DPFLTR_IHVVIDEO_ID = 0x14,
    DPFLTR_IHVAUDIO_ID = 0x15,
    DPFLTR_IHVNETWORK_ID = 0x4b,
    DPFLTR_IHVSTREAMING_ID = 0x4c,
    DPFLTR_IHVDRIVER_ID = 0x4d,
    DPFLTR_IHVBUS_ID = 0x56,
    DPFLTR_DEFAULT_ID = 0x65
} DPFLTR_TYPE;

#define DPFLTR_ERROR_LEVEL 0
#define DPFLTR_WARNING_LEVEL 1
#define DPFLTR_TRACE_LEVEL 2
#define DPFLTR_INFO_LEVEL 3
#define DPFLTR_MASK 0x80000000u

NTSYSAPI ULONG __cdecl DbgPrint(_In_z_ _Printf_format_string_ PCSTR Format, ...);
NTSYSAPI ULONG __cdecl DbgPrintEx(_In_ ULONG ComponentId, _In_ ULONG Level,
                                  _In_z_ _Printf_format_string_ PCSTR Format, ...);
NTSYSAPI ULONG NTAPI vDbgPrintEx(_In_ ULONG ComponentId, _In_ ULONG Level, _In_z_ PCCH Format,
                                 _In_ va_list arglist);
NTSYSAPI ULONG NTAPI vDbgPrintExWithPrefix(_In_z_ PCCH Prefix, _In_ ULONG ComponentId,
                                           _In_ ULONG Level, _In_z_ PCCH Format,
                                           _In_ va_list arglist);
NTSYSAPI VOID NTAPI DbgBreakPoint(VOID);
NTSYSAPI VOID NTAPI DbgBreakPointWithStatus(_In_ ULONG Status);

/* An assertion of a checked build has failed. */
NTSYSAPI VOID NTAPI RtlAssert(_In_ PVOID VoidFailedAssertion, _In_ PVOID VoidFileName,
                              _In_ ULONG LineNumber, _In_opt_ PSTR MutableMessage);

DECLSPEC_NORETURN
NTKERNELAPI VOID NTAPI KeBugCheck(_In_ ULONG BugCheckCode);
DECLSPEC_NORETURN
NTKERNELAPI VOID NTAPI KeBugCheckEx(_In_ ULONG BugCheckCode, _In_ ULONG_PTR BugCheckParameter1,
                                    _In_ ULONG_PTR BugCheckParameter2,
                                    _In_ ULONG_PTR BugCheckParameter3,
                                    _In_ ULONG_PTR BugCheckParameter4);

/* An instruction of the compiler on Windows; here a routine that ends the same way. */
DECLSPEC_NORETURN
NTKERNELAPI VOID NTAPI __fastfail(_In_ unsigned int Code);

EXTERN_C_END

#define FAST_FAIL_LEGACY_GS_VIOLATION 0
#define FAST_FAIL_VTGUARD_CHECK_FAILURE 1
#define FAST_FAIL_STACK_COOKIE_CHECK_FAILURE 2
#define FAST_FAIL_CORRUPT_LIST_ENTRY 3
#define FAST_FAIL_INCORRECT_STACK 4
#define FAST_FAIL_INVALID_ARG 5
#define FAST_FAIL_GS_COOKIE_INIT 6
#define FAST_FAIL_FATAL_APP_EXIT 7
#define FAST_FAIL_RANGE_CHECK_FAILURE 8
#define FAST_FAIL_UNSAFE_REGISTRY_ACCESS 9
#define FAST_FAIL_INVALID_REFERENCE_COUNT 14
#define FAST_FAIL_INVALID_BUFFER_ACCESS 28
#define FAST_FAIL_INVALID_NEXT_THREAD 30
#define FAST_FAIL_INVALID_FAST_FAIL_CODE 0xFFFFFFFFu

/* Nobody debugs the simulated kernel. */
#define KD_DEBUGGER_ENABLED FALSE
#define KD_DEBUGGER_NOT_PRESENT TRUE

/* A checked build defines DBG as 1. In a free build an assertion evaluates nothing. */
#ifndef DBG
#define DBG 0
#endif
#if DBG
#define ASSERTMSG(msg, exp) \
    ((exp) ? (void)0 \
           : RtlAssert((PVOID)(ULONG_PTR)#exp, (PVOID)(ULONG_PTR)__FILE__, __LINE__, \
                       (PSTR)(ULONG_PTR)(msg)))
#define ASSERT(exp) ASSERTMSG(NULL, exp)
#define NT_ASSERT(exp) ASSERT(exp)
#define NT_ASSERTMSG(msg, exp) ASSERTMSG(msg, exp)
#define NT_VERIFY(exp) ASSERT(exp)
#define KdPrint(parenthesised) DbgPrint parenthesised
#define KdPrintEx(parenthesised) DbgPrintEx parenthesised
#define KdBreakPoint() DbgBreakPoint()
#else
#define ASSERT(exp) ((void)0)
#define ASSERTMSG(msg, exp) ((void)0)
#define NT_ASSERT(exp) ((void)0)
#define NT_ASSERTMSG(msg, exp) ((void)0)
#define NT_VERIFY(exp) ((void)(exp))
#define KdPrint(parenthesised)
#define KdPrintEx(parenthesised)
#define KdBreakPoint()
#endif
#define NT_FRE_ASSERT(exp) ((exp) ? (void)0 : __fastfail(FAST_FAIL_INVALID_ARG))
#define RTL_SOFT_ASSERT(exp) ((void)0)
#define RTL_VERIFY NT_VERIFY

/* Codes of a bug check. Source: WDK, Bug Check Code Reference. */
#define IRQL_NOT_LESS_OR_EQUAL ((ULONG)0x0000000A)
#define BAD_POOL_HEADER ((ULONG)0x00000019)
#define MEMORY_MANAGEMENT ((ULONG)0x0000001A)
#define KMODE_EXCEPTION_NOT_HANDLED ((ULONG)0x0000001E)
#define SYSTEM_THREAD_EXCEPTION_NOT_HANDLED ((ULONG)0x0000007E)
#define NO_MORE_IRP_STACK_LOCATIONS ((ULONG)0x00000035)
#define BAD_POOL_CALLER ((ULONG)0x000000C2)
#define DRIVER_VERIFIER_DETECTED_VIOLATION ((ULONG)0x000000C4)
#define DRIVER_IRQL_NOT_LESS_OR_EQUAL ((ULONG)0x000000D1)
#define MANUALLY_INITIATED_CRASH ((ULONG)0x000000E2)
#define DRIVER_VIOLATION ((ULONG)0x00000121)
#define KERNEL_SECURITY_CHECK_FAILURE ((ULONG)0x00000139)

#endif
