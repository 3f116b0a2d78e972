/* breaches - see breaches.h. Owns struct ha_breaches. */
#include "edge/breaches.h"

#include <stdlib.h>

#include "hotadd/error.h"

static bool holds(const struct ha_breaches *breaches, struct ha_breach breach)
{
    for (size_t i = 0; i < breaches->count; i++)
        if (breaches->breach[i].rule == breach.rule && breaches->breach[i].driver == breach.driver)
            return true;
    return false;
}

static int add(struct ha_breaches *breaches, struct ha_breach breach)
{
    if (holds(breaches, breach))
        return HA_OK;
    if (breaches->count == breaches->room) {
        size_t room = breaches->room ? breaches->room * 2 : 8;
        struct ha_breach *larger = realloc(breaches->breach, room * sizeof *larger);
        if (!larger)
            return HA_ENOMEM;
        breaches->breach = larger;
        breaches->room = room;
    }
    breaches->breach[breaches->count++] = breach;
    return HA_OK;
}

bool ha_severity_fails(enum ha_severity severity, bool strict)
{
    return severity == HA_ERROR || (severity == HA_WARNING && strict);
}

int ha_breaches_add_run(struct ha_breaches *breaches, const struct ha_judge *judge,
                        const struct ha_matcher *matcher, bool strict, enum ha_ending ending,
                        enum ha_ending foreseen)
{
    size_t count;
    const struct ha_finding *finding = ha_judge_findings(judge, &count, NULL);
    int err = HA_OK;
    for (size_t i = 0; i < count && !err; i++)
        if (ha_severity_fails(finding[i].severity, strict) &&
            !ha_matcher_expects(matcher, &finding[i]))
            err = add(breaches, (struct ha_breach){finding[i].rule, finding[i].driver});
    bool ended = ending == HA_END_NORMALLY || ending == foreseen || ending == HA_END_BUDGET ||
                 ending == HA_END_SIGNAL;
    return err || ended ? err : add(breaches, (struct ha_breach){NULL, 0});
}

bool ha_breaches_hold_end(const struct ha_breaches *breaches)
{
    return holds(breaches, (struct ha_breach){NULL, 0});
}

int ha_breaches_add_all(struct ha_breaches *breaches, const struct ha_breaches *more)
{
    int err = HA_OK;
    for (size_t i = 0; i < more->count && !err; i++)
        err = add(breaches, more->breach[i]);
    return err;
}

bool ha_breaches_are_new(const struct ha_breaches *breaches, const struct ha_breaches *known)
{
    for (size_t i = 0; i < breaches->count; i++) {
        bool kernels = breaches->breach[i].rule && !breaches->breach[i].driver;
        if (kernels || holds(known, breaches->breach[i]))
            return false;
    }
    return true;
}

/* Whether an earlier breach has named the driver. */
static bool is_named(const struct ha_breaches *breaches, size_t before)
{
    for (size_t i = 0; i < before; i++)
        if (breaches->breach[i].driver == breaches->breach[before].driver)
            return true;
    return false;
}

size_t ha_breaches_add_drivers(const struct ha_breaches *breaches, const struct ha_cast *cast,
                               struct ha_text *text)
{
    size_t drivers = 0;
    for (size_t i = 0; i < breaches->count; i++) {
        const char *name = ha_cast_name(cast, HA_NS_DRIVER, breaches->breach[i].driver);
        if (!name || is_named(breaches, i))
            continue;
        ha_text_addf(text, "%s%s", drivers ? ", " : "", name);
        drivers++;
    }
    if (drivers)
        return drivers;
    ha_text_add(text, "a driver");
    return 1;
}

void ha_breaches_close(struct ha_breaches *breaches)
{
    free(breaches->breach);
    *breaches = (struct ha_breaches){0};
}
