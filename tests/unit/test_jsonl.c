/* jsonl, vocabulary: every kind of record as a line, and back from the line to the record */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <cjson/cJSON.h>

#include "check/jsonl.h"
#include "check/jsonl_read.h"
#include "check/vocabulary.h"
#include "hotadd/profile.h"
#include "unit/tale.h"

#define COUNT(table) (sizeof(table) / sizeof(table)[0])

static struct ha_record plain(enum ha_kind kind)
{
    return (struct ha_record){.kind = (uint8_t)kind, .seq_low = 7, .time_ns = 1000, .thread = 2,
                              .processor = 1, .irql = 0, .regions = 0, .driver = 1, .active = 4,
                              .id = 3};
}

/* The line without the fields that every line begins with. */
static const char *rest_of(const struct ha_text *line)
{
    static const char id[] = "\"id\":3";
    const char *rest = strstr(ha_text_string(line), id);
    assert_non_null(rest);
    return rest + strlen(id);
}

static void a_line_begins_with_the_fields_of_every_record(void **state)
{
    (void)state;
    struct ha_text line = {0};
    struct ha_record record = {.kind = HA_IMAGE_FREED, .time_ns = 1500, .seq_low = 2,
                               .seq_high = 1, .thread = 3, .processor = 4, .active = 5,
                               .driver = 6, .irql = 2, .regions = 1, .id = 6};

    ha_jsonl_add(&line, &record);

    assert_string_equal(ha_text_string(&line),
                        "{\"seq\":4294967298,\"t\":1500,\"event\":\"IMAGE_FREED\",\"thread\":3,"
                        "\"processor\":4,\"irql\":2,\"regions\":1,\"driver\":6,\"active\":5,"
                        "\"id\":6}\n");
    ha_text_close(&line);
}

