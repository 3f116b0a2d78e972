/*
 * rtl_query_registry - RtlQueryRegistryValues: many values in one call, by a table
 *
 * Owns struct query. What a driver's routine is given is a copy, so that what it does with the
 * registry meanwhile leads nowhere wrong.
 *
 * Source: WDK reference, wdm.h, RtlQueryRegistryValues. Where that is silent, about the order in
 * which flags are looked at and a routine's STATUS_BUFFER_TOO_SMALL: ReactOS, the same routine.
 */
#include <string.h>

#include "nt/registry.h"

#define STRING_TAG 0x67526c52u          /* "RlRg" */
#define LONGEST_STRING 0xfffeu          /* bytes that a UNICODE_STRING counts */
#define ONLY_TYPE ((UINT32_C(1) << RTL_QUERY_REGISTRY_TYPECHECK_SHIFT) - 1)

struct query {
    struct ha_kernel *kernel;
    struct ha_reg_key *top, *key;       /* of the call; of the entry that is being done */
    PVOID context;
    const RTL_QUERY_REGISTRY_TABLE *entry;
};

/* What an entry is answered with. */
struct answer {
    PWSTR name;
    PVOID data;
    ULONG type, size;
};

static bool is_text(ULONG type)
{
    return type == REG_SZ || type == REG_EXPAND_SZ || type == REG_MULTI_SZ;
}

static NTSTATUS store_text(PUNICODE_STRING string, const struct answer *answer)
{
    ULONG size = answer->size;
    if (size > LONGEST_STRING || (string->Buffer && size > string->MaximumLength))
        return STATUS_BUFFER_TOO_SMALL;
    if (!string->Buffer) {
        ha_kernel_stand_in(true);
        string->Buffer = ExAllocatePool2(POOL_FLAG_PAGED, size, STRING_TAG);
        ha_kernel_stand_in(false);
        if (!string->Buffer)
            return STATUS_NO_MEMORY;
        string->MaximumLength = (USHORT)size;
    }
    memcpy(string->Buffer, answer->data, size);
    string->Length = (USHORT)(size > sizeof(WCHAR) ? size - sizeof(WCHAR) : 0);
    return STATUS_SUCCESS;
}

/* Longer than a ULONG: the buffer begins with its size, negative for data alone. */
static NTSTATUS store_bytes(unsigned char *buffer, const struct answer *answer)
{
    LONG given;
    const ULONG head[] = {answer->size, answer->type};
    memcpy(&given, buffer, sizeof given);
    uint64_t room = (uint64_t)(given < 0 ? -(int64_t)given : given);
    size_t front = given < 0 ? 0 : sizeof head;
    if (room < front + answer->size)
        return STATUS_BUFFER_TOO_SMALL;
    memcpy(buffer, head, front);
    memcpy(buffer + front, answer->data, answer->size);
    return STATUS_SUCCESS;
}

static NTSTATUS store(const struct query *query, const struct answer *answer)
{
    PVOID place = query->entry->EntryContext;
    if (is_text(answer->type))
        return store_text(place, answer);
    if (answer->size > sizeof(ULONG))
        return store_bytes(place, answer);
    if (answer->size)
        memcpy(place, answer->data, answer->size);
    return STATUS_SUCCESS;
}

static NTSTATUS call(const struct query *query, const struct answer *answer)
{
    const RTL_QUERY_REGISTRY_TABLE *entry = query->entry;
    struct ha_kernel *kernel = query->kernel;
    const struct answer told = *answer;
    PVOID context = query->context;
    uint32_t depth = ha_kernel_go_out(kernel);
    NTSTATUS status = entry->QueryRoutine(told.name, told.type, told.data, told.size, context,
                                          entry->EntryContext);
    ha_kernel_come_in(kernel, depth);
    return status == STATUS_BUFFER_TOO_SMALL ? STATUS_SUCCESS : status;
}

/* A list goes string by string, up to the empty one or the end. */
static NTSTATUS call_for_each(const struct query *query, const struct answer *list)
{
    PWSTR text = list->data;
    size_t left = list->size / sizeof(WCHAR);
    NTSTATUS status = STATUS_SUCCESS;
    while (NT_SUCCESS(status) && left && *text) {
        size_t length = 0;
        while (text[length])        /* the copy has a terminator behind its end */
            length++;
        struct answer one = {list->name, text, REG_SZ, (ULONG)((length + 1) * sizeof(WCHAR))};
        status = call(query, &one);
        text += length + 1;
        left -= left > length ? length + 1 : left;
    }
    return status;
}

