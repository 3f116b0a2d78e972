/* registry: the keys of services, values by handle, lengths, and what is refused */
#include "unit/bench.h"

#include <string.h>

#define SERVICES u"\\Registry\\Machine\\System\\CurrentControlSet\\Services"

/* What a driver's body works with, and what came of it. */
struct use {
    struct bench *b;
    NTSTATUS status[16];
    ULONG length[8], number;
    size_t room;
    union {
        unsigned char bytes[64];
        ULONG head[16];
    } buffer;
};

static UNICODE_STRING string_of(const WCHAR *text)
{
    UNICODE_STRING string;
    RtlInitUnicodeString(&string, text);
    return string;
}

static NTSTATUS open_at(HANDLE root, const WCHAR *path, PHANDLE key)
{
    UNICODE_STRING name = string_of(path);
    OBJECT_ATTRIBUTES attributes;
    InitializeObjectAttributes(&attributes, &name, OBJ_CASE_INSENSITIVE | OBJ_KERNEL_HANDLE, root,
                               NULL);
    return ZwOpenKey(key, KEY_READ, &attributes);
}

static NTSTATUS query(HANDLE key, const WCHAR *value, KEY_VALUE_INFORMATION_CLASS class,
                      struct use *use, ULONG room, size_t n)
{
    UNICODE_STRING name = string_of(value);
    memset(&use->buffer, 0xee, sizeof use->buffer);
    return ZwQueryValueKey(key, &name, class, &use->buffer, room, &use->length[n]);
}

static NTSTATUS set(HANDLE key, const WCHAR *value, ULONG type, const void *data, ULONG size)
{
    UNICODE_STRING name = string_of(value);
    return ZwSetValueKey(key, &name, 0, type, (PVOID)(uintptr_t)data, size);
}

static void set_parameter(struct bench *b, const char *name, ULONG type, const void *data,
                          size_t size)
{
    bench_load(b);
    assert_int_equal(ha_machine_set_parameter(b->machine, "a", name, type, data, size), HA_OK);
}

/* What a DriverEntry usually does. */
static NTSTATUS read_maximum(PUNICODE_STRING service, ULONG *maximum)
{
    struct {
        KEY_VALUE_PARTIAL_INFORMATION info;
        UCHAR rest[sizeof(ULONG)];
    } value;
    UNICODE_STRING below = string_of(u"Parameters"), name = string_of(u"MaxProcessors");
    OBJECT_ATTRIBUTES attributes;
    HANDLE key, parameters;
    ULONG length;
    InitializeObjectAttributes(&attributes, service, OBJ_KERNEL_HANDLE, NULL, NULL);
    NTSTATUS status = ZwOpenKey(&key, KEY_READ, &attributes);
    if (!NT_SUCCESS(status))
        return status;
    InitializeObjectAttributes(&attributes, &below, OBJ_KERNEL_HANDLE, key, NULL);
    status = ZwOpenKey(&parameters, KEY_READ, &attributes);
    ZwClose(key);
    if (!NT_SUCCESS(status))
        return status;
    status = ZwQueryValueKey(parameters, &name, KeyValuePartialInformation, &value, sizeof value,
                             &length);
    ZwClose(parameters);
    if (NT_SUCCESS(status) && value.info.Type == REG_DWORD)
        memcpy(maximum, value.info.Data, sizeof *maximum);
    return status;
}

static NTSTATUS enter_and_read(struct driver *driver)
{
    struct use *use = driver->extra;
    use->status[0] = read_maximum(driver->path, &use->number);
    return STATUS_SUCCESS;
}

static void a_driver_entry_reads_what_was_set_before_the_load(void **state)
{
    static const ULONG maximum = 12;
    struct bench *b = *state;
    struct use use = {.b = b};
    bench_load(b);
    assert_int_equal(ha_machine_set_parameter(b->machine, "a", "MaxProcessors", REG_DWORD,
                                              &maximum, sizeof maximum), HA_OK);
    struct driver *a = bench_driver(b, "a");
    a->enter = enter_and_read;
    a->extra = &use;

    bench_load(b);

    assert_int_equal(use.status[0], STATUS_SUCCESS);
    assert_int_equal(use.number, 12);
}

