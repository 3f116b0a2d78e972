/*
 * hotadd/profile.h - how the simulator reads the documents where they leave room
 *
 * A profile is one value for each knob. A preset is a named profile. The names are those of
 * the rule book; README.md says what each knob asks.
 */
#ifndef HOTADD_PROFILE_H
#define HOTADD_PROFILE_H

#include <stdbool.h>
#include <stdint.h>
#include "hotadd/error.h"

#ifdef __cplusplus
extern "C" {
#endif

enum ha_knob {
    HA_KNOB_SYNC_START_VS_HW,
    HA_KNOB_HOT_START_ERROR,
    HA_KNOB_HOT_FAILURE_SCOPE,
    HA_KNOB_OPSTATUS_SCOPE,
    HA_KNOB_OPSTATUS_DECISION,
    HA_KNOB_CALLBACK_IRQL,
    HA_KNOB_FAILURE_ORDER,
    HA_KNOB_DEREG_WAIT,
    HA_KNOB_REGISTER_DURING_ADD,
    HA_KNOB_CALLBACK_CHAIN,
    HA_KNOB_UNKNOWN_FLAGS,
    HA_KNOB_INCLUDE_EXISTING_DUP,
    HA_KNOB_LEGACY_LATE_CALL,
    HA_KNOB_ASYNC_AFTER,
    HA_KNOB_REBALANCE_VS_ASYNC,
    HA_KNOB_UNLOAD_GATE,
    HA_KNOB_LEGACY_COUNT,
    HA_KNOB_GROUP_ASSIGN,
    HA_KNOB_NUMBER_MAP_AT_START,
    HA_KNOB_TARGET,
    HA_KNOB_COUNT
};

/* Values of the knobs. 0 is always the default, the reading of the preset "documented". */
enum ha_sync_start_vs_hw { HA_BEFORE_START, HA_AFTER_START };
enum ha_hot_start_error { HA_NOTIFY_ALL, HA_STOP_AT_ERROR };
enum ha_hot_failure_scope { HA_ALL_STARTED, HA_EXCLUDE_WRITER };
enum ha_opstatus_scope { HA_OPSTATUS_SHARED, HA_OPSTATUS_PER_CALL };
enum ha_opstatus_decision { HA_FINAL_VALUE, HA_FIRST_ERROR };
enum ha_callback_irql { HA_CALLBACK_PASSIVE, HA_CALLBACK_APC };
enum ha_failure_order { HA_FAILURE_FORWARD, HA_FAILURE_REVERSE };
enum ha_dereg_wait { HA_DEREG_TRANSACTION, HA_DEREG_PER_CALL, HA_DEREG_DEFERRED };
enum ha_register_during_add { HA_REGISTER_BLOCK, HA_REGISTER_LATE_JOIN };
enum ha_callback_chain { HA_CHAIN_SINGLE, HA_CHAIN_KE_FIRST, HA_CHAIN_OBJECT_FIRST };
enum ha_unknown_flags { HA_FLAGS_IGNORE, HA_FLAGS_REJECT };
enum ha_include_existing_dup { HA_EXISTING_ONCE, HA_EXISTING_TWICE };
enum ha_legacy_late_call { HA_LATE_CALL_DROP, HA_LATE_CALL_DELIVER };
enum ha_async_after { HA_ASYNC_AFTER_COMPLETE, HA_ASYNC_AFTER_SCHED };
enum ha_unload_gate { HA_UNLOAD_LENIENT, HA_UNLOAD_STRICT };
enum ha_legacy_count { HA_LEGACY_GROUP0, HA_LEGACY_ALL };
enum ha_group_assign { HA_ASSIGN_LOWEST_FREE, HA_ASSIGN_BY_NODE, HA_ASSIGN_EXPLICIT };
enum ha_number_map_at_start { HA_MAP_VALID, HA_MAP_INVALID };
enum ha_target { HA_TARGET_WIN7, HA_TARGET_WS2008 };

enum ha_preset {
    HA_PRESET_DOCUMENTED,
    HA_PRESET_OBSERVED,
    HA_PRESET_INTRO,
    HA_PRESET_STRICT_STOP,
    HA_PRESET_ADVERSARIAL,
    HA_PRESET_WS2008,
    HA_PRESET_COUNT
};

struct ha_profile {
    uint8_t preset;                 /* enum ha_preset: where the values started from */
    uint8_t knob[HA_KNOB_COUNT];    /* a value of the knob's own enumeration */
};

/* The values of a preset. */
struct ha_profile ha_profile_preset(enum ha_preset preset);

/*
 * Find a preset by its name.
 *
 * Returns HA_OK and stores it, or HA_EINVAL with a sentence that lists the names and suggests
 * the nearest. `error` may be NULL.
 */
int ha_profile_find(const char *name, enum ha_preset *preset, struct ha_error *error);

/*
 * Turn one knob by names, for instance "hot_start_error" to "stop_at_error".
 *
 * Returns HA_OK, or HA_EINVAL with a sentence that suggests the nearest name; the profile is
 * then as it was. `error` may be NULL.
 */
int ha_profile_set(struct ha_profile *profile, const char *knob, const char *value,
                   struct ha_error *error);

/* The names, NULL beyond the last. */
const char *ha_preset_name(enum ha_preset preset);
const char *ha_knob_name(enum ha_knob knob);
const char *ha_knob_value_name(enum ha_knob knob, unsigned value);

/* A hash over all knobs, to recognise a replay token that was made under another profile. */
uint64_t ha_profile_hash(const struct ha_profile *profile);

#ifdef __cplusplus
}
#endif
#endif
