/* hotadd/record_driver.h: the lines that a driver writes, and what the judge says of them */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "check/jsonl_read.h"
#include "check/judge.h"
#include "hotadd/record_driver.h"

#define INSUF 0xC000009Aul
#define TIMED_OUT 0xC00000B5ul
#define EXISTING 1ul

enum { START, COMPLETE, FAILURE };

/* A machine of which the recorder is told, and what it prints. */
struct machine {
    struct ha_recorder recorder;
    struct ha_text lines;
    struct ha_recorder_stamp now;
};

static void print(void *argument, const char *line)
{
    struct machine *machine = argument;
    assert_true(strlen(line) < HA_RECORDER_LINE);
    ha_text_addf(&machine->lines, "%s\n", line);
}

static void stamp(void *argument, struct ha_recorder_stamp *now)
{
    struct machine *machine = argument;
    machine->now.seq++;
    *now = machine->now;
}

static int open_machine(void **state)
{
    static struct machine machine;
    machine = (struct machine){
        .recorder = {.print = print, .stamp = stamp, .argument = &machine},
        .now = {.thread = 7, .active = 2,
                .known = HA_RECORDER_PROCESSOR | HA_RECORDER_IRQL | HA_RECORDER_ACTIVE |
                         HA_RECORDER_TIME},
    };
    *state = &machine;
    return 0;
}

static int close_machine(void **state)
{
    struct machine *machine = *state;
    ha_text_close(&machine->lines);
    return 0;
}

/* A call, the status that the driver finds in OperationStatus and the one that it leaves there. */
static void call(struct machine *machine, unsigned long registration, unsigned long state,
                 unsigned long index, unsigned long status, unsigned long op_in,
                 unsigned long op_out)
{
    struct ha_recorder_call call = {.registration = registration, .state = state,
                                    .nt_number = index, .number = index, .status = status,
                                    .op_status = op_in};
    ha_recorder_call_enter(&machine->recorder, &call);
    call.op_status = op_out;
    ha_recorder_call_leave(&machine->recorder, &call);
}

static void register_one(struct machine *machine, unsigned long registration, unsigned long flags)
{
    ha_recorder_register_enter(&machine->recorder, registration, 1, flags);
    for (unsigned long state = START; state <= COMPLETE && flags; state++)
        for (unsigned long index = 0; index < machine->now.active; index++)
            call(machine, registration, state, index, 0, 0, 0);
    ha_recorder_register_return(&machine->recorder, registration, 1);
}

static void deregister_one(struct machine *machine, unsigned long registration)
{
    ha_recorder_deregister_enter(&machine->recorder, registration);
    ha_recorder_deregister_return(&machine->recorder, registration);
}

static void begin(struct machine *machine)
{
    ha_recorder_begin(&machine->recorder, "mine", 1, machine->now.active, 8);
    ha_recorder_entry_enter(&machine->recorder);
}

static void end(struct machine *machine, unsigned long registrations)
{
    ha_recorder_unload_enter(&machine->recorder);
    for (; registrations; registrations--)
        deregister_one(machine, registrations);
    ha_recorder_unload_leave(&machine->recorder);
    ha_recorder_end(&machine->recorder);
}

/* Judge what was written; the ids of what is found and believed, notes in brackets. */
static void expect_findings(struct machine *machine, const char *expected)
{
    struct ha_jsonl_reader *reader = ha_jsonl_reader_create();
    struct ha_judge *judge = ha_judge_create();
    struct ha_text found = {0};
    bool seen[HA_KIND_COUNT] = {false};
    size_t count;

    for (const char *at = machine->lines.bytes, *feed; *at; at = feed + 1) {
        struct ha_record record;
        feed = strchr(at, '\n');
        if (ha_jsonl_read(reader, at, (size_t)(feed - at), &record) != HA_LINE_RECORD)
            fail_msg("%s: %.*s", ha_jsonl_reader_wrong(reader)->message, (int)(feed - at), at);
        seen[record.kind] = true;
        ha_judge_sink(judge)->take(ha_judge_sink(judge), &record, 1);
    }
    uint64_t lacking = ha_jsonl_reader_lacking(reader) | ha_lack_of_kinds(seen);
    const struct ha_finding *finding = ha_judge_findings(judge, &count, NULL);
    for (size_t i = 0; i < count; i++)
        if (!ha_lack_hides(lacking, finding[i].rule))
            ha_text_addf(&found, finding[i].severity == HA_NOTE ? "%s(%s)" : "%s%s",
                         found.length ? " " : "", finding[i].rule->id);
    assert_string_equal(ha_text_string(&found), expected);
    ha_text_close(&found);
    ha_judge_destroy(judge);
    ha_jsonl_reader_destroy(reader);
}