static NTSTATUS enter_and_open(struct driver *driver)
{
    struct use *use = driver->extra;
    HANDLE key;
    use->status[0] = open_at(NULL, SERVICES u"\\a\\Parameters", &key);
    use->status[1] = query(key, u"MaxProcessors", KeyValuePartialInformation, use, 64, 0);
    ZwClose(key);
    return STATUS_SUCCESS;
}

static void every_driver_has_a_parameters_key_without_values(void **state)
{
    struct bench *b = *state;
    struct use use = {.b = b};
    struct driver *a = bench_driver(b, "a");
    a->enter = enter_and_open;
    a->extra = &use;

    bench_load(b);

    assert_int_equal(use.status[0], STATUS_SUCCESS);
    assert_int_equal(use.status[1], STATUS_OBJECT_NAME_NOT_FOUND);
}

static void open_paths(void *argument)
{
    struct use *use = argument;
    HANDLE service, key = NULL;
    use->status[0] = open_at(NULL, SERVICES u"\\A", &service);
    use->status[1] = open_at(service, u"PARAMETERS", &key);
    ZwClose(key);
    use->status[2] = open_at(service, u"", &key);
    ZwClose(key);
    use->status[3] = open_at(NULL, u"\\REGISTRY\\machine\\\\SYSTEM\\", &key);
    ZwClose(key);
    use->status[4] = open_at(service, u"Parameter", &key);
    use->status[5] = key ? STATUS_UNSUCCESSFUL : STATUS_SUCCESS;
    use->status[6] = open_at(NULL, SERVICES u"\\b", &key);
    use->status[7] = open_at(NULL, u"\\Device\\Registry", &key);
    use->status[8] = open_at(NULL, u"Registry", &key);
    use->status[9] = open_at(NULL, u"", &key);
    use->status[10] = open_at(service, u"\\Registry", &key);
    use->status[11] = open_at((HANDLE)use, u"Parameters", &key);
    ZwClose(service);
    use->status[12] = open_at(service, u"Parameters", &key);
}

static void a_path_leads_to_its_key_or_says_why_not(void **state)
{
    static const NTSTATUS expected[] = {
        STATUS_SUCCESS, STATUS_SUCCESS, STATUS_SUCCESS, STATUS_SUCCESS,
        STATUS_OBJECT_NAME_NOT_FOUND, STATUS_SUCCESS, STATUS_OBJECT_NAME_NOT_FOUND,
        STATUS_OBJECT_NAME_NOT_FOUND, STATUS_OBJECT_PATH_SYNTAX_BAD,
        STATUS_OBJECT_PATH_SYNTAX_BAD, STATUS_OBJECT_PATH_SYNTAX_BAD, STATUS_INVALID_HANDLE,
        STATUS_INVALID_HANDLE,
    };
    struct bench *b = *state;
    struct use use = {.b = b};
    struct driver *a = bench_driver(b, "a");
    bench_driver(b, "bee");

    bench_run(b, a, open_paths, &use);

    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++)
        if (use.status[i] != expected[i])
            fail_msg("%zu: 0x%08x", i, (unsigned)use.status[i]);
    assert_int_equal(bench_count(b, HA_MISUSE), 0);
}

static VOID NTAPI end_at_once(PVOID StartContext)
{
    (void)StartContext;
}

static void open_with_odd_attributes(void *argument)
{
    struct use *use = argument;
    UNICODE_STRING name = string_of(SERVICES);
    OBJECT_ATTRIBUTES attributes;
    HANDLE key, thread;
    PsCreateSystemThread(&thread, 0, NULL, NULL, NULL, end_at_once, NULL);
    InitializeObjectAttributes(&attributes, &name, 0, NULL, NULL);
    use->status[13] = open_at(thread, u"Parameters", &key);
    ZwClose(thread);
    use->status[14] = ZwOpenKey(&key, KEY_READ, NULL);
    attributes.Length--;
    use->status[15] = ZwOpenKey(&key, KEY_READ, &attributes);
    attributes.Length++;
    name.Length--;
    use->number = (ULONG)ZwOpenKey(&key, KEY_READ, &attributes);
}

