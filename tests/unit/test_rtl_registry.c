/* rtl_registry, rtl_query_registry: values by a table, and the registry by paths */
#include "unit/bench.h"

#include <string.h>

#define SERVICES u"\\Registry\\Machine\\System\\CurrentControlSet\\Services"
#define PARAMETERS SERVICES u"\\a\\Parameters"
#define DIRECT RTL_QUERY_REGISTRY_DIRECT
#define CHECKED(type) ((ULONG)(type) << RTL_QUERY_REGISTRY_TYPECHECK_SHIFT)

/* What a query found, and what its routine was called with. */
struct use {
    struct bench *b;
    NTSTATUS status[16], answer;
    struct ha_text calls;
    ULONG number[4];
    UNICODE_STRING string[2];
    union {
        LONG room;
        ULONG word[8];
        unsigned char bytes[32];
    } buffer;
};

static void put_wide(struct ha_text *text, const WCHAR *wide)
{
    for (; wide && *wide; wide++)
        ha_text_addf(text, "%c", (char)*wide);
}

/* "NAME type TYPE length LENGTH TEXT-OR-FIRST-BYTE", and its contexts where they are odd. */
static NTSTATUS NTAPI note(PWSTR ValueName, ULONG ValueType, PVOID ValueData, ULONG ValueLength,
                           PVOID Context, PVOID EntryContext)
{
    struct use *use = Context;
    struct ha_text *calls = &use->calls;
    put_wide(calls, ValueName ? ValueName : u"nothing");
    ha_text_addf(calls, " type %u length %u ", (unsigned)ValueType, (unsigned)ValueLength);
    if (ValueType == REG_SZ || ValueType == REG_EXPAND_SZ)
        put_wide(calls, ValueData);
    else if (ValueLength)
        ha_text_addf(calls, "%u", *(const unsigned char *)ValueData);
    ha_text_addf(calls, "%s\n", EntryContext == use ? "" : "?");
    return use->answer;
}

static NTSTATUS ask(RTL_QUERY_REGISTRY_TABLE *table, struct use *use)
{
    return RtlQueryRegistryValues(RTL_REGISTRY_SERVICES, u"a\\Parameters", table, use, NULL);
}

/* An entry for one value, and the end. */
static NTSTATUS ask_one(struct use *use, ULONG flags, const WCHAR *name, PVOID context)
{
    RTL_QUERY_REGISTRY_TABLE table[2] = {{.Flags = flags, .Name = (PWSTR)(uintptr_t)name,
                                          .EntryContext = context, .DefaultType = REG_NONE}};
    if (!(flags & DIRECT))
        table[0].QueryRoutine = note;
    return ask(table, use);
}

static void set(struct bench *b, const char *name, ULONG type, const void *data, size_t size)
{
    assert_int_equal(ha_machine_set_parameter(b->machine, "a", name, type, data, size), HA_OK);
}

static void run(struct bench *b, void (*body)(void *argument), struct use *use)
{
    static const ULONG twelve = 12;
    struct driver *a = bench_driver(b, "a");
    bench_load(b);
    set(b, "MaxProcessors", REG_DWORD, &twelve, sizeof twelve);
    set(b, "Text", REG_SZ, u"some", 10);
    set(b, "List", REG_MULTI_SZ, u"one\0three\0", 22);
    set(b, "Path", REG_EXPAND_SZ, u"%a%", 8);
    set(b, "Big", REG_QWORD, "\1\2\3\4\5\6\7\10", 8);
    set(b, "Nothing", REG_NONE, NULL, 0);
    set(b, "Open", REG_SZ, u"open", 8);         /* no terminator */
    bench_run(b, a, body, use);
}

