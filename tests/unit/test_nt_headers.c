/*
 * The WDK face: what its macros do. Sizes, offsets and values are facts of tests/abi.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define HOTADD_SAMPLE_SPELLING
#include <ntddk.h>
#include <ntifs.h>

#include "base/names.h"

/* A declaration through the function type, a definition with annotations, as drivers write it. */
static PROCESSOR_CALLBACK_FUNCTION refuse;

_Use_decl_annotations_
static VOID refuse(_In_ PVOID CallbackContext,
                   _In_ PKE_PROCESSOR_CHANGE_NOTIFY_CONTEXT ChangeContext,
                   _Inout_ PNTSTATUS OperationStatus)
{
    PAGED_CODE()
    UNREFERENCED_PARAMETER(CallbackContext);
    PAGED_CODE();
    if (ChangeContext->State == KeProcessorAddStartNotify)
        *OperationStatus = STATUS_INSUFFICIENT_RESOURCES;
}

static FORCEINLINE ULONG bits_of(KAFFINITY Affinity)
{
    ULONG Bits = 0;
    for (; Affinity != 0; Affinity &= Affinity - 1)
        Bits++;
    return Bits;
}

/* STAT-7 */
static void only_success_and_information_are_a_success(void **state)
{
    (void)state;
    static const struct { NTSTATUS status; int success, information, warning, error; } cases[] = {
        {STATUS_SUCCESS, 1, 0, 0, 0},
        {STATUS_PENDING, 1, 0, 0, 0},
        {STATUS_OBJECT_NAME_EXISTS, 1, 1, 0, 0},
        {STATUS_DEVICE_BUSY, 0, 0, 1, 0},
        {STATUS_UNSUCCESSFUL, 0, 0, 0, 1},
        {STATUS_RESOURCE_IN_USE, 0, 0, 0, 1},
    };
    for (size_t i = 0; i < RTL_NUMBER_OF(cases); i++) {
        if (NT_SUCCESS(cases[i].status) != cases[i].success ||
            NT_INFORMATION(cases[i].status) != cases[i].information ||
            NT_WARNING(cases[i].status) != cases[i].warning ||
            NT_ERROR(cases[i].status) != cases[i].error)
            fail_msg("0x%08X has the wrong severity", (unsigned)cases[i].status);
    }
}

static void every_status_code_has_its_name_in_the_reports(void **state)
{
    (void)state;
    FILE *header = fopen(HA_TESTS_DIR "/../include/nt/ntstatus.h", "r");
    char line[200], name[100], buffer[HA_STATUS_TEXT];
    unsigned value, count = 0;
    int32_t known;

    assert_non_null(header);
    while (fgets(line, sizeof line, header)) {
        if (sscanf(line, "#define %99s ((NTSTATUS)%x)", name, &value) != 2)
            continue;
        count++;
        bool second_name = !strcmp(name, "STATUS_WAIT_0") ||
                           !strcmp(name, "STATUS_ABANDONED_WAIT_0");
        if (!second_name && (!ha_status_find(name, &known) || (uint32_t)known != value))
            fail_msg("%s is not known as 0x%08X", name, value);
        if (!second_name && strcmp(ha_status_text((int32_t)value, buffer), name))
            fail_msg("0x%08X is called %s, not %s", value,
                     ha_status_text((int32_t)value, buffer), name);
    }
    fclose(header);

    assert_true(count > 90);
}

static void a_record_is_found_from_its_member(void **state)
{
    (void)state;
    struct record { ULONG Tag; LIST_ENTRY Link; } Record = {7, {NULL, NULL}};

    struct record *Found = CONTAINING_RECORD(&Record.Link, struct record, Link);

    assert_ptr_equal(Found, &Record);
    assert_int_equal(FIELD_OFFSET(struct record, Link), offsetof(struct record, Link));
    assert_int_equal(RTL_FIELD_SIZE(struct record, Tag), sizeof(ULONG));
    assert_int_equal(RTL_SIZEOF_THROUGH_FIELD(struct record, Tag), sizeof(ULONG));
}

