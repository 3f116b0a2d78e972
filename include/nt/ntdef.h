/*
 * ntdef.h - what all kernel headers stand on: basic types, strings, lists, helper macros
 *
 * Names, values and layouts are Microsoft's. The headers need no setting of the compiler; only
 * source that writes L"..." needs -fshort-wchar, because a WCHAR has 16 bits.
 */
#ifndef _NTDEF_
#define _NTDEF_

#include "basetsd.h"
#include "sdkddkver.h"
#include "sal.h"
#include "driverspecs.h"
#include "specstrings.h"

/* Calling conventions: the host has one. */
#define NTAPI
#define FASTCALL
#define WINAPI
#define NTSYSAPI
#define NTSYSCALLAPI
#define NTKERNELAPI
#define NTHALAPI
#ifndef __stdcall
#define __stdcall
#endif
#ifndef __cdecl
#define __cdecl
#endif
#ifndef __fastcall
#define __fastcall
#endif

/* __declspec(x) with the meanings that a kernel driver uses. */
#ifndef __declspec
#define __declspec(x) __declspec_##x
#endif
#define __declspec_align(bytes) __attribute__((aligned(bytes)))
#define __declspec_noreturn __attribute__((noreturn))
#define __declspec_noinline __attribute__((noinline))
#define __declspec_nothrow __attribute__((nothrow))
#define __declspec_deprecated __attribute__((deprecated))
#define __declspec_selectany __attribute__((weak))
#define __declspec_dllexport __attribute__((visibility("default")))
#define __declspec_dllimport
#define __declspec_restrict
#define __declspec_novtable
#define __declspec_allocate(section)
#define __declspec_code_seg(section)

#define DECLSPEC_IMPORT
#define DECLSPEC_EXPORT __declspec_dllexport
#define DECLSPEC_NORETURN __declspec_noreturn
#define DECLSPEC_ALIGN(bytes) __declspec_align(bytes)
#define DECLSPEC_CACHEALIGN DECLSPEC_ALIGN(64)
#define DECLSPEC_SELECTANY __declspec_selectany
#define DECLSPEC_NOINLINE __declspec_noinline

/* Neither extern nor static is part of it: source writes `static FORCEINLINE` as well. */
#ifndef FORCEINLINE
#define FORCEINLINE __inline__ __attribute__((always_inline))
#endif
#define CFORCEINLINE FORCEINLINE
#ifndef __forceinline
#define __forceinline FORCEINLINE
#endif
#define __pragma(x)

#ifdef __cplusplus
#define EXTERN_C extern "C"
#define EXTERN_C_START extern "C" {
#define EXTERN_C_END }
#define C_ASSERT(e) static_assert(e, #e)
#else
#define EXTERN_C extern
#define EXTERN_C_START
#define EXTERN_C_END
#define C_ASSERT(e) _Static_assert(e, #e)
#endif

#define IN
#define OUT
#define OPTIONAL
#define CONST const
#define VOID void
#define UNALIGNED
#define RESTRICTED_POINTER
#define POINTER_64
#define POINTER_32
#define NOTHING
#define _ANONYMOUS_UNION __extension__
#define _ANONYMOUS_STRUCT __extension__
#define DUMMYUNIONNAME
#define DUMMYSTRUCTNAME
#ifndef TRUE
#define TRUE 1
#endif
#ifndef FALSE
#define FALSE 0
#endif

EXTERN_C_START

typedef void *PVOID, *PVOID64;
typedef char CHAR, *PCHAR, *PCH, *PSZ, *LPSTR, *PSTR, CCHAR, *PCCHAR;
typedef const char *LPCSTR, *PCSTR, *PCSZ, *PCCH, *LPCCH;
typedef unsigned char UCHAR, *PUCHAR, BOOLEAN, *PBOOLEAN;
typedef short SHORT, *PSHORT, CSHORT, *PCSHORT;
typedef unsigned short USHORT, *PUSHORT;
typedef int LONG, *PLONG, INT, *PINT, BOOL, *PBOOL;
typedef unsigned int ULONG, *PULONG, CLONG, *PCLONG, LOGICAL, *PLOGICAL;
typedef long long LONGLONG, *PLONGLONG;
typedef unsigned long long ULONGLONG, *PULONGLONG, DWORDLONG, *PDWORDLONG;

/* In C++ a wide literal fits no other type than wchar_t; in C, unsigned short is the same. */
#if defined(__cplusplus) && __SIZEOF_WCHAR_T__ == 2
typedef wchar_t WCHAR;
#else
typedef unsigned short WCHAR;
#endif
typedef WCHAR *PWCHAR, *PWCH, *LPWCH, *LPWSTR, *PWSTR, *PZZWSTR;
typedef const WCHAR *PCWCHAR, *PCWCH, *LPCWCH, *LPCWSTR, *PCWSTR, *PCZZWSTR;