static void attributes_must_be_whole_and_their_root_a_key(void **state)
{
    struct bench *b = *state;
    struct use use = {.b = b};

    bench_run(b, bench_driver(b, "a"), open_with_odd_attributes, &use);

    assert_int_equal(use.status[13], STATUS_OBJECT_TYPE_MISMATCH);
    assert_int_equal(use.status[14], STATUS_INVALID_PARAMETER);
    assert_int_equal(use.status[15], STATUS_INVALID_PARAMETER);
    assert_int_equal((NTSTATUS)use.number, STATUS_OBJECT_NAME_INVALID);
}

/* Each class with every length from none to more than enough. */
struct lengths {
    KEY_VALUE_INFORMATION_CLASS class;
    ULONG fixed, total;
};

static void query_with_every_length(void *argument)
{
    /* Type 3, the name "Raw" of 6 bytes, the data 1 2 3. */
    static const struct lengths classes[] = {
        {KeyValueBasicInformation, 12, 18},
        {KeyValuePartialInformation, 12, 15},
        {KeyValueFullInformation, 20, 31},
    };
    struct use *use = argument;
    HANDLE key;
    assert_int_equal(open_at(NULL, SERVICES u"\\a\\Parameters", &key), STATUS_SUCCESS);
    for (size_t i = 0; i < 3; i++) {
        for (ULONG room = 0; room <= classes[i].total + 1; room++) {
            NTSTATUS expected = room < classes[i].fixed   ? STATUS_BUFFER_TOO_SMALL
                                : room < classes[i].total ? STATUS_BUFFER_OVERFLOW
                                                          : STATUS_SUCCESS;
            ULONG written = room < classes[i].fixed ? 0
                            : room < classes[i].total ? room : classes[i].total;
            NTSTATUS status = query(key, u"raw", classes[i].class, use, room, 0);
            if (status != expected || use->length[0] != classes[i].total)
                fail_msg("class %zu, room %u: 0x%08x, %u", i, (unsigned)room, (unsigned)status,
                         (unsigned)use->length[0]);
            assert_int_equal(use->buffer.bytes[written], 0xee);
            if (written)
                assert_int_equal(use->buffer.head[1], REG_BINARY);
        }
    }
    ZwClose(key);
}

static void too_little_room_cuts_or_refuses_and_says_how_much_is_needed(void **state)
{
    struct bench *b = *state;
    struct use use = {.b = b};
    set_parameter(b, "Raw", REG_BINARY, "\1\2\3", 3);

    bench_run(b, bench_driver(b, "a"), query_with_every_length, &use);
}

static void query_each_class(void *argument)
{
    struct use *use = argument;
    const KEY_VALUE_FULL_INFORMATION *full = (const void *)&use->buffer;
    const KEY_VALUE_BASIC_INFORMATION *basic = (const void *)&use->buffer;
    HANDLE key;
    assert_int_equal(open_at(NULL, SERVICES u"\\a\\Parameters", &key), STATUS_SUCCESS);

    query(key, u"Raw", KeyValueFullInformation, use, 64, 0);
    assert_int_equal(full->TitleIndex, 0);
    assert_int_equal(full->NameLength, 6);
    assert_memory_equal(full->Name, u"Raw", 6);
    assert_int_equal(full->DataOffset, 28);
    assert_int_equal(full->DataLength, 3);
    assert_memory_equal(use->buffer.bytes + 28, "\1\2\3", 3);

    query(key, u"Raw", KeyValueBasicInformation, use, 64, 0);
    assert_int_equal(basic->NameLength, 6);
    assert_memory_equal(basic->Name, u"Raw", 6);

    query(key, u"Raw", KeyValuePartialInformation, use, 64, 0);
    assert_memory_equal(use->buffer.bytes + 12, "\1\2\3", 3);

    query(key, u"", KeyValueFullInformation, use, 64, 0);
    assert_int_equal(full->DataOffset, UINT32_MAX);
    assert_int_equal(use->length[0], 20);
    ZwClose(key);
}