/* What every kind that has fields of its own looks like; the others end after their id. */
static const struct { struct ha_record record; const char *rest; } examples[] = {
    {{.kind = HA_TRACE_BEGIN, .as.begin = {0xfeed, 0x1, 1, HA_MAKER_HOTADD, 0, 1, 1, 4, 8}},
     ",\"format\":1,\"maker\":\"hotadd\",\"preset\":\"documented\",\"scenario_hash\":\"0xfeed\","
     "\"profile_hash\":\"0x1\",\"groups\":1,\"nodes\":1,\"processors\":4,\"maximum\":8}\n"},
    {{.kind = HA_KNOB, .as.knob = {1}},
     ",\"knob\":\"opstatus_scope\",\"value\":\"per_call\"}\n"},
    {{.kind = HA_GROUP, .as.group = {0xf, 8}},
     ",\"maximum\":8,\"active_mask\":\"0xf\"}\n"},
    {{.kind = HA_NODE, .as.node = {0xf0, 1}}, ",\"group\":1,\"mask\":\"0xf0\"}\n"},
    {{.kind = HA_PROCESSOR, .as.existing = {1, 2, 0}},
     ",\"ProcNumber\":{\"group\":1,\"number\":2,\"reserved\":0}}\n"},
    {{.kind = HA_MEMORY, .as.memory = {0x400000000, 0x100000000}},
     ",\"base\":\"0x400000000\",\"size\":4294967296}\n"},
    {{.kind = HA_NAME, .flags = HA_NS_DRIVER, .as.name = {"calm"}},
     ",\"namespace\":\"driver\",\"text\":\"calm\",\"more\":false}\n"},
    {{.kind = HA_THREAD, .as.made = {0xf, HA_NO_GROUP, HA_THREAD_HOT_ADD}},
     ",\"kind\":\"hot-add\",\"affinity_group\":null,\"affinity_mask\":\"0xf\"}\n"},
    {{.kind = HA_CHOICE, .as.choice = {HA_CHOICE_THREAD, 1, 2, "next"}},
     ",\"kind\":\"thread\",\"answer\":1,\"options\":2,\"label\":\"next\"}\n"},
    {{.kind = HA_TRACE_END, .as.end = {HA_END_DEADLOCK, 0}},
     ",\"ending\":\"deadlock\",\"status\":\"STATUS_SUCCESS\"}\n"},
    {{.kind = HA_DRV_ENTRY_LEAVE, .as.status = {INSUF}},
     ",\"status\":\"STATUS_INSUFFICIENT_RESOURCES\"}\n"},
    {{.kind = HA_UNLOAD_REQ, .as.status = {0}}, ",\"status\":\"STATUS_SUCCESS\"}\n"},
    {{.kind = HA_REG_ENTER, .as.reg = {1, 2, 3, 0, 0}},
     ",\"function\":1,\"context\":2,\"flags\":3}\n"},
    {{.kind = HA_REG_RETURN, .as.reg = {1, 2, 3, 0, 0}},
     ",\"function\":1,\"context\":2,\"flags\":3,\"handle\":null}\n"},
    {{.kind = HA_CB_ENTER, .flags = HA_STATE_FAILURE | HA_CB_OBJECT,
      .as.cb = {0x3, 9, 1, TIMED_OUT, INSUF, 68, 1, 4, 0, 0}},
     ",\"client\":\"object\",\"operation\":9,\"existing\":false,\"context\":1,"
     "\"State\":\"KeProcessorAddFailureNotify\",\"NtNumber\":68,"
     "\"ProcNumber\":{\"group\":1,\"number\":4,\"reserved\":0},"
     "\"ctx_status\":\"STATUS_IO_TIMEOUT\",\"op_in\":\"STATUS_INSUFFICIENT_RESOURCES\","
     "\"affinity_group\":0,\"affinity_mask\":\"0x3\"}\n"},
    {{.kind = HA_CB_LEAVE, .flags = HA_STATE_START | HA_CB_EXISTING | HA_CB_CONTEXT_CHANGED,
      .as.cb_leave = {0x3, (int32_t)0xC1234567u, 0}},
     ",\"client\":\"ke\",\"existing\":true,\"State\":\"KeProcessorAddStartNotify\","
     "\"op_out\":\"0xC1234567\",\"context_changed\":true,\"affinity_group\":0,"
     "\"affinity_mask\":\"0x3\"}\n"},
    {{.kind = HA_DEAD_CALL, .flags = HA_STATE_COMPLETE,
      .as.cb = {0x3, 2, 5, 0, 0, 4, 0, 4, 0, 0}},
     ",\"client\":\"ke\",\"operation\":2,\"existing\":false,\"context\":5,"
     "\"State\":\"KeProcessorAddCompleteNotify\",\"NtNumber\":4,"
     "\"ProcNumber\":{\"group\":0,\"number\":4,\"reserved\":0},"
     "\"ctx_status\":\"STATUS_SUCCESS\",\"op_in\":\"STATUS_SUCCESS\","
     "\"affinity_group\":0,\"affinity_mask\":\"0x3\"}\n"},
    {{.kind = HA_UNIT_BEGIN, .as.unit = {4}}, ",\"processors\":4}\n"},
    {{.kind = HA_UNIT_END, .as.unit = {3}}, ",\"processors\":3}\n"},
    {{.kind = HA_ADD_BEGIN, .as.add = {0xf, 2, HA_NO_GROUP, 0, HA_NO_GROUP, 1}},
     ",\"unit\":2,\"group\":null,\"number\":null,\"node\":1,\"affinity_group\":0,"
     "\"affinity_mask\":\"0xf\"}\n"},
    {{.kind = HA_ADD_END, .as.status = {TIMED_OUT}}, ",\"status\":\"STATUS_IO_TIMEOUT\"}\n"},
    {{.kind = HA_HW_START, .as.status = {TIMED_OUT}}, ",\"status\":\"STATUS_IO_TIMEOUT\"}\n"},
    {{.kind = HA_ACTIVE, .as.up = {4, 0, 4, 0}},
     ",\"NtNumber\":4,\"ProcNumber\":{\"group\":0,\"number\":4,\"reserved\":0}}\n"},
    {{.kind = HA_SCHED, .as.up = {4, 0, 4, 0}},
     ",\"NtNumber\":4,\"ProcNumber\":{\"group\":0,\"number\":4,\"reserved\":0}}\n"},
    {{.kind = HA_ALLOC, .flags = HA_STATE_START | HA_CB_EXISTING,
      .as.pool = {64, 0x70726550, 2, 9, 4, 0}},
     ",\"size\":64,\"tag\":\"Perp\",\"registration\":2,\"operation\":9,\"existing\":true,"
     "\"State\":\"KeProcessorAddStartNotify\",\"NtNumber\":4}\n"},
    {{.kind = HA_ALLOC, .flags = HA_CB_NONE, .as.pool = {64, 7, 0, 0, 0, 3}},
     ",\"size\":64,\"tag\":\"0x00000007\",\"registration\":null,\"operation\":0,\"existing\":false,"
     "\"State\":null,\"NtNumber\":0,\"place\":3}\n"},
    {{.kind = HA_THREAD_START, .as.begun = {3}}, ",\"place\":3}\n"},
    {{.kind = HA_WORK_QUEUED}, "}\n"},
    {{.kind = HA_ALLOC, .flags = HA_CB_NONE, .as.pool = {64, 7, 0, 0, 0, 0}},
     ",\"size\":64,\"tag\":\"0x00000007\",\"registration\":null,\"operation\":0,\"existing\":false,"
     "\"State\":null,\"NtNumber\":0}\n"},
    {{.kind = HA_FREE, .as.pool = {64, 0x20225c41, 0, 0, 0, 0}},
     ",\"size\":64,\"tag\":\"A\\\\\\\" \"}\n"},
    {{.kind = HA_FREE, .as.pool = {64, 0x7f414141, 0, 0, 0, 0}},
     ",\"size\":64,\"tag\":\"0x7f414141\"}\n"},
    {{.kind = HA_THREAD_END, .as.status = {TIMED_OUT}}, ",\"status\":\"STATUS_IO_TIMEOUT\"}\n"},
    {{.kind = HA_RELATION, .as.relation = {0x7, 4, 1, 3, 8}},
     ",\"kind\":\"RelationGroup\",\"group\":1,\"active_count\":3,\"maximum\":8,"
     "\"active_mask\":\"0x7\"}\n"},
    {{.kind = HA_QUERY, .as.query = {5, 0x1f, HA_RT_ACTIVE_COUNT, 0, 0}},
     ",\"routine\":\"KeQueryActiveProcessorCount\",\"argument\":0,\"result\":5,"
     "\"output\":\"0x1f\"}\n"},
    {{.kind = HA_QUERY, .as.query = {0xc000000d, 0, HA_RT_NUMBER_FROM_INDEX, 9, 0}},
     ",\"routine\":\"KeGetProcessorNumberFromIndex\",\"argument\":9,"
     "\"result\":\"STATUS_INVALID_PARAMETER\",\"output\":0}\n"},
    {{.kind = HA_QUERY, .as.query = {UINT64_MAX, 0, HA_RT_GROUP_AFFINITY, 0, 0}},
     ",\"routine\":\"KeQueryGroupAffinity\",\"argument\":0,\"result\":\"0xffffffffffffffff\","
     "\"output\":0}\n"},
    {{.kind = HA_QUERY, .as.query = {0, 80, HA_RT_LOGICAL_RELATIONSHIP, 0x40000004, 0}},
     ",\"routine\":\"KeQueryLogicalProcessorRelationship\",\"argument\":{\"relation\":"
     "\"RelationGroup\",\"processor_given\":false,\"buffer_given\":true},"
     "\"result\":\"STATUS_SUCCESS\",\"output\":80}\n"},
    {{.kind = HA_QUERY, .as.query = {0xc0000004, 48, HA_RT_LOGICAL_RELATIONSHIP, 0x8000ffff, 0}},
     ",\"routine\":\"KeQueryLogicalProcessorRelationship\",\"argument\":{\"relation\":"
     "\"RelationAll\",\"processor_given\":true,\"buffer_given\":false},"
     "\"result\":\"STATUS_INFO_LENGTH_MISMATCH\",\"output\":48}\n"},
    {{.kind = HA_QUERY, .as.query = {0xc00000bb, 0, HA_RT_LOGICAL_RELATIONSHIP, 0xc0000063, 0}},
     ",\"routine\":\"KeQueryLogicalProcessorRelationship\",\"argument\":{\"relation\":99,"
     "\"processor_given\":true,\"buffer_given\":true},"
     "\"result\":\"STATUS_NOT_SUPPORTED\",\"output\":0}\n"},
    {{.kind = HA_WAIT_BEGIN, .as.wait = {HA_FOREVER, 2, 5, 0, 1}},
     ",\"holder\":2,\"waiter\":5,\"timeout_ns\":null,\"blocked\":true,\"reason\":\"none\"}\n"},
    {{.kind = HA_WAIT_END, .as.wait = {9007199254740993, 0, 5, HA_REASON_INTERRUPTED, 0}},
     ",\"holder\":0,\"waiter\":5,\"timeout_ns\":\"9007199254740993\",\"blocked\":false,"
     "\"reason\":\"the run ended\"}\n"},
    {{.kind = HA_DEADLOCK, .as.wait = {0, 2, 5, 0, 1}},
     ",\"holder\":2,\"waiter\":5,\"timeout_ns\":0,\"blocked\":true,\"reason\":\"none\"}\n"},
    {{.kind = HA_REFUSED, .as.refused = {HA_RT_REGISTER_PROCESSOR_CHANGE, HA_REASON_IRQL, 0}},
     ",\"routine\":\"KeRegisterProcessorChangeCallback\",\"reason\":\"IRQL is too high\"}\n"},
    {{.kind = HA_MISUSE,
      .as.misuse = {HA_RT_DEREGISTER_PROCESSOR_CHANGE, HA_MISUSE_NULL_HANDLE, 0, 0}},
     ",\"routine\":\"KeDeregisterProcessorChangeCallback\",\"misuse\":\"handle is NULL\","
     "\"argument\":0}\n"},
    {{.kind = HA_FAULT, .as.fault = {4000}}, ",\"routine\":4000}\n"},
    {{.kind = HA_DEBUG_PRINT, .flags = HA_PRINT_MORE, .as.debug = {"half a", 0x65, 3}},
     ",\"component\":101,\"level\":3,\"text\":\"half a\",\"more\":true}\n"},
    {{.kind = HA_BUGCHECK, .as.bugcheck = {{1, 0, 0xffffffffc0000001, 4}}},
     ",\"code\":\"0x3\",\"parameter1\":\"0x1\",\"parameter2\":\"0x0\","
     "\"parameter3\":\"0xffffffffc0000001\",\"parameter4\":\"0x4\"}\n"},
    {{.kind = HA_AFFINITY, .as.affinity = {0x10, 0xf, 0x3, 1, 0, 2, 0, 1}},
     ",\"routine\":\"KeRaiseIrql\",\"accepted\":false,\"asked_group\":1,\"asked_mask\":\"0x10\","
     "\"new_group\":0,\"new_mask\":\"0xf\",\"has_output\":true,\"output_group\":2,"
     "\"output_mask\":\"0x3\"}\n"},
    {{.kind = HA_DPC_TARGET,
      .as.dpc = {HA_RT_SET_TARGET_DPC_EX, 0x10004, TIMED_OUT, 68, 1, 4, 0, 0, 0}},
     ",\"routine\":\"KeSetTargetProcessorDpcEx\",\"asked\":65540,"
     "\"status\":\"STATUS_IO_TIMEOUT\",\"target\":68,\"group\":1,\"number\":4}\n"},
    {{.kind = HA_DPC_INSERT, .flags = HA_DPC_WAITS,
      .as.dpc = {0, 0, 0, HA_NO_GROUP, 1, 4, 2, 1, 0}},
     ",\"target\":null,\"group\":1,\"number\":4,\"importance\":\"HighImportance\","
     "\"result\":true,\"by_timer\":false,\"waits\":true}\n"},
    {{.kind = HA_DPC_INSERT, .flags = HA_DPC_BY_TIMER, .as.dpc = {0, 0, 0, 2, 0, 2, 1, 0, 0}},
     ",\"target\":2,\"group\":0,\"number\":2,\"importance\":\"MediumImportance\","
     "\"result\":false,\"by_timer\":true,\"waits\":false}\n"},
    {{.kind = HA_DPC_DROP, .flags = HA_DPC_BY_DRIVER, .as.dpc = {0, 0, 0, 3, 0, 3, 0, 0, 0}},
     ",\"target\":3,\"group\":0,\"number\":3,\"by_driver\":true}\n"},
    {{.kind = HA_DPC_RUN_ENTER, .as.dpc = {0, 0, 0, 4, 0, 4, 0, 0, 0}},
     ",\"target\":4,\"group\":0,\"number\":4}\n"},
    {{.kind = HA_DPC_RUN_LEAVE, .as.dpc = {0, 0, 0, 4, 0, 4, 0, 0, 0}},
     ",\"target\":4,\"group\":0,\"number\":4}\n"},
    {{.kind = HA_ADD_DEVICE_LEAVE, .as.status = {INSUF}},
     ",\"status\":\"STATUS_INSUFFICIENT_RESOURCES\"}\n"},
    {{.kind = HA_LEFT_BEHIND, .as.left = {HA_LEFT_TIMER, 0}}, ",\"what\":\"set timer\"}\n"},
#define PROCESSORS "{97fadb10-4e33-40ae-359c-8bef029dbdd0}"
    {{.kind = HA_INTERFACE, .as.iface = {{0x40ae4e3397fadb10, 0xd0bd9d02ef8b9c35}, 3, 0, 0}},
     ",\"class\":\"" PROCESSORS "\",\"device\":3,\"unit\":\"processor\",\"cause\":0}\n"},
    {{.kind = HA_DEVICE_STARTED, .as.iface = {{0x40ae4e3397fadb10, 0xd0bd9d02ef8b9c35}, 4, 1, 0}},
     ",\"class\":\"" PROCESSORS "\",\"device\":4,\"unit\":\"processor\",\"cause\":1}\n"},
    {{.kind = HA_IFACE_UP, .as.iface = {{0x40ae4e3397fadb10, 0xd0bd9d02ef8b9c35}, 4, 1, 1}},
     ",\"class\":\"" PROCESSORS "\",\"device\":4,\"unit\":\"memory\",\"cause\":1}\n"},
    {{.kind = HA_IFACE_DOWN, .as.iface = {{0x40ae4e3397fadb10, 0xd0bd9d02ef8b9c35}, 1, 0, 2}},
     ",\"class\":\"" PROCESSORS "\",\"device\":1,\"unit\":\"interface\",\"cause\":0}\n"},
    {{.kind = HA_IFACE_SET,
      .as.iface_set = {{0x40ae4e3397fadb10, 0xd0bd9d02ef8b9c35}, HA_RT_SET_INTERFACE, 1, INSUF, 1}},
     ",\"routine\":\"IoSetDeviceInterfaceState\",\"class\":\"" PROCESSORS "\",\"device\":1,"
     "\"enable\":true,\"status\":\"STATUS_INSUFFICIENT_RESOURCES\"}\n"},
    {{.kind = HA_FILE_OPEN, .as.file = {4, INSUF}},
     ",\"device\":4,\"status\":\"STATUS_INSUFFICIENT_RESOURCES\"}\n"},
    {{.kind = HA_FILE_CLOSE, .as.file = {4, 0}},
     ",\"device\":4,\"status\":\"STATUS_SUCCESS\"}\n"},
    {{.kind = HA_REB_BEGIN, .as.rebalance = {3, 0}}, ",\"cause\":3,\"of_memory\":false}\n"},
    {{.kind = HA_REB_END, .as.rebalance = {3, 1}}, ",\"cause\":3,\"of_memory\":true}\n"},
    {{.kind = HA_PNP_REG_ENTER,
      .as.pnp_reg = {{0x40ae4e3397fadb10, 0xd0bd9d02ef8b9c35}, 1, 5, 6, 2, 0}},
     ",\"category\":\"EventCategoryDeviceInterfaceChange\",\"flags\":1,"
     "\"class\":\"" PROCESSORS "\",\"function\":5,\"context\":6}\n"},
    {{.kind = HA_PNP_REG_RETURN, .as.status = {INSUF}},
     ",\"status\":\"STATUS_INSUFFICIENT_RESOURCES\"}\n"},
    {{.kind = HA_PNP_UNREG_ENTER, .flags = HA_PNP_EX}, ",\"ex\":true}\n"},
    {{.kind = HA_PNP_UNREG_RETURN, .as.status = {INSUF}},
     ",\"ex\":false,\"status\":\"STATUS_INSUFFICIENT_RESOURCES\"}\n"},
    {{.kind = HA_PNP_HOLD, .flags = HA_PNP_HELD}, ",\"held\":true}\n"},
    {{.kind = HA_PNP_CB_ENTER, .as.pnp_cb = {4, HA_PNP_ARRIVAL, 5, 6, 1, 48, 1, 0, 0, 0}},
     ",\"notification\":\"Arrival\",\"interface\":4,\"function\":5,\"context\":6,"
     "\"Version\":1,\"Size\":48,\"live\":true,\"replay\":false,\"second\":false,"
     "\"late\":false}\n"},
    {{.kind = HA_PNP_CB_LEAVE, .as.status = {INSUF}},
     ",\"status\":\"STATUS_INSUFFICIENT_RESOURCES\"}\n"},
    {{.kind = HA_PNP_DEAD_CALL, .as.pnp_cb = {4, HA_PNP_ARRIVAL, 5, 6, 1, 48, 0, 1, 1, 1}},
     ",\"notification\":\"Arrival\",\"interface\":4,\"function\":5,\"context\":6,"
     "\"Version\":1,\"Size\":48,\"live\":false,\"replay\":true,\"second\":true,"
     "\"late\":true}\n"},
    {{.kind = HA_REF, .as.ref = {-1, 2, 3}}, ",\"change\":-1,\"count\":2,\"entry\":3}\n"},
    {{.kind = HA_EX_CREATE, .flags = HA_EX_PROCESSOR_ADD,
      .as.ex_create = {"\\Callback\\ProcessorAdd", INSUF, 0, 1, 1}},
     ",\"name\":\"\\\\Callback\\\\ProcessorAdd\",\"named\":true,\"create\":false,"
     "\"multiple\":true,\"status\":\"STATUS_INSUFFICIENT_RESOURCES\",\"processor_add\":true}\n"},
    {{.kind = HA_EX_REG, .as.ex_reg = {3, 1, 2, 0, 0}},
     ",\"object\":3,\"function\":1,\"context\":2,\"handle\":null,\"processor_add\":false}\n"},
    {{.kind = HA_EX_UNREG, .flags = HA_EX_WAITS}, ",\"waits\":true}\n"},
    {{.kind = HA_EX_NOTIFY, .as.ex_notify = {2}}, ",\"called\":2,\"processor_add\":false}\n"},
    {{.kind = HA_LOCK_ORDER, .as.lock_order = {4, {5, 6}, HA_NS_OBJECT, 1, HA_NS_ENTRY, 0, 0}},
     ",\"wants\":\"object\",\"shared\":true,\"held\":4,\"has\":\"entry\",\"held_shared\":false,"
     "\"other1\":5,\"other2\":6,\"other3\":null,\"other4\":null}\n"},
    {{.kind = HA_CRASH, .as.crash = {11, 0}}, ",\"signal\":11,\"exit_code\":0}\n"},
    {{.kind = HA_MEM_ADD_BEGIN, .as.memory = {0x400000000, 0x100000000}},
     ",\"base\":\"0x400000000\",\"size\":4294967296}\n"},
    {{.kind = HA_MEM_ONLINE, .as.memory = {0, 4096}}, ",\"base\":\"0x0\",\"size\":4096}\n"},
    {{.kind = HA_MEM_ADD_END, .as.pool_limits = {3, 2, TIMED_OUT}},
     ",\"status\":\"STATUS_IO_TIMEOUT\",\"paged\":3,\"nonpaged\":2}\n"},
    {{.kind = HA_FREE_PAGES, .as.pages = {7, 3, 9}}, ",\"free\":7,\"low\":3,\"high\":9}\n"},
    {{.kind = HA_EVENT_SET}, ",\"condition\":3}\n"},
    {{.kind = HA_EVENT_CLEAR}, ",\"condition\":3}\n"},
    {{.kind = HA_BUDGET, .as.budget = {5000000}}, ",\"callback_ns\":5000000}\n"},
    {{.kind = HA_POOL_LIMITS, .as.pool_limits = {3, 2, 0}}, ",\"paged\":3,\"nonpaged\":2}\n"},
};