static void read_usually(void *argument)
{
    struct use *use = argument;
    RTL_QUERY_REGISTRY_TABLE table[] = {
        {.Flags = RTL_QUERY_REGISTRY_SUBKEY, .Name = (PWSTR)(uintptr_t)u"Parameters"},
        {.Flags = DIRECT | RTL_QUERY_REGISTRY_TYPECHECK,
         .Name = (PWSTR)(uintptr_t)u"MaxProcessors", .EntryContext = &use->number[0],
         .DefaultType = CHECKED(REG_DWORD) | REG_DWORD, .DefaultData = &use->number[1],
         .DefaultLength = sizeof(ULONG)},
        {.Flags = DIRECT, .Name = (PWSTR)(uintptr_t)u"MinProcessors",
         .EntryContext = &use->number[2], .DefaultType = REG_DWORD,
         .DefaultData = &use->number[1], .DefaultLength = sizeof(ULONG)},
        {.Flags = DIRECT | RTL_QUERY_REGISTRY_TYPECHECK, .Name = (PWSTR)(uintptr_t)u"Name",
         .EntryContext = &use->string[0], .DefaultType = CHECKED(REG_SZ) | REG_SZ,
         .DefaultData = (PVOID)(uintptr_t)u"mine"},
        {.QueryRoutine = NULL},
    };
    static WCHAR room[8];
    use->string[0] = (UNICODE_STRING){.MaximumLength = sizeof room, .Buffer = room};
    use->number[1] = 4;
    use->status[0] = RtlQueryRegistryValues(RTL_REGISTRY_ABSOLUTE, SERVICES u"\\a", table, NULL,
                                            NULL);
}

static void a_table_reads_a_value_and_takes_the_default_for_a_missing_one(void **state)
{
    struct bench *b = *state;
    struct use use = {.b = b};

    run(b, read_usually, &use);

    assert_int_equal(use.status[0], STATUS_SUCCESS);
    assert_int_equal(use.number[0], 12);
    assert_int_equal(use.number[2], 4);
    assert_int_equal(use.string[0].Length, 8);
    assert_memory_equal(use.string[0].Buffer, u"mine", 10);
}

static void call_for_values(void *argument)
{
    struct use *use = argument;
    use->status[0] = ask_one(use, 0, u"text", use);
    use->status[1] = ask_one(use, 0, u"List", use);
    use->status[2] = ask_one(use, 0, u"Path", use);
    use->status[3] = ask_one(use, RTL_QUERY_REGISTRY_NOEXPAND, u"Path", use);
    use->status[4] = ask_one(use, RTL_QUERY_REGISTRY_NOEXPAND, u"List", use);
    use->status[5] = ask_one(use, 0, u"Big", use);
    use->status[6] = ask_one(use, 0, u"Missing", use);
    use->status[7] = ask_one(use, 0, u"Nothing", use);
    use->status[8] = ask_one(use, RTL_QUERY_REGISTRY_NOVALUE, NULL, use);
    use->status[9] = ask_one(use, 0, u"Open", use);
}

static void a_routine_is_called_with_the_value_or_with_each_string_of_a_list(void **state)
{
    struct bench *b = *state;
    struct use use = {.b = b};

    run(b, call_for_values, &use);

    for (size_t i = 0; i < 10; i++)
        assert_int_equal(use.status[i], STATUS_SUCCESS);
    expect_text("calls", "Text type 1 length 10 some\n"
                         "List type 1 length 8 one\n"
                         "List type 1 length 12 three\n"
                         "Path type 1 length 8 %a%\n"
                         "Path type 2 length 8 %a%\n"
                         "List type 7 length 22 111\n"
                         "Big type 11 length 8 1\n"
                         "nothing type 0 length 0 \n"
                         "Open type 1 length 10 open\n", ha_text_string(&use.calls));
    ha_text_close(&use.calls);
}

static void call_for_all(void *argument)
{
    struct use *use = argument;
    use->status[0] = RtlDeleteRegistryValue(RTL_REGISTRY_SERVICES, u"a\\Parameters", u"LIST");
    use->status[1] = ask_one(use, RTL_QUERY_REGISTRY_DELETE, NULL, use);
    use->status[2] = ask_one(use, 0, NULL, use);
    use->status[3] = ask_one(use, RTL_QUERY_REGISTRY_REQUIRED, NULL, use);
}

