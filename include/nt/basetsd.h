/*
 * basetsd.h - Windows' integer types of fixed width
 *
 * Windows is LLP64: its LONG has 32 bits while the host's long has 64. Every width is therefore
 * spelled with int and long long; only SIZE_T and SSIZE_T follow the host, because driver code
 * hands their addresses to functions that take size_t.
 */
#ifndef _BASETSD_H_
#define _BASETSD_H_

#include <stddef.h>

/* A 64-bit Windows on AMD64 is played on every host, unless the driver asks for ARM64. */
#if !defined(_AMD64_) && !defined(_ARM64_)
#define _AMD64_ 1
#endif
#if defined(_AMD64_) && !defined(_M_AMD64)
#define _M_AMD64 100
#endif
#if defined(_AMD64_) && !defined(_M_X64)
#define _M_X64 100
#endif
#if defined(_ARM64_) && !defined(_M_ARM64)
#define _M_ARM64 1
#endif
#ifndef _WIN64
#define _WIN64 1
#endif

/* Microsoft's spellings of integers, which may carry signed or unsigned in front. */
#ifndef __int64
#define __int8 char
#define __int16 short
#define __int32 int
#define __int64 long long
#endif

#ifdef __cplusplus
extern "C" {
#endif

typedef signed char INT8, *PINT8;
typedef short INT16, *PINT16;
typedef int INT32, *PINT32;
typedef long long INT64, *PINT64;
typedef unsigned char UINT8, *PUINT8;
typedef unsigned short UINT16, *PUINT16;
typedef unsigned int UINT32, *PUINT32;
typedef unsigned long long UINT64, *PUINT64;

typedef int LONG32, *PLONG32;
typedef unsigned int ULONG32, *PULONG32;
typedef unsigned int DWORD32, *PDWORD32;
typedef long long LONG64, *PLONG64;
typedef unsigned long long ULONG64, *PULONG64;
typedef unsigned long long DWORD64, *PDWORD64;

/* Integers that hold a pointer. */
typedef long long INT_PTR, *PINT_PTR;
typedef unsigned long long UINT_PTR, *PUINT_PTR;
typedef long long LONG_PTR, *PLONG_PTR;
typedef unsigned long long ULONG_PTR, *PULONG_PTR;

typedef size_t SIZE_T, *PSIZE_T;
typedef ptrdiff_t SSIZE_T, *PSSIZE_T;

/* One bit a processor of a group. */
typedef ULONG_PTR KAFFINITY, *PKAFFINITY;

#ifdef __cplusplus
}
#endif

#define MAXUINT8 ((UINT8)~((UINT8)0))
#define MAXUINT16 ((UINT16)~((UINT16)0))
#define MAXUINT32 ((UINT32)~((UINT32)0))
#define MAXUINT64 ((UINT64)~((UINT64)0))
#define MAXULONG_PTR ((ULONG_PTR)~((ULONG_PTR)0))
#define MAXSIZE_T ((SIZE_T)~((SIZE_T)0))

#endif