#define AT(seq) "{\"seq\":" #seq ",\"t\":0,\"event\":"
#define HERE ",\"thread\":7,\"processor\":0,\"irql\":0,\"driver\":1,\"active\":2,\"id\":"

static void every_function_writes_its_line(void **state)
{
    static const unsigned char guid[16] = {0x10, 0xdb, 0xfa, 0x97, 0x33, 0x4e, 0xae, 0x40,
                                           0x35, 0x9c, 0x8b, 0xef, 0x02, 0x9d, 0xbd, 0xd0};
    struct machine *machine = *state;
    struct ha_recorder *r = &machine->recorder;

    ha_recorder_group(r, 0, 8);
    ha_recorder_processor(r, 1, 0, 3);
    machine->now.seq = 0;
    begin(machine);
    ha_recorder_register_enter(r, 1, 1, EXISTING);
    call(machine, 1, START, 1, 0, 0, INSUF);
    ha_recorder_register_return(r, 1, 0);
    ha_recorder_pnp_register_enter(r, 1, 1, guid);
    ha_recorder_pnp_call_enter(r, 1, 3, 1, 1, 48);
    ha_recorder_pnp_call_leave(r, 1, 0);
    ha_recorder_pnp_register_return(r, 1, INSUF);
    ha_recorder_query(r, "KeQueryGroupAffinity", 0, 0xf, 0);
    ha_recorder_taken(r, 1, 64, NULL);
    ha_recorder_given_back(r, 1);
    ha_recorder_pnp_unregister_enter(r, 1, 1);
    ha_recorder_pnp_unregister_return(r, 1, 1, 0);
    ha_recorder_entry_leave(r, INSUF);
    end(machine, 1);

    assert_string_equal(machine->lines.bytes,
        AT(1) "\"GROUP\"" HERE "0,\"maximum\":8}\n"
        AT(2) "\"PROCESSOR\"" HERE "1,\"ProcNumber\":{\"group\":0,\"number\":3,\"reserved\":0}}\n"
        AT(1) "\"TRACE_BEGIN\"" HERE "0,\"format\":1,\"maker\":\"other\",\"groups\":1,"
        "\"processors\":2,\"maximum\":8}\n"
        AT(2) "\"NAME\"" HERE "1,\"namespace\":\"driver\",\"text\":\"mine\"}\n"
        AT(3) "\"DRV_ENTRY_ENTER\"" HERE "1}\n"
        AT(4) "\"REG_ENTER\"" HERE "1,\"function\":1,\"flags\":1}\n"
        AT(5) "\"CB_ENTER\"" HERE "1,\"client\":\"ke\",\"existing\":true,"
        "\"State\":\"KeProcessorAddStartNotify\",\"operation\":1,\"NtNumber\":1,"
        "\"ProcNumber\":{\"group\":0,\"number\":1,\"reserved\":0},\"ctx_status\":\"0x00000000\","
        "\"op_in\":\"0x00000000\"}\n"
        AT(6) "\"CB_LEAVE\"" HERE "1,\"client\":\"ke\",\"existing\":true,"
        "\"State\":\"KeProcessorAddStartNotify\",\"op_out\":\"0xc000009a\"}\n"
        AT(7) "\"REG_RETURN\"" HERE "1,\"handle\":null}\n"
        AT(8) "\"PNP_REG_ENTER\"" HERE "1,\"category\":\"EventCategoryDeviceInterfaceChange\","
        "\"flags\":1,\"class\":\"{97fadb10-4e33-40ae-359c-8bef029dbdd0}\",\"function\":1}\n"
        AT(9) "\"PNP_CB_ENTER\"" HERE "1,\"notification\":\"Arrival\",\"interface\":3,"
        "\"Version\":1,\"Size\":48,\"live\":false,\"replay\":true}\n"
        AT(10) "\"PNP_CB_LEAVE\"" HERE "1,\"status\":\"0x00000000\"}\n"
        AT(11) "\"PNP_REG_RETURN\"" HERE "1,\"status\":\"0xc000009a\"}\n"
        AT(12) "\"QUERY\"" HERE "0,\"routine\":\"KeQueryGroupAffinity\",\"argument\":0,"
        "\"result\":\"0xf\",\"output\":\"0x0\"}\n"
        AT(13) "\"ALLOC\"" HERE "1,\"size\":64,\"registration\":null,\"State\":null,"
        "\"operation\":0,\"existing\":false,\"NtNumber\":0}\n"
        AT(14) "\"FREE\"" HERE "1}\n"
        AT(15) "\"PNP_UNREG_ENTER\"" HERE "1,\"ex\":true}\n"
        AT(16) "\"PNP_UNREG_RETURN\"" HERE "1,\"ex\":true,\"status\":\"0x00000000\"}\n"
        AT(17) "\"DRV_ENTRY_LEAVE\"" HERE "1,\"status\":\"0xc000009a\"}\n"
        AT(18) "\"UNLOAD_ENTER\"" HERE "1}\n"
        AT(19) "\"DEREG_ENTER\"" HERE "1}\n"
        AT(20) "\"DEREG_RETURN\"" HERE "1}\n"
        AT(21) "\"UNLOAD_LEAVE\"" HERE "1}\n"
        AT(22) "\"TRACE_END\"" HERE "0,\"ending\":\"normally\"}\n");
}