static void each_class_tells_its_part_of_a_value(void **state)
{
    struct bench *b = *state;
    struct use use = {.b = b};
    set_parameter(b, "Raw", REG_BINARY, "\1\2\3", 3);
    set_parameter(b, "", REG_SZ, NULL, 0);

    bench_run(b, bench_driver(b, "a"), query_each_class, &use);

    assert_int_equal(use.buffer.head[1], REG_SZ);
}

static void query_wrongly(void *argument)
{
    struct use *use = argument;
    UNICODE_STRING name = string_of(u"Raw");
    HANDLE key, thread;
    open_at(NULL, SERVICES u"\\a\\Parameters", &key);
    PsCreateSystemThread(&thread, 0, NULL, NULL, NULL, end_at_once, NULL);
    ULONG *length = &use->length[0];
    PVOID buffer = &use->buffer;
    use->status[0] = ZwQueryValueKey(key, &name, MaxKeyValueInfoClass, buffer, 64, length);
    use->status[1] = ZwQueryValueKey(key, &name, KeyValueLayerInformation, buffer, 64, length);
    use->status[2] = ZwQueryValueKey(thread, &name, KeyValueBasicInformation, buffer, 64, length);
    use->status[3] = ZwQueryValueKey(NULL, &name, KeyValueBasicInformation, buffer, 64, length);
    use->status[4] = ZwEnumerateValueKey(thread, 0, KeyValueBasicInformation, buffer, 64, length);
    use->status[5] = ZwSetValueKey(thread, &name, 0, REG_NONE, NULL, 0);
    use->status[6] = ZwDeleteValueKey(thread, &name);
    use->status[7] = ZwDeleteValueKey(key, &name);
    ZwClose(thread);
    ZwClose(key);
}

static void an_unknown_class_or_another_handle_is_refused(void **state)
{
    static const NTSTATUS expected[] = {
        STATUS_INVALID_PARAMETER, STATUS_INVALID_PARAMETER, STATUS_OBJECT_TYPE_MISMATCH,
        STATUS_INVALID_HANDLE, STATUS_OBJECT_TYPE_MISMATCH, STATUS_OBJECT_TYPE_MISMATCH,
        STATUS_OBJECT_TYPE_MISMATCH, STATUS_OBJECT_NAME_NOT_FOUND,
    };
    struct bench *b = *state;
    struct use use = {.b = b};
    struct driver *a = bench_driver(b, "a");
    bench_load(b);

    bench_run(b, a, query_wrongly, &use);

    assert_int_equal(bench_count(b, HA_REFUSED), 1);
    assert_int_equal(bench_record(b, HA_REFUSED, 0)->as.refused.routine, HA_RT_QUERY_VALUE);
    assert_int_equal(bench_record(b, HA_REFUSED, 0)->as.refused.reason, HA_REASON_NOT_SIMULATED);
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++)
        if (use.status[i] != expected[i])
            fail_msg("%zu: 0x%08x", i, (unsigned)use.status[i]);
}

static void write_and_enumerate(void *argument)
{
    struct use *use = argument;
    const KEY_VALUE_BASIC_INFORMATION *basic = (const void *)&use->buffer;
    UNICODE_STRING name = string_of(u"One");
    char order[8] = "";
    HANDLE key;
    open_at(NULL, SERVICES u"\\a\\Parameters", &key);
    use->status[0] = set(key, u"One", REG_DWORD, "\1\0\0\0", 4);
    use->status[1] = set(key, u"Two", REG_BINARY, "ab", 2);
    use->status[2] = set(key, u"Three", REG_BINARY, NULL, 0);
    use->status[3] = set(key, u"ONE", REG_BINARY, "x", 1);
    use->status[4] = query(key, u"one", KeyValuePartialInformation, use, 64, 0);
    for (ULONG i = 0;; i++) {
        use->status[5] = ZwEnumerateValueKey(key, i, KeyValueBasicInformation, &use->buffer, 64,
                                             &use->length[1]);
        if (use->status[5] != STATUS_SUCCESS)
            break;
        order[i] = (char)basic->Name[1];
    }
    assert_string_equal(order, "nwh");
    use->status[6] = ZwDeleteValueKey(key, &name);
    use->status[7] = query(key, u"One", KeyValueBasicInformation, use, 64, 2);
    use->status[8] = ZwEnumerateValueKey(key, 0, KeyValueBasicInformation, &use->buffer, 4,
                                         &use->length[3]);
    ZwClose(key);
}

