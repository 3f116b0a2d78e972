/*
 * mm_pages - memory by whole pages: contiguous, or described by an MDL
 *
 * Both are blocks of pool with a kind of their own, so that they are recorded, guarded and found
 * when they are left as other pool is. The pages of one block always follow one another, in the
 * machine's memory as well; where that lies is told by ha_physical_address().
 * Source of each routine: WDK reference, wdm.h, the page of its name. A call from an IRQL that is
 * too high is a misuse and served.
 */
#include "nt/mdl.h"
#include "nt/pool.h"

#define CONTIGUOUS_TAG 0x6d436d4du      /* 'MmCm', as Windows has it in its list of pool tags */
#define PAGES_TAG      0x67506d4du      /* 'MmPg' */
#define MDL_TAG        0x206c644du      /* 'Mdl ' */

/*
 * Take memory that is one piece in the machine's memory, too, and never paged out.
 *
 *   NumberOfBytes             the bytes wanted, at least 1; 0 is refused with NULL
 *   HighestAcceptableAddress  the highest physical address that one of them may have
 *
 * Returns the memory at the start of a page, with a pattern in it; to be given to
 * MmFreeContiguousMemory(). NULL when there is none. IRQL: at most DISPATCH_LEVEL.
 */
PVOID MmAllocateContiguousMemory(SIZE_T NumberOfBytes, PHYSICAL_ADDRESS HighestAcceptableAddress)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("MmAllocateContiguousMemory");
    const struct ha_pool_wish wish = {
        .size = NumberOfBytes, .tag = CONTIGUOUS_TAG, .alignment = PAGE_SIZE,
        .highest = (uint64_t)HighestAcceptableAddress.QuadPart, .kind = HA_POOL_CONTIGUOUS,
        .unwritten = true};
    ha_kernel_check_irql(kernel, HA_RT_ALLOCATE_CONTIGUOUS, DISPATCH_LEVEL);
    if (!NumberOfBytes || !wish.highest) {
        ha_record_refused(kernel, HA_RT_ALLOCATE_CONTIGUOUS, HA_REASON_PARAMETER);
        return NULL;
    }
    if (ha_kernel_faults(kernel, HA_RT_ALLOCATE_CONTIGUOUS))
        return NULL;
    return ha_pool_block_take(kernel, &wish);
}

/*
 * Give it back, once. Memory that comes from elsewhere is a misuse and stays as it is. IRQL: at
 * most DISPATCH_LEVEL.
 */
VOID MmFreeContiguousMemory(PVOID BaseAddress)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("MmFreeContiguousMemory");
    ha_kernel_check_irql(kernel, HA_RT_FREE_CONTIGUOUS, DISPATCH_LEVEL);
    ha_pool_block_give(kernel, BaseAddress, 0, HA_POOL_CONTIGUOUS);
}

/* The pages, their MDL and its entry, or nothing of them. */
static PMDL make(struct ha_kernel *kernel, const struct ha_pool_wish *wish)
{
    struct ha_arena *arena = &kernel->world.host->arena;
    const struct ha_pool_wish wish_for_mdl = {
        .size = HA_MDL_BYTES(wish->size / PAGE_SIZE), .tag = MDL_TAG,
        .alignment = HA_POOL_ALIGNMENT};
    struct ha_mdl *entry = ha_arena_lend(arena, sizeof *entry);
    if (!entry) {
        ha_record_fault(kernel, HA_RT_ALLOCATE_PAGES);
        return NULL;
    }
    *entry = (struct ha_mdl){.size = sizeof *entry};
    entry->pages = ha_pool_block_take(kernel, wish);
    if (!entry->pages)
        goto give_entry;
    entry->mdl = ha_pool_block_take(kernel, &wish_for_mdl);
    if (!entry->mdl)
        goto give_pages;
    ha_mdl_enter(kernel, entry, NULL, (ULONG)wish->size);
    ha_mdl_fill_in(kernel, entry, entry->pages);
    entry->mdl->MdlFlags = MDL_PAGES_LOCKED;
    return entry->mdl;

give_pages:
    ha_pool_block_give(kernel, entry->pages, 0, HA_POOL_PAGES);
give_entry:
    ha_arena_get_back(arena, entry, sizeof *entry);
    return NULL;
}

/*
 * Take pages that are never paged out, and an MDL that describes them. They are mapped nowhere:
 * MmGetSystemAddressForMdlSafe() maps them.
 *
 *   LowAddress, HighAddress  between which their physical addresses are to be
 *   SkipBytes                changes nothing: it says where to look on when there is no more
 *   TotalBytes               rounded up to pages; 0, and more than an MDL can describe, is refused
 *   CacheType                changes nothing
 *   Flags                    MM_DONT_ZERO_ALLOCATION for a pattern in place of zeroes; others
 *                            change nothing
 *
 * Returns the MDL, whose pages are to be given to MmFreePagesFromMdl() and it itself to
 * ExFreePool(); NULL when there are none. Our choice: it describes all pages or there is none,
 * while Windows may give fewer, unless that is forbidden. IRQL: at most APC_LEVEL.
 */
PMDL MmAllocatePagesForMdlEx(PHYSICAL_ADDRESS LowAddress, PHYSICAL_ADDRESS HighAddress,
                             PHYSICAL_ADDRESS SkipBytes, SIZE_T TotalBytes,
                             MEMORY_CACHING_TYPE CacheType, ULONG Flags)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("MmAllocatePagesForMdlEx");
    const struct ha_pool_wish wish = {
        .size = ROUND_TO_PAGES(TotalBytes), .tag = PAGES_TAG, .alignment = PAGE_SIZE,
        .lowest = (uint64_t)LowAddress.QuadPart, .highest = (uint64_t)HighAddress.QuadPart,
        .kind = HA_POOL_PAGES, .unwritten = (Flags & MM_DONT_ZERO_ALLOCATION) != 0};
    (void)SkipBytes, (void)CacheType;
    ha_kernel_check_irql(kernel, HA_RT_ALLOCATE_PAGES, APC_LEVEL);
    if (!TotalBytes || TotalBytes > ha_mdl_longest(kernel) || !wish.highest) {
        ha_record_refused(kernel, HA_RT_ALLOCATE_PAGES, HA_REASON_PARAMETER);
        return NULL;
    }
    if (ha_kernel_faults(kernel, HA_RT_ALLOCATE_PAGES))
        return NULL;
    return make(kernel, &wish);
}

/*
 * Give the pages of an MDL back, once; where they are mapped, that ends. The MDL itself stays until
 * ExFreePool(). One whose pages come from elsewhere is a misuse and stays as it is. IRQL: at most
 * APC_LEVEL.
 */
VOID MmFreePagesFromMdl(PMDL MemoryDescriptorList)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("MmFreePagesFromMdl");
    ha_kernel_check_irql(kernel, HA_RT_FREE_PAGES, APC_LEVEL);
    const struct ha_mdl *entry = ha_mdl_meant(kernel, MemoryDescriptorList, HA_RT_FREE_PAGES);
    if (!entry)
        return;
    void *pages = entry->pages;
    if (!pages) {
        ha_record_misuse(kernel, HA_RT_FREE_PAGES, HA_MISUSE_NO_REFERENCE, 0, 0);
        return;
    }
    MemoryDescriptorList->MappedSystemVa = NULL;
    MemoryDescriptorList->MdlFlags = 0;
    ha_mdl_forget(kernel, entry);
    ha_pool_block_give(kernel, pages, 0, HA_POOL_PAGES);
}