static void a_finding_is_a_line_without_a_number_of_its_own(void **state)
{
    (void)state;
    struct ha_rule rule = {.id = "STAT-2"};
    struct ha_finding finding = {
        .rule = &rule, .severity = HA_ERROR, .seq = 62, .count = 2, .driver = 3,
        .call = "tight.sync Complete 4", .expected = "\"nothing\"", .seen = "cut \xc3",
    };
    struct ha_text line = {0};

    ha_jsonl_add_finding(&line, &finding, NULL);
    finding.severity = HA_WARNING;
    ha_jsonl_add_finding(&line, &finding, NULL);
    finding.severity = HA_NOTE;
    finding.seq = 9007199254740993;
    ha_jsonl_add_finding(&line, &finding, NULL);

#define REST ",\"count\":2,\"driver\":3,\"call\":\"tight.sync Complete 4\","        \
             "\"expected\":\"\\\"nothing\\\"\",\"seen\":[99,117,116,32,195]}\n"
    assert_string_equal(ha_text_string(&line),
                        "{\"event\":\"VIOLATION\",\"rule\":\"STAT-2\",\"severity\":\"error\","
                        "\"record\":62" REST
                        "{\"event\":\"VIOLATION\",\"rule\":\"STAT-2\",\"severity\":\"warning\","
                        "\"record\":62" REST
                        "{\"event\":\"NOTE\",\"rule\":\"STAT-2\",\"severity\":\"note\","
                        "\"record\":\"9007199254740993\"" REST);
    ha_text_close(&line);
}

