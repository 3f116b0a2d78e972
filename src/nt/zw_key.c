/*
 * zw_key - keys of the registry by handle
 *
 * Owns the object behind a key's handle. All routines are for PASSIVE_LEVEL: from above they are
 * refused with STATUS_UNSUCCESSFUL, which is our choice. Access is never denied: who runs in the
 * kernel may do anything. Source of each routine: WDK reference, wdm.h, the page of its name.
 */
#include <string.h>

#include "nt/ob.h"
#include "nt/registry.h"

struct key_object {
    struct ha_reg_key *key;
};

NTSTATUS ha_reg_key_of_handle(const struct ha_kernel *kernel, HANDLE handle,
                              struct ha_reg_key **key)
{
    void *body;
    NTSTATUS status = ha_ob_of_handle(kernel, handle, *CmKeyObjectType, &body);
    if (NT_SUCCESS(status))
        *key = ((struct key_object *)body)->key;
    return status;
}

/* Where a path begins and whether it has a form that can lead anywhere. */
static NTSTATUS start_of(const struct ha_kernel *kernel, const OBJECT_ATTRIBUTES *attributes,
                         struct ha_reg_key **from)
{
    if (!attributes || attributes->Length != sizeof *attributes)
        return STATUS_INVALID_PARAMETER;
    PCUNICODE_STRING name = attributes->ObjectName;
    bool is_named = name && name->Length;
    *from = NULL;
    if (is_named && (name->Length % sizeof(WCHAR) || !name->Buffer))
        return STATUS_OBJECT_NAME_INVALID;
    bool is_absolute = is_named && name->Buffer[0] == u'\\';
    if (!attributes->RootDirectory)
        return is_absolute ? STATUS_SUCCESS : STATUS_OBJECT_PATH_SYNTAX_BAD;
    NTSTATUS status = ha_reg_key_of_handle(kernel, attributes->RootDirectory, from);
    return NT_SUCCESS(status) && is_absolute ? STATUS_OBJECT_PATH_SYNTAX_BAD : status;
}

static NTSTATUS give_handle(struct ha_kernel *kernel, struct ha_reg_key *key, ACCESS_MASK access,
                            PHANDLE handle)
{
    struct key_object *object = ha_ob_make(kernel, *CmKeyObjectType, sizeof *object);
    if (!object)
        return STATUS_INSUFFICIENT_RESOURCES;
    object->key = key;
    bool opened = ha_ob_open(kernel, object, access, handle);
    ha_ob_let_go(kernel, object);       /* the handle alone holds it */
    return opened ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES;
}

static NTSTATUS open_key(struct ha_kernel *kernel, enum ha_routine routine,
                         const OBJECT_ATTRIBUTES *attributes, ACCESS_MASK access, bool *made,
                         PHANDLE handle)
{
    static const UNICODE_STRING no_path = {0};
    struct ha_reg_key *from, *key;
    *handle = NULL;
    if (ha_kernel_is_above(kernel, PASSIVE_LEVEL, routine))
        return STATUS_UNSUCCESSFUL;
    NTSTATUS status = start_of(kernel, attributes, &from);
    if (!NT_SUCCESS(status))
        return status;
    if (ha_kernel_faults(kernel, routine))
        return STATUS_INSUFFICIENT_RESOURCES;
    PCUNICODE_STRING path = attributes->ObjectName ? attributes->ObjectName : &no_path;
    status = ha_reg_key_open(kernel, from, path, made, &key);
    if (NT_SUCCESS(status))
        status = give_handle(kernel, key, access, handle);
    if (status == STATUS_INSUFFICIENT_RESOURCES)
        ha_record_fault(kernel, routine);
    return status;
}

