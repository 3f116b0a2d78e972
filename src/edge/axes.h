/*
 * axes - knobs, each of whose values a search tries
 *
 * A variant is one value for each of these knobs. Variant 0 has the scenario's own; in the others
 * the last knob turns fastest.
 */
#ifndef HA_EDGE_AXES_H
#define HA_EDGE_AXES_H

#include <stdint.h>

#include "base/text.h"
#include "hotadd/error.h"
#include "hotadd/profile.h"

struct ha_axes {
    enum ha_knob knob[HA_KNOB_COUNT];
    uint32_t count;
};

/* Read names with commas between them; NULL for none. HA_OK, or HA_EINVAL with a sentence. */
int ha_axes_read(struct ha_axes *axes, const char *names, struct ha_error *error);

/* How many variants there are; 1 without axes. */
uint32_t ha_axes_variants(const struct ha_axes *axes);

/* How many values a knob has. */
uint32_t ha_axes_values(enum ha_knob knob);

/* Turn a profile, which has the scenario's own values. Returns how many knobs are turned. */
uint32_t ha_axes_turn(const struct ha_axes *axes, uint32_t variant, struct ha_profile *profile);

#endif