static void values_are_written_replaced_listed_and_removed(void **state)
{
    struct bench *b = *state;
    struct use use = {.b = b};

    bench_run(b, bench_driver(b, "a"), write_and_enumerate, &use);

    for (size_t i = 0; i < 5; i++)
        assert_int_equal(use.status[i], STATUS_SUCCESS);
    assert_int_equal(use.length[0], 13);
    assert_int_equal(use.status[5], STATUS_NO_MORE_ENTRIES);
    assert_int_equal(use.status[6], STATUS_SUCCESS);
    assert_int_equal(use.status[7], STATUS_OBJECT_NAME_NOT_FOUND);
    assert_int_equal(use.status[8], STATUS_BUFFER_TOO_SMALL);
    assert_int_equal(use.length[3], 18);
}

static NTSTATUS create(const WCHAR *path, PHANDLE key, ULONG *disposition)
{
    UNICODE_STRING name = string_of(path);
    OBJECT_ATTRIBUTES attributes;
    InitializeObjectAttributes(&attributes, &name, OBJ_KERNEL_HANDLE, NULL, NULL);
    return ZwCreateKey(key, KEY_ALL_ACCESS, &attributes, 0, NULL, REG_OPTION_VOLATILE,
                       disposition);
}

static void create_keys(void *argument)
{
    struct use *use = argument;
    HANDLE key;
    use->status[0] = create(SERVICES u"\\a\\State", &key, &use->length[0]);
    set(key, u"Kept", REG_DWORD, "\7\0\0\0", 4);
    ZwClose(key);
    use->status[1] = create(SERVICES u"\\a\\STATE", &key, &use->length[1]);
    use->status[2] = query(key, u"Kept", KeyValuePartialInformation, use, 64, 2);
    ZwClose(key);
    use->status[3] = create(SERVICES u"\\a\\Other\\Deep", &key, NULL);
    use->status[4] = create(SERVICES u"\\b", &key, &use->length[3]);
    ZwClose(key);
}

static void a_key_is_made_below_one_that_is_there(void **state)
{
    struct bench *b = *state;
    struct use use = {.b = b};

    bench_run(b, bench_driver(b, "a"), create_keys, &use);

    assert_int_equal(use.status[0], STATUS_SUCCESS);
    assert_int_equal(use.length[0], REG_CREATED_NEW_KEY);
    assert_int_equal(use.status[1], STATUS_SUCCESS);
    assert_int_equal(use.length[1], REG_OPENED_EXISTING_KEY);
    assert_int_equal(use.status[2], STATUS_SUCCESS);
    assert_int_equal(use.buffer.bytes[12], 7);
    assert_int_equal(use.status[3], STATUS_OBJECT_NAME_NOT_FOUND);
    assert_int_equal(use.status[4], STATUS_SUCCESS);
    assert_int_equal(use.length[3], REG_CREATED_NEW_KEY);
}

static void use_at_apc_level(void *argument)
{
    struct use *use = argument;
    UNICODE_STRING name = string_of(u"Raw");
    HANDLE key;
    KIRQL old;
    KeRaiseIrql(APC_LEVEL, &old);
    use->status[0] = open_at(NULL, SERVICES, &key);
    use->status[1] = key ? STATUS_SUCCESS : STATUS_UNSUCCESSFUL;
    use->status[2] = create(SERVICES, &key, NULL);
    use->status[3] = query(NULL, u"Raw", KeyValueBasicInformation, use, 64, 0);
    use->status[4] = ZwEnumerateValueKey(NULL, 0, KeyValueBasicInformation, &use->buffer, 64,
                                         &use->length[0]);
    use->status[5] = set(NULL, u"Raw", REG_NONE, NULL, 0);
    use->status[6] = ZwDeleteValueKey(NULL, &name);
    KeLowerIrql(old);
}