static void without_a_name_all_values_are_told_and_may_be_removed(void **state)
{
    struct bench *b = *state;
    struct use use = {.b = b};

    run(b, call_for_all, &use);

    assert_int_equal(use.status[0], STATUS_SUCCESS);
    assert_int_equal(use.status[1], STATUS_SUCCESS);
    assert_int_equal(use.status[2], STATUS_SUCCESS);
    assert_int_equal(use.status[3], STATUS_OBJECT_NAME_NOT_FOUND);
    expect_text("calls", "MaxProcessors type 4 length 4 12\n"
                         "Text type 1 length 10 some\n"
                         "Path type 1 length 8 %a%\n"
                         "Big type 11 length 8 1\n"
                         "Open type 1 length 10 open\n", ha_text_string(&use.calls));
    ha_text_close(&use.calls);
}

static void call_with_defaults(void *argument)
{
    struct use *use = argument;
    RTL_QUERY_REGISTRY_TABLE table[] = {
        {note, 0, (PWSTR)(uintptr_t)u"A", use, REG_SZ, (PVOID)(uintptr_t)u"none", 0},
        {note, 0, (PWSTR)(uintptr_t)u"B", use, REG_MULTI_SZ, (PVOID)(uintptr_t)u"x\0yz\0", 0},
        {note, 0, (PWSTR)(uintptr_t)u"C", use, REG_BINARY, (PVOID)(uintptr_t)"\7\1", 2},
        {note, 0, (PWSTR)(uintptr_t)u"D", use, REG_NONE, (PVOID)(uintptr_t)"\7", 1},
        {note, RTL_QUERY_REGISTRY_REQUIRED, (PWSTR)(uintptr_t)u"E", use, REG_BINARY,
         (PVOID)(uintptr_t)"\7", 1},
        {note, 0, (PWSTR)(uintptr_t)u"Text", use, REG_NONE, NULL, 0},
        {NULL, 0, NULL, NULL, 0, NULL, 0},
    };
    use->status[0] = ask(table, use);
}

static void a_missing_value_has_its_default_unless_it_is_required(void **state)
{
    struct bench *b = *state;
    struct use use = {.b = b};

    run(b, call_with_defaults, &use);

    assert_int_equal(use.status[0], STATUS_OBJECT_NAME_NOT_FOUND);
    expect_text("calls", "A type 1 length 10 none\n"
                         "B type 1 length 4 x\n"
                         "B type 1 length 6 yz\n"
                         "C type 3 length 2 7\n", ha_text_string(&use.calls));
    ha_text_close(&use.calls);
}

static void answer_with_errors(void *argument)
{
    struct use *use = argument;
    use->answer = STATUS_BUFFER_TOO_SMALL;
    use->status[0] = ask_one(use, 0, u"List", use);
    use->answer = STATUS_DEVICE_BUSY;       /* a warning is no success */
    use->status[1] = ask_one(use, 0, u"List", use);
    use->answer = STATUS_CANCELLED;
    use->status[2] = ask_one(use, 0, NULL, use);
}

static void what_a_routine_answers_ends_the_query(void **state)
{
    struct bench *b = *state;
    struct use use = {.b = b};

    run(b, answer_with_errors, &use);

    assert_int_equal(use.status[0], STATUS_SUCCESS);
    assert_int_equal(use.status[1], STATUS_DEVICE_BUSY);
    assert_int_equal(use.status[2], STATUS_CANCELLED);
    expect_text("calls", "List type 1 length 8 one\n"
                         "List type 1 length 12 three\n"
                         "List type 1 length 8 one\n"
                         "MaxProcessors type 4 length 4 12\n", ha_text_string(&use.calls));
    ha_text_close(&use.calls);
}

static void go_into_subkeys(void *argument)
{
    struct use *use = argument;
    RTL_QUERY_REGISTRY_TABLE table[] = {
        {note, RTL_QUERY_REGISTRY_SUBKEY, (PWSTR)(uintptr_t)u"Inner", use, 0, NULL, 0},
        {note, 0, (PWSTR)(uintptr_t)u"Deep", use, 0, NULL, 0},
        {note, RTL_QUERY_REGISTRY_TOPKEY, (PWSTR)(uintptr_t)u"Text", use, 0, NULL, 0},
        {note, 0, (PWSTR)(uintptr_t)u"Deep", use, 0, NULL, 0},
        {NULL, RTL_QUERY_REGISTRY_SUBKEY, (PWSTR)(uintptr_t)u"Outer", use, 0, NULL, 0},
        {note, 0, (PWSTR)(uintptr_t)u"Text", use, 0, NULL, 0},
        {NULL, 0, NULL, NULL, 0, NULL, 0},
    };
    use->status[0] = RtlCreateRegistryKey(RTL_REGISTRY_ABSOLUTE,
                                          (PWSTR)(uintptr_t)PARAMETERS u"\\Inner");
    use->status[1] = RtlWriteRegistryValue(RTL_REGISTRY_ABSOLUTE, PARAMETERS u"\\Inner", u"Deep",
                                           REG_BINARY, (PVOID)(uintptr_t)"\5", 1);
    use->status[2] = ask(table, use);
}

