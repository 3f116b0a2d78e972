/* coverage: what it counts of the records that it takes */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "edge/coverage.h"
#include "unit/tale.h"

static struct ha_record *told(struct tale *tale, enum ha_kind kind, enum ha_pnp_event event)
{
    struct ha_record *record = tale_add(tale, kind, LOADER, 1);
    record->as.pnp_cb.event = event;
    return record;
}

static void calls_are_counted_by_state_and_event(void **state)
{
    (void)state;
    struct ha_coverage coverage;
    struct ha_text text = {0};
    struct tale tale;
    tale_begin(&tale);
    tale_call(&tale, CALM_SYNC, HA_STATE_START, 4, 0);
    tale_call(&tale, CALM_SYNC, HA_STATE_COMPLETE, 4, 0)->flags |= HA_CB_EXISTING;
    tale_veto(&tale, BROKEN_SYNC, HA_STATE_START, 4, INSUF);
    told(&tale, HA_PNP_CB_CALL, HA_PNP_ARRIVAL);
    told(&tale, HA_PNP_CB_ENTER, HA_PNP_ARRIVAL);
    told(&tale, HA_PNP_CB_LEAVE, HA_PNP_NO_EVENT);
    told(&tale, HA_PNP_CB_CALL, HA_PNP_REMOVAL);
    told(&tale, HA_PNP_DEAD_CALL, HA_PNP_ARRIVAL);
    told(&tale, HA_PNP_CB_CALL, HA_PNP_EVENT_COUNT);

    ha_coverage_init(&coverage);
    tale_tell(&tale, &coverage.sink);
    ha_coverage_write(&coverage, &text);

    assert_non_null(strstr(ha_text_string(&text),
                           "\n  hot-add   Start 2, Complete 0, Failure 0\n"
                           "  existing  Start 0, Complete 1, Failure 0\n"
                           "  PnP       Arrival 2, Removal 1\n"
                           "  knobs     none was turned\n"));
    ha_text_close(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(calls_are_counted_by_state_and_event),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
