/*
 * rtl_registry - the registry by paths: one call opens a key, does its work and closes it
 *
 * All routines are for PASSIVE_LEVEL: from above they are refused with STATUS_UNSUCCESSFUL, which
 * is our choice. Reading by a table is in rtl_query_registry.c. Source of each routine: WDK
 * reference, wdm.h, the page of its name.
 */
#include "nt/registry.h"

/*
 * Whether a key is there.
 *
 *   RelativeTo  where Path begins: RTL_REGISTRY_ABSOLUTE, RTL_REGISTRY_SERVICES and so on;
 *               RTL_REGISTRY_HANDLE says that Path is the handle of a key
 *
 * Returns STATUS_SUCCESS; STATUS_OBJECT_NAME_NOT_FOUND; STATUS_INVALID_PARAMETER for an unknown
 * RelativeTo or no absolute path; STATUS_INVALID_HANDLE or STATUS_OBJECT_TYPE_MISMATCH for what is
 * no key's handle. IRQL: PASSIVE_LEVEL.
 *
 * Source: WDK reference, wdm.h, RtlCheckRegistryKey.
 */
NTSTATUS RtlCheckRegistryKey(ULONG RelativeTo, PWSTR Path)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("RtlCheckRegistryKey");
    struct ha_reg_key *key;
    if (ha_kernel_is_above(kernel, PASSIVE_LEVEL, HA_RT_CHECK_REGISTRY))
        return STATUS_UNSUCCESSFUL;
    return ha_reg_key_relative(kernel, RelativeTo, Path, NULL, &key);
}

/*
 * Make a key unless it is there. The one above it must be.
 *
 * Returns as RtlCheckRegistryKey; STATUS_INSUFFICIENT_RESOURCES. IRQL: PASSIVE_LEVEL.
 *
 * Source: WDK reference, wdm.h, RtlCreateRegistryKey.
 */
NTSTATUS RtlCreateRegistryKey(ULONG RelativeTo, PWSTR Path)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("RtlCreateRegistryKey");
    struct ha_reg_key *key;
    bool made;
    if (ha_kernel_is_above(kernel, PASSIVE_LEVEL, HA_RT_CREATE_REGISTRY))
        return STATUS_UNSUCCESSFUL;
    return ha_reg_key_relative(kernel, RelativeTo, Path, &made, &key);
}

/*
 * Make a value or give it other data; the key is made as by RtlCreateRegistryKey.
 *
 *   ValueLength  bytes of ValueData; a text is stored as it is, with or without its terminator
 *
 * Returns as RtlCreateRegistryKey. IRQL: PASSIVE_LEVEL.
 *
 * Source: WDK reference, wdm.h, RtlWriteRegistryValue.
 */
NTSTATUS RtlWriteRegistryValue(ULONG RelativeTo, PCWSTR Path, PCWSTR ValueName, ULONG ValueType,
                               PVOID ValueData, ULONG ValueLength)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("RtlWriteRegistryValue");
    struct ha_reg_key *key;
    UNICODE_STRING name;
    bool made;
    if (ha_kernel_is_above(kernel, PASSIVE_LEVEL, HA_RT_WRITE_REGISTRY))
        return STATUS_UNSUCCESSFUL;
    if (ha_kernel_faults(kernel, HA_RT_WRITE_REGISTRY))
        return STATUS_INSUFFICIENT_RESOURCES;
    NTSTATUS status = ha_reg_key_relative(kernel, RelativeTo, Path, &made, &key);
    if (!NT_SUCCESS(status))
        return status;
    RtlInitUnicodeString(&name, ValueName);
    if (ha_reg_value_set(kernel, key, &name, ValueType, ValueData, ValueLength))
        return STATUS_SUCCESS;
    ha_record_fault(kernel, HA_RT_WRITE_REGISTRY);
    return STATUS_INSUFFICIENT_RESOURCES;
}

/*
 * Remove a value. Returns as RtlCheckRegistryKey; STATUS_OBJECT_NAME_NOT_FOUND also when only the
 * value is missing. IRQL: PASSIVE_LEVEL.
 *
 * Source: WDK reference, wdm.h, RtlDeleteRegistryValue.
 */
NTSTATUS RtlDeleteRegistryValue(ULONG RelativeTo, PCWSTR Path, PCWSTR ValueName)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("RtlDeleteRegistryValue");
    struct ha_reg_key *key;
    UNICODE_STRING name;
    if (ha_kernel_is_above(kernel, PASSIVE_LEVEL, HA_RT_DELETE_REGISTRY))
        return STATUS_UNSUCCESSFUL;
    NTSTATUS status = ha_reg_key_relative(kernel, RelativeTo, Path, NULL, &key);
    if (!NT_SUCCESS(status))
        return status;
    RtlInitUnicodeString(&name, ValueName);
    struct ha_reg_value *value = ha_reg_value_find(key, &name);
    if (!value)
        return STATUS_OBJECT_NAME_NOT_FOUND;
    ha_reg_value_delete(kernel, key, value);
    return STATUS_SUCCESS;
}