static void above_passive_level_the_registry_is_out_of_reach(void **state)
{
    static const uint32_t routines[] = {
        HA_RT_OPEN_KEY, HA_RT_CREATE_KEY, HA_RT_QUERY_VALUE, HA_RT_ENUMERATE_VALUES,
        HA_RT_SET_VALUE, HA_RT_DELETE_VALUE,
    };
    struct bench *b = *state;
    struct use use = {.b = b};
    b->findings = "a IRQL-4\na IRQL-4\na IRQL-4\na IRQL-4\na IRQL-4\na IRQL-4\n";

    bench_run(b, bench_driver(b, "a"), use_at_apc_level, &use);

    for (size_t i = 0; i < 7; i++)
        assert_int_equal(use.status[i], STATUS_UNSUCCESSFUL);
    for (size_t i = 0; i < 6; i++) {
        const struct ha_record *refused = bench_record(b, HA_REFUSED, i);
        assert_int_equal(refused->as.refused.routine, routines[i]);
        assert_int_equal(refused->as.refused.reason, HA_REASON_IRQL);
    }
}

static void open_once(void *argument)
{
    struct use *use = argument;
    HANDLE key;
    use->status[0] = open_at(NULL, SERVICES u"\\a", &key);
    use->status[1] = key ? STATUS_UNSUCCESSFUL : STATUS_SUCCESS;
    if (key)
        ZwClose(key);
}

static void open_and_close(void *argument)
{
    struct use *use = argument;
    struct ha_arena *arena = &ha_thread_current()->world->host->arena;
    size_t used = 0;
    for (int i = 0; i < 3; i++) {
        open_once(use);
        if (i == 0)
            used = ha_arena_used(arena);
    }
    use->number = ha_arena_used(arena) == used;
}

static void a_key_that_is_closed_leaves_nothing(void **state)
{
    struct bench *b = *state;
    struct use use = {.b = b};

    bench_run(b, bench_driver(b, "a"), open_and_close, &use);

    assert_true(use.number);
}

static void opening_a_key_can_fail_for_want_of_memory(void **state)
{
    struct bench *b = *state;
    struct use use = {.b = b};
    struct ha_text token = {0};
    bench_replay(b, &token, 1, 1);      /* question 0 is the registration of "a" */

    bench_run(b, bench_driver(b, "a"), open_once, &use);

    assert_int_equal(use.status[0], STATUS_INSUFFICIENT_RESOURCES);
    assert_int_equal(use.status[1], STATUS_SUCCESS);
    assert_int_equal(bench_record(b, HA_FAULT, 0)->as.fault.routine, HA_RT_OPEN_KEY);
    ha_text_close(&token);
}

/* Only that many bytes are left, or a little less. */
static void leave_room(struct ha_arena *arena, size_t room)
{
    for (size_t size = (size_t)1 << 19; size >= 16; size /= 2)
        while (arena->size - ha_arena_used(arena) >= room + size && ha_arena_take(arena, size))
            ;
}

/* All of it again and again: whatever is lacking, nothing is half done. */
static void work_with_little_room(void *argument)
{
    struct use *use = argument;
    HANDLE key;
    leave_room(&ha_thread_current()->world->host->arena, use->room);
    NTSTATUS status = create(SERVICES u"\\a\\State", &key, &use->length[0]);
    for (ULONG i = 0; NT_SUCCESS(status) && i < 3; i++) {
        status = set(key, u"A rather long name of a value", REG_BINARY, SERVICES, 16u << i);
        if (NT_SUCCESS(status))
            assert_int_equal(query(key, u"A rather long name of a value",
                                   KeyValuePartialInformation, use, 64, 1),
                             i == 2 ? STATUS_BUFFER_OVERFLOW : STATUS_SUCCESS);
    }
    use->status[0] = status;
    if (key)
        ZwClose(key);
}

