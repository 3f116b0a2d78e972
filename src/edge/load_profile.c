/*
 * load_profile - how the documents are to be read in a scenario
 *
 * Owns the member "profile". The names of presets and knobs come from hotadd/profile.h.
 */
#include "edge/load_parts.h"

static void read_preset(struct ha_reader *reader, struct ha_node node, struct ha_profile *profile)
{
    const char *names[HA_PRESET_COUNT];
    size_t preset;
    for (unsigned i = 0; i < HA_PRESET_COUNT; i++)
        names[i] = ha_preset_name((enum ha_preset)i);
    if (ha_read_choice(reader, node, "profile", names, HA_PRESET_COUNT, &preset))
        *profile = ha_profile_preset((enum ha_preset)preset);
}

static void read_knob(struct ha_reader *reader, struct ha_node node, enum ha_knob knob,
                      struct ha_profile *profile)
{
    const char *names[UINT8_MAX];
    size_t count = 0, value;
    while (count < UINT8_MAX && (names[count] = ha_knob_value_name(knob, (unsigned)count)))
        count++;
    if (ha_read_choice(reader, node, ha_knob_name(knob), names, count, &value))
        profile->knob[knob] = (uint8_t)value;
}

void ha_load_profile(struct ha_loading *loading, struct ha_node node)
{
    enum { PRESET = HA_KNOB_COUNT, KEYS };
    struct ha_reader *reader = &loading->reader;
    struct ha_profile *profile = &loading->made.plan.profile;
    struct ha_key keys[KEYS];
    struct ha_member member[KEYS];

    *profile = ha_profile_preset(HA_PRESET_DOCUMENTED);
    if (!node.json)
        return;
    if (ha_node_kind(node) == HA_JSON_STRING) {
        read_preset(reader, node, profile);
        return;
    }
    for (unsigned k = 0; k < HA_KNOB_COUNT; k++)
        keys[k] = (struct ha_key){ha_knob_name((enum ha_knob)k), HA_JSON_STRING, false};
    keys[PRESET] = (struct ha_key){"preset", HA_JSON_STRING, false};
    ha_read_members(reader, node, keys, KEYS, member);
    if (member[PRESET].value.json)
        read_preset(reader, member[PRESET].value, profile);
    for (unsigned k = 0; k < HA_KNOB_COUNT; k++)
        if (member[k].value.json)
            read_knob(reader, member[k].value, (enum ha_knob)k, profile);
}
