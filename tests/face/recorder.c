/* The recorder as the oldest C and as C++ see it: compiled, and never run. */
#include <hotadd/record_driver.h>

void use_recorder(struct ha_recorder *recorder, struct ha_recorder_call *call);

void use_recorder(struct ha_recorder *recorder, struct ha_recorder_call *call)
{
    static const char guid[16] = {0};

    ha_recorder_begin(recorder, "mine", 1, 1, 2);
    ha_recorder_group(recorder, 0, 2);
    ha_recorder_processor(recorder, 0, 0, 0);
    ha_recorder_entry_enter(recorder);
    ha_recorder_register_enter(recorder, 1, 1, 0);
    ha_recorder_register_return(recorder, 1, 1);
    ha_recorder_pnp_register_enter(recorder, 1, 0, guid);
    ha_recorder_pnp_register_return(recorder, 1, 0);
    ha_recorder_entry_leave(recorder, 0);
    ha_recorder_call_enter(recorder, call);
    ha_recorder_taken(recorder, 1, 64, call);
    ha_recorder_given_back(recorder, 1);
    ha_recorder_query(recorder, "KeQueryGroupAffinity", 0, 1, 0);
    ha_recorder_call_leave(recorder, call);
    ha_recorder_pnp_call_enter(recorder, 1, 1, 1, 1, 48);
    ha_recorder_pnp_call_leave(recorder, 1, 0);
    ha_recorder_unload_enter(recorder);
    ha_recorder_pnp_unregister_enter(recorder, 1, 1);
    ha_recorder_pnp_unregister_return(recorder, 1, 1, 0);
    ha_recorder_deregister_enter(recorder, 1);
    ha_recorder_deregister_return(recorder, 1);
    ha_recorder_unload_leave(recorder);
    ha_recorder_end(recorder);
}