static void a_finding_that_has_a_place_names_it_and_its_line(void **state)
{
    (void)state;
    struct ha_rule rule = {.id = "DRV-9"};
    struct ha_finding finding = {.rule = &rule, .severity = HA_ERROR, .seq = 62, .count = 1,
                                 .place = "worker.so+0x1a2b"};
    struct ha_text line = {0};

    ha_jsonl_add_finding(&line, &finding, "worker.c:42 in table_grow");

    assert_string_equal(ha_text_string(&line),
                        "{\"event\":\"VIOLATION\",\"rule\":\"DRV-9\",\"severity\":\"error\","
                        "\"record\":62,\"count\":1,\"driver\":0,\"call\":\"\",\"expected\":\"\","
                        "\"seen\":\"\",\"place\":\"worker.so+0x1a2b\","
                        "\"from\":\"worker.c:42 in table_grow\"}\n");
    ha_text_close(&line);
}

static void every_kind_with_fields_is_written_as_its_example(void **state)
{
    (void)state;

    for (size_t i = 0; i < COUNT(examples); i++) {
        struct ha_text line = {0};
        struct ha_record record = plain((enum ha_kind)examples[i].record.kind);
        record.flags = examples[i].record.flags;
        record.as = examples[i].record.as;
        ha_jsonl_add(&line, &record);
        assert_string_equal(rest_of(&line), examples[i].rest);
        ha_text_close(&line);
    }
}