/*
 * Open a key.
 *
 *   KeyHandle         gets a handle, to be given back with ZwClose; NULL on failure
 *   DesiredAccess     goes into the handle
 *   ObjectAttributes  the path: absolute, or below the key of RootDirectory, which alone is the
 *                     key itself. Case never matters
 *
 * Returns STATUS_SUCCESS; STATUS_OBJECT_NAME_NOT_FOUND; STATUS_OBJECT_PATH_SYNTAX_BAD for a path
 * that is neither; STATUS_OBJECT_NAME_INVALID for half a character; STATUS_INVALID_PARAMETER
 * for no attributes; STATUS_INVALID_HANDLE or STATUS_OBJECT_TYPE_MISMATCH for another root than
 * a key; STATUS_INSUFFICIENT_RESOURCES. IRQL: PASSIVE_LEVEL.
 *
 * Source: WDK reference, wdm.h, ZwOpenKey.
 */
NTSTATUS ZwOpenKey(PHANDLE KeyHandle, ACCESS_MASK DesiredAccess,
                   POBJECT_ATTRIBUTES ObjectAttributes)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("ZwOpenKey");
    return open_key(kernel, HA_RT_OPEN_KEY, ObjectAttributes, DesiredAccess, NULL, KeyHandle);
}

/*
 * Open a key, or make it when only the last name of its path is missing.
 *
 *   TitleIndex, Class, CreateOptions  change nothing: every key lasts as long as the machine
 *   Disposition  gets REG_CREATED_NEW_KEY or REG_OPENED_EXISTING_KEY; may be NULL
 *
 * Returns as ZwOpenKey. IRQL: PASSIVE_LEVEL. Source: WDK reference, wdm.h, ZwCreateKey.
 */
NTSTATUS ZwCreateKey(PHANDLE KeyHandle, ACCESS_MASK DesiredAccess,
                     POBJECT_ATTRIBUTES ObjectAttributes, ULONG TitleIndex, PUNICODE_STRING Class,
                     ULONG CreateOptions, PULONG Disposition)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("ZwCreateKey");
    bool made = false;
    (void)TitleIndex, (void)Class, (void)CreateOptions;
    NTSTATUS status = open_key(kernel, HA_RT_CREATE_KEY, ObjectAttributes, DesiredAccess, &made,
                               KeyHandle);
    if (NT_SUCCESS(status) && Disposition)
        *Disposition = made ? REG_CREATED_NEW_KEY : REG_OPENED_EXISTING_KEY;
    return status;
}

/* A structure that is being written: `fixed` bytes or nothing, and of the rest what fits. */
struct form {
    unsigned char *bytes;
    size_t room, fixed, total;
};

static void put(const struct form *form, size_t offset, const void *data, size_t size)
{
    if (offset >= form->room || !size)
        return;
    memcpy(form->bytes + offset, data, size < form->room - offset ? size : form->room - offset);
}

static NTSTATUS outcome(const struct form *form, PULONG length)
{
    *length = (ULONG)form->total;
    return form->room < form->fixed   ? STATUS_BUFFER_TOO_SMALL
           : form->room < form->total ? STATUS_BUFFER_OVERFLOW : STATUS_SUCCESS;
}

static NTSTATUS write_basic(const struct ha_reg_value *value, struct form form, PULONG length)
{
    KEY_VALUE_BASIC_INFORMATION head = {.Type = value->type,
                                        .NameLength = (ULONG)value->name_bytes};
    form.fixed = FIELD_OFFSET(KEY_VALUE_BASIC_INFORMATION, Name);
    form.total = form.fixed + value->name_bytes;
    if (form.room >= form.fixed) {
        put(&form, 0, &head, form.fixed);
        put(&form, form.fixed, value->name, value->name_bytes);
    }
    return outcome(&form, length);
}

