/*
 * mdl - descriptions of buffers by their pages
 */
#ifndef HA_NT_MDL_H
#define HA_NT_MDL_H

#include "nt/kernel.h"

/* An MDL that was made and is not freed. */
struct ha_mdl {
    struct ha_mdl *older;
    size_t size;                    /* of this */
    PMDL mdl;                       /* behind this, or in pool */
    void *pages;                    /* of MmAllocatePagesForMdlEx(); NULL for a buffer */
    size_t pages_room;              /* for how many there is room behind the MDL */
    uint32_t id;                    /* in the order of allocation */
    uint32_t made_at;               /* in its driver's code */
    uint16_t driver;
};

/* What an MDL for so many pages takes. */
#define HA_MDL_BYTES(pages) (sizeof(MDL) + (pages) * sizeof(PFN_NUMBER))

/* Fill in an MDL, which lies where the entry says, for a buffer; from now on it can be found. */
void ha_mdl_enter(struct ha_kernel *kernel, struct ha_mdl *entry, PVOID address, ULONG length);
/* The pages that it describes are those from here on. */
void ha_mdl_fill_in(const struct ha_kernel *kernel, struct ha_mdl *entry, const void *start);
/* The MDL that a driver means; NULL after the misuse has been recorded. */
struct ha_mdl *ha_mdl_meant(struct ha_kernel *kernel, const MDL *mdl, enum ha_routine routine);
/* It is none any more, and the entry is given back. */
void ha_mdl_forget(struct ha_kernel *kernel, const struct ha_mdl *entry);

/* The longest buffer that an MDL of this version of Windows describes, as the pages say. */
uint64_t ha_mdl_longest(const struct ha_kernel *kernel);

/*
 * Whether an MDL has pages of this memory locked, or is one of pages and lies there; if so it has
 * been recorded as a misuse.
 */
bool ha_mdls_hold(struct ha_kernel *kernel, const void *memory, size_t size,
                  enum ha_routine routine);

/* Record and forget the MDLs that a driver has not freed. */
void ha_mdls_look_over(struct ha_kernel *kernel, const struct ha_driver *driver);

/*
 * The physical address of memory in the arena, where pool and all that the kernel makes for
 * drivers lies; 0 for any other, such as a driver's image or a stack. In mm_address.c.
 */
uint64_t ha_physical_address(const struct ha_kernel *kernel, const void *address);

#endif
