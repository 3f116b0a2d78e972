/* module_option - see module_option.h */
#include "edge/module_option.h"

#include <string.h>

#include "base/error.h"
#include "base/text.h"

/* Whether "name=path" is for a driver. */
static bool is_for(const char *option, const char *driver)
{
    size_t length = strlen(driver);
    return !strncmp(option, driver, length) && option[length] == '=';
}

int ha_module_option_check(const struct ha_play_options *options, struct ha_error *error)
{
    for (size_t i = 0; i < options->driver_count; i++) {
        const char *option = options->driver[i], *equals = strchr(option, '=');
        if (!equals || equals == option || !equals[1])
            return ha_error_set(error, HA_EINVAL, "--driver takes NAME=PATH, not '%.60s'", option);
        size_t name = (size_t)(equals - option) + 1;
        for (size_t k = 0; k < i; k++)
            if (!strncmp(options->driver[k], option, name))
                return ha_error_set(error, HA_EINVAL,
                                    "--driver %.60s and --driver %.60s do not go together: a "
                                    "driver has one module", options->driver[k], option);
    }
    return HA_OK;
}

const char *ha_module_option(const struct ha_play_options *options, const char *driver)
{
    for (size_t i = 0; i < options->driver_count; i++)
        if (is_for(options->driver[i], driver))
            return options->driver[i] + strlen(driver) + 1;
    return NULL;
}

/* Where a path leads from that folder; NULL when memory was lacking. */
static const char *in_folder(const char *folder, const char *path, struct ha_bag *bag)
{
    struct ha_text text = {0};
    ha_text_addf(&text, "%s/%s", folder, path);
    const char *copy = text.lost ? NULL : ha_bag_copy(bag, ha_text_string(&text), text.length);
    ha_text_close(&text);
    return copy;
}

int ha_module_option_turn(const struct ha_play_options *options,
                          const struct ha_scenario *scenario, struct ha_plan *plan,
                          struct ha_bag *bag)
{
    size_t count = plan->driver_count;
    if (!count || (!options->driver_count && !options->modules))
        return HA_OK;
    struct ha_script *script = ha_bag_take(bag, count * sizeof *script);
    if (!script)
        return HA_ENOMEM;
    memcpy(script, plan->driver, count * sizeof *script);
    for (size_t i = 0; i < count; i++) {
        const char *path = ha_module_option(options, script[i].name);
        if (!script[i].module)
            continue;
        const char *named = scenario->module_place[i].named;
        if (path)
            script[i].module = path;
        else if (options->modules && named[0] != '/')
            script[i].module = in_folder(options->modules, named, bag);
        if (!script[i].module)
            return HA_ENOMEM;
    }
    plan->driver = script;
    return HA_OK;
}

void ha_module_option_meet(const struct ha_play_options *options,
                           const struct ha_scenario *scenario, bool *met)
{
    const struct ha_plan *plan = &scenario->plan;
    for (size_t i = 0; i < options->driver_count; i++)
        for (size_t k = 0; k < plan->driver_count; k++)
            met[i] |= plan->driver[k].module && is_for(options->driver[i], plan->driver[k].name);
}

int ha_module_option_unmet(const struct ha_play_options *options, const bool *met,
                           struct ha_error *error)
{
    for (size_t i = 0; i < options->driver_count; i++)
        if (!met[i])
            return ha_error_set(error, HA_EINVAL,
                                "--driver %s: no scenario has a driver of that name with a module",
                                options->driver[i]);
    return HA_OK;
}