static void a_subkey_holds_until_the_top_is_asked_for(void **state)
{
    struct bench *b = *state;
    struct use use = {.b = b};

    run(b, go_into_subkeys, &use);

    assert_int_equal(use.status[0], STATUS_SUCCESS);
    assert_int_equal(use.status[1], STATUS_SUCCESS);
    assert_int_equal(use.status[2], STATUS_OBJECT_NAME_NOT_FOUND);
    expect_text("calls", "Deep type 3 length 1 5\n"
                         "Deep type 3 length 1 5\n"
                         "Text type 1 length 10 some\n", ha_text_string(&use.calls));
    ha_text_close(&use.calls);
}

static void store_text(void *argument)
{
    static WCHAR room[5], little[4];
    struct use *use = argument;
    UNICODE_STRING small = {.MaximumLength = sizeof little, .Buffer = little};
    UNICODE_STRING list = {0};
    use->string[0] = (UNICODE_STRING){.MaximumLength = sizeof room, .Buffer = room};
    use->status[0] = ask_one(use, DIRECT, u"Text", &use->string[0]);
    use->status[1] = ask_one(use, DIRECT, u"Text", &use->string[1]);
    use->status[2] = ask_one(use, DIRECT, u"Text", &small);
    use->status[3] = ask_one(use, DIRECT | RTL_QUERY_REGISTRY_NOEXPAND, u"List", &list);
    use->status[4] = ask_one(use, DIRECT, u"List", &small);
    assert_memory_equal(use->string[0].Buffer, u"some", 10);
    assert_memory_equal(use->string[1].Buffer, u"some", 10);
    assert_memory_equal(list.Buffer, u"one\0three\0", 22);
    assert_int_equal(list.Length, 20);
    assert_int_equal(list.MaximumLength, 22);
    RtlFreeUnicodeString(&use->string[1]);
    RtlFreeUnicodeString(&list);
    list = (UNICODE_STRING){0};
    use->status[5] = ask_one(use, DIRECT, u"Open", &list);
    use->number[0] = list.Length;
    use->number[1] = list.MaximumLength;
    RtlFreeUnicodeString(&list);
}

static void text_goes_into_a_string_with_or_without_a_buffer(void **state)
{
    static const NTSTATUS expected[] = {
        STATUS_SUCCESS, STATUS_SUCCESS, STATUS_BUFFER_TOO_SMALL, STATUS_SUCCESS,
        STATUS_INVALID_PARAMETER, STATUS_SUCCESS,
    };
    struct bench *b = *state;
    struct use use = {.b = b};

    run(b, store_text, &use);

    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++)
        if (use.status[i] != expected[i])
            fail_msg("%zu: 0x%08x", i, (unsigned)use.status[i]);
    assert_int_equal(use.string[0].Length, 8);
    assert_int_equal(use.number[0], 8);
    assert_int_equal(use.number[1], 10);
    assert_int_equal(bench_count(b, HA_ALLOC), 3);
    assert_int_equal(bench_count(b, HA_FREE), 3);
}

static void store_bytes(void *argument)
{
    struct use *use = argument;
    use->buffer.room = -8;
    use->status[0] = ask_one(use, DIRECT, u"Big", &use->buffer);
    assert_memory_equal(use->buffer.bytes, "\1\2\3\4\5\6\7\10", 8);
    use->buffer.room = -7;
    use->status[1] = ask_one(use, DIRECT, u"Big", &use->buffer);
    use->buffer.room = 15;
    use->status[2] = ask_one(use, DIRECT, u"Big", &use->buffer);
    use->buffer.room = 16;
    use->status[3] = ask_one(use, DIRECT, u"Big", &use->buffer);
    use->number[0] = 99;
    use->status[4] = ask_one(use, DIRECT, u"Missing", &use->number[0]);
}