static void what_the_driver_does_not_know_is_left_out(void **state)
{
    struct machine *machine = *state;
    machine->now.known = 0;

    ha_recorder_unload_enter(&machine->recorder);

    assert_string_equal(machine->lines.bytes,
                        "{\"seq\":1,\"event\":\"UNLOAD_ENTER\",\"thread\":7,\"driver\":1,"
                        "\"id\":1}\n");
}

/* A gap in seq says that something is missing. */
static void a_line_that_would_be_too_long_is_not_printed(void **state)
{
    char name[HA_RECORDER_LINE];
    struct machine *machine = *state;
    memset(name, 'x', sizeof name - 1);
    name[sizeof name - 1] = '\0';

    ha_recorder_name(&machine->recorder, "driver", 1, name);
    machine->now.known = 0;
    ha_recorder_unload_leave(&machine->recorder);

    assert_string_equal(machine->lines.bytes,
                        "{\"seq\":2,\"event\":\"UNLOAD_LEAVE\",\"thread\":7,\"driver\":1,"
                        "\"id\":1}\n");
}

/* Two callbacks; a processor that comes, one that is refused, and one that does not start. */
static void record_three_adds(struct machine *machine, unsigned long callbacks)
{
    static const struct { unsigned long second, status, refusal; } adds[] = {
        {COMPLETE, 0, 0}, {FAILURE, INSUF, INSUF}, {FAILURE, TIMED_OUT, 0},
    };

    for (size_t i = 0; i < sizeof adds / sizeof adds[0]; i++) {
        unsigned long index = machine->now.active, variable = 0;
        for (unsigned long id = 1; id <= callbacks; id++) {
            call(machine, id, START, index, 0, variable, id == 1 ? adds[i].refusal : variable);
            variable = adds[i].refusal;
        }
        machine->now.active += adds[i].second == COMPLETE;
        for (unsigned long id = 1; id <= callbacks; id++)
            call(machine, id, adds[i].second, index, adds[i].status, variable, variable);
    }
}