/* Source for where the data lie, at a multiple of 4, or not at all: ReactOS, ZwQueryValueKey. */
static NTSTATUS write_full(const struct ha_reg_value *value, struct form form, PULONG length)
{
    form.fixed = FIELD_OFFSET(KEY_VALUE_FULL_INFORMATION, Name);
    size_t end = form.fixed + value->name_bytes;
    size_t data = value->size ? (end + sizeof(ULONG) - 1) / sizeof(ULONG) * sizeof(ULONG) : end;
    KEY_VALUE_FULL_INFORMATION head = {.Type = value->type,
                                       .DataOffset = value->size ? (ULONG)data : UINT32_MAX,
                                       .DataLength = (ULONG)value->size,
                                       .NameLength = (ULONG)value->name_bytes};
    form.total = data + value->size;
    if (form.room >= form.fixed) {
        put(&form, 0, &head, form.fixed);
        put(&form, form.fixed, value->name, value->name_bytes);
        put(&form, data, value->data, value->size);
    }
    return outcome(&form, length);
}

static NTSTATUS write_partial(const struct ha_reg_value *value, struct form form, PULONG length)
{
    KEY_VALUE_PARTIAL_INFORMATION head = {.Type = value->type,
                                          .DataLength = (ULONG)value->size};
    form.fixed = FIELD_OFFSET(KEY_VALUE_PARTIAL_INFORMATION, Data);
    form.total = form.fixed + value->size;
    if (form.room >= form.fixed) {
        put(&form, 0, &head, form.fixed);
        put(&form, form.fixed, value->data, value->size);
    }
    return outcome(&form, length);
}

static NTSTATUS write_value(const struct ha_reg_value *value, KEY_VALUE_INFORMATION_CLASS class,
                            PVOID information, ULONG room, PULONG length)
{
    const struct form form = {.bytes = information, .room = information ? room : 0};
    switch (class) {
    case KeyValueBasicInformation:
        return write_basic(value, form, length);
    case KeyValueFullInformation:
        return write_full(value, form, length);
    default:
        return write_partial(value, form, length);
    }
}

/* What both routines that read values begin with. */
static NTSTATUS key_to_read(struct ha_kernel *kernel, enum ha_routine routine, HANDLE handle,
                            KEY_VALUE_INFORMATION_CLASS class, struct ha_reg_key **key)
{
    if (ha_kernel_is_above(kernel, PASSIVE_LEVEL, routine))
        return STATUS_UNSUCCESSFUL;
    switch (class) {
    case KeyValueBasicInformation:
    case KeyValueFullInformation:
    case KeyValuePartialInformation:
        return ha_reg_key_of_handle(kernel, handle, key);
    case KeyValueFullInformationAlign64:
    case KeyValuePartialInformationAlign64:
    case KeyValueLayerInformation:
        ha_record_refused(kernel, routine, HA_REASON_NOT_SIMULATED);
        return STATUS_INVALID_PARAMETER;
    default:
        return STATUS_INVALID_PARAMETER;
    }
}

/*
 * Read a value of a key.
 *
 *   ValueName              of no characters for the key's default value
 *   KeyValueInformation    gets the structure of the class; may be NULL when Length is 0
 *   ResultLength           gets how many bytes all of it has
 *
 * Returns STATUS_SUCCESS; STATUS_BUFFER_OVERFLOW when the name or data are cut;
 * STATUS_BUFFER_TOO_SMALL when not even the head fits, and nothing is written;
 * STATUS_OBJECT_NAME_NOT_FOUND; STATUS_INVALID_PARAMETER for an unknown class, and for those that
 * are not simulated; STATUS_INVALID_HANDLE, STATUS_OBJECT_TYPE_MISMATCH. IRQL: PASSIVE_LEVEL.
 *
 * Source: WDK reference, wdm.h, ZwQueryValueKey; KEY_VALUE_FULL_INFORMATION and its like.
 */
NTSTATUS ZwQueryValueKey(HANDLE KeyHandle, PUNICODE_STRING ValueName,
                         KEY_VALUE_INFORMATION_CLASS KeyValueInformationClass,
                         PVOID KeyValueInformation, ULONG Length, PULONG ResultLength)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("ZwQueryValueKey");
    struct ha_reg_key *key;
    NTSTATUS status = key_to_read(kernel, HA_RT_QUERY_VALUE, KeyHandle, KeyValueInformationClass,
                                  &key);
    if (!NT_SUCCESS(status))
        return status;
    const struct ha_reg_value *value = ha_reg_value_find(key, ValueName);
    return value ? write_value(value, KeyValueInformationClass, KeyValueInformation, Length,
                               ResultLength) : STATUS_OBJECT_NAME_NOT_FOUND;
}

