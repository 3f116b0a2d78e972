/*
 * mdl - descriptions of buffers by their pages
 *
 * Owns struct ha_mdl: an MDL that there is, found by its address, because a driver may pass one
 * that it has freed. What was done to it is in its MdlFlags. All memory stays where it is and has
 * one address, so to lock and to map pages changes nothing but what the MDL says; what is done in
 * the wrong order, or not undone, is a misuse.
 *
 * Of memory that is not from the pool, a driver's image or a stack, the pages are not known and
 * count as 0. Whether it may be paged out is not known either, so every routine takes it.
 * Source of each routine: WDK reference, wdm.h, the page of its name; Using MDLs. IRQL: at most
 * DISPATCH_LEVEL; a call from above is a misuse and served.
 */
#include "nt/mdl.h"

#include "nt/caller.h"
#include "nt/in_use.h"
#include "nt/leftovers.h"
#include "nt/pool.h"

#define DESCRIBED (MDL_PAGES_LOCKED | MDL_SOURCE_IS_NONPAGED_POOL)
#define MAPPED (MDL_MAPPED_TO_SYSTEM_VA | MDL_SOURCE_IS_NONPAGED_POOL)

static void set_flags(PMDL mdl, unsigned flags)
{
    mdl->MdlFlags = (CSHORT)((unsigned)mdl->MdlFlags | flags);
}

static void clear_flags(PMDL mdl, unsigned flags)
{
    mdl->MdlFlags = (CSHORT)((unsigned)mdl->MdlFlags & ~flags);
}

/* What leads to an MDL; to NULL when it was never allocated, or is freed. */
static struct ha_mdl **find(struct ha_kernel *kernel, const MDL *mdl)
{
    struct ha_mdl **link = &kernel->mdls;
    while (*link && (*link)->mdl != mdl)
        link = &(*link)->older;
    return link;
}

static void drop(struct ha_kernel *kernel, struct ha_mdl **link)
{
    struct ha_mdl *entry = *link;
    *link = entry->older;
    ha_arena_get_back(&kernel->world.host->arena, entry, entry->size);
}

struct ha_mdl *ha_mdl_meant(struct ha_kernel *kernel, const MDL *mdl, enum ha_routine routine)
{
    struct ha_mdl *found = *find(kernel, mdl);
    if (!found)
        ha_record_misuse(kernel, routine, HA_MISUSE_NO_OBJECT, 0, 0);
    return found;
}

void ha_mdl_enter(struct ha_kernel *kernel, struct ha_mdl *entry, PVOID address, ULONG length)
{
    size_t pages = ADDRESS_AND_SIZE_TO_SPAN_PAGES(address, length);
    entry->older = kernel->mdls;
    entry->pages_room = pages;
    entry->id = ++kernel->mdls_made;
    entry->driver = kernel->world.sched.running->stamp.driver;
    entry->made_at = ha_caller_place(kernel);
    *entry->mdl = (MDL){.Size = (CSHORT)(sizeof(MDL) + pages * sizeof(PFN_NUMBER)),
                        .StartVa = PAGE_ALIGN(address), .ByteOffset = BYTE_OFFSET(address),
                        .ByteCount = length};
    kernel->mdls = entry;
}

void ha_mdl_forget(struct ha_kernel *kernel, const struct ha_mdl *entry)
{
    drop(kernel, find(kernel, entry->mdl));
}

static void record_locked(struct ha_kernel *kernel, const struct ha_mdl *entry,
                          enum ha_routine routine)
{
    ha_record_misuse(kernel, routine, HA_MISUSE_IN_USE, entry->id, HA_LEFT_MDL);
}

/* Whether it has pages of some memory locked. Those of its own are at no address. */
static bool describes(const struct ha_mdl *entry, const void *memory, size_t size)
{
    if (entry->pages || !(entry->mdl->MdlFlags & MDL_PAGES_LOCKED))
        return false;
    const void *start = MmGetMdlVirtualAddress(entry->mdl);
    return ha_lies_in(start, memory, size) || ha_lies_in(memory, start, entry->mdl->ByteCount);
}

bool ha_mdls_hold(struct ha_kernel *kernel, const void *memory, size_t size,
                  enum ha_routine routine)
{
    for (const struct ha_mdl *entry = kernel->mdls; entry; entry = entry->older) {
        if (describes(entry, memory, size) || ha_lies_in(entry->mdl, memory, size)) {
            record_locked(kernel, entry, routine);
            return true;
        }
    }
    return false;
}

