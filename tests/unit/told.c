/* told - all that a loaded scenario says, in words */
#include "unit/told.h"

#include <inttypes.h>

#include "base/names.h"

static void tell_steps(struct ha_text *text, unsigned depth, const char *label,
                       struct ha_steps steps);

static void tell_value(struct ha_text *text, const struct ha_value *value)
{
    static const char *const words[] = {
        [HA_VALUE_PROCESSOR] = "processor", [HA_VALUE_GROUP] = "group",
        [HA_VALUE_IN_GROUP] = "number", [HA_VALUE_NODE] = "node", [HA_VALUE_STATE] = "state",
        [HA_VALUE_STATUS] = "status", [HA_VALUE_ACTIVE] = "active",
        [HA_VALUE_MAXIMUM] = "maximum",
    };
    if (value->kind == HA_VALUE_NUMBER)
        ha_text_addf(text, "%" PRId64, value->number);
    else if (value->kind == HA_VALUE_OWN)
        ha_text_addf(text, "own %s", value->name);
    else
        ha_text_addf(text, "$%s", words[value->kind]);
}

static void tell_slot(struct ha_text *text, const char *table, const struct ha_value *value)
{
    ha_text_addf(text, "%s[", table);
    tell_value(text, value);
    ha_text_add(text, "]");
}

static void tell_condition(struct ha_text *text, const struct ha_condition *condition)
{
    static const char *const signs[] = {
        [HA_EQUAL] = "==", [HA_NOT_EQUAL] = "!=", [HA_LESS] = "<", [HA_LESS_OR_EQUAL] = "<=",
        [HA_GREATER] = ">", [HA_GREATER_OR_EQUAL] = ">=",
    };
    if (condition->comparison >= HA_SLOT_TAKEN) {
        tell_slot(text, condition->table, &condition->left);
        ha_text_add(text, condition->comparison == HA_SLOT_TAKEN ? " taken" : " not taken");
        return;
    }
    tell_value(text, &condition->left);
    ha_text_addf(text, " %s ", signs[condition->comparison]);
    tell_value(text, &condition->right);
}

static void tell_query(struct ha_text *text, const struct ha_step *step)
{
    ha_text_addf(text, "query %s ", ha_routine_name(step->routine));
    tell_value(text, &step->value);
    ha_text_add(text, ":");
    tell_value(text, &step->second);
    if (step->name)
        ha_text_addf(text, " into %s", step->name);
}

static void tell_pool(struct ha_text *text, const struct ha_step *step)
{
    static const char *const verbs[] = {
        [HA_STEP_TABLE] = "table", [HA_STEP_ALLOCATE] = "allocate", [HA_STEP_FREE] = "free",
        [HA_STEP_USE] = "use",
    };
    ha_text_addf(text, "%s ", verbs[step->kind]);
    if (step->whole)
        ha_text_addf(text, "all of %s", step->name);
    else
        tell_slot(text, step->name, &step->value);
    if (step->kind == HA_STEP_ALLOCATE)
        ha_text_addf(text, " of %u", (unsigned)step->size);
    if (step->tag)
        ha_text_addf(text, " tagged %08x", (unsigned)step->tag);
    if (step->offset)
        ha_text_addf(text, " at %u", (unsigned)step->offset);
}

static void tell_affinity(struct ha_text *text, const struct ha_step *step)
{
    ha_text_add(text, "affinity to ");
    if (step->of_processor)
        ha_text_add(text, "processor ");
    tell_value(text, &step->value);
    if (!step->of_processor) {
        ha_text_add(text, ":");
        tell_value(text, &step->second);
    }
    if (step->name)
        ha_text_addf(text, ", before as %s", step->name);
}

/* What is played elsewhere. */
static void tell_later(struct ha_text *text, const struct ha_step *step)
{
    static const char *const verbs[] = {
        [HA_STEP_QUEUE_DPC] = "DPC", [HA_STEP_QUEUE_WORK] = "work",
        [HA_STEP_START_THREAD] = "thread",
    };
    ha_text_addf(text, "%s %s", verbs[step->kind], step->name);
    if (step->kind == HA_STEP_QUEUE_DPC)
        ha_text_addf(text, " of importance %u", step->importance);
    if (step->of_processor) {
        ha_text_add(text, " on ");
        tell_value(text, &step->value);
    }
}

