/*
 * hotadd/record_pnp.h - notification by PnP, as a driver sees it
 *
 * A part of hotadd/record_driver.h, which includes it.
 */
#ifndef HOTADD_RECORD_PNP_H
#define HOTADD_RECORD_PNP_H

#include "hotadd/record_line.h"

/*
 * Around IoRegisterPlugPlayNotification for device interfaces.
 *
 *   flags  its EventCategoryFlags
 *   guid   the 16 bytes of the class, as they lie in memory
 */
HA_RECORDER_FUNCTION void ha_recorder_pnp_register_enter(struct ha_recorder *recorder,
                                                         unsigned long entry, unsigned long flags,
                                                         const void *guid)
{
    static const unsigned char order[16] = {3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15};
    const unsigned char *bytes = (const unsigned char *)guid;
    struct ha_recorder_stamp stamp;
    struct ha_recorder_text text;
    unsigned i;

    ha_recorder_look(recorder, &stamp);
    ha_recorder_open_at(&text, &stamp, "PNP_REG_ENTER", entry);
    ha_recorder_word(&text, "category", "EventCategoryDeviceInterfaceChange");
    ha_recorder_member(&text, "flags", flags);
    ha_recorder_put(&text, ",\"class\":\"{");
    for (i = 0; i < 16; i++) {
        ha_recorder_put_number(&text, bytes[order[i]], 16, 2);
        if (i == 3 || i == 5 || i == 7 || i == 9)
            ha_recorder_put(&text, "-");
    }
    ha_recorder_put(&text, "}\"");
    ha_recorder_member(&text, "function", 1);
    ha_recorder_close(recorder, &text);
    ha_recorder_inside(recorder->entering, entry, stamp.thread);
}

HA_RECORDER_FUNCTION void ha_recorder_pnp_register_return(struct ha_recorder *recorder,
                                                          unsigned long entry, unsigned long status)
{
    ha_recorder_outside(recorder->entering, entry);
    ha_recorder_status(recorder, "PNP_REG_RETURN", entry, status);
}

/* Around IoUnregisterPlugPlayNotificationEx (`ex`) or IoUnregisterPlugPlayNotification. */
HA_RECORDER_FUNCTION void ha_recorder_pnp_unregister_enter(struct ha_recorder *recorder,
                                                           unsigned long entry, int ex)
{
    struct ha_recorder_text text;

    ha_recorder_open(recorder, &text, "PNP_UNREG_ENTER", entry);
    ha_recorder_flag(&text, "ex", ex);
    ha_recorder_close(recorder, &text);
}

HA_RECORDER_FUNCTION void ha_recorder_pnp_unregister_return(struct ha_recorder *recorder,
                                                            unsigned long entry, int ex,
                                                            unsigned long status)
{
    struct ha_recorder_text text;

    ha_recorder_open(recorder, &text, "PNP_UNREG_RETURN", entry);
    ha_recorder_flag(&text, "ex", ex);
    ha_recorder_hex(&text, "status", status & 0xffffffffu, 8);
    ha_recorder_close(recorder, &text);
}

/*
 * Around a PnP callback.
 *
 *   instance  the id of the interface that its symbolic link names
 *   arrival   GUID_DEVICE_INTERFACE_ARRIVAL, and no removal
 *
 * One that the thread that registers makes before it returns is a replay.
 */
HA_RECORDER_FUNCTION void ha_recorder_pnp_call_enter(struct ha_recorder *recorder,
                                                     unsigned long entry, unsigned long instance,
                                                     int arrival, unsigned long version,
                                                     unsigned long size)
{
    struct ha_recorder_stamp stamp;
    struct ha_recorder_text text;
    int replay;

    ha_recorder_look(recorder, &stamp);
    replay = ha_recorder_is_inside(recorder->entering, entry, stamp.thread);
    ha_recorder_open_at(&text, &stamp, "PNP_CB_ENTER", entry);
    ha_recorder_word(&text, "notification", arrival ? "Arrival" : "Removal");
    ha_recorder_member(&text, "interface", instance);
    ha_recorder_member(&text, "Version", version);
    ha_recorder_member(&text, "Size", size);
    ha_recorder_flag(&text, "live", !replay);
    ha_recorder_flag(&text, "replay", replay);
    ha_recorder_close(recorder, &text);
}

HA_RECORDER_FUNCTION void ha_recorder_pnp_call_leave(struct ha_recorder *recorder,
                                                     unsigned long entry, unsigned long status)
{
    ha_recorder_status(recorder, "PNP_CB_LEAVE", entry, status);
}

#endif
