/*
 * drivers - see drivers.h. Owns struct client, who is registered, called, and acts.
 */
#include "model/drivers.h"

#include <stdlib.h>
#include <string.h>

#include <poclass.h>
#include <wdmguid.h>

#include "nt/driver.h"
#include "sim/machine.h"
#include "unit/bench.h"

static const struct case_client *plan_of(const struct client *client)
{
    return &client->play->plan->client[client->number];
}

static void note_asked(struct client *client, enum play_series series)
{
    struct play_order *order = &client->play->asked[series];
    if (order->count == order->room) {
        size_t room = order->room ? 2 * order->room : 16;
        uint32_t *more = realloc(order->client, room * sizeof *more);
        order->lost = order->lost || !more;
        if (!more)
            return;
        order->client = more;
        order->room = room;
    }
    order->client[order->count++] = client->number;
}

static void see(struct client *client, struct fact fact)
{
    fact.who = client->number;
    facts_say(client->play->facts, case_is_entry(plan_of(client)) ? SEEN_PNP : SEEN, fact);
}

static void ask(struct client *client, const KE_PROCESSOR_CHANGE_NOTIFY_CONTEXT *change)
{
    PROCESSOR_NUMBER number;
    bool old = client->play->plan->profile.knob[HA_KNOB_TARGET] == HA_TARGET_WS2008;
    USHORT group = old ? 0 : change->ProcNumber.Group;
    KAFFINITY mask = KeQueryGroupAffinity(group);
    see(client, (struct fact){
        .what = QUERIES, .state = KeQueryActiveProcessorCount(NULL), .index = (uint32_t)mask,
        .place = (uint32_t)(mask >> 32),
        .status = NT_SUCCESS(KeGetProcessorNumberFromIndex(change->NtNumber, &number)) &&
                  (old || (number.Group == change->ProcNumber.Group &&
                           number.Number == change->ProcNumber.Number)),
        .around = KeQueryActiveProcessorCountEx(ALL_PROCESSOR_GROUPS)});
}

static void be_told(struct client *client, PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT change,
                    PNTSTATUS status);

static VOID NTAPI ke_callback(PVOID CallbackContext,
                              PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext,
                              PNTSTATUS OperationStatus)
{
    be_told(CallbackContext, ChangeContext, OperationStatus);
}

static VOID NTAPI object_callback(PVOID CallbackContext, PVOID Argument1, PVOID Argument2)
{
    be_told(CallbackContext, Argument1, Argument2);
}

static PCALLBACK_OBJECT open_object(void)
{
    PCALLBACK_OBJECT object = NULL;
    UNICODE_STRING name;
    OBJECT_ATTRIBUTES attributes;
    RtlInitUnicodeString(&name, u"\\Callback\\ProcessorAdd");
    InitializeObjectAttributes(&attributes, &name, OBJ_CASE_INSENSITIVE, NULL, NULL);
    ExCreateCallback(&object, &attributes, FALSE, TRUE);
    return object;
}

static void speak(void)
{
    PCALLBACK_OBJECT object = open_object();
    ExNotifyCallback(object, NULL, NULL);
    ObDereferenceObject(object);
}

static KIRQL raise(KIRQL irql)
{
    KIRQL before = KeGetCurrentIrql();
    if (irql > before)
        KeRaiseIrql(irql, &before);
    return before;
}

static NTSTATUS NTAPI pnp_callback(PVOID NotificationStructure, PVOID Context);

static void listen(struct client *client)
{
    const struct case_client *plan = plan_of(client);
    const GUID *class_guid =
        plan->kind == OF_MEMORY ? &GUID_DEVICE_MEMORY : &GUID_DEVICE_PROCESSOR;
    client->state = HELD;               /* the entry is there before the first call (PNP-4) */
    note_asked(client, ASKED_PNP);
    KIRQL before = raise(plan->asks_at);
    NTSTATUS status = IoRegisterPlugPlayNotification(
        EventCategoryDeviceInterfaceChange, plan->flags, (PVOID)(uintptr_t)class_guid,
        client->play->object[plan->driver], plan->nowhere ? NULL : pnp_callback, client,
        &client->handle);
    KeLowerIrql(before);
    if (!NT_SUCCESS(status))
        client->state = NONE;
}