static void tell_class(struct ha_text *text, const void *class_guid)
{
    const unsigned char *byte = class_guid;
    ha_text_add(text, " of class ");
    for (size_t i = 0; i < 16; i++)
        ha_text_addf(text, "%02x", (unsigned)byte[i]);
}

static void tell_registration(struct ha_text *text, const struct ha_step *step)
{
    static const char *const with[] = {
        [HA_PROCESSOR_CHANGE] = "", [HA_CALLBACK_OBJECT] = " with the object",
        [HA_DEVICE_INTERFACE] = " for interfaces",
    };
    ha_text_addf(text, "register %s flags %u%s%s", step->name, (unsigned)step->flags,
                 step->null_function ? " without function" : "", with[step->notification]);
    if (step->class_guid)
        tell_class(text, step->class_guid);
}

static void tell_removal(struct ha_text *text, const struct ha_step *step)
{
    ha_text_addf(text, "deregister %s of %s", step->name ? step->name : "NULL",
                 step->driver ? step->driver : "its own");
    if (step->notification == HA_DEVICE_INTERFACE)
        ha_text_add(text, step->old_routine ? " by the old routine" : " by the Ex routine");
}

static void tell_step(struct ha_text *text, const struct ha_step *step)
{
    static const char *const ranges[] = {"active", "maximum", "group"};
    char buffer[HA_STATUS_TEXT];

    switch (step->kind) {
    case HA_STEP_REGISTER: tell_registration(text, step); break;
    case HA_STEP_DEREGISTER: tell_removal(text, step); break;
    case HA_STEP_PUBLISH:
        ha_text_addf(text, "publish %s", step->name);
        tell_class(text, step->class_guid);
        break;
    case HA_STEP_WITHDRAW: ha_text_addf(text, "withdraw %s", step->name); break;
    case HA_STEP_SET_OPERATION_STATUS:
        ha_text_addf(text, "write %s", ha_status_text(step->nt_status, buffer));
        break;
    case HA_STEP_MODIFY_CONTEXT: ha_text_add(text, "modify the context"); break;
    case HA_STEP_QUERY: tell_query(text, step); break;
    case HA_STEP_WAIT: ha_text_addf(text, "wait %s", step->name); break;
    case HA_STEP_SIGNAL: ha_text_addf(text, "signal %s", step->name); break;
    case HA_STEP_RETURN:
        ha_text_addf(text, "return %s", ha_status_text(step->nt_status, buffer));
        break;
    case HA_STEP_SET:
        ha_text_addf(text, "set %s to ", step->name);
        tell_value(text, &step->value);
        break;
    case HA_STEP_RAISE_IRQL: ha_text_addf(text, "raise to %u", step->irql); break;
    case HA_STEP_LOWER_IRQL: ha_text_addf(text, "lower to %u", step->irql); break;
    case HA_STEP_FOR_EACH:
        ha_text_addf(text, "for each %s ", ranges[step->each]);
        tell_value(text, &step->value);
        break;
    case HA_STEP_IF:
        ha_text_add(text, "if ");
        tell_condition(text, &step->condition);
        break;
    case HA_STEP_SET_AFFINITY: tell_affinity(text, step); break;
    case HA_STEP_REVERT_AFFINITY:
        ha_text_addf(text, "affinity back to %s", step->name ? step->name : "its own");
        break;
    case HA_STEP_QUEUE_DPC: case HA_STEP_QUEUE_WORK: case HA_STEP_START_THREAD:
        tell_later(text, step);
        break;
    case HA_STEP_REMOVE_DPC: ha_text_addf(text, "remove DPC %s", step->name); break;
    case HA_STEP_FLUSH_DPCS: ha_text_add(text, "flush DPCs"); break;
    case HA_STEP_NOTIFY: ha_text_addf(text, "notify %s", step->name); break;
    case HA_STEP_JOIN: ha_text_addf(text, "join %s", step->name); break;
    default: tell_pool(text, step);
    }
    ha_text_addf(text, "%s\n", step->has_if_fails ? ", may fail" : "");
}