void ha_mdls_look_over(struct ha_kernel *kernel, const struct ha_driver *driver)
{
    struct ha_mdl **link = &kernel->mdls;
    while (*link) {
        if ((*link)->driver == driver->id) {
            if (!(*link)->pages)    /* they, and the MDL, are told as pool */
                ha_record_left(driver, HA_LEFT_MDL, (*link)->id, (*link)->made_at);
            drop(kernel, link);     /* whatever it described goes with the image */
        } else {
            link = &(*link)->older;
        }
    }
}

uint64_t ha_mdl_longest(const struct ha_kernel *kernel)
{
    bool old = ha_kernel_knob(kernel, HA_KNOB_TARGET) == HA_TARGET_WS2008;
    return (UINT64_C(1) << (old ? 31 : 32)) - PAGE_SIZE;
}

/* The MDL lies behind its entry. */
static PMDL make(struct ha_kernel *kernel, PVOID address, ULONG length)
{
    size_t size = sizeof(struct ha_mdl) +
                  HA_MDL_BYTES(ADDRESS_AND_SIZE_TO_SPAN_PAGES(address, length));
    struct ha_mdl *entry = ha_arena_lend(&kernel->world.host->arena, size);
    if (!entry) {
        ha_record_fault(kernel, HA_RT_ALLOCATE_MDL);
        return NULL;
    }
    entry->size = size;
    entry->mdl = (PMDL)(void *)(entry + 1);
    ha_mdl_enter(kernel, entry, address, length);
    return entry->mdl;
}

/*
 * Allocate an MDL for a buffer, which is not looked at yet.
 *
 *   VirtualAddress                where the buffer begins
 *   Length                        in bytes: at most 4 GB less a page, 2 GB under target=ws2008
 *   SecondaryBuffer, ChargeQuota  change nothing
 *   Irp                           NULL; with one the call is refused, as IRPs are not simulated
 *
 * Returns the MDL, to be given to IoFreeMdl(); NULL for a buffer that is too long, or for want of
 * memory.
 */
PMDL IoAllocateMdl(PVOID VirtualAddress, ULONG Length, BOOLEAN SecondaryBuffer,
                   BOOLEAN ChargeQuota, struct _IRP *Irp)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("IoAllocateMdl");
    (void)SecondaryBuffer, (void)ChargeQuota;
    ha_kernel_check_irql(kernel, HA_RT_ALLOCATE_MDL, DISPATCH_LEVEL);
    if (Irp || Length > ha_mdl_longest(kernel)) {
        ha_record_refused(kernel, HA_RT_ALLOCATE_MDL,
                          Irp ? HA_REASON_NOT_SIMULATED : HA_REASON_PARAMETER);
        return NULL;
    }
    if (ha_kernel_faults(kernel, HA_RT_ALLOCATE_MDL))
        return NULL;
    return make(kernel, VirtualAddress, Length);
}

/*
 * Free an MDL, once. One whose pages are locked is a misuse: it goes, and they are locked no more.
 */
VOID IoFreeMdl(PMDL Mdl)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("IoFreeMdl");
    ha_kernel_check_irql(kernel, HA_RT_FREE_MDL, DISPATCH_LEVEL);
    const struct ha_mdl *entry = ha_mdl_meant(kernel, Mdl, HA_RT_FREE_MDL);
    if (!entry)
        return;
    if (Mdl->MdlFlags & MDL_PAGES_LOCKED)
        record_locked(kernel, entry, HA_RT_FREE_MDL);
    if (!entry->pages)
        ha_mdl_forget(kernel, entry);
}

/* The block of pool in which the buffer begins has to hold all of it. Says whether it is paged. */
static bool look_at_block(struct ha_kernel *kernel, const MDL *mdl, enum ha_routine routine)
{
    struct ha_pool_place place;
    if (!ha_pool_place_of(kernel, MmGetMdlVirtualAddress(mdl), &place))
        return false;
    if (mdl->ByteCount > place.left)
        ha_record_misuse(kernel, routine, HA_MISUSE_BEYOND_MEMORY, place.id,
                         (uint32_t)(mdl->ByteCount - place.left));
    if (place.paged && routine == HA_RT_BUILD_MDL)
        ha_record_misuse(kernel, routine, HA_MISUSE_PAGED_POOL, place.id, 0);
    return place.paged;
}

