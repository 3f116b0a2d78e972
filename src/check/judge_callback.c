/*
 * judge_callback - callback objects and their clients
 *
 * Owns what is asked of ExCreateCallback, ExRegisterCallback, ExUnregisterCallback and
 * ExNotifyCallback, and which calls of a client must not be made. The calls that hot-adds make are
 * judged as those of Ke clients, in judge_call.c and judge_round.c.
 */
#include <string.h>
#include <strings.h>

#include "base/names.h"
#include "check/judge_rules.h"
#include "check/who.h"

#define APC 1
#define UNSUCCESSFUL ((int32_t)0xC0000001u)
#define NAME_NOT_FOUND ((int32_t)0xC0000034u)
#define INVALID_DEVICE_STATE ((int32_t)0xC0000184u)

static bool names_processor_add(const struct ha_record *create)
{
    static const char name[] = "\\Callback\\ProcessorAdd";
    return !strncasecmp(create->as.ex_create.name, name, sizeof name);
}

/* Another status than the one that is due; lacking resources excuse everything. */
static void expect_status(struct ha_judge *judge, enum ha_rule_number rule, int32_t due)
{
    int32_t status = judge->record->as.ex_create.status;
    char expected[HA_STATUS_TEXT], seen[HA_STATUS_TEXT];

    ha_exercise(judge, rule);
    if (status != due && status != HA_NO_ROOM)
        ha_blame(judge, rule, 0, ha_status_text(due, expected), "%s",
                 ha_status_text(status, seen));
}

static void judge_irql(struct ha_judge *judge, const char *routine)
{
    const struct ha_record *record = judge->record;
    char irql[HA_IRQL_TEXT];

    ha_exercise(judge, HA_RULE_CB_11);
    if (record->irql > APC)
        ha_blame(judge, HA_RULE_CB_11, record->driver, "called at or below APC_LEVEL", "%s at %s",
                 routine, ha_irql_text(record->irql, irql));
}

static void judge_create(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;
    int32_t status = record->as.ex_create.status;

    judge_irql(judge, "ExCreateCallback");
    if (record->irql > APC)
        expect_status(judge, HA_RULE_CB_11, INVALID_DEVICE_STATE);
    else if (names_processor_add(record))
        expect_status(judge, HA_RULE_CB_1, 0);
    else if (!record->as.ex_create.create && !record->as.ex_create.named)
        expect_status(judge, HA_RULE_CB_12, UNSUCCESSFUL);
    else if (!record->as.ex_create.create && !ha_nt_success(status))
        expect_status(judge, HA_RULE_CB_12, NAME_NOT_FOUND);
}

static void judge_register(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;
    uint32_t handle = record->as.ex_reg.handle;

    judge_irql(judge, "ExRegisterCallback");
    ha_exercise(judge, HA_RULE_CB_9);
    if (record->irql > APC && handle)
        ha_blame(judge, HA_RULE_CB_11, 0, "NULL above APC_LEVEL", "a registration for %s",
                 ha_client(judge, record->id));
    else if (handle && handle != record->id)
        ha_blame(judge, HA_RULE_CB_9, 0, "a registration of its own",
                 "that of registration %u for %s", (unsigned)handle, ha_client(judge, record->id));
    else if (!handle && (record->flags & HA_EX_PROCESSOR_ADD) && record->irql <= APC
             && !judge->gap && !judge->thread->client_refused)
        ha_blame(judge, HA_RULE_CB_9, 0, "a registration, as nothing stood in the way",
                 "NULL for %s", ha_client(judge, record->id));
}

static bool removes_itself(const struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;

    return ha_innermost_call(judge, record->thread, record->id)
           || judge->thread->client == record->id;
}

static void judge_unregister(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;

    if (record->flags & HA_EX_WAITS)
        return;                         /* it is judged when it returns */
    judge_irql(judge, "ExUnregisterCallback");
    if (!record->id)
        return;
    ha_exercise(judge, HA_RULE_CB_10);
    if (record->irql > APC)
        return;
    if (removes_itself(judge))
        ha_blame(judge, HA_RULE_CB_10, record->driver, "no removal from inside the callback",
                 "%s removed by itself", ha_client(judge, record->id));
    else if (!judge->gap && ha_is_being_called(judge, record->id, record->thread))
        ha_blame(judge, HA_RULE_CB_10, 0, "waiting for the call that is running",
                 "%s removed while it runs", ha_client(judge, record->id));
}

