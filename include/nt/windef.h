/*
 * windef.h - a few names of user mode that driver sources ask for
 */
#ifndef _WINDEF_
#define _WINDEF_

#include "ntdef.h"

EXTERN_C_START

typedef unsigned char BYTE, *PBYTE, *LPBYTE;
typedef unsigned short WORD, *PWORD, *LPWORD;
typedef unsigned int DWORD, *PDWORD, *LPDWORD, UINT, *PUINT;
typedef void *LPVOID;
typedef const void *LPCVOID;

EXTERN_C_END

#define LOBYTE(w) ((BYTE)((ULONG_PTR)(w) & 0xff))
#define HIBYTE(w) ((BYTE)(((ULONG_PTR)(w) >> 8) & 0xff))
#define LOWORD(l) ((WORD)((ULONG_PTR)(l) & 0xffff))
#define HIWORD(l) ((WORD)(((ULONG_PTR)(l) >> 16) & 0xffff))

#endif