static void a_full_arena_is_said_to_be_and_leaves_the_registry_whole(void **state)
{
    struct bench *b = *state;
    struct use use = {.b = b};
    size_t failures = 0;
    for (; use.room < 4096; use.room += 32) {
        struct bench *own;
        bench_setup((void **)&own);
        struct driver *a = bench_driver(own, "a");

        bench_run(own, a, work_with_little_room, &use);

        if (use.status[0] == STATUS_INSUFFICIENT_RESOURCES)
            assert_int_equal(bench_record(own, HA_FAULT, 0)->kind, HA_FAULT);
        if (!NT_SUCCESS(use.status[0])) {
            assert_int_equal(use.status[0], STATUS_INSUFFICIENT_RESOURCES);
            failures++;
        }
        own->findings = NULL;
        bench_teardown((void **)&own);
    }
    assert_int_equal(use.status[0], STATUS_SUCCESS);
    assert_true(failures > 3);
}

static void parameters_of_a_machine_are_checked(void **state)
{
    struct bench *b = *state;
    char longest[HA_DRIVER_NAME_LENGTH + 2];
    bench_load(b);
    memset(longest, 'x', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';

    assert_int_equal(ha_machine_set_parameter(b->machine, "", "n", REG_NONE, NULL, 0), HA_EINVAL);
    assert_int_equal(ha_machine_set_parameter(b->machine, longest, "n", REG_NONE, NULL, 0),
                     HA_EINVAL);
    longest[HA_DRIVER_NAME_LENGTH] = '\0';
    assert_int_equal(ha_machine_set_parameter(b->machine, longest, "n", REG_NONE, NULL, 0), HA_OK);
    bench_finish(b);
    assert_int_equal(ha_machine_set_parameter(b->machine, "a", "n", REG_NONE, NULL, 0), HA_EBUSY);
}

static void query_wide(void *argument)
{
    struct use *use = argument;
    HANDLE key;
    use->status[0] = open_at(NULL, SERVICES u"\\a\\Parameters", &key);
    use->status[1] = query(key, u"\u00c4\u0416\U0001f600", KeyValueBasicInformation, use, 64, 0);
    ZwClose(key);
}

static void a_parameter_may_have_any_name_in_utf8(void **state)
{
    struct bench *b = *state;
    struct use use = {.b = b};
    set_parameter(b, "\xc3\xa4\xd0\xb6\xf0\x9f\x98\x80", REG_NONE, NULL, 0);

    bench_run(b, bench_driver(b, "a"), query_wide, &use);

    assert_int_equal(use.status[1], STATUS_SUCCESS);
    assert_int_equal(use.length[0], 12 + 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BENCH_TEST(a_driver_entry_reads_what_was_set_before_the_load),
        BENCH_TEST(every_driver_has_a_parameters_key_without_values),
        BENCH_TEST(a_path_leads_to_its_key_or_says_why_not),
        BENCH_TEST(attributes_must_be_whole_and_their_root_a_key),
        BENCH_TEST(too_little_room_cuts_or_refuses_and_says_how_much_is_needed),
        BENCH_TEST(each_class_tells_its_part_of_a_value),
        BENCH_TEST(an_unknown_class_or_another_handle_is_refused),
        BENCH_TEST(values_are_written_replaced_listed_and_removed),
        BENCH_TEST(a_key_is_made_below_one_that_is_there),
        BENCH_TEST(above_passive_level_the_registry_is_out_of_reach),
        BENCH_TEST(a_key_that_is_closed_leaves_nothing),
        BENCH_TEST(opening_a_key_can_fail_for_want_of_memory),
        BENCH_TEST(a_full_arena_is_said_to_be_and_leaves_the_registry_whole),
        BENCH_TEST(parameters_of_a_machine_are_checked),
        BENCH_TEST(a_parameter_may_have_any_name_in_utf8),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