static void what_is_longer_than_a_ulong_needs_a_buffer_that_says_its_size(void **state)
{
    static const NTSTATUS expected[] = {
        STATUS_SUCCESS, STATUS_BUFFER_TOO_SMALL, STATUS_BUFFER_TOO_SMALL, STATUS_SUCCESS,
        STATUS_SUCCESS,
    };
    struct bench *b = *state;
    struct use use = {.b = b};

    run(b, store_bytes, &use);

    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++)
        if (use.status[i] != expected[i])
            fail_msg("%zu: 0x%08x", i, (unsigned)use.status[i]);
    assert_int_equal(use.buffer.word[0], 8);
    assert_int_equal(use.buffer.word[1], REG_QWORD);
    assert_memory_equal(&use.buffer.word[2], "\1\2\3\4\5\6\7\10", 8);
    assert_int_equal(use.number[0], 99);
}

static NTSTATUS ask_checked(struct use *use, const WCHAR *name, ULONG type)
{
    RTL_QUERY_REGISTRY_TABLE table[2] = {
        {.Flags = DIRECT | RTL_QUERY_REGISTRY_TYPECHECK, .Name = (PWSTR)(uintptr_t)name,
         .EntryContext = &use->number[0], .DefaultType = CHECKED(type) | REG_NONE}};
    return ask(table, use);
}

static void contradict(void *argument)
{
    struct use *use = argument;
    RTL_QUERY_REGISTRY_TABLE table[2] = {{.QueryRoutine = note, .Flags = DIRECT,
                                          .Name = (PWSTR)(uintptr_t)u"Text",
                                          .EntryContext = use}};
    use->status[0] = ask_checked(use, u"MaxProcessors", REG_DWORD);
    use->status[1] = ask_checked(use, u"Text", REG_DWORD);
    use->status[2] = ask_checked(use, u"Missing", REG_DWORD);
    use->status[3] = ask(table, use);
    use->status[4] = ask_one(use, DIRECT, NULL, use);
    use->status[5] = ask_one(use, DIRECT, u"Text", NULL);
    use->status[6] = ask_one(use, DIRECT | RTL_QUERY_REGISTRY_SUBKEY, u"Text", use);
    use->status[7] = ask_one(use, RTL_QUERY_REGISTRY_SUBKEY, NULL, use);
    use->status[8] = ask_one(use, DIRECT | RTL_QUERY_REGISTRY_REQUIRED, u"Missing", use);
}

static void an_entry_of_another_type_or_that_contradicts_itself_is_refused(void **state)
{
    static const NTSTATUS expected[] = {
        STATUS_SUCCESS, STATUS_OBJECT_TYPE_MISMATCH, STATUS_SUCCESS, STATUS_INVALID_PARAMETER,
        STATUS_INVALID_PARAMETER, STATUS_INVALID_PARAMETER, STATUS_INVALID_PARAMETER,
        STATUS_INVALID_PARAMETER, STATUS_OBJECT_NAME_NOT_FOUND,
    };
    struct bench *b = *state;
    struct use use = {.b = b};

    run(b, contradict, &use);

    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++)
        if (use.status[i] != expected[i])
            fail_msg("%zu: 0x%08x", i, (unsigned)use.status[i]);
    assert_string_equal(ha_text_string(&use.calls), "");
}