static size_t pages_of(const struct ha_mdl *entry)
{
    return ADDRESS_AND_SIZE_TO_SPAN_PAGES((uintptr_t)entry->mdl->ByteOffset,
                                          entry->mdl->ByteCount);
}

void ha_mdl_fill_in(const struct ha_kernel *kernel, struct ha_mdl *entry, const void *start)
{
    PPFN_NUMBER page = MmGetMdlPfnArray(entry->mdl);
    size_t count = pages_of(entry);
    for (size_t i = 0; i < count; i++)
        page[i] = ha_physical_address(kernel, (const char *)start + i * PAGE_SIZE) >> PAGE_SHIFT;
}

/*
 * The MDL for a routine that describes its pages; NULL after the misuse if that was done before, or
 * if the driver has made the buffer longer than the MDL was allocated for.
 */
static struct ha_mdl *begin(struct ha_kernel *kernel, PMDL mdl, enum ha_routine routine)
{
    struct ha_mdl *entry = ha_mdl_meant(kernel, mdl, routine);
    if (!entry)
        return NULL;
    size_t pages = pages_of(entry);
    bool described = mdl->MdlFlags & DESCRIBED;
    bool too_long = pages > entry->pages_room;
    if (described)
        record_locked(kernel, entry, routine);
    else if (too_long)
        ha_record_misuse(kernel, routine, HA_MISUSE_LIMIT, 0, (uint32_t)pages);
    return described || too_long ? NULL : entry;
}

/*
 * Describe a buffer that is never paged out, such as a block of nonpaged pool. From then on
 * MmGetSystemAddressForMdlSafe() gives its address. One in paged pool, or that reaches beyond its
 * block, is a misuse and described all the same; done twice, or after MmProbeAndLockPages(), it is
 * one that changes nothing.
 */
VOID MmBuildMdlForNonPagedPool(PMDL MemoryDescriptorList)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("MmBuildMdlForNonPagedPool");
    ha_kernel_check_irql(kernel, HA_RT_BUILD_MDL, DISPATCH_LEVEL);
    struct ha_mdl *entry = begin(kernel, MemoryDescriptorList, HA_RT_BUILD_MDL);
    if (!entry)
        return;
    look_at_block(kernel, MemoryDescriptorList, HA_RT_BUILD_MDL);
    ha_mdl_fill_in(kernel, entry, entry->mdl->StartVa);
    MemoryDescriptorList->MappedSystemVa = MmGetMdlVirtualAddress(MemoryDescriptorList);
    set_flags(MemoryDescriptorList, MDL_SOURCE_IS_NONPAGED_POOL);
}

/*
 * Lock the pages of a buffer in memory, until MmUnlockPages(). A block of pool that is given back
 * before is a misuse. Done twice, or after MmBuildMdlForNonPagedPool(), it is one that changes
 * nothing.
 *
 *   AccessMode  KernelMode; UserMode is refused, as there are no addresses of processes
 *   Operation   other than IoReadAccess it is noted in MdlFlags
 *
 * It never fails, as no driver here could catch the exception that says so. IRQL: for paged pool
 * at most APC_LEVEL.
 */
VOID MmProbeAndLockPages(PMDL MemoryDescriptorList, KPROCESSOR_MODE AccessMode,
                         LOCK_OPERATION Operation)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("MmProbeAndLockPages");
    if (AccessMode != KernelMode) {
        ha_record_refused(kernel, HA_RT_LOCK_PAGES, HA_REASON_NOT_SIMULATED);
        return;
    }
    struct ha_mdl *entry = begin(kernel, MemoryDescriptorList, HA_RT_LOCK_PAGES);
    if (!entry)
        return;
    ha_pool_check_irql(kernel, HA_RT_LOCK_PAGES,
                       look_at_block(kernel, MemoryDescriptorList, HA_RT_LOCK_PAGES));
    ha_mdl_fill_in(kernel, entry, entry->mdl->StartVa);
    set_flags(MemoryDescriptorList,
              MDL_PAGES_LOCKED | (Operation == IoReadAccess ? 0 : MDL_WRITE_OPERATION));
}