static void every_kind_has_fields_and_an_example_or_neither(void **state)
{
    (void)state;

    for (unsigned kind = 1; kind < HA_KIND_COUNT; kind++) {
        size_t count;
        size_t shown = 0;
        ha_fields_of_kind(kind, &count);
        for (size_t i = 0; i < COUNT(examples); i++)
            shown += examples[i].record.kind == kind;
        if (!shown != !count)
            fail_msg("%s: %zu fields, %zu examples", ha_kind_name(kind), count, shown);
    }
}

static void a_call_of_a_pnp_callback_is_two_lines_of_which_the_second_is_a_success(void **state)
{
    (void)state;
    struct ha_text line = {0};
    struct ha_record record = plain(HA_PNP_CB_CALL);
    record.as.pnp_cb.event = HA_PNP_REMOVAL;

    ha_jsonl_add(&line, &record);

    assert_string_equal(
        ha_text_string(&line),
        "{\"seq\":7,\"t\":1000,\"event\":\"PNP_CB_ENTER\",\"thread\":2,\"processor\":1,\"irql\":0,"
        "\"regions\":0,\"driver\":1,\"active\":4,\"id\":3,\"notification\":\"Removal\","
        "\"interface\":0,\"function\":0,\"context\":0,\"Version\":0,\"Size\":0,"
        "\"live\":false,\"replay\":false,\"second\":false,\"late\":false}\n"
        "{\"seq\":8,\"t\":1000,\"event\":\"PNP_CB_LEAVE\",\"thread\":2,\"processor\":1,\"irql\":0,"
        "\"regions\":0,\"driver\":1,\"active\":4,\"id\":3,\"status\":\"STATUS_SUCCESS\"}\n");
    ha_text_close(&line);
}

