/*
 * scenario - any bytes as a scenario file
 *
 * They are either loaded or refused with a message; nothing of them is played.
 */
#include <assert.h>

#include "edge/load.h"
#include "fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    struct ha_scenario scenario;
    struct ha_text messages = {0};

    int err = ha_scenario_load_text("fuzz.json", (const char *)bytes, length, &scenario,
                                    &messages);
    assert(err == HA_OK || err == HA_EREAD);
    assert((err == HA_OK) == (messages.length == 0));
    if (err == HA_OK) {
        assert(scenario.name);
        ha_scenario_close(&scenario);
    }
    ha_text_close(&messages);
    return 0;
}