static NTSTATUS give(const struct query *query, struct answer answer)
{
    ULONG flags = query->entry->Flags;
    bool expands = !(flags & RTL_QUERY_REGISTRY_NOEXPAND);
    if (expands && answer.type == REG_EXPAND_SZ)
        answer.type = REG_SZ;       /* the system's environment is empty: nothing to replace */
    if (flags & RTL_QUERY_REGISTRY_DIRECT)
        return expands && answer.type == REG_MULTI_SZ ? STATUS_INVALID_PARAMETER
                                                      : store(query, &answer);
    return expands && answer.type == REG_MULTI_SZ ? call_for_each(query, &answer)
                                                  : call(query, &answer);
}

/* A default's length may be left out for text. */
static ULONG length_of(ULONG type, const WCHAR *text)
{
    size_t length = 0;
    if (type == REG_MULTI_SZ)
        while (text[length])
            while (text[length++])
                ;
    else
        while (text[length])
            length++;
    return (ULONG)((length + 1) * sizeof(WCHAR));
}

static NTSTATUS give_default(const struct query *query)
{
    const RTL_QUERY_REGISTRY_TABLE *entry = query->entry;
    ULONG type = entry->DefaultType;
    if (entry->Flags & RTL_QUERY_REGISTRY_TYPECHECK)
        type &= ONLY_TYPE;
    if (entry->Flags & RTL_QUERY_REGISTRY_REQUIRED)
        return STATUS_OBJECT_NAME_NOT_FOUND;
    if (type == REG_NONE || !entry->DefaultData)
        return STATUS_SUCCESS;
    ULONG size = entry->DefaultLength;
    if (!size && is_text(type))
        size = length_of(type, entry->DefaultData);
    return give(query, (struct answer){entry->Name, entry->DefaultData, type, size});
}

/* Whether the type is the one that a checked entry expects. */
static bool is_expected(const RTL_QUERY_REGISTRY_TABLE *entry, ULONG type)
{
    const ULONG checked = RTL_QUERY_REGISTRY_DIRECT | RTL_QUERY_REGISTRY_TYPECHECK;
    return (entry->Flags & checked) != checked ||
           entry->DefaultType >> RTL_QUERY_REGISTRY_TYPECHECK_SHIFT == type;
}

/*
 * No value, and one of no type, is missing. The others are copied, with terminators behind name
 * and data, which text may lack.
 */
static NTSTATUS give_value(const struct query *query, const struct ha_reg_value *value)
{
    struct ha_arena *arena = &query->kernel->world.host->arena;
    if (!value || value->type == REG_NONE)
        return give_default(query);
    if (!is_expected(query->entry, value->type))
        return STATUS_OBJECT_TYPE_MISMATCH;
    size_t behind = (value->size + sizeof(uint64_t) - 1) / sizeof(uint64_t) * sizeof(uint64_t) +
                    sizeof(uint64_t);
    size_t bytes = behind + value->name_bytes + sizeof(WCHAR);
    unsigned char *copy = ha_arena_lend(arena, bytes);
    if (!copy)
        return STATUS_INSUFFICIENT_RESOURCES;
    memcpy(copy, value->data, value->size);
    memcpy(copy + behind, value->name, value->name_bytes);
    struct answer answer = {(PWSTR)(void *)(copy + behind), copy, value->type,
                            (ULONG)value->size};
    if (is_text(value->type)) {
        answer.size = answer.size / sizeof(WCHAR) * sizeof(WCHAR);
        const WCHAR *end = (const WCHAR *)(const void *)(copy + answer.size);
        if (!answer.size || end[-1])
            answer.size += sizeof(WCHAR);
    }
    NTSTATUS status = give(query, answer);
    ha_arena_get_back(arena, copy, bytes);
    return status;
}

static NTSTATUS do_value(const struct query *query, struct ha_reg_value *value,
                         PCUNICODE_STRING name)
{
    NTSTATUS status = give_value(query, value);
    if (NT_SUCCESS(status) && query->entry->Flags & RTL_QUERY_REGISTRY_DELETE) {
        value = ha_reg_value_find(query->key, name);    /* the driver may have been quicker */
        if (value)
            ha_reg_value_delete(query->kernel, query->key, value);
    }
    return status;
}

static NTSTATUS do_all_values(const struct query *query)
{
    NTSTATUS status = STATUS_SUCCESS;
    struct ha_reg_value *value = ha_reg_value_at(query->key, 0);
    if (!value && query->entry->Flags & RTL_QUERY_REGISTRY_REQUIRED)
        return STATUS_OBJECT_NAME_NOT_FOUND;
    for (size_t place = 0; value && NT_SUCCESS(status);
         value = ha_reg_value_at(query->key, place)) {
        status = give_value(query, value);
        if (NT_SUCCESS(status) && query->entry->Flags & RTL_QUERY_REGISTRY_DELETE &&
            ha_reg_value_at(query->key, place) == value)
            ha_reg_value_delete(query->kernel, query->key, value);
        else
            place++;
    }
    return status;
}