static void a_call_is_two_lines_with_consecutive_numbers(void **state)
{
    (void)state;
    struct ha_text line = {0};
    struct ha_record record = plain(HA_CB_CALL);
    record.as.cb.op_in = INSUF;

    ha_jsonl_add(&line, &record);

    assert_string_equal(
        ha_text_string(&line),
        "{\"seq\":7,\"t\":1000,\"event\":\"CB_ENTER\",\"thread\":2,\"processor\":1,\"irql\":0,"
        "\"regions\":0,\"driver\":1,\"active\":4,\"id\":3,\"client\":\"ke\",\"operation\":0,"
        "\"existing\":false,\"context\":0,\"State\":\"KeProcessorAddStartNotify\",\"NtNumber\":0,"
        "\"ProcNumber\":{\"group\":0,\"number\":0,\"reserved\":0},"
        "\"ctx_status\":\"STATUS_SUCCESS\",\"op_in\":\"STATUS_INSUFFICIENT_RESOURCES\","
        "\"affinity_group\":0,\"affinity_mask\":\"0x0\"}\n"
        "{\"seq\":8,\"t\":1000,\"event\":\"CB_LEAVE\",\"thread\":2,\"processor\":1,\"irql\":0,"
        "\"regions\":0,\"driver\":1,\"active\":4,\"id\":3,\"client\":\"ke\",\"existing\":false,"
        "\"State\":\"KeProcessorAddStartNotify\",\"op_out\":\"STATUS_INSUFFICIENT_RESOURCES\","
        "\"context_changed\":false,\"affinity_group\":0,\"affinity_mask\":\"0x0\"}\n");
    ha_text_close(&line);
}

static void text_that_is_no_utf_8_is_written_as_bytes(void **state)
{
    (void)state;
    static const struct { const char *text, *json; } cases[] = {
        {"", "\"\""},
        {"a\"b\\\n", "\"a\\\"b\\\\\\u000a\""},
        {"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", "\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\""},
        {"a\xe2\x82", "[97,226,130]"},
        {"\x80", "[128]"},
        {"\xc0\xaf", "[192,175]"},
        {"\xe0\x9f\xbf", "[224,159,191]"},
        {"\xed\xa0\x80", "[237,160,128]"},
        {"\xf4\x90\x80\x80", "[244,144,128,128]"},
        {"\xe2\x82x", "[226,130,120]"},
        {"0123456789abcdef0123456789abcdef", "\"0123456789abcdef0123456789abcdef\""},
    };

    for (size_t i = 0; i < COUNT(cases); i++) {
        struct ha_text line = {0}, expected = {0};
        struct ha_record record = plain(HA_NAME);
        record.flags = HA_NS_SCENARIO | HA_NAME_MORE;
        memcpy(record.as.name.text, cases[i].text, strlen(cases[i].text));
        ha_jsonl_add(&line, &record);
        ha_text_addf(&expected, ",\"namespace\":\"scenario\",\"text\":%s,\"more\":true}\n",
                     cases[i].json);
        assert_string_equal(rest_of(&line), ha_text_string(&expected));
        ha_text_close(&line);
        ha_text_close(&expected);
    }
}

/*
 * A second reader: it knows cJSON and the table of fields, and nothing of the writer.
 */

static uint64_t number_from(const cJSON *item)
{
    if (cJSON_IsNumber(item))
        return (uint64_t)item->valuedouble;
    assert_true(cJSON_IsString(item));
    return strtoull(item->valuestring, NULL, 0);
}

static uint64_t status_from(const cJSON *item)
{
    int32_t nt_status;
    if (cJSON_IsString(item) && ha_status_find(item->valuestring, &nt_status))
        return (uint32_t)nt_status;
    return number_from(item);
}

static uint64_t word_from(const struct ha_field *field, const struct ha_record *record,
                          const cJSON *item)
{
    if (!cJSON_IsString(item) || (item->valuestring[0] >= '0' && item->valuestring[0] <= '9'))
        return number_from(item);
    for (unsigned number = 0; number <= UINT16_MAX; number++) {
        const char *word = field->shape == HA_SHAPE_KNOB_VALUE
                         ? ha_knob_value_name((enum ha_knob)record->id, number)
                         : field->word(number);
        if (word && !strcmp(word, item->valuestring))
            return number;
    }
    fail_msg("%s: no such word: %s", field->name, item->valuestring);
    return 0;
}