/* The lines of adds alone, as far as their ids and statuses. */
static void expect_adds(const struct machine *machine, const char *expected)
{
    struct ha_text adds = {0};

    for (const char *at = machine->lines.bytes, *feed; *at; at = feed + 1) {
        const char *event = strstr(at, "\"ADD_"), *id = strstr(at, "\"id\":");
        const char *status = strstr(at, "\"status\":");
        feed = strchr(at, '\n');
        if (!event || event > feed)
            continue;
        if (status && status < feed)
            ha_text_addf(&adds, "end %.1s %.10s; ", id + 5, status + 10);
        else
            ha_text_addf(&adds, "begin %.1s; ", id + 5);
    }
    assert_string_equal(ha_text_string(&adds), expected);
    ha_text_close(&adds);
}

static void an_add_lasts_from_the_first_call_to_the_last_that_is_due(void **state)
{
    struct machine *machine = *state;

    begin(machine);
    register_one(machine, 1, EXISTING);
    register_one(machine, 2, 0);
    ha_recorder_entry_leave(&machine->recorder, 0);
    record_three_adds(machine, 2);
    end(machine, 2);

    expect_adds(machine, "begin 1; end 1 0x00000000; begin 2; end 2 0xc000009a; "
                         "begin 3; end 3 0xc00000b5; ");
}

/* HOT-1: that the kernel owes a call is seen when the next add begins. */
static void an_add_in_which_a_call_is_missing_ends_with_the_next(void **state)
{
    struct machine *machine = *state;

    begin(machine);
    register_one(machine, 1, 0);
    register_one(machine, 2, 0);
    ha_recorder_entry_leave(&machine->recorder, 0);
    call(machine, 1, START, 2, 0, 0, 0);
    call(machine, 2, START, 2, 0, 0, 0);
    call(machine, 1, FAILURE, 2, TIMED_OUT, 0, 0);
    call(machine, 1, START, 2, 0, 0, 0);
    call(machine, 2, START, 2, 0, 0, 0);
    call(machine, 1, FAILURE, 2, TIMED_OUT, 0, 0);
    call(machine, 2, FAILURE, 2, TIMED_OUT, 0, 0);
    end(machine, 2);

    expect_adds(machine, "begin 1; end 1 0xc0000001; begin 2; end 2 0xc00000b5; ");
}

/* Nobody but who had Start before may have it for the same processor. */
static void an_add_without_second_calls_ends_where_it_is_seen_to(void **state)
{
    struct machine *machine = *state;

    begin(machine);
    register_one(machine, 1, 0);
    register_one(machine, 2, 0);
    ha_recorder_entry_leave(&machine->recorder, 0);
    call(machine, 1, START, 2, 0, 0, INSUF);
    call(machine, 1, START, 2, 0, 0, INSUF);
    call(machine, 1, START, 3, 0, 0, INSUF);
    end(machine, 2);

    expect_adds(machine, "begin 1; end 1 0xc000009a; begin 2; end 2 0xc000009a; "
                         "begin 3; end 3 0xc000009a; ");
}

static void a_driver_that_does_all_right_is_found_guilty_of_nothing(void **state)
{
    struct machine *machine = *state;

    begin(machine);
    register_one(machine, 1, EXISTING);
    register_one(machine, 2, EXISTING);
    ha_recorder_entry_leave(&machine->recorder, 0);
    record_three_adds(machine, 2);
    end(machine, 2);

    expect_findings(machine, "");
}