static void bring(struct client *client)
{
    const struct case_client *plan = plan_of(client);
    if (client->state != NONE)
        return;
    if (case_is_entry(plan)) {
        listen(client);
        return;
    }
    client->state = ASKING;
    PCALLBACK_OBJECT object = plan->kind == OF_OBJECT ? open_object() : NULL;
    note_asked(client, object ? ASKED_OBJECT : ASKED_KE);
    KIRQL before = raise(plan->asks_at);
    client->handle =
        object ? ExRegisterCallback(object, plan->nowhere ? NULL : object_callback, client)
               : KeRegisterProcessorChangeCallback(plan->nowhere ? NULL : ke_callback, client,
                                                   plan->flags);
    KeLowerIrql(before);
    if (object)
        ObDereferenceObject(object);
    client->state = client->handle ? HELD : NONE;
    see(client, (struct fact){.what = GETS, .status = client->handle != NULL});
}

static void give_back(const struct client *client)
{
    const struct case_client *plan = plan_of(client);
    KIRQL before = raise(plan->leaves_at);
    switch (plan->kind) {
    case OF_KE: KeDeregisterProcessorChangeCallback(client->handle); break;
    case OF_OBJECT: ExUnregisterCallback(client->handle); break;
    default:
        if (plan->old)
            IoUnregisterPlugPlayNotification(client->handle);
        else
            IoUnregisterPlugPlayNotificationEx(client->handle);
    }
    KeLowerIrql(before);
}

static void take_away(struct client *client)
{
    if (client->state != HELD)
        return;
    client->state = NONE;
    give_back(client);
}

static void take_again(const struct client *client)
{
    const struct play *play = client->play;
    bool in_work = play->helped && play->errand.client == client;
    if (play->running[plan_of(client)->driver] && client->state == NONE && client->handle &&
        !in_work)
        give_back(client);
}

static void run_errand(void *argument)
{
    const struct errand *errand = argument;
    if (errand->brings)
        bring(errand->client);
    else
        take_away(errand->client);
}

void drivers_send(struct play *play, struct client *client, bool brings)
{
    play->errand = (struct errand){client, brings};
    ha_thread_create(&play->machine->kernel.world, HA_THREAD_SYSTEM,
                     play->id[plan_of(client)->driver], run_errand, &play->errand, NULL);
}

static void have_helped(struct play *play, struct client *target, bool brings)
{
    if (play->helped || play->step >= play->plan->events ||
        !case_has_one_operation(&play->plan->event[play->step]) ||
        target->state != (brings ? NONE : HELD))
        return;
    play->helped = true;
    play->guest = brings ? target : NULL;
    drivers_send(play, target, brings);
    bench_yield();
}

static void act_on_another(struct play *play, const struct case_act *act)
{
    struct client *target = &play->client[act->target];
    bool is_guest = play->guest && play->guest->number == act->client;
    if (!play->running[plan_of(target)->driver])
        return;
    switch (act->kind) {
    case BRINGS: bring(target); break;
    case TAKES_AWAY:
    case TAKES_TWICE:
        if (!is_guest)
            take_away(target);
        if (act->kind == TAKES_TWICE)
            take_again(target);
        break;
    default: have_helped(play, target, act->kind == HELPER_BRINGS);
    }
}

static void stray(void)
{
    GROUP_AFFINITY first = {.Mask = KeQueryGroupAffinity(0)}, before;
    KIRQL irql;
    first.Mask &= ~first.Mask + 1;
    KeSetSystemGroupAffinityThread(&first, &before);
    KeRaiseIrql(DISPATCH_LEVEL, &irql);
}