static void tell_steps(struct ha_text *text, unsigned depth, const char *label,
                       struct ha_steps steps)
{
    for (size_t i = 0; i < steps.count; i++) {
        ha_text_addf(text, "%*s%s: ", (int)depth, "", label);
        tell_step(text, &steps.step[i]);
        tell_steps(text, depth + 2, "then", steps.step[i].body);
        tell_steps(text, depth + 2, "else", steps.step[i].otherwise);
        tell_steps(text, depth + 2, "fails", steps.step[i].if_fails);
    }
}

static void tell_registry_value(struct ha_text *text, const struct ha_registry_value *value)
{
    const unsigned char *bytes = value->data;
    ha_text_addf(text, "    finds %s type %u:", value->name, (unsigned)value->type);
    for (size_t i = 0; i < value->size; i++)
        ha_text_addf(text, " %02x", (unsigned)bytes[i]);
    ha_text_add(text, "\n");
}

static void tell_instance(struct ha_text *text, const struct ha_instance_pattern *instance)
{
    if (!instance)
        return;
    const char *unit = ha_pnp_unit_name(instance->unit);
    ha_text_addf(text, "%s %d", unit ? unit : "instance", (int)instance->device);
    if (instance->base != HA_ANY_BASE)
        ha_text_addf(text, " at 0x%" PRIx64, instance->base);
}

static void tell_driver(struct ha_text *text, const struct ha_script *driver, bool later)
{
    ha_text_addf(text, "driver %s%s%s%s\n", driver->name, later ? ", later" : "",
                 driver->has_unload ? ", unload scripted" : "",
                 driver->entry_ignores_errors ? ", ignores errors" : "");
    if (driver->module)
        ha_text_addf(text, "    module %s\n", driver->module);
    for (size_t i = 0; i < driver->registration_count; i++)
        ha_text_addf(text, "    registers %s\n", driver->registration[i]);
    for (size_t i = 0; i < driver->client_count; i++)
        ha_text_addf(text, "    has the client %s\n", driver->client[i]);
    for (size_t i = 0; i < driver->entry_name_count; i++)
        ha_text_addf(text, "    has the entry %s\n", driver->entry_name[i]);
    for (size_t i = 0; i < driver->value_count; i++)
        tell_registry_value(text, &driver->value[i]);
    if (driver->devices)
        ha_text_addf(text, "    devices %u\n", (unsigned)driver->devices);
    tell_steps(text, 4, "entry", driver->entry);
    for (size_t i = 0; i < driver->handler_count; i++) {
        const struct ha_handler *handler = &driver->handler[i];
        ha_text_addf(text, "  on %s state %d processor %d times %u", handler->callback,
                     handler->state, (int)handler->processor, (unsigned)handler->times);
        ha_text_add(text, handler->instance ? " " : "");
        tell_instance(text, handler->instance);
        ha_text_add(text, "\n");
        tell_steps(text, 4, "do", handler->steps);
    }
    tell_steps(text, 4, "unload", driver->unload);
}

static void tell_call(struct ha_text *text, const struct ha_call_pattern *call)
{
    ha_text_addf(text, "%s.%s state %d index %d place %d:%d #%u", call->driver ? call->driver : "*",
                 call->registration ? call->registration : "*", call->state, (int)call->index,
                 (int)call->group, (int)call->number, (unsigned)call->occurrence);
    ha_text_add(text, call->instance ? " " : "");
    tell_instance(text, call->instance);
}