/* Four letters, or all eight digits. */
static uint64_t tag_from(const cJSON *item)
{
    const char *text = item->valuestring;
    if (strlen(text) != 4)
        return number_from(item);
    return (uint64_t)(unsigned char)text[0] | (uint64_t)(unsigned char)text[1] << 8 |
           (uint64_t)(unsigned char)text[2] << 16 | (uint64_t)(unsigned char)text[3] << 24;
}

static uint64_t relation_from(const cJSON *item)
{
    const struct ha_field relation = {.shape = HA_SHAPE_WORD, .word = ha_relation_name};
    uint64_t argument = word_from(&relation, NULL,
                                  cJSON_GetObjectItemCaseSensitive(item, "relation"));
    assert_int_equal(cJSON_GetArraySize(item), 3);
    if (cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(item, "processor_given")))
        argument |= HA_RELATION_OF_PROCESSOR;
    if (cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(item, "buffer_given")))
        argument |= HA_RELATION_INTO_BUFFER;
    return argument;
}

static uint64_t value_from(const struct ha_field *field, const struct ha_record *record,
                           const cJSON *item)
{
    switch (field->shape) {
    case HA_SHAPE_WORD:
    case HA_SHAPE_KNOB_VALUE:
        return word_from(field, record, item);
    case HA_SHAPE_WORD_OR_NULL:
        return cJSON_IsNull(item) ? field->bits : word_from(field, record, item);
    case HA_SHAPE_TAG:
        return tag_from(item);
    case HA_SHAPE_FLAG:
        assert_true(cJSON_IsBool(item));
        return cJSON_IsTrue(item) != 0;
    case HA_SHAPE_SIGNED:
        return (uint32_t)(int32_t)item->valuedouble;
    case HA_SHAPE_OR_NULL:
        return cJSON_IsNull(item) ? UINT64_MAX : number_from(item);
    case HA_SHAPE_HANDLE:
        return cJSON_IsNull(item) ? 0 : number_from(item);
    case HA_SHAPE_STATUS:
    case HA_SHAPE_ANSWER:
        return cJSON_IsObject(item) ? relation_from(item) : status_from(item);
    default:
        return number_from(item);
    }
}

static void store(const struct ha_field *field, struct ha_record *record, uint64_t value)
{
    unsigned char *member = (unsigned char *)record + field->offset;
    uint8_t value8 = (uint8_t)value;
    uint16_t value16 = (uint16_t)value;
    uint32_t value32 = (uint32_t)value;

    if (field->shape == HA_SHAPE_SEQUENCE) {
        record->seq_low = value32;
        record->seq_high = (uint16_t)(value >> 32);
    } else if (field->bits) {
        *member |= (unsigned char)(value * (unsigned)(field->bits & -field->bits));
    } else if (field->size == 1) {
        memcpy(member, &value8, 1);
    } else if (field->size == 2) {
        memcpy(member, &value16, 2);
    } else if (field->size == 4) {
        memcpy(member, &value32, 4);
    } else {
        memcpy(member, &value, 8);
    }
}

static void read_place(unsigned char *member, const cJSON *item)
{
    uint16_t group = (uint16_t)number_from(cJSON_GetObjectItemCaseSensitive(item, "group"));
    memcpy(member, &group, 2);
    member[2] = (unsigned char)number_from(cJSON_GetObjectItemCaseSensitive(item, "number"));
    member[3] = (unsigned char)number_from(cJSON_GetObjectItemCaseSensitive(item, "reserved"));
}

static void read_text(unsigned char *member, const cJSON *item)
{
    const cJSON *byte;
    if (cJSON_IsString(item))
        memcpy(member, item->valuestring, strlen(item->valuestring));
    else
        cJSON_ArrayForEach(byte, item)
            *member++ = (unsigned char)byte->valuedouble;
}

static void read_guid(unsigned char *member, const cJSON *item)
{
    struct {
        uint32_t first;
        uint16_t second, third;
        uint8_t rest[8];
    } parts;
    assert_int_equal(sscanf(item->valuestring, "{%8" SCNx32 "-%4" SCNx16 "-%4" SCNx16 "-%2" SCNx8
                            "%2" SCNx8 "-%2" SCNx8 "%2" SCNx8 "%2" SCNx8 "%2" SCNx8 "%2" SCNx8
                            "%2" SCNx8 "}", &parts.first, &parts.second, &parts.third,
                            &parts.rest[0], &parts.rest[1], &parts.rest[2], &parts.rest[3],
                            &parts.rest[4], &parts.rest[5], &parts.rest[6], &parts.rest[7]), 11);
    memcpy(member, &parts, sizeof parts);
}

static void read_field(const struct ha_field *field, struct ha_record *record, const cJSON *line)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(line, field->name);
    unsigned char *member = (unsigned char *)record + field->offset;

    if (!item && field->shape == HA_SHAPE_IF_ANY)
        return;
    if (!item)
        fail_msg("%s is missing", field->name);
    if (field->shape == HA_SHAPE_PLACE)
        read_place(member, item);
    else if (field->shape == HA_SHAPE_GUID)
        read_guid(member, item);
    else if (field->shape == HA_SHAPE_TEXT)
        read_text(member, item);
    else
        store(field, record, value_from(field, record, item));
}

static struct ha_record read_line(const char *text)
{
    struct ha_record record = {0};
    const struct ha_field *field;
    size_t count, all, left_out = 0;
    cJSON *line = cJSON_Parse(text);