typedef void *HANDLE, **PHANDLE;
typedef LONG NTSTATUS, *PNTSTATUS;
typedef UCHAR KIRQL, *PKIRQL;
typedef LONG KPRIORITY;

#define MAXCHAR 0x7f
#define MAXSHORT 0x7fff
#define MAXLONG 0x7fffffff
#define MAXLONGLONG 0x7fffffffffffffffLL
#define MAXUCHAR 0xff
#define MAXUSHORT 0xffff
#define MAXULONG 0xffffffffu
#define MAXULONGLONG 0xffffffffffffffffULL

/* Source: WDK, Using NTSTATUS Values. A status from 0x80000000 on is negative. */
#define NT_SUCCESS(Status) (((NTSTATUS)(Status)) >= 0)
#define NT_INFORMATION(Status) ((((ULONG)(Status)) >> 30) == 1)
#define NT_WARNING(Status) ((((ULONG)(Status)) >> 30) == 2)
#define NT_ERROR(Status) ((((ULONG)(Status)) >> 30) == 3)

typedef union _LARGE_INTEGER {
    __extension__ struct { ULONG LowPart; LONG HighPart; };
    struct { ULONG LowPart; LONG HighPart; } u;
    LONGLONG QuadPart;
} LARGE_INTEGER, *PLARGE_INTEGER;

typedef union _ULARGE_INTEGER {
    __extension__ struct { ULONG LowPart; ULONG HighPart; };
    struct { ULONG LowPart; ULONG HighPart; } u;
    ULONGLONG QuadPart;
} ULARGE_INTEGER, *PULARGE_INTEGER;

typedef LARGE_INTEGER PHYSICAL_ADDRESS, *PPHYSICAL_ADDRESS;

typedef struct _LUID {
    ULONG LowPart;
    LONG HighPart;
} LUID, *PLUID;

#ifndef GUID_DEFINED
#define GUID_DEFINED
typedef struct _GUID {
    ULONG Data1;
    USHORT Data2;
    USHORT Data3;
    UCHAR Data4[8];
} GUID;
#endif
typedef GUID *LPGUID;
typedef const GUID *LPCGUID;

/* Lengths are in bytes and leave a terminator out. */
typedef struct _UNICODE_STRING {
    USHORT Length;
    USHORT MaximumLength;
    PWCHAR Buffer;
} UNICODE_STRING, *PUNICODE_STRING;
typedef const UNICODE_STRING *PCUNICODE_STRING;

typedef struct _STRING {
    USHORT Length;
    USHORT MaximumLength;
    PCHAR Buffer;
} STRING, *PSTRING, ANSI_STRING, *PANSI_STRING, OEM_STRING, *POEM_STRING;
typedef const STRING *PCANSI_STRING;

#define UNICODE_NULL ((WCHAR)0)
#define ANSI_NULL ((CHAR)0)
#define UNICODE_STRING_MAX_BYTES ((USHORT)65534)
#define UNICODE_STRING_MAX_CHARS (32767)

typedef struct _LIST_ENTRY {
    struct _LIST_ENTRY *Flink;
    struct _LIST_ENTRY *Blink;
} LIST_ENTRY, *PLIST_ENTRY;

typedef struct _SINGLE_LIST_ENTRY {
    struct _SINGLE_LIST_ENTRY *Next;
} SINGLE_LIST_ENTRY, *PSINGLE_LIST_ENTRY;

typedef struct _OBJECT_ATTRIBUTES {
    ULONG Length;
    HANDLE RootDirectory;
    PUNICODE_STRING ObjectName;
    ULONG Attributes;
    PVOID SecurityDescriptor;
    PVOID SecurityQualityOfService;
} OBJECT_ATTRIBUTES, *POBJECT_ATTRIBUTES;
typedef const OBJECT_ATTRIBUTES *PCOBJECT_ATTRIBUTES;

#define OBJ_INHERIT 0x00000002
#define OBJ_PERMANENT 0x00000010
#define OBJ_CASE_INSENSITIVE 0x00000040
#define OBJ_OPENIF 0x00000080
#define OBJ_KERNEL_HANDLE 0x00000200

#define InitializeObjectAttributes(p, n, a, r, s) \
    do { \
        (p)->Length = sizeof(OBJECT_ATTRIBUTES); \
        (p)->RootDirectory = (r); \
        (p)->Attributes = (a); \
        (p)->ObjectName = (n); \
        (p)->SecurityDescriptor = (s); \
        (p)->SecurityQualityOfService = NULL; \
    } while (0)

/* A processor by its group, and a set of processors of one group. */
typedef struct _PROCESSOR_NUMBER {
    USHORT Group;
    UCHAR Number;
    UCHAR Reserved;
} PROCESSOR_NUMBER, *PPROCESSOR_NUMBER;

