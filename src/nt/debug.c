/*
 * debug - messages and breakpoints: DbgPrint and its relatives, RtlAssert
 *
 * Every message goes into the trace, whatever its component and level: there is no debugger whose
 * filter could hold it back. A pointer is shown as the number that the trace gives it, in the
 * order of appearance, because addresses differ from run to run.
 */
#include <ntddk.h>
#include <string.h>

#include "nt/format.h"
#include "nt/kernel.h"

#define LONGEST_MESSAGE 512u        /* Source: WDK reference, wdm.h, DbgPrint, Remarks. */

static uint64_t pointer_id(void *argument, uintptr_t value)
{
    struct ha_world *world = argument;
    return ha_id_of(&world->pointers, &world->host->arena, value);
}

/* As much as one record holds; a character of UTF-8 is not cut in two. */
static size_t part_of(const char *text, size_t length, size_t most)
{
    if (length <= most)
        return length;
    size_t part = most;
    while (part > 1 && ((unsigned char)text[part] & 0xc0u) == 0x80u)
        part--;
    return part;
}

static void record_message(struct ha_kernel *kernel, ULONG component, ULONG level,
                           const char *text, size_t length)
{
    uint32_t id = ++kernel->messages_made;
    do {
        struct ha_record *record = ha_record_open(&kernel->world, HA_DEBUG_PRINT, id);
        size_t part = part_of(text, length, sizeof record->as.debug.text);
        memcpy(record->as.debug.text, text, part);
        record->as.debug.component = component;
        record->as.debug.level = level;
        text += part;
        length -= part;
        record->flags = length ? HA_PRINT_MORE : 0;
    } while (length);
}

/*
 * Print a message behind a prefix.
 *
 *   Prefix       goes first, as it is
 *   ComponentId  DPFLTR_..._ID
 *   Level        DPFLTR_..._LEVEL
 *   Format       as _vsnprintf() takes it
 *
 * Returns STATUS_SUCCESS. Any IRQL, but a conversion of wide text wants PASSIVE_LEVEL: it is done
 * elsewhere too, and recorded as misuse. What is longer than 512 bytes is cut.
 *
 * Source: WDK reference, wdm.h, vDbgPrintExWithPrefix.
 */
ULONG vDbgPrintExWithPrefix(PCCH Prefix, ULONG ComponentId, ULONG Level, PCCH Format,
                            va_list arglist)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter(ha_routine_name(HA_RT_DEBUG_PRINT));
    struct ha_format_options options = {.pointer = pointer_id, .argument = &kernel->world};
    char text[LONGEST_MESSAGE + 1];
    size_t length = strlen(Prefix);
    if (length > LONGEST_MESSAGE)
        length = LONGEST_MESSAGE;
    memcpy(text, Prefix, length);
    int more = ha_format(text + length, LONGEST_MESSAGE + 1 - length, Format, arglist, &options);
    length = more < 0 ? LONGEST_MESSAGE : length + (size_t)more;
    if (more < 0 || length > LONGEST_MESSAGE)
        length = part_of(text, LONGEST_MESSAGE + 1, LONGEST_MESSAGE);
    if (options.has_unicode && kernel->world.sched.running->stamp.irql > PASSIVE_LEVEL)
        ha_record_misuse(kernel, HA_RT_DEBUG_PRINT, HA_MISUSE_RAISED_IRQL, 0, 0);
    record_message(kernel, ComponentId, Level, text, length);
    return STATUS_SUCCESS;
}

/* The same without a prefix. Source: WDK reference, wdm.h, vDbgPrintEx. */
ULONG vDbgPrintEx(ULONG ComponentId, ULONG Level, PCCH Format, va_list arglist)
{
    return vDbgPrintExWithPrefix("", ComponentId, Level, Format, arglist);
}

/* The same with arguments of its own. Source: WDK reference, wdm.h, DbgPrintEx. */
ULONG DbgPrintEx(ULONG ComponentId, ULONG Level, PCSTR Format, ...)
{
    va_list arguments;
    va_start(arguments, Format);
    ULONG status = vDbgPrintEx(ComponentId, Level, Format, arguments);
    va_end(arguments);
    return status;
}

/* A message of the default component, for information. Source: WDK reference, wdm.h, DbgPrint. */
ULONG DbgPrint(PCSTR Format, ...)
{
    va_list arguments;
    va_start(arguments, Format);
    ULONG status = vDbgPrintEx(DPFLTR_DEFAULT_ID, DPFLTR_INFO_LEVEL, Format, arguments);
    va_end(arguments);
    return status;
}

/*
 * A breakpoint. Any IRQL. Nobody debugs the simulated system, and there Windows stops it.
 *
 * Source: WDK reference, wdm.h, DbgBreakPoint.
 * Our choice, not documented: the code is KMODE_EXCEPTION_NOT_HANDLED with STATUS_BREAKPOINT.
 */
VOID DbgBreakPoint(VOID)
{
    KeBugCheckEx(KMODE_EXCEPTION_NOT_HANDLED, (ULONG)STATUS_BREAKPOINT, 0, 0, 0);
}

/* The same with a status. Source: WDK reference, wdm.h, DbgBreakPointWithStatus. */
VOID DbgBreakPointWithStatus(ULONG Status)
{
    KeBugCheckEx(KMODE_EXCEPTION_NOT_HANDLED, (ULONG)STATUS_BREAKPOINT, Status, 0, 0);
}

/*
 * An assertion of a checked build has failed: a message, then a breakpoint.
 *
 *   VoidFailedAssertion  the text of the condition
 *   VoidFileName         only what follows the last slash is shown
 *   MutableMessage       may be NULL
 *
 * Source: WDK reference, wdm.h, ASSERT, NT_ASSERT.
 */
VOID RtlAssert(PVOID VoidFailedAssertion, PVOID VoidFileName, ULONG LineNumber,
               PSTR MutableMessage)
{
    const char *file = VoidFileName;
    for (const char *s = file; *s; s++)
        if (*s == '/' || *s == '\\')
            file = s + 1;
    DbgPrintEx(DPFLTR_DEFAULT_ID, DPFLTR_ERROR_LEVEL,
               "*** Assertion failed: %s%s%s\n***   Source File: %s, line %lu\n",
               MutableMessage ? MutableMessage : "", MutableMessage ? "\n***   " : "",
               (const char *)VoidFailedAssertion, file, (unsigned long)LineNumber);
    DbgBreakPoint();
}