    assert_non_null(line);
    field = ha_fields_of_all(&all);
    for (size_t i = 0; i < all; i++)
        read_field(&field[i], &record, line);
    field = ha_fields_of_kind(record.kind, &count);
    for (size_t i = 0; i < count; i++) {
        read_field(&field[i], &record, line);
        left_out += !cJSON_GetObjectItemCaseSensitive(line, field[i].name);
    }
    assert_int_equal(cJSON_GetArraySize(line), all + count - left_out);
    cJSON_Delete(line);
    return record;
}

/* Numbers that look like anything; the same in every run. */
static uint64_t scramble(uint64_t *seed)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *seed ^ *seed >> 29;
}

/* Something that a record of this kind could hold in the field. `wide`: beyond what has names. */
static void fill_field(const struct ha_field *field, struct ha_record *record, uint64_t *seed,
                       bool wide)
{
    unsigned char *member = (unsigned char *)record + field->offset;
    uint64_t value = wide ? scramble(seed) : scramble(seed) % 3;

    if (!strcmp(field->name, "event") || !strcmp(field->name, "knob"))
        return;
    if (field->shape == HA_SHAPE_TEXT)
        memset(member, wide ? 0xe2 : 'x', field->size - 1u);
    else if (field->shape == HA_SHAPE_GUID)
        memset(member, (int)(value & 0xff), 16);
    else if (field->shape == HA_SHAPE_PLACE)
        memset(member, (int)(value & 0xff), 4);
    else if (field->shape == HA_SHAPE_FLAG)
        store(field, record, value & 1);
    else if (field->bits)
        store(field, record, value % (field->bits / (unsigned)(field->bits & -field->bits) + 1u));
    else
        store(field, record, value);
}

/* The reader of check/jsonl_read.h. */
static struct ha_record read_back(const struct ha_text *line)
{
    struct ha_jsonl_reader *reader = ha_jsonl_reader_create();
    struct ha_record record;

    assert_non_null(reader);
    if (ha_jsonl_read(reader, line->bytes, line->length - 1, &record) != HA_LINE_RECORD)
        fail_msg("%s: %s", ha_jsonl_reader_wrong(reader)->message, line->bytes);
    assert_int_equal(ha_jsonl_reader_lacking(reader), 0);
    ha_jsonl_reader_destroy(reader);
    return record;
}

static void a_record_can_be_got_back_from_its_line(void **state)
{
    (void)state;
    uint64_t seed = 1;

    for (unsigned round = 0; round < 64; round++) {
        for (unsigned kind = 1; kind < HA_KIND_COUNT; kind++) {
            struct ha_record record = {.kind = (uint8_t)kind}, again;
            struct ha_text line = {0};
            const struct ha_field *field;
            size_t count;
            if (ha_record_span(&record) == 2)
                continue;
            field = ha_fields_of_all(&count);
            for (size_t i = 0; i < count; i++)
                fill_field(&field[i], &record, &seed, round & 1);
            field = ha_fields_of_kind(kind, &count);
            for (size_t i = 0; i < count; i++)
                fill_field(&field[i], &record, &seed, round & 1);
            record.seq_low |= 1;            /* numbers begin at 1 */
            if (kind == HA_TRACE_BEGIN)
                record.as.begin.format = HA_TRACE_FORMAT;
            ha_jsonl_add(&line, &record);
            again = read_line(ha_text_string(&line));
            if (memcmp(&record, &again, sizeof record) != 0)
                fail_msg("not got back: %s", ha_text_string(&line));
            again = read_back(&line);
            if (memcmp(&record, &again, sizeof record) != 0)
                fail_msg("read as another record: %s", ha_text_string(&line));
            ha_text_close(&line);
        }
    }
}

static void every_example_can_be_got_back_from_its_line(void **state)
{
    (void)state;

    for (size_t i = 0; i < COUNT(examples); i++) {
        struct ha_record record = plain((enum ha_kind)examples[i].record.kind), again;
        struct ha_text line = {0};
        record.flags = examples[i].record.flags;
        record.as = examples[i].record.as;
        if (record.kind == HA_KNOB)
            record.id = HA_KNOB_OPSTATUS_SCOPE;     /* which the line tells twice */
        ha_jsonl_add(&line, &record);
        again = read_line(ha_text_string(&line));
        if (memcmp(&record, &again, sizeof record) != 0)
            fail_msg("not got back: %s", ha_text_string(&line));
        ha_text_close(&line);
    }
}

static void the_same_records_give_the_same_bytes(void **state)
{
    (void)state;
    struct ha_text first = {0}, second = {0};
    struct tale tale;

    tale_begin(&tale);
    for (size_t i = 0; i < tale.count; i++)
        ha_jsonl_add(&first, &tale.record[i]);
    tale_begin(&tale);
    for (size_t i = 0; i < tale.count; i++)
        ha_jsonl_add(&second, &tale.record[i]);

    assert_true(first.length > 1000);
    assert_string_equal(ha_text_string(&first), ha_text_string(&second));
    ha_text_close(&first);
    ha_text_close(&second);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_finding_is_a_line_without_a_number_of_its_own),
        cmocka_unit_test(a_line_begins_with_the_fields_of_every_record),
        cmocka_unit_test(a_finding_that_has_a_place_names_it_and_its_line),
        cmocka_unit_test(every_kind_with_fields_is_written_as_its_example),
        cmocka_unit_test(every_kind_has_fields_and_an_example_or_neither),
        cmocka_unit_test(a_call_of_a_pnp_callback_is_two_lines_of_which_the_second_is_a_success),
        cmocka_unit_test(a_call_is_two_lines_with_consecutive_numbers),
        cmocka_unit_test(text_that_is_no_utf_8_is_written_as_bytes),
        cmocka_unit_test(a_record_can_be_got_back_from_its_line),
        cmocka_unit_test(every_example_can_be_got_back_from_its_line),
        cmocka_unit_test(the_same_records_give_the_same_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