static void go_everywhere(void *argument)
{
    struct use *use = argument;
    RTL_QUERY_REGISTRY_TABLE end = {.QueryRoutine = NULL};
    UNICODE_STRING name;
    OBJECT_ATTRIBUTES attributes;
    HANDLE key;
    RtlInitUnicodeString(&name, PARAMETERS);
    InitializeObjectAttributes(&attributes, &name, 0, NULL, NULL);
    ZwOpenKey(&key, KEY_READ, &attributes);
    use->status[0] = RtlCheckRegistryKey(RTL_REGISTRY_HANDLE, key);
    ZwClose(key);
    use->status[1] = RtlCheckRegistryKey(RTL_REGISTRY_HANDLE, key);
    use->status[2] = RtlCheckRegistryKey(RTL_REGISTRY_CONTROL, NULL);
    use->status[3] = RtlCheckRegistryKey(RTL_REGISTRY_SERVICES, (PWSTR)(uintptr_t)u"\\a");
    use->status[4] = RtlCheckRegistryKey(RTL_REGISTRY_SERVICES, (PWSTR)(uintptr_t)u"b");
    use->status[5] = RtlCheckRegistryKey(RTL_REGISTRY_ABSOLUTE, NULL);
    use->status[6] = RtlCheckRegistryKey(RTL_REGISTRY_MAXIMUM, (PWSTR)(uintptr_t)u"a");
    use->status[7] = RtlQueryRegistryValues(RTL_REGISTRY_SERVICES, u"b", &end, NULL, NULL);
    use->status[8] = RtlQueryRegistryValues(RTL_REGISTRY_SERVICES | RTL_REGISTRY_OPTIONAL, u"b",
                                            &end, NULL, NULL);
    use->status[9] = RtlDeleteRegistryValue(RTL_REGISTRY_SERVICES, u"a", u"Text");
    use->status[10] = RtlDeleteRegistryValue(RTL_REGISTRY_SERVICES, u"b", u"Text");
    use->status[11] = RtlWriteRegistryValue(RTL_REGISTRY_SERVICES, u"b\\c", u"x", REG_SZ, NULL, 0);
    use->status[12] = RtlWriteRegistryValue(RTL_REGISTRY_SERVICES, u"b", u"x", REG_SZ, NULL, 0);
    use->status[13] = RtlCheckRegistryKey(RTL_REGISTRY_SERVICES, (PWSTR)(uintptr_t)u"b");
    use->status[14] = RtlCheckRegistryKey(RTL_REGISTRY_ABSOLUTE,
                                          (PWSTR)(uintptr_t)u"Registry\\Machine");
    use->status[15] = RtlCreateRegistryKey(RTL_REGISTRY_ABSOLUTE,
                                           (PWSTR)(uintptr_t)u"Registry\\Machine\\New");
}

static void paths_begin_where_the_caller_says(void **state)
{
    static const NTSTATUS expected[] = {
        STATUS_SUCCESS, STATUS_INVALID_HANDLE, STATUS_SUCCESS, STATUS_SUCCESS,
        STATUS_OBJECT_NAME_NOT_FOUND, STATUS_INVALID_PARAMETER, STATUS_INVALID_PARAMETER,
        STATUS_OBJECT_NAME_NOT_FOUND, STATUS_SUCCESS, STATUS_OBJECT_NAME_NOT_FOUND,
        STATUS_OBJECT_NAME_NOT_FOUND, STATUS_OBJECT_NAME_NOT_FOUND, STATUS_SUCCESS,
        STATUS_SUCCESS, STATUS_INVALID_PARAMETER, STATUS_INVALID_PARAMETER,
    };
    struct bench *b = *state;
    struct use use = {.b = b};

    run(b, go_everywhere, &use);

    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++)
        if (use.status[i] != expected[i])
            fail_msg("%zu: 0x%08x", i, (unsigned)use.status[i]);
}

static void use_at_apc_level(void *argument)
{
    struct use *use = argument;
    KIRQL old;
    KeRaiseIrql(APC_LEVEL, &old);
    use->status[0] = ask_one(use, 0, u"Text", use);
    use->status[1] = RtlCheckRegistryKey(RTL_REGISTRY_SERVICES, NULL);
    use->status[2] = RtlCreateRegistryKey(RTL_REGISTRY_SERVICES, NULL);
    use->status[3] = RtlWriteRegistryValue(RTL_REGISTRY_SERVICES, NULL, NULL, 0, NULL, 0);
    use->status[4] = RtlDeleteRegistryValue(RTL_REGISTRY_SERVICES, NULL, NULL);
    KeLowerIrql(old);
}

