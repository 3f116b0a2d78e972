/*
 * mm_address - what there is to say of an address
 *
 * There are no page tables here. What lies in the arena has a physical address, which is the same
 * in every run: our choice, not documented, is that the arena begins where the first range of the
 * machine's memory does, at 0 where it was given none, and lies in one piece.
 */
#include "nt/mdl.h"

/* Below it nothing is ever mapped; nor at what no pointer of a 64-bit host can be. */
#define LOWEST_ADDRESS 0x10000u
#define ADDRESS_BITS 47

static bool lies_in_arena(const struct ha_kernel *kernel, const void *address)
{
    const struct ha_arena *arena = &kernel->world.host->arena;
    return (uintptr_t)address - (uintptr_t)arena->bytes < arena->size;
}

/* Pool is sized by the memory at boot, so it tells whether there was any. */
static uint64_t first_address(const struct ha_partition *partition)
{
    return partition->nonpaged_pool ? partition->memory_base[0] : 0;
}

uint64_t ha_physical_address(const struct ha_kernel *kernel, const void *address)
{
    if (!lies_in_arena(kernel, address))
        return 0;
    const void *first = PAGE_ALIGN(kernel->world.host->arena.bytes);
    return first_address(&kernel->world.partition) + ((uintptr_t)address - (uintptr_t)first);
}

/*
 * The physical address of memory that a driver has from the kernel.
 *
 * Returns 0 for any other memory, which is refused: where a driver's image and the stacks lie is
 * not simulated. Any IRQL.
 *
 * Source: WDK reference, ntddk.h, MmGetPhysicalAddress.
 */
PHYSICAL_ADDRESS MmGetPhysicalAddress(PVOID BaseAddress)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("MmGetPhysicalAddress");
    PHYSICAL_ADDRESS found = {.QuadPart = (LONGLONG)ha_physical_address(kernel, BaseAddress)};
    if (!found.QuadPart)
        ha_record_refused(kernel, HA_RT_PHYSICAL_ADDRESS, HA_REASON_NOT_SIMULATED);
    return found;
}

/*
 * Whether reading or writing at an address would meet a page.
 *
 * Returns TRUE for what the kernel has given out so far, be it given back, as a page of pool goes
 * on to be there; FALSE for the rest of the pool and for addresses that no host has. Of all others
 * nothing is known here, and our choice is TRUE. IRQL: at most APC_LEVEL; a call from above is a
 * misuse and answered all the same.
 *
 * Source: WDK reference, ntddk.h, MmIsAddressValid.
 */
LOGICAL MmIsAddressValid(PVOID VirtualAddress)
{
    HA_INSIDE struct ha_kernel *kernel = ha_kernel_enter("MmIsAddressValid");
    const struct ha_arena *arena = &kernel->world.host->arena;
    uintptr_t place = (uintptr_t)VirtualAddress;
    ha_kernel_check_irql(kernel, HA_RT_ADDRESS_VALID, APC_LEVEL);
    if (lies_in_arena(kernel, VirtualAddress))
        return place - (uintptr_t)arena->bytes < ha_arena_used(arena);
    return place >= LOWEST_ADDRESS && !((uint64_t)place >> ADDRESS_BITS);
}
