/*
 * format - formatted text as the kernel's C library makes it
 */
#ifndef HA_NT_FORMAT_H
#define HA_NT_FORMAT_H

#include <ntddk.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a caller may want to know, and to have a say in. */
struct ha_format_options {
    /* What is shown for a pointer; NULL shows its value. */
    uint64_t (*pointer)(void *argument, uintptr_t value);
    void *argument;
    bool has_unicode;           /* set when a conversion of wide text was met */
};

/* As _vsnprintf(). `options` may be NULL. */
int ha_format(char *buffer, size_t count, const char *format, va_list arguments,
              struct ha_format_options *options);

#endif
