/*
 * symbols - which line of a driver's source a place in its module is
 *
 * A trace knows places as MODULE+OFFSET. What the compiler has written into a module about its
 * lines is read by llvm-symbolizer, addr2line or atos, whichever is found first; where there is
 * none, or it fails, a place remains as it is.
 */
#ifndef HA_EDGE_SYMBOLS_H
#define HA_EDGE_SYMBOLS_H

#include "sim/plan.h"

struct ha_symbols;

/* For the modules of a plan, which must outlive it. NULL when memory is lacking. */
struct ha_symbols *ha_symbols_create(const struct ha_plan *plan);
/* NULL is allowed. */
void ha_symbols_destroy(struct ha_symbols *symbols);

/* A place that somebody may ask for; "" is passed over. False when memory is lacking. */
bool ha_symbols_want(struct ha_symbols *symbols, const char *place);

/*
 * "worker.c:42 in table_grow", or the function alone. NULL when nothing is known.
 *
 * The first question is put to the other program, with all places that are wanted; so no symbolizer
 * runs for what nobody reads. The text is valid until `symbols` is destroyed.
 */
const char *ha_symbols_find(struct ha_symbols *symbols, const char *place);

#endif