/*
 * Read one value after the other.
 *
 *   Index  from 0; the order is that in which the values were made, which nobody may rely on
 *
 * Returns as ZwQueryValueKey; STATUS_NO_MORE_ENTRIES behind the last. IRQL: PASSIVE_LEVEL.
 *
 * Source: WDK reference, wdm.h, ZwEnumerateValueKey.
 */
NTSTATUS ZwEnumerateValueKey(HANDLE KeyHandle, ULONG Index,
                             KEY_VALUE_INFORMATION_CLASS KeyValueInformationClass,
                             PVOID KeyValueInformation, ULONG Length, PULONG ResultLength)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("ZwEnumerateValueKey");
    struct ha_reg_key *key;
    NTSTATUS status = key_to_read(kernel, HA_RT_ENUMERATE_VALUES, KeyHandle,
                                  KeyValueInformationClass, &key);
    if (!NT_SUCCESS(status))
        return status;
    const struct ha_reg_value *value = ha_reg_value_at(key, Index);
    return value ? write_value(value, KeyValueInformationClass, KeyValueInformation, Length,
                               ResultLength) : STATUS_NO_MORE_ENTRIES;
}

/*
 * Make a value or give it other data, which are copied.
 *
 *   TitleIndex  changes nothing
 *
 * Returns STATUS_SUCCESS; STATUS_INSUFFICIENT_RESOURCES; STATUS_INVALID_HANDLE or
 * STATUS_OBJECT_TYPE_MISMATCH. IRQL: PASSIVE_LEVEL.
 *
 * Source: WDK reference, wdm.h, ZwSetValueKey.
 */
NTSTATUS ZwSetValueKey(HANDLE KeyHandle, PUNICODE_STRING ValueName, ULONG TitleIndex, ULONG Type,
                       PVOID Data, ULONG DataSize)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("ZwSetValueKey");
    struct ha_reg_key *key;
    (void)TitleIndex;
    if (ha_kernel_is_above(kernel, PASSIVE_LEVEL, HA_RT_SET_VALUE))
        return STATUS_UNSUCCESSFUL;
    NTSTATUS status = ha_reg_key_of_handle(kernel, KeyHandle, &key);
    if (!NT_SUCCESS(status))
        return status;
    if (ha_kernel_faults(kernel, HA_RT_SET_VALUE))
        return STATUS_INSUFFICIENT_RESOURCES;
    if (ha_reg_value_set(kernel, key, ValueName, Type, Data, DataSize))
        return STATUS_SUCCESS;
    ha_record_fault(kernel, HA_RT_SET_VALUE);
    return STATUS_INSUFFICIENT_RESOURCES;
}

/*
 * Remove a value. Returns STATUS_SUCCESS; STATUS_OBJECT_NAME_NOT_FOUND; STATUS_INVALID_HANDLE or
 * STATUS_OBJECT_TYPE_MISMATCH. IRQL: PASSIVE_LEVEL.
 *
 * Source: WDK reference, wdm.h, ZwDeleteValueKey.
 */
NTSTATUS ZwDeleteValueKey(HANDLE KeyHandle, PUNICODE_STRING ValueName)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("ZwDeleteValueKey");
    struct ha_reg_key *key;
    if (ha_kernel_is_above(kernel, PASSIVE_LEVEL, HA_RT_DELETE_VALUE))
        return STATUS_UNSUCCESSFUL;
    NTSTATUS status = ha_reg_key_of_handle(kernel, KeyHandle, &key);
    if (!NT_SUCCESS(status))
        return status;
    struct ha_reg_value *value = ha_reg_value_find(key, ValueName);
    if (!value)
        return STATUS_OBJECT_NAME_NOT_FOUND;
    ha_reg_value_delete(kernel, key, value);
    return STATUS_SUCCESS;
}