static void be_told(struct client *client, PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT change,
                    PNTSTATUS status)
{
    struct play *play = client->play;
    const struct case_act *act;
    bool old = play->plan->profile.knob[HA_KNOB_TARGET] == HA_TARGET_WS2008;
    bool strays = false;
    uint32_t state = change->State, nth = client->heard[state]++;
    see(client, (struct fact){
        .what = SEES, .state = state, .index = change->NtNumber,
        .place = old ? 0 : (uint32_t)change->ProcNumber.Group << 16 | change->ProcNumber.Number,
        .status = change->Status, .op = *status,
        .around = facts_around(0, KeGetCurrentIrql(), 0)});
    if (plan_of(client)->asks)
        ask(client, change);
    for (uint32_t n = 0; (act = case_act_of(play->plan, client->number, play->step, state, nth,
                                            n)); n++) {
        if (act->kind == WRITES)
            *status = act->status;
        else if (act->kind == SCRIBBLES)
            change->NtNumber++;
        else if (act->kind == SPEAKS)
            speak();
        else if (act->kind == STRAYS)
            strays = true;
        else
            act_on_another(play, act);
    }
    if (strays)
        stray();
}

static NTSTATUS NTAPI pnp_callback(PVOID NotificationStructure, PVOID Context)
{
    const DEVICE_INTERFACE_CHANGE_NOTIFICATION *told = NotificationStructure;
    struct client *client = Context;
    struct play *play = client->play;
    const struct case_act *act;
    NTSTATUS status = STATUS_SUCCESS;
    uint32_t nth = client->heard[0]++;
    bool disabled = !memcmp(&told->Event, &GUID_DEVICE_INTERFACE_REMOVAL, sizeof(GUID));
    bool of_memory = !memcmp(&told->InterfaceClassGuid, &GUID_DEVICE_MEMORY, sizeof(GUID));
    see(client, (struct fact){.what = SEES, .state = (uint32_t)disabled << 1 | of_memory});
    for (uint32_t n = 0; (act = case_act_of(play->plan, client->number, play->step, 0, nth, n));
         n++) {
        if (act->kind == ANSWERS)
            status = act->status;
        else
            act_on_another(play, act);
    }
    return status;
}

static struct play *play_of(PDRIVER_OBJECT object, uint32_t *driver)
{
    const struct ha_driver *loaded = (const struct ha_driver *)(void *)object;
    struct play *play = ha_machine_watcher((struct ha_machine *)(void *)loaded->kernel);
    *driver = play->loaded[loaded->id];
    return play;
}

static VOID NTAPI unload(PDRIVER_OBJECT DriverObject)
{
    uint32_t driver;
    struct play *play = play_of(DriverObject, &driver);
    for (uint32_t c = 0; c < play->plan->clients; c++)
        if (play->plan->client[c].driver == driver && !play->plan->client[c].forgotten)
            take_away(&play->client[c]);
    play->running[driver] = false;
}

NTSTATUS NTAPI drivers_enter(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    uint32_t driver;
    struct play *play = play_of(DriverObject, &driver);
    const struct case_plan *plan = play->plan;
    bool failed = false;
    (void)RegistryPath;
    DriverObject->DriverUnload = unload;
    play->object[driver] = DriverObject;
    play->running[driver] = true;
    for (uint32_t c = 0; c < plan->clients; c++)
        if (plan->client[c].driver == driver && plan->client[c].at_entry) {
            bring(&play->client[c]);
            failed = failed || play->client[c].state != HELD;
        }
    if (!failed || plan->entry[driver] == GOES_ON)
        return STATUS_SUCCESS;
    for (uint32_t c = 0; plan->entry[driver] == CLEANS_UP && c < plan->clients; c++)
        if (plan->client[c].driver == driver)
            take_away(&play->client[c]);
    play->running[driver] = false;
    return STATUS_UNSUCCESSFUL;
}

void drivers_close(struct play *play)
{
    for (unsigned s = 0; s < PLAY_SERIES; s++) {
        play->facts->lost = play->facts->lost || play->asked[s].lost;
        free(play->asked[s].client);
    }
}
