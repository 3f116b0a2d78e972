/* axes - see axes.h */
#include "edge/axes.h"

#include <string.h>

#include "base/error.h"

/* A search of more variants than this has no end that anybody sees. */
#define MOST_VARIANTS 4096u

uint32_t ha_axes_values(enum ha_knob knob)
{
    uint32_t count = 0;
    while (ha_knob_value_name(knob, count))
        count++;
    return count;
}

static int find_knob(const char *name, enum ha_knob *knob, struct ha_error *error)
{
    const char *names[HA_KNOB_COUNT];
    for (int i = 0; i < HA_KNOB_COUNT; i++) {
        names[i] = ha_knob_name((enum ha_knob)i);
        if (!strcmp(name, names[i])) {
            *knob = (enum ha_knob)i;
            return HA_OK;
        }
    }
    const char *nearest = ha_text_nearest(name, names, HA_KNOB_COUNT);
    return ha_error_set(error, HA_EINVAL, "--axes: there is no knob '%s'%s%s%s", name,
                        nearest ? "; did you mean '" : "", nearest ? nearest : "",
                        nearest ? "'?" : "");
}

static int add_knob(struct ha_axes *axes, const char *name, struct ha_error *error)
{
    enum ha_knob knob = HA_KNOB_TARGET;
    int err = find_knob(name, &knob, error);
    if (err)
        return err;
    for (uint32_t i = 0; i < axes->count; i++)
        if (axes->knob[i] == knob)
            return ha_error_set(error, HA_EINVAL, "--axes names %s twice", name);
    axes->knob[axes->count++] = knob;
    if (ha_axes_variants(axes) > MOST_VARIANTS)
        return ha_error_set(error, HA_EINVAL, "--axes: more than %u ways to turn these knobs",
                            MOST_VARIANTS);
    return HA_OK;
}

int ha_axes_read(struct ha_axes *axes, const char *names, struct ha_error *error)
{
    int err = HA_OK;
    *axes = (struct ha_axes){.count = 0};
    while (names && !err) {
        char name[64];
        size_t length = strcspn(names, ",");
        size_t kept = length < sizeof name ? length : sizeof name - 1;
        memcpy(name, names, kept);
        name[kept] = '\0';
        err = add_knob(axes, name, error);
        names = names[length] ? names + length + 1 : NULL;
    }
    return err;
}

uint32_t ha_axes_variants(const struct ha_axes *axes)
{
    uint32_t variants = 1;
    for (uint32_t i = 0; i < axes->count && variants <= MOST_VARIANTS; i++)
        variants *= ha_axes_values(axes->knob[i]);
    return variants;
}

uint32_t ha_axes_turn(const struct ha_axes *axes, uint32_t variant, struct ha_profile *profile)
{
    uint32_t turned = 0;
    for (uint32_t i = axes->count; i-- > 0;) {
        uint32_t values = ha_axes_values(axes->knob[i]), by = variant % values;
        uint8_t *value = &profile->knob[axes->knob[i]];
        *value = (uint8_t)((*value + by) % values);
        turned += by != 0;
        variant /= values;
    }
    return turned;
}
