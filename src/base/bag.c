/*
 * bag - many small allocations that are given back together
 *
 * Owns struct ha_bag: a chain of blocks, filled from the front.
 */
#include "base/bag.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_BYTES 4096u

struct ha_bag_block {
    struct ha_bag_block *older;
    size_t used, room;
    alignas(max_align_t) unsigned char bytes[];
};

void *ha_bag_take(struct ha_bag *bag, size_t size)
{
    size_t align = alignof(max_align_t);
    if (size > SIZE_MAX - sizeof(struct ha_bag_block) - align)
        return NULL;
    size = (size + align - 1) / align * align;

    struct ha_bag_block *block = bag->newest;
    if (!block || block->room - block->used < size) {
        size_t room = size > BLOCK_BYTES ? size : BLOCK_BYTES;
        block = malloc(sizeof *block + room);
        if (!block)
            return NULL;
        block->older = bag->newest;
        block->used = 0;
        block->room = room;
        bag->newest = block;
    }
    void *taken = block->bytes + block->used;
    block->used += size;
    return memset(taken, 0, size);
}

char *ha_bag_copy(struct ha_bag *bag, const char *bytes, size_t length)
{
    char *copy = ha_bag_take(bag, length + 1);
    return copy ? memcpy(copy, bytes, length) : NULL;
}

void ha_bag_close(struct ha_bag *bag)
{
    while (bag->newest) {
        struct ha_bag_block *block = bag->newest;
        bag->newest = block->older;
        free(block);
    }
}