typedef struct _GROUP_AFFINITY {
    KAFFINITY Mask;
    USHORT Group;
    USHORT Reserved[3];
} GROUP_AFFINITY, *PGROUP_AFFINITY;

#define MAXIMUM_PROC_PER_GROUP 64
#define AFFINITY_MASK(n) ((KAFFINITY)1 << (n))
#define MAXIMUM_PROCESSORS MAXIMUM_PROC_PER_GROUP
#define ALL_PROCESSOR_GROUPS 0xffff

EXTERN_C_END

#define FIELD_OFFSET(type, field) ((LONG)offsetof(type, field))
#define UFIELD_OFFSET(type, field) ((ULONG)offsetof(type, field))
#define CONTAINING_RECORD(address, type, field) \
    ((type *)(void *)((char *)(address) - offsetof(type, field)))
#define RTL_FIELD_SIZE(type, field) (sizeof(((type *)0)->field))
#define RTL_FIELD_TYPE(type, field) (((type *)0)->field)
#define RTL_SIZEOF_THROUGH_FIELD(type, field) \
    (offsetof(type, field) + RTL_FIELD_SIZE(type, field))
#define RTL_NUMBER_OF(array) (sizeof(array) / sizeof((array)[0]))
#define RTL_NUMBER_OF_FIELD(type, field) RTL_NUMBER_OF(RTL_FIELD_TYPE(type, field))
#ifndef ARRAYSIZE
#define ARRAYSIZE(array) RTL_NUMBER_OF(array)
#endif
/* If the assertion fails: a source with L"..." is compiled with -fshort-wchar. */
#define DECLARE_CONST_UNICODE_STRING(variable, literal) \
    C_ASSERT(sizeof(literal[0]) == sizeof(WCHAR)); \
    const WCHAR variable##_buffer[] = literal; \
    const UNICODE_STRING variable = { \
        sizeof(literal) - sizeof(WCHAR), sizeof(literal), (PWCHAR)variable##_buffer}
#define DECLARE_GLOBAL_CONST_UNICODE_STRING(variable, literal) \
    EXTERN_C const UNICODE_STRING variable; \
    DECLARE_CONST_UNICODE_STRING(variable, literal)
#define DECLARE_UNICODE_STRING_SIZE(variable, size) \
    WCHAR variable##_buffer[size]; \
    UNICODE_STRING variable = {0, (size) * sizeof(WCHAR), variable##_buffer}
#ifdef __cplusplus
/* C++ keeps a literal constant; a string does not say whether its characters are. */
inline CHAR *RtlConstantCharacters(const CHAR *Characters)
{
    return const_cast<CHAR *>(Characters);
}

inline WCHAR *RtlConstantCharacters(const WCHAR *Characters)
{
    return const_cast<WCHAR *>(Characters);
}
#else
#define RtlConstantCharacters(literal) literal
#endif
#define RTL_CONSTANT_STRING(s) \
    {sizeof(s) - sizeof((s)[0]), sizeof(s), RtlConstantCharacters(s)}

#define ALIGN_DOWN_BY(length, alignment) ((ULONG_PTR)(length) & ~((ULONG_PTR)(alignment) - 1))
#define ALIGN_UP_BY(length, alignment) \
    ALIGN_DOWN_BY((ULONG_PTR)(length) + (alignment) - 1, alignment)
#define ALIGN_DOWN(length, type) ALIGN_DOWN_BY(length, sizeof(type))
#define ALIGN_UP(length, type) ALIGN_UP_BY(length, sizeof(type))
#define ALIGN_DOWN_POINTER_BY(address, alignment) ((PVOID)ALIGN_DOWN_BY(address, alignment))
#define ALIGN_UP_POINTER_BY(address, alignment) ((PVOID)ALIGN_UP_BY(address, alignment))
#define FlagOn(flags, flag) ((flags) & (flag))
#define BooleanFlagOn(flags, flag) ((BOOLEAN)(((flags) & (flag)) != 0))
#define SetFlag(flags, flag) ((flags) |= (flag))
#define ClearFlag(flags, flag) ((flags) &= ~(flag))

/* In C++ the standard library has functions of these names. */
#if !defined(__cplusplus) && !defined(NOMINMAX)
#ifndef min
#define min(a, b) (((a) < (b)) ? (a) : (b))
#endif
#ifndef max
#define max(a, b) (((a) > (b)) ? (a) : (b))
#endif
#endif

#define UNREFERENCED_PARAMETER(P) ((void)(P))
#define DBG_UNREFERENCED_PARAMETER(P) ((void)(P))
#define DBG_UNREFERENCED_LOCAL_VARIABLE(V) ((void)(V))

#endif
