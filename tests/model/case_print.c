/*
 * case_print - a case as text, for whoever looks into a difference
 */
#include "model/case.h"

static const char *const kind_names[] = {
    [OF_KE] = "Ke", [OF_OBJECT] = "callback object", [OF_PROCESSORS] = "PnP, processors",
    [OF_MEMORY] = "PnP, memory"};

static const char *const event_names[] = {
    [LOAD] = "load driver", [UNLOAD] = "unload driver", [REGISTER] = "register client",
    [REMOVE] = "remove client", [ADD] = "add processors", [ADD_MEMORY] = "add memory",
    [HOLD] = "hold arrivals", [RELEASE] = "release arrivals",
    [DISABLE_PROCESSOR] = "disable processor", [DISABLE_MEMORY] = "disable memory"};

static const char *const act_names[] = {
    [WRITES] = "writes", [SCRIBBLES] = "changes the context", [STRAYS] = "strays",
    [TAKES_AWAY] = "takes away",
    [BRINGS] = "registers", [TAKES_TWICE] = "takes away twice", [SPEAKS] = "notifies everybody",
    [HELPER_TAKES_AWAY] = "has a helper take away",
    [HELPER_BRINGS] = "has a helper register", [ANSWERS] = "returns"};

static void print_profile(FILE *file, const struct ha_profile *profile)
{
    fprintf(file, "profile %s", ha_preset_name((enum ha_preset)profile->preset));
    for (unsigned k = 0; k < HA_KNOB_COUNT; k++)
        if (profile->knob[k])
            fprintf(file, ", %s=%s", ha_knob_name((enum ha_knob)k),
                    ha_knob_value_name((enum ha_knob)k, profile->knob[k]));
    fprintf(file, "\n");
}

static void print_event(FILE *file, uint32_t number, const struct case_event *event)
{
    fprintf(file, "event %u: %s", (unsigned)number, event_names[event->kind]);
    if (event->kind == ADD) {
        fprintf(file, ", %u of them", (unsigned)event->count);
        if (event->group != CASE_ANY)
            fprintf(file, ", group %u", (unsigned)event->group);
        if (event->number != CASE_ANY)
            fprintf(file, ", number %u", (unsigned)event->number);
        if (event->node != CASE_ANY)
            fprintf(file, ", node %u", (unsigned)event->node);
    } else if (event->kind != ADD_MEMORY && event->kind != HOLD && event->kind != RELEASE) {
        fprintf(file, " %u", (unsigned)event->which);
    }
    if (event->start)
        fprintf(file, ", starting fails with %08X", (unsigned)event->start);
    fprintf(file, "\n");
}

static void print_act(FILE *file, const struct case_plan *plan, const struct case_act *act)
{
    static const char *const states[CASE_STATES] = {"Start", "Complete", "Failure"};
    bool listens = case_is_entry(&plan->client[act->client]);
    fprintf(file, "in event %u client %u, in call %u of %s: %s", (unsigned)act->event,
            (unsigned)act->client, (unsigned)act->nth + 1,
            listens ? "PnP" : states[act->state], act_names[act->kind]);
    if (act->kind == WRITES || act->kind == ANSWERS)
        fprintf(file, " %08X\n", (unsigned)act->status);
    else if (act->kind == SCRIBBLES || act->kind == STRAYS || act->kind == SPEAKS)
        fprintf(file, "\n");
    else
        fprintf(file, " client %u\n", (unsigned)act->target);
}

void case_print(FILE *file, const struct case_plan *plan)
{
    static const char *const entries[] = {
        [GOES_ON] = "does not mind", [CLEANS_UP] = "cleans up and fails",
        [LEAVES_ALL] = "fails and leaves all"};
    print_profile(file, &plan->profile);
    for (uint32_t g = 0; g < plan->groups; g++)
        fprintf(file, "group %u: room for %u, active %llx\n", (unsigned)g,
                (unsigned)plan->group[g].maximum,
                (unsigned long long)plan->group[g].active_mask);
    for (uint32_t i = 0; i < plan->drivers; i++)
        fprintf(file, "driver %u: when a registration fails, its entry %s\n", (unsigned)i,
                entries[plan->entry[i]]);
    for (uint32_t c = 0; c < plan->clients; c++) {
        const struct case_client *client = &plan->client[c];
        fprintf(file, "client %u of driver %u: %s, flags %u, IRQL %u and %u%s%s%s%s\n", (unsigned)c,
                (unsigned)client->driver, kind_names[client->kind], (unsigned)client->flags,
                (unsigned)client->asks_at, (unsigned)client->leaves_at,
                client->at_entry ? ", at entry" : "", client->nowhere ? ", NULL" : "",
                client->old ? ", older removal" : "", client->forgotten ? ", forgotten" : "");
    }
    for (uint32_t e = 0; e < plan->events; e++)
        print_event(file, e, &plan->event[e]);
    for (uint32_t a = 0; a < plan->acts; a++)
        print_act(file, plan, &plan->act[a]);
}