static void judge_notify(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;

    if (!(record->flags & HA_EX_PROCESSOR_ADD))
        return;
    ha_blame(judge, HA_RULE_CB_8, record->driver, "no ExNotifyCallback on an object of the system",
             "\\Callback\\ProcessorAdd notified");
    if (record->as.ex_notify.called)
        ha_blame(judge, HA_RULE_CB_8, 0, "nobody called for an object of the system",
                 "%u clients called", (unsigned)record->as.ex_notify.called);
}

/* A client of an object that a driver made is called, or has been. */
static void judge_client_call(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;
    const struct ha_seen_thread *thread = judge->thread;
    char before[HA_IRQL_TEXT], after[HA_IRQL_TEXT];

    if (record->kind == HA_EX_CALL_ENTER) {
        if (judge->driver->freed)
            ha_blame(judge, HA_RULE_DRV_8, 0, "no call after the image was freed", "a call of %s",
                     ha_client(judge, record->id));
        return;
    }
    ha_exercise(judge, HA_RULE_CTX_7);
    if (judge->gap || thread->client != record->id)
        return;
    if (record->irql != thread->client_irql)
        ha_blame(judge, HA_RULE_CTX_7, record->driver, "left at the IRQL of its entry",
                 "entered at %s, left at %s", ha_irql_text(thread->client_irql, before),
                 ha_irql_text(record->irql, after));
    else if (record->regions != thread->client_regions)
        ha_blame(judge, HA_RULE_CTX_7, record->driver, "critical regions balanced over the call",
                 "%+d left by %s", record->regions - thread->client_regions,
                 ha_client(judge, record->id));
}

void ha_judge_callback(struct ha_judge *judge)
{
    switch (judge->record->kind) {
    case HA_EX_CREATE: judge_create(judge); break;
    case HA_EX_REG:    judge_register(judge); break;
    case HA_EX_UNREG:  judge_unregister(judge); break;
    case HA_EX_NOTIFY: judge_notify(judge); break;
    default:           judge_client_call(judge); break;
    }
}

struct ha_bar ha_client_bar(const struct ha_judge *judge)
{
    const struct ha_seen_registration *client = judge->registration;

    if (client->standing == HA_FAILED)
        return (struct ha_bar){HA_RULE_CB_9, "no call of a client that was not registered",
                               "a call"};
    if (client->standing == HA_REMOVED)
        return (struct ha_bar){HA_RULE_CB_10, "no call after ExUnregisterCallback",
                               "a call of the removed client"};
    if ((judge->record->flags & HA_CB_EXISTING) || !judge->add.open)
        return (struct ha_bar){HA_RULE_CB_3, "calls for hot-adds only", "a call outside any"};
    if (client->place >= judge->add.place_limit)
        return (struct ha_bar){HA_RULE_CB_10, "no call of an add for who registered during it",
                               "a call"};
    return (struct ha_bar){HA_RULE_COUNT, NULL, NULL};
}

static void registered(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;
    struct ha_seen_registration *client = judge->registration;

    ha_list_unlink(judge, record->id);      /* in a trace from elsewhere an id may come again */
    memset(client, 0, sizeof *client);
    client->function = record->as.ex_reg.function;
    client->context = record->as.ex_reg.context;
    client->thread = record->thread;
    client->made_at = record->as.ex_reg.place;
    client->driver = record->driver;
    client->object = true;
    client->unlisted = !(record->flags & HA_EX_PROCESSOR_ADD);
    judge->thread->client_refused = false;
    judge->has_unlisted |= client->unlisted;
    if (client->unlisted)
        client->standing = record->as.ex_reg.handle ? HA_LIVE : HA_FAILED;
    else if (record->as.ex_reg.handle)
        ha_absorb_join(judge, record->id, HA_LIVE);
    else
        client->standing = HA_FAILED;
    if (client->listed && judge->layout.active)
        ha_exercise(judge, HA_RULE_CB_3);   /* there is something that it must not be told */
}

void ha_callback_absorb(struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;
    struct ha_seen_thread *thread = judge->thread;

    switch (record->kind) {
    case HA_EX_REG:
        registered(judge);
        break;
    case HA_EX_UNREG:
        if (!judge->registration)
            break;
        ha_list_unlink(judge, record->id);
        judge->registration->standing = HA_REMOVED;
        break;
    case HA_EX_CALL_ENTER:
        thread->client = record->id;
        thread->client_irql = record->irql;
        thread->client_regions = record->regions;
        thread->client_entered_ns = record->time_ns;
        thread->client_mask = thread->affinity.mask;
        thread->client_group = thread->affinity.group;
        break;
    case HA_EX_CALL_LEAVE:
        thread->client = 0;
        break;
    default:
        break;
    }
}