static void above_passive_level_they_refuse(void **state)
{
    static const uint32_t routines[] = {
        HA_RT_QUERY_REGISTRY, HA_RT_CHECK_REGISTRY, HA_RT_CREATE_REGISTRY, HA_RT_WRITE_REGISTRY,
        HA_RT_DELETE_REGISTRY,
    };
    struct bench *b = *state;
    struct use use = {.b = b};
    b->findings = "a IRQL-4\na IRQL-4\na IRQL-4\na IRQL-4\na IRQL-4\n";

    run(b, use_at_apc_level, &use);

    for (size_t i = 0; i < sizeof routines / sizeof routines[0]; i++) {
        assert_int_equal(use.status[i], STATUS_UNSUCCESSFUL);
        assert_int_equal(bench_record(b, HA_REFUSED, i)->as.refused.routine, routines[i]);
        assert_int_equal(bench_record(b, HA_REFUSED, i)->as.refused.reason, HA_REASON_IRQL);
    }
}

static void ask_and_write(void *argument)
{
    struct use *use = argument;
    use->status[0] = ask_one(use, 0, u"Text", use);
    use->status[1] = RtlWriteRegistryValue(RTL_REGISTRY_SERVICES, u"a", u"x", REG_SZ, NULL, 0);
}

static void each_can_fail_for_want_of_memory(void **state)
{
    (void)state;
    for (uint32_t n = 0; n < 2; n++) {
        struct bench *b;
        struct use use = {.number = {0}};
        struct ha_text token = {0};
        bench_setup((void **)&b);
        bench_replay(b, &token, n + 1, 1);      /* question 0 is the registration of "a" */

        run(b, ask_and_write, &use);

        assert_int_equal(use.status[n], STATUS_INSUFFICIENT_RESOURCES);
        assert_int_equal(use.status[1 - n], STATUS_SUCCESS);
        assert_int_equal(bench_record(b, HA_FAULT, 0)->as.fault.routine,
                         n ? HA_RT_WRITE_REGISTRY : HA_RT_QUERY_REGISTRY);
        bench_teardown((void **)&b);
        ha_text_close(&token);
        ha_text_close(&use.calls);
    }
}

static void ask_with_a_full_arena(void *argument)
{
    struct use *use = argument;
    struct ha_arena *arena = &ha_thread_current()->world->host->arena;
    for (size_t size = (size_t)1 << 19; size >= 16; size /= 2)
        while (ha_arena_take(arena, size))
            ;
    use->status[0] = ask_one(use, 0, u"Text", use);
    use->status[1] = ask_one(use, DIRECT, u"Text", &use->string[0]);
    use->status[2] = RtlWriteRegistryValue(RTL_REGISTRY_SERVICES, u"a", u"x", REG_SZ, NULL, 0);
    use->status[3] = RtlCreateRegistryKey(RTL_REGISTRY_SERVICES, (PWSTR)(uintptr_t)u"x");
    use->status[4] = RtlCheckRegistryKey(RTL_REGISTRY_SERVICES, (PWSTR)(uintptr_t)u"x");
}

static void a_full_arena_is_said_to_be(void **state)
{
    struct bench *b = *state;
    struct use use = {.b = b};
    b->findings = NULL;

    run(b, ask_with_a_full_arena, &use);

    for (size_t i = 0; i < 4; i++)
        assert_int_equal(use.status[i], STATUS_INSUFFICIENT_RESOURCES);
    assert_int_equal(use.status[4], STATUS_OBJECT_NAME_NOT_FOUND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BENCH_TEST(a_table_reads_a_value_and_takes_the_default_for_a_missing_one),
        BENCH_TEST(a_routine_is_called_with_the_value_or_with_each_string_of_a_list),
        BENCH_TEST(without_a_name_all_values_are_told_and_may_be_removed),
        BENCH_TEST(a_missing_value_has_its_default_unless_it_is_required),
        BENCH_TEST(what_a_routine_answers_ends_the_query),
        BENCH_TEST(a_subkey_holds_until_the_top_is_asked_for),
        BENCH_TEST(text_goes_into_a_string_with_or_without_a_buffer),
        BENCH_TEST(what_is_longer_than_a_ulong_needs_a_buffer_that_says_its_size),
        BENCH_TEST(an_entry_of_another_type_or_that_contradicts_itself_is_refused),
        BENCH_TEST(paths_begin_where_the_caller_says),
        BENCH_TEST(above_passive_level_they_refuse),
        cmocka_unit_test(each_can_fail_for_want_of_memory),
        BENCH_TEST(a_full_arena_is_said_to_be),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