/* EXIST-11: a call on another thread is none of the registration, whatever has been recorded. */
static void a_call_of_an_add_that_overtakes_the_end_of_a_registration_is_one_of_an_add(void **state)
{
    struct machine *machine = *state;
    struct ha_recorder *r = &machine->recorder;
    struct ha_recorder_call inner = {.registration = 1, .nt_number = 1, .number = 1};
    struct ha_recorder_call outer = {.registration = 1, .nt_number = 2, .number = 2};

    ha_recorder_register_enter(r, 1, 1, EXISTING);
    ha_recorder_call_enter(r, &inner);
    machine->now.thread = 8;
    ha_recorder_call_enter(r, &outer);
    machine->now.thread = 7;
    ha_recorder_register_return(r, 1, 1);

    assert_int_equal(inner.existing, 1);
    assert_int_equal(inner.operation, 1);
    assert_int_equal(outer.existing, 0);
    expect_adds(machine, "begin 1; ");
    assert_non_null(strstr(machine->lines.bytes,
        "{\"seq\":4,\"t\":0,\"event\":\"CB_ENTER\",\"thread\":8,\"processor\":0,\"irql\":0,"
        "\"driver\":1,\"active\":2,\"id\":1,\"client\":\"ke\",\"existing\":false,"));
}

/* The thread that registered is free for anything, an add for instance. */
static void a_call_on_the_thread_of_a_registration_that_has_ended_is_one_of_an_add(void **state)
{
    struct machine *machine = *state;

    begin(machine);
    register_one(machine, 1, EXISTING);
    call(machine, 1, START, 2, 0, 0, 0);

    expect_adds(machine, "begin 1; ");
}

static void registrations_on_two_threads_at_once_have_their_own_calls(void **state)
{
    struct machine *machine = *state;
    struct ha_recorder *r = &machine->recorder;
    struct ha_recorder_call call = {.registration = 1};

    ha_recorder_register_enter(r, 1, 1, EXISTING);
    machine->now.thread = 8;
    ha_recorder_register_enter(r, 2, 1, EXISTING);
    ha_recorder_register_return(r, 2, 1);
    machine->now.thread = 7;
    ha_recorder_call_enter(r, &call);

    assert_int_equal(call.existing, 1);
}

static void an_arrival_is_a_replay_on_the_thread_that_registers_until_it_has(void **state)
{
    static const char guid[16] = {0};
    struct machine *machine = *state;
    struct ha_recorder *r = &machine->recorder;
    struct ha_text replays = {0};

    ha_recorder_pnp_register_enter(r, 1, 1, guid);
    ha_recorder_pnp_call_enter(r, 1, 1, 1, 1, 48);
    machine->now.thread = 8;
    ha_recorder_pnp_call_enter(r, 1, 2, 1, 1, 48);
    machine->now.thread = 7;
    ha_recorder_pnp_register_return(r, 1, 0);
    ha_recorder_pnp_call_enter(r, 1, 3, 1, 1, 48);

    for (const char *at = machine->lines.bytes; (at = strstr(at, "\"replay\":")); at++)
        ha_text_addf(&replays, "%.5s ", at + 9);
    assert_string_equal(ha_text_string(&replays), "true} false false ");
    ha_text_close(&replays);
}

/* Removals beside an add in which two are told; then perhaps another call of it. */
static void remove_beside_an_add(struct machine *machine, bool goes_on)
{
    struct ha_recorder *r = &machine->recorder;

    begin(machine);
    register_one(machine, 1, 0);
    register_one(machine, 2, 0);
    ha_recorder_entry_leave(r, 0);
    call(machine, 1, START, 2, 0, 0, 0);
    call(machine, 2, START, 2, 0, 0, INSUF);
    if (goes_on)
        call(machine, 1, FAILURE, 2, INSUF, INSUF, INSUF);
    machine->now.thread = 8;
    ha_recorder_unload_enter(r);
    deregister_one(machine, 1);
    machine->now.thread = 7;
    if (goes_on)
        call(machine, 2, FAILURE, 2, INSUF, INSUF, INSUF);
    machine->now.thread = 8;
    deregister_one(machine, 2);
    ha_recorder_unload_leave(r);
    ha_recorder_end(r);
}

/* DEREG-3, STAT-11: whether an add is over a driver cannot know, but when it is called again. */
static void a_removal_that_does_not_wait_is_found_by_the_call_that_follows(void **state)
{
    struct machine *machine = *state;

    remove_beside_an_add(machine, true);

    expect_adds(machine, "begin 1; end 1 0xc000009a; ");
    expect_findings(machine, "(DEREG-3)");
}