static void tell_event(struct ha_text *text, const struct ha_plan *plan, size_t i)
{
    static const char *const kinds[] = {"add", "load", "unload", "run", "add memory",
                                        "free memory", "hold", "release", "remove"};
    const struct ha_event_plan *event = &plan->event[i];
    char buffer[HA_STATUS_TEXT];

    ha_text_add(text, "event ");
    if (event->trigger == HA_AT_TIME)
        ha_text_addf(text, "%" PRIu64, event->due_ns);
    else if (event->trigger == HA_AFTER_EVENT)
        ha_text_addf(text, "after %u", (unsigned)event->event);
    else
        ha_text_add(text, event->trigger == HA_DURING_CALL ? "during " : "after ");
    if (event->trigger == HA_DURING_CALL || event->trigger == HA_AFTER_CALL)
        tell_call(text, event->call);
    ha_text_addf(text, " %s ", kinds[event->kind]);
    if (event->kind == HA_EVENT_ADD_PROCESSOR)
        ha_text_addf(text, "group %d number %d node %d count %u start %s\n",
                     (int)event->add->group, (int)event->add->number, (int)event->add->node,
                     (unsigned)event->add->count,
                     ha_status_text(event->add->hardware_start, buffer));
    else if (event->kind == HA_EVENT_ADD_MEMORY)
        ha_text_addf(text, "0x%" PRIx64 " size 0x%" PRIx64 " start %s\n", event->memory->base,
                     event->memory->size, ha_status_text(event->memory->start, buffer));
    else if (event->kind == HA_EVENT_FREE_MEMORY)
        ha_text_addf(text, "0x%" PRIx64 "\n", event->free_bytes);
    else if (event->kind == HA_EVENT_HOLD || event->kind == HA_EVENT_RELEASE)
        ha_text_add(text, "arrivals\n");
    else if (event->kind == HA_EVENT_REMOVE_INTERFACE) {
        tell_instance(text, event->instance);
        ha_text_add(text, "\n");
    } else
        ha_text_addf(text, "%s\n", plan->driver[event->driver].name);
    if (event->kind == HA_EVENT_RUN)
        tell_steps(text, 4, "do", *event->run);
}

static void tell_fault(struct ha_text *text, const struct ha_fault_plan *fault)
{
    ha_text_addf(text, "fault %s of %s, occurrence %u%s", ha_routine_name(fault->routine),
                 fault->driver ? fault->driver : "any", (unsigned)fault->occurrence,
                 fault->persist ? " and on" : "");
    if (fault->during) {
        ha_text_add(text, ", during ");
        tell_call(text, fault->during);
    }
    ha_text_add(text, "\n");
}

static void tell_expected_memory(struct ha_text *text, const struct ha_expect *expect)
{
    if (expect->has_memory_size)
        ha_text_addf(text, "  memory of 0x%" PRIx64 "\n", expect->memory_size);
    if (expect->has_memory)
        ha_text_addf(text, "  %zu ranges of memory\n", expect->memory_count);
    for (size_t i = 0; i < expect->memory_count; i++)
        ha_text_addf(text, "  memory 0x%" PRIx64 " size 0x%" PRIx64 "\n", expect->memory[i].base,
                     expect->memory[i].size);
}

/* "4", "4..6" */
static void tell_number(struct ha_text *text, struct ha_expected_number number)
{
    ha_text_addf(text, "%u", (unsigned)number.least);
    if (number.most != number.least)
        ha_text_addf(text, "..%u", (unsigned)number.most);
}

static void tell_expected_driver(struct ha_text *text, const struct ha_expected_driver *driver)
{
    char buffer[HA_STATUS_TEXT];

    ha_text_addf(text, "  driver %s: %s", driver->name, ha_status_text(driver->nt_status, buffer));
    for (size_t i = 0; i < driver->other_count; i++)
        ha_text_addf(text, " or %s", ha_status_text(driver->other[i], buffer));
    ha_text_add(text, "\n");
}