/*
 * Unlock the pages, and end their mapping. What MmProbeAndLockPages() has not locked is a misuse
 * that changes nothing.
 */
VOID MmUnlockPages(PMDL MemoryDescriptorList)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("MmUnlockPages");
    ha_kernel_check_irql(kernel, HA_RT_UNLOCK_PAGES, DISPATCH_LEVEL);
    const struct ha_mdl *entry =
        ha_mdl_meant(kernel, MemoryDescriptorList, HA_RT_UNLOCK_PAGES);
    if (!entry)
        return;
    if (!(MemoryDescriptorList->MdlFlags & MDL_PAGES_LOCKED) || entry->pages) {
        ha_record_misuse(kernel, HA_RT_UNLOCK_PAGES, HA_MISUSE_NO_REFERENCE, 0, 0);
        return;
    }
    MemoryDescriptorList->MappedSystemVa = NULL;
    clear_flags(MemoryDescriptorList,
                MDL_PAGES_LOCKED | MDL_WRITE_OPERATION | MDL_MAPPED_TO_SYSTEM_VA);
}

/*
 * Map locked pages, where the system may reach them: at the address that they have. Drivers call
 * it by MmGetSystemAddressForMdlSafe().
 *
 *   AccessMode, RequestedAddress  KernelMode and NULL; others are refused with NULL
 *   CacheType, Priority           change nothing
 *   BugCheckOnFailure             then it does not fail, our choice
 *
 * Returns the address; that of the mapping that there is, if there is one; NULL for want of
 * memory, and for an MDL whose pages are not locked, which is a misuse.
 */
PVOID MmMapLockedPagesSpecifyCache(PMDL MemoryDescriptorList, KPROCESSOR_MODE AccessMode,
                                   MEMORY_CACHING_TYPE CacheType, PVOID RequestedAddress,
                                   ULONG BugCheckOnFailure, ULONG Priority)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("MmMapLockedPagesSpecifyCache");
    (void)CacheType, (void)Priority;
    ha_kernel_check_irql(kernel, HA_RT_MAP_PAGES, DISPATCH_LEVEL);
    if (AccessMode != KernelMode || RequestedAddress) {
        ha_record_refused(kernel, HA_RT_MAP_PAGES, HA_REASON_NOT_SIMULATED);
        return NULL;
    }
    const struct ha_mdl *entry = ha_mdl_meant(kernel, MemoryDescriptorList, HA_RT_MAP_PAGES);
    if (!entry)
        return NULL;
    if (MemoryDescriptorList->MdlFlags & MAPPED)
        return MemoryDescriptorList->MappedSystemVa;
    if (!(MemoryDescriptorList->MdlFlags & MDL_PAGES_LOCKED)) {
        ha_record_misuse(kernel, HA_RT_MAP_PAGES, HA_MISUSE_NOT_MADE, 0, 0);
        return NULL;
    }
    if (!BugCheckOnFailure && ha_kernel_faults(kernel, HA_RT_MAP_PAGES))
        return NULL;
    MemoryDescriptorList->MappedSystemVa =
        entry->pages ? entry->pages : MmGetMdlVirtualAddress(MemoryDescriptorList);
    set_flags(MemoryDescriptorList, MDL_MAPPED_TO_SYSTEM_VA);
    return MemoryDescriptorList->MappedSystemVa;
}

/* End a mapping. What is not mapped, or not there, is a misuse that changes nothing. */
VOID MmUnmapLockedPages(PVOID BaseAddress, PMDL MemoryDescriptorList)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("MmUnmapLockedPages");
    ha_kernel_check_irql(kernel, HA_RT_UNMAP_PAGES, DISPATCH_LEVEL);
    if (!ha_mdl_meant(kernel, MemoryDescriptorList, HA_RT_UNMAP_PAGES))
        return;
    if (!(MemoryDescriptorList->MdlFlags & MDL_MAPPED_TO_SYSTEM_VA) ||
        MemoryDescriptorList->MappedSystemVa != BaseAddress) {
        ha_record_misuse(kernel, HA_RT_UNMAP_PAGES, HA_MISUSE_NO_REFERENCE, 0, 0);
        return;
    }
    MemoryDescriptorList->MappedSystemVa = NULL;
    clear_flags(MemoryDescriptorList, MDL_MAPPED_TO_SYSTEM_VA);
}
