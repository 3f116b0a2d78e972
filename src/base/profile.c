/*
 * profile - the knobs and presets of hotadd/profile.h as one table
 *
 * Owns the names and the presets. Source of both: the rule book, sections 2.1 and 2.2.
 */
#include "hotadd/profile.h"

#include <string.h>

#include "base/error.h"
#include "base/hash.h"
#include "base/text.h"

#define MOST_VALUES 3

static const struct {
    const char *name;
    const char *values[MOST_VALUES];
} knobs[HA_KNOB_COUNT] = {
    [HA_KNOB_SYNC_START_VS_HW] = {"sync_start_vs_hw", {"before_start", "after_start"}},
    [HA_KNOB_HOT_START_ERROR] = {"hot_start_error", {"notify_all", "stop_at_error"}},
    [HA_KNOB_HOT_FAILURE_SCOPE] = {"hot_failure_scope", {"all_started", "exclude_writer"}},
    [HA_KNOB_OPSTATUS_SCOPE] = {"opstatus_scope", {"shared", "per_call"}},
    [HA_KNOB_OPSTATUS_DECISION] = {"opstatus_decision", {"final_value", "first_error"}},
    [HA_KNOB_CALLBACK_IRQL] = {"callback_irql", {"passive", "apc"}},
    [HA_KNOB_FAILURE_ORDER] = {"failure_order", {"forward", "reverse"}},
    [HA_KNOB_DEREG_WAIT] = {"dereg_wait", {"transaction", "per_call", "deferred"}},
    [HA_KNOB_REGISTER_DURING_ADD] = {"register_during_add", {"block", "late_join"}},
    [HA_KNOB_CALLBACK_CHAIN] = {"callback_chain", {"single", "ke_first", "object_first"}},
    [HA_KNOB_UNKNOWN_FLAGS] = {"unknown_flags", {"ignore", "reject"}},
    [HA_KNOB_INCLUDE_EXISTING_DUP] = {"include_existing_dup", {"once", "twice"}},
    [HA_KNOB_LEGACY_LATE_CALL] = {"legacy_late_call", {"drop", "deliver"}},
    [HA_KNOB_ASYNC_AFTER] = {"async_after", {"complete", "sched"}},
    [HA_KNOB_REBALANCE_VS_ASYNC] = {"rebalance_vs_async",
                                    {"async_first", "rebalance_first", "concurrent"}},
    [HA_KNOB_UNLOAD_GATE] = {"unload_gate", {"lenient", "strict"}},
    [HA_KNOB_LEGACY_COUNT] = {"legacy_count", {"group0", "all"}},
    [HA_KNOB_GROUP_ASSIGN] = {"group_assign", {"lowest_free", "by_node", "explicit"}},
    [HA_KNOB_NUMBER_MAP_AT_START] = {"number_map_at_start", {"valid", "invalid"}},
    [HA_KNOB_TARGET] = {"target", {"win7", "ws2008"}},
};

#define MOST_TURNS 5

static const struct {
    const char *name;
    struct { uint8_t knob, value; } turned[MOST_TURNS];     /* value 0 ends the list */
} presets[HA_PRESET_COUNT] = {
    [HA_PRESET_DOCUMENTED] = {"documented", {{0, 0}}},
    [HA_PRESET_OBSERVED] = {"observed", {{HA_KNOB_CALLBACK_IRQL, 1}}},
    [HA_PRESET_INTRO] = {"intro", {{HA_KNOB_SYNC_START_VS_HW, 1}}},
    [HA_PRESET_STRICT_STOP] = {"strict_stop", {{HA_KNOB_HOT_START_ERROR, 1},
                                               {HA_KNOB_HOT_FAILURE_SCOPE, 1},
                                               {HA_KNOB_OPSTATUS_DECISION, 1}}},
    [HA_PRESET_ADVERSARIAL] = {"adversarial", {{HA_KNOB_INCLUDE_EXISTING_DUP, 1},
                                               {HA_KNOB_LEGACY_LATE_CALL, 1},
                                               {HA_KNOB_ASYNC_AFTER, 1},
                                               {HA_KNOB_REBALANCE_VS_ASYNC, 2},
                                               {HA_KNOB_FAILURE_ORDER, 1}}},
    [HA_PRESET_WS2008] = {"ws2008", {{HA_KNOB_TARGET, 1}, {HA_KNOB_LEGACY_COUNT, 1}}},
};

const char *ha_preset_name(enum ha_preset preset)
{
    return (unsigned)preset < HA_PRESET_COUNT ? presets[preset].name : NULL;
}

const char *ha_knob_name(enum ha_knob knob)
{
    return (unsigned)knob < HA_KNOB_COUNT ? knobs[knob].name : NULL;
}

const char *ha_knob_value_name(enum ha_knob knob, unsigned value)
{
    return (unsigned)knob < HA_KNOB_COUNT && value < MOST_VALUES ? knobs[knob].values[value] : NULL;
}

struct ha_profile ha_profile_preset(enum ha_preset preset)
{
    struct ha_profile profile = {.preset = (uint8_t)preset};
    for (unsigned i = 0; i < MOST_TURNS && presets[preset].turned[i].value; i++)
        profile.knob[presets[preset].turned[i].knob] = presets[preset].turned[i].value;
    return profile;
}

/* "there is no KIND 'WORD'", with the nearest name, or all of them when none is near. */
static int no_such(struct ha_error *error, const char *kind, const char *word,
                   const char *const *names, size_t count)
{
    const char *nearest = ha_text_nearest(word, names, count);
    if (nearest)
        return ha_error_set(error, HA_EINVAL, "there is no %s '%.40s'; did you mean '%s'?", kind,
                            word, nearest);

    char all[160] = "";
    for (size_t i = 0; i < count; i++) {
        if (strlen(all) + strlen(names[i]) + 3 > sizeof all)
            return ha_error_set(error, HA_EINVAL, "there is no %s '%.40s'", kind, word);
        strcat(strcat(all, i ? ", " : ""), names[i]);
    }
    return ha_error_set(error, HA_EINVAL, "there is no %s '%.40s'; there are: %s", kind, word, all);
}

int ha_profile_find(const char *name, enum ha_preset *preset, struct ha_error *error)
{
    const char *names[HA_PRESET_COUNT];
    for (unsigned i = 0; i < HA_PRESET_COUNT; i++) {
        names[i] = presets[i].name;
        if (!strcmp(name, names[i])) {
            *preset = (enum ha_preset)i;
            return HA_OK;
        }
    }
    return no_such(error, "profile", name, names, HA_PRESET_COUNT);
}

int ha_profile_set(struct ha_profile *profile, const char *knob, const char *value,
                   struct ha_error *error)
{
    const char *names[HA_KNOB_COUNT];
    for (unsigned k = 0; k < HA_KNOB_COUNT; k++) {
        names[k] = knobs[k].name;
        if (strcmp(knob, names[k]))
            continue;
        unsigned count = 0;
        for (; count < MOST_VALUES && knobs[k].values[count]; count++) {
            if (!strcmp(value, knobs[k].values[count])) {
                profile->knob[k] = (uint8_t)count;
                return HA_OK;
            }
        }
        char kind[64] = "value of ";
        strcat(kind, knob);
        return no_such(error, kind, value, knobs[k].values, count);
    }
    return no_such(error, "knob", knob, names, HA_KNOB_COUNT);
}

uint64_t ha_profile_hash(const struct ha_profile *profile)
{
    return ha_hash(HA_HASH_START, profile->knob, sizeof profile->knob);
}
