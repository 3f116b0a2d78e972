/*
 * knobs - any bytes as the name of a preset, then as KNOB=VALUE, a line each
 *
 * What is refused is refused with a sentence, and leaves the profile as it was.
 */
#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz/fuzz.h"
#include "hotadd/error.h"
#include "hotadd/profile.h"

static bool is_turned(const struct ha_profile *profile, const char *knob, const char *value)
{
    for (unsigned i = 0; i < HA_KNOB_COUNT; i++)
        if (!strcmp(ha_knob_name((enum ha_knob)i), knob))
            return !strcmp(ha_knob_value_name((enum ha_knob)i, profile->knob[i]), value);
    return false;
}

static void turn(struct ha_profile *profile, char *line)
{
    struct ha_profile before = *profile;
    struct ha_error error = {""};
    char *value = strchr(line, '=');

    if (!value)
        return;
    *value++ = '\0';
    if (ha_profile_set(profile, line, value, &error) == HA_OK) {
        assert(is_turned(profile, line, value));
        return;
    }
    assert(error.text[0]);
    assert(!memcmp(&before, profile, sizeof before));
    assert(ha_profile_hash(&before) == ha_profile_hash(profile));
}

static void turn_all(char *text)
{
    enum ha_preset preset = HA_PRESET_DOCUMENTED;
    struct ha_error error = {""};
    char *line = text, *feed = strchr(line, '\n');

    if (feed)
        *feed = '\0';
    if (ha_profile_find(line, &preset, &error) == HA_OK)
        assert(!strcmp(ha_preset_name(preset), line));
    else
        assert(error.text[0] && preset == HA_PRESET_DOCUMENTED);

    struct ha_profile profile = ha_profile_preset(preset);
    while (feed) {
        line = feed + 1;
        feed = strchr(line, '\n');
        if (feed)
            *feed = '\0';
        turn(&profile, line);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    char *text = malloc(length + 1);

    if (!text)
        return 0;
    memcpy(text, bytes, length);
    text[length] = '\0';
    turn_all(text);
    free(text);
    return 0;
}
