/*
 * bag - many small allocations that are given back together
 *
 * For what is built once, read, and dropped whole: a loaded scenario, a table of names.
 */
#ifndef HA_BASE_BAG_H
#define HA_BASE_BAG_H

#include <stddef.h>

struct ha_bag_block;

struct ha_bag {
    struct ha_bag_block *newest;
};

/* `size` zeroed bytes, aligned for any type. NULL when memory is lacking. */
void *ha_bag_take(struct ha_bag *bag, size_t size);
/* A terminated copy of `length` bytes. NULL when memory is lacking. */
char *ha_bag_copy(struct ha_bag *bag, const char *bytes, size_t length);
/* Give everything back; the bag is then empty and may be used again. */
void ha_bag_close(struct ha_bag *bag);

#endif