static NTSTATUS do_entry(struct query *query)
{
    const RTL_QUERY_REGISTRY_TABLE *entry = query->entry;
    ULONG flags = entry->Flags;
    UNICODE_STRING name;
    RtlInitUnicodeString(&name, entry->Name);
    if (flags & RTL_QUERY_REGISTRY_DIRECT &&
        (!entry->Name || !entry->EntryContext || entry->QueryRoutine ||
         flags & RTL_QUERY_REGISTRY_SUBKEY))
        return STATUS_INVALID_PARAMETER;
    if (flags & (RTL_QUERY_REGISTRY_TOPKEY | RTL_QUERY_REGISTRY_SUBKEY))
        query->key = query->top;
    if (flags & RTL_QUERY_REGISTRY_SUBKEY) {
        if (!entry->Name)
            return STATUS_INVALID_PARAMETER;
        NTSTATUS status = ha_reg_key_open(query->kernel, query->top, &name, NULL, &query->key);
        return NT_SUCCESS(status) && entry->QueryRoutine ? do_all_values(query) : status;
    }
    if (entry->Name)
        return do_value(query, ha_reg_value_find(query->key, &name), &name);
    if (flags & RTL_QUERY_REGISTRY_NOVALUE)
        return call(query, &(struct answer){NULL, NULL, REG_NONE, 0});
    return do_all_values(query);
}

/*
 * Read values by a table, whose entries are done in order up to one of no routine, no SUBKEY and
 * no DIRECT.
 *
 *   RelativeTo   as for RtlCheckRegistryKey; with RTL_REGISTRY_OPTIONAL a missing key is no error,
 *                and nothing is done
 *   QueryTable   an entry with a Name means that value, which its QueryRoutine is called with; a
 *                list of strings, string by string, unless NOEXPAND is set. Without a Name: all
 *                values of the key, or with NOVALUE one call without any. SUBKEY makes Name
 *                the key of this entry (all its values, if it has a routine) and of those that
 *                follow, up to TOPKEY. DIRECT stores the value behind EntryContext and calls
 *                nothing: text into a UNICODE_STRING, with pool for it when it has no
 *                buffer; up to 4 bytes as they are; more into a buffer that begins with its
 *                size in a LONG: length, type and data, or data alone for a negative one. With
 *                TYPECHECK the type must be that in the highest byte of DefaultType. DELETE
 *                removes what was read. A missing value is an error with REQUIRED, and otherwise
 *                answered with the default, or not at all when DefaultType is REG_NONE
 *   Context      for the routines
 *   Environment  changes nothing
 *
 * Returns STATUS_SUCCESS; STATUS_OBJECT_NAME_NOT_FOUND for a missing key or value;
 * STATUS_INVALID_PARAMETER for an entry that contradicts itself; STATUS_BUFFER_TOO_SMALL;
 * STATUS_OBJECT_TYPE_MISMATCH; STATUS_NO_MEMORY, STATUS_INSUFFICIENT_RESOURCES; or what a routine
 * answered, except STATUS_BUFFER_TOO_SMALL, which is overlooked. IRQL: PASSIVE_LEVEL; from
 * above it is refused with STATUS_UNSUCCESSFUL, which is our choice.
 *
 * Source: WDK reference, wdm.h, RtlQueryRegistryValues.
 * Our choices, not documented: no variable of the environment is known, so REG_EXPAND_SZ is given
 * as REG_SZ with its percent signs. DIRECT for a list without NOEXPAND, which is forbidden, is
 * STATUS_INVALID_PARAMETER, and so is DIRECT without EntryContext.
 */
NTSTATUS RtlQueryRegistryValues(ULONG RelativeTo, PCWSTR Path,
                                PRTL_QUERY_REGISTRY_TABLE QueryTable, PVOID Context,
                                PVOID Environment)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("RtlQueryRegistryValues");
    struct query query = {.kernel = kernel, .context = Context};
    (void)Environment;
    if (ha_kernel_is_above(query.kernel, PASSIVE_LEVEL, HA_RT_QUERY_REGISTRY))
        return STATUS_UNSUCCESSFUL;
    if (ha_kernel_faults(query.kernel, HA_RT_QUERY_REGISTRY))
        return STATUS_INSUFFICIENT_RESOURCES;
    NTSTATUS status = ha_reg_key_relative(query.kernel, RelativeTo, Path, NULL, &query.top);
    if (status == STATUS_OBJECT_NAME_NOT_FOUND && RelativeTo & RTL_REGISTRY_OPTIONAL)
        return STATUS_SUCCESS;
    query.key = query.top;
    for (query.entry = QueryTable;
         NT_SUCCESS(status) &&
         (query.entry->QueryRoutine ||
          query.entry->Flags & (RTL_QUERY_REGISTRY_SUBKEY | RTL_QUERY_REGISTRY_DIRECT));
         query.entry++)
        status = do_entry(&query);
    return status;
}