static void tell_expect(struct ha_text *text, const struct ha_expect *expect)
{
    ha_text_addf(text, "expect %s, active %d ", ha_ending_name(expect->ending),
                 expect->has_active_processors);
    tell_number(text, expect->active_processors);
    ha_text_addf(text, ", calls %d\n", expect->has_calls);
    for (size_t i = 0; i < expect->active_count; i++) {
        ha_text_addf(text, "  group %zu: ", i);
        tell_number(text, expect->active[i]);
        ha_text_add(text, "\n");
    }
    for (size_t i = 0; i < expect->driver_count; i++)
        tell_expected_driver(text, &expect->driver[i]);
    for (size_t i = 0; i < expect->call_count; i++)
        ha_text_addf(text, "  call %s\n", expect->call[i]);
    for (size_t i = 0; i < expect->violation_count; i++) {
        const struct ha_expected_violation *violation = &expect->violation[i];
        ha_text_addf(text, "  violation %s driver %s call %s count %u\n", violation->rule,
                     violation->driver ? violation->driver : "any",
                     violation->call ? violation->call : "any", (unsigned)violation->count);
    }
}

static void tell_arrivals(struct ha_text *text, const struct ha_expect *expect)
{
    for (size_t i = 0; i < expect->arrival_count; i++)
        ha_text_addf(text, "  %u to %u of %s\n", (unsigned)expect->arrival[i].least,
                     (unsigned)expect->arrival[i].most, expect->arrival[i].call);
    for (size_t i = 0; i < expect->order_count; i++)
        ha_text_addf(text, "  %s before %s\n", expect->order[i].before, expect->order[i].after);
}

static void tell_expectations(struct ha_text *text, const struct ha_expect *expect)
{
    tell_expect(text, expect);
    tell_expected_memory(text, expect);
    tell_arrivals(text, expect);
}

static void tell_partition(struct ha_text *text, const struct ha_partition_options *partition)
{
    for (size_t i = 0; i < partition->group_count; i++) {
        const struct ha_group_options *group = &partition->group[i];
        ha_text_addf(text, "group %u active 0x%" PRIx64 " node", (unsigned)group->maximum,
                     group->active_mask);
        for (uint32_t k = 0; group->nodes && k < group->maximum; k++)
            ha_text_addf(text, " %u", (unsigned)group->nodes[k]);
        if (!group->nodes)
            ha_text_addf(text, " %u", (unsigned)group->node);
        ha_text_add(text, "\n");
    }
    for (size_t i = 0; i < partition->memory_count; i++)
        ha_text_addf(text, "memory 0x%" PRIx64 " size 0x%" PRIx64 "\n", partition->memory[i].base,
                     partition->memory[i].size);
}

struct ha_text told(const struct ha_scenario *scenario)
{
    const struct ha_plan *plan = &scenario->plan;
    struct ha_text text = {0};

    ha_text_addf(&text, "%s: %s\nwhy %s\nsource %s\n", scenario->file, scenario->name,
                 scenario->why ? scenario->why : "-", scenario->source ? scenario->source : "-");
    ha_text_addf(&text, "profile %s", ha_preset_name((enum ha_preset)plan->profile.preset));
    for (unsigned k = 0; k < HA_KNOB_COUNT; k++)
        if (plan->profile.knob[k])
            ha_text_addf(&text, " %s=%s", ha_knob_name((enum ha_knob)k),
                         ha_knob_value_name((enum ha_knob)k, plan->profile.knob[k]));
    ha_text_add(&text, "\n");
    if (plan->has_callback_budget)
        ha_text_addf(&text, "budget %" PRIu64 " ns a callback\n", plan->callback_budget_ns);
    tell_partition(&text, &plan->partition);
    for (size_t i = 0; i < plan->driver_count; i++)
        tell_driver(&text, &plan->driver[i], plan->loads_later[i]);
    for (size_t i = 0; i < plan->event_count; i++)
        tell_event(&text, plan, i);
    for (size_t i = 0; i < plan->fault_count; i++)
        tell_fault(&text, &plan->fault[i]);
    tell_expectations(&text, &scenario->expect);
    if (scenario->expect.always) {
        ha_text_add(&text, "always ");
        tell_expectations(&text, scenario->expect.always);
    }
    return text;
}
