/*
 * driver_extension - memory that a driver keeps with its driver object
 *
 * Owns struct ha_driver_extension. It goes when the driver goes. Source of each routine: WDK
 * reference, wdm.h, the page of its name.
 */
#include "nt/driver_extension.h"

#include "nt/driver.h"

struct ha_driver_extension {
    struct ha_driver_extension *next;
    const void *id;
    size_t size;                    /* of all */
    size_t unused;                  /* the memory behind it is aligned as pool is */
};

_Static_assert(sizeof(struct ha_driver_extension) % 16 == 0, "aligned as pool");

static struct ha_driver_extension *find(const struct ha_driver *driver, const void *id)
{
    struct ha_driver_extension *extension = driver->first_extension;
    while (extension && extension->id != id)
        extension = extension->next;
    return extension;
}

void ha_driver_extensions_free(struct ha_driver *driver)
{
    while (driver->first_extension) {
        struct ha_driver_extension *extension = driver->first_extension;
        driver->first_extension = extension->next;
        ha_arena_get_back(&driver->kernel->world.host->arena, extension, extension->size);
    }
}

/*
 * Make an extension.
 *
 *   ClientIdentificationAddress  an address of the driver's own, by which it is found again
 *   DriverObjectExtension        gets the memory, zeroed; NULL on failure
 *
 * Returns STATUS_SUCCESS; STATUS_OBJECT_NAME_COLLISION when the driver has one of that address;
 * STATUS_INSUFFICIENT_RESOURCES. What is no DriverObject is a misuse, and
 * STATUS_INVALID_PARAMETER, our choice. IRQL: at most APC_LEVEL; from above it is refused
 * with STATUS_UNSUCCESSFUL, our choice.
 *
 * Source: WDK reference, wdm.h, IoAllocateDriverObjectExtension.
 */
NTSTATUS IoAllocateDriverObjectExtension(PDRIVER_OBJECT DriverObject,
                                         PVOID ClientIdentificationAddress,
                                         ULONG DriverObjectExtensionSize,
                                         PVOID *DriverObjectExtension)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("IoAllocateDriverObjectExtension");
    *DriverObjectExtension = NULL;
    if (ha_kernel_is_above(kernel, APC_LEVEL, HA_RT_ADD_EXTENSION))
        return STATUS_UNSUCCESSFUL;
    struct ha_driver *driver = ha_driver_meant(kernel, HA_RT_ADD_EXTENSION, DriverObject);
    if (!driver)
        return STATUS_INVALID_PARAMETER;
    if (find(driver, ClientIdentificationAddress))
        return STATUS_OBJECT_NAME_COLLISION;
    if (ha_kernel_faults(kernel, HA_RT_ADD_EXTENSION))
        return STATUS_INSUFFICIENT_RESOURCES;
    size_t size = sizeof(struct ha_driver_extension) + DriverObjectExtensionSize;
    struct ha_driver_extension *extension = ha_arena_lend(&kernel->world.host->arena, size);
    if (!extension) {
        ha_record_fault(kernel, HA_RT_ADD_EXTENSION);
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    *extension = (struct ha_driver_extension){.next = driver->first_extension, .size = size,
                                              .id = ClientIdentificationAddress};
    driver->first_extension = extension;
    *DriverObjectExtension = extension + 1;
    return STATUS_SUCCESS;
}

/*
 * The extension that a driver made under an address.
 *
 * Returns NULL when there is none. IRQL: at most DISPATCH_LEVEL; from above it is recorded as a
 * misuse and served. Source: WDK reference, wdm.h, IoGetDriverObjectExtension.
 */
PVOID IoGetDriverObjectExtension(PDRIVER_OBJECT DriverObject, PVOID ClientIdentificationAddress)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("IoGetDriverObjectExtension");
    if (kernel->world.sched.running->stamp.irql > DISPATCH_LEVEL)
        ha_record_misuse(kernel, HA_RT_GET_EXTENSION, HA_MISUSE_RAISED_IRQL, 0, DISPATCH_LEVEL);
    const struct ha_driver *driver = ha_driver_meant(kernel, HA_RT_GET_EXTENSION, DriverObject);
    struct ha_driver_extension *extension =
        driver ? find(driver, ClientIdentificationAddress) : NULL;
    return extension ? extension + 1 : NULL;
}