static void a_removal_after_the_last_call_of_an_add_is_not_said_to_be_too_early(void **state)
{
    struct machine *machine = *state;

    remove_beside_an_add(machine, false);

    expect_adds(machine, "begin 1; end 1 0xc000009a; ");
    expect_findings(machine, "");
}

/* DEREG-3: an add goes on while Unload begins, and whoever had Start still has the second call. */
static void an_add_that_goes_on_when_unload_begins_ends_with_its_last_call(void **state)
{
    struct machine *machine = *state;
    struct ha_recorder *r = &machine->recorder;

    begin(machine);
    register_one(machine, 1, 0);
    ha_recorder_entry_leave(r, 0);
    call(machine, 1, START, 2, 0, 0, 0);
    machine->now.thread = 8;
    ha_recorder_unload_enter(r);
    ha_recorder_deregister_enter(r, 1);
    machine->now.thread = 7;
    call(machine, 1, COMPLETE, 2, 0, 0, 0);
    machine->now.thread = 8;
    ha_recorder_deregister_return(r, 1);
    ha_recorder_unload_leave(r);
    ha_recorder_end(r);

    expect_adds(machine, "begin 1; end 1 0x00000000; ");
    expect_findings(machine, "");
}

/* STAT-2, DRV-5 */
static void a_driver_that_does_wrong_is_found_out(void **state)
{
    struct machine *machine = *state;

    begin(machine);
    register_one(machine, 1, 0);
    register_one(machine, 2, 0);
    ha_recorder_entry_leave(&machine->recorder, 0);
    call(machine, 1, START, 2, 0, 0, 0);
    call(machine, 2, START, 2, 0, 0, 0);
    machine->now.active++;
    call(machine, 1, COMPLETE, 2, 0, 0, INSUF);
    call(machine, 2, COMPLETE, 2, 0, INSUF, INSUF);
    end(machine, 1);

    expect_findings(machine, "STAT-2 DRV-5");
}

/* DRV-9 */
static void memory_that_is_not_given_back_is_found(void **state)
{
    struct machine *machine = *state;
    struct ha_recorder_call start = {.registration = 1, .state = START, .nt_number = 2,
                                     .number = 2};

    begin(machine);
    register_one(machine, 1, 0);
    ha_recorder_entry_leave(&machine->recorder, 0);
    ha_recorder_taken(&machine->recorder, 1, 32, NULL);
    ha_recorder_call_enter(&machine->recorder, &start);
    ha_recorder_taken(&machine->recorder, 2, 64, &start);
    ha_recorder_call_leave(&machine->recorder, &start);
    call(machine, 1, FAILURE, 2, TIMED_OUT, 0, 0);
    ha_recorder_given_back(&machine->recorder, 1);
    end(machine, 1);

    expect_findings(machine, "DRV-9");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_machine, close_machine)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_function_writes_its_line),
        TEST(what_the_driver_does_not_know_is_left_out),
        TEST(a_line_that_would_be_too_long_is_not_printed),
        TEST(an_add_lasts_from_the_first_call_to_the_last_that_is_due),
        TEST(an_add_in_which_a_call_is_missing_ends_with_the_next),
        TEST(an_add_without_second_calls_ends_where_it_is_seen_to),
        TEST(a_driver_that_does_all_right_is_found_guilty_of_nothing),
        TEST(a_call_of_an_add_that_overtakes_the_end_of_a_registration_is_one_of_an_add),
        TEST(a_call_on_the_thread_of_a_registration_that_has_ended_is_one_of_an_add),
        TEST(registrations_on_two_threads_at_once_have_their_own_calls),
        TEST(an_arrival_is_a_replay_on_the_thread_that_registers_until_it_has),
        TEST(a_removal_that_does_not_wait_is_found_by_the_call_that_follows),
        TEST(a_removal_after_the_last_call_of_an_add_is_not_said_to_be_too_early),
        TEST(an_add_that_goes_on_when_unload_begins_ends_with_its_last_call),
        TEST(a_driver_that_does_wrong_is_found_out),
        TEST(memory_that_is_not_given_back_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