static void the_halves_of_a_large_integer_make_the_whole(void **state)
{
    (void)state;
    LARGE_INTEGER Number;

    Number.QuadPart = -2;

    assert_int_equal(Number.LowPart, 0xfffffffeu);
    assert_int_equal(Number.HighPart, -1);
    assert_int_equal(Number.u.LowPart, Number.LowPart);
    assert_int_equal(Number.u.HighPart, Number.HighPart);
}

static void a_kernel_handle_is_asked_for_by_its_attributes(void **state)
{
    (void)state;
    UNICODE_STRING Name = {0, 0, NULL};
    OBJECT_ATTRIBUTES Attributes;

    InitializeObjectAttributes(&Attributes, &Name, OBJ_KERNEL_HANDLE | OBJ_PERMANENT, NULL, NULL);

    assert_int_equal(Attributes.Length, 48);
    assert_int_equal(Attributes.Attributes, 0x210);
    assert_ptr_equal(Attributes.ObjectName, &Name);
    assert_null(Attributes.RootDirectory);
}

/* T-30 */
static void a_callback_takes_the_context_under_either_spelling(void **state)
{
    (void)state;
    KE_PROCESSOR_CHANGE_NOTIFICATION_CONTEXT Context = {
        KeProcessorAddStartNotify, 4, STATUS_SUCCESS, {0, 4, 0}};
    PKE_PROCESSOR_CHANGE_NOTIFICATION_CONTEXT Given = &Context;
    PPROCESSOR_CALLBACK_FUNCTION Function = refuse;
    NTSTATUS OperationStatus = STATUS_SUCCESS;

    Function(NULL, Given, &OperationStatus);

    assert_int_equal(OperationStatus, STATUS_INSUFFICIENT_RESOURCES);
}

static void an_affinity_has_a_bit_for_each_processor_of_a_group(void **state)
{
    (void)state;
    GROUP_AFFINITY Affinity = {~(KAFFINITY)0, 0, {0, 0, 0}};

    ULONG Bits = bits_of(Affinity.Mask);

    assert_int_equal(Bits, MAXIMUM_PROC_PER_GROUP);
}

static void an_affinity_mask_has_the_bit_of_its_number(void **state)
{
    (void)state;
    assert_true(AFFINITY_MASK(0) == 1);
    assert_true(AFFINITY_MASK(63) == 0x8000000000000000u);
}

/* Whoever polls or stops without a word to the simulator would hang or kill it. */
static void instructions_that_wait_or_stop_are_routines(void **state)
{
    (void)state;
    VOID (NTAPI *Pause)(VOID) = _mm_pause, (NTAPI *Break)(VOID) = __debugbreak;

    assert_true(Pause == YieldProcessor);
    assert_true(Break == DbgBreakPoint);
}

static void an_assertion_evaluates_nothing(void **state)
{
    (void)state;
    int evaluated = 0;

    ASSERT(evaluated++);
    NT_ASSERT(evaluated++);

    assert_int_equal(evaluated, 0);
}

static void memory_is_copied_moved_filled_and_cleared(void **state)
{
    (void)state;
    char Text[] = "abcdefgh", Copy[] = "........";

    RtlCopyMemory(Copy + 1, Text, 3);
    RtlMoveMemory(Text + 1, Text, 4);   /* the ranges overlap */
    RtlFillMemory(Text + 6, 2, 'x');
    RtlZeroMemory(Copy + 5, 2);

    assert_memory_equal(Copy, ".abc.\0\0.", sizeof Copy);
    assert_memory_equal(Text, "aabcdfxx", sizeof Text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_success_and_information_are_a_success),
        cmocka_unit_test(every_status_code_has_its_name_in_the_reports),
        cmocka_unit_test(a_record_is_found_from_its_member),
        cmocka_unit_test(the_halves_of_a_large_integer_make_the_whole),
        cmocka_unit_test(a_kernel_handle_is_asked_for_by_its_attributes),
        cmocka_unit_test(a_callback_takes_the_context_under_either_spelling),
        cmocka_unit_test(an_affinity_has_a_bit_for_each_processor_of_a_group),
        cmocka_unit_test(an_affinity_mask_has_the_bit_of_its_number),
        cmocka_unit_test(instructions_that_wait_or_stop_are_routines),
        cmocka_unit_test(an_assertion_evaluates_nothing),
        cmocka_unit_test(memory_is_copied_moved_filled_and_cleared),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
