/*
 * inlines - the headers' inline functions once more, as functions
 *
 * A driver that calls one has its body in place; a driver that takes the address of one, or asks
 * for it by name, gets these.
 */
#define FORCEINLINE
#include <ntifs.h>
