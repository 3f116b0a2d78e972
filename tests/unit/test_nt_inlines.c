/*
 * What the WDK face has as inline functions: lists, safe integers, bits, requests; and GUIDs.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* A corrupt list ends the kernel; here it ends the act of one test. */
#define __fastfail list_is_corrupt
#include <ntddk.h>
#include <ntintsafe.h>
#include <poclass.h>
#include <wdmguid.h>

static jmp_buf corrupt;

void list_is_corrupt(unsigned int Code)
{
    longjmp(corrupt, Code == FAST_FAIL_CORRUPT_LIST_ENTRY ? 1 : 2);
}

struct item {
    char name;
    LIST_ENTRY link;
};

static void expect_list(const LIST_ENTRY *head, const char *names)
{
    char found[8] = "";
    size_t count = 0;
    for (const LIST_ENTRY *at = head->Flink; at != head && count < 7; at = at->Flink) {
        assert_ptr_equal(at->Flink->Blink, at);
        found[count++] = CONTAINING_RECORD(at, struct item, link)->name;
    }
    assert_string_equal(found, names);
}

static void a_list_keeps_the_order_of_its_ends(void **state)
{
    (void)state;
    struct item a = {.name = 'a'}, b = {.name = 'b'}, c = {.name = 'c'};
    LIST_ENTRY head;

    InitializeListHead(&head);
    assert_true(IsListEmpty(&head));
    InsertTailList(&head, &b.link);
    InsertTailList(&head, &c.link);
    InsertHeadList(&head, &a.link);

    expect_list(&head, "abc");
    assert_ptr_equal(RemoveTailList(&head), &c.link);
    assert_ptr_equal(RemoveHeadList(&head), &a.link);
    expect_list(&head, "b");
    assert_true(RemoveEntryList(&b.link));
    assert_true(IsListEmpty(&head));
}

static void a_list_is_appended_without_a_head(void **state)
{
    (void)state;
    struct item a = {.name = 'a'}, b = {.name = 'b'}, c = {.name = 'c'};
    LIST_ENTRY head;
    InitializeListHead(&head);
    InsertTailList(&head, &a.link);
    InitializeListHead(&b.link);
    InsertTailList(&b.link, &c.link);

    AppendTailList(&head, &b.link);

    expect_list(&head, "abc");
}

static void an_entry_removed_twice_is_a_fast_failure(void **state)
{
    (void)state;
    struct item a = {.name = 'a'}, b = {.name = 'b'};
    LIST_ENTRY head;
    volatile int failed;
    InitializeListHead(&head);
    InsertTailList(&head, &a.link);
    InsertTailList(&head, &b.link);
    RemoveEntryList(&a.link);

    failed = setjmp(corrupt);
    if (!failed)
        RemoveEntryList(&a.link);

    assert_int_equal(failed, 1);
    expect_list(&head, "b");
}

static void a_single_list_gives_the_last_first(void **state)
{
    (void)state;
    SINGLE_LIST_ENTRY head = {NULL}, a, b;

    PushEntryList(&head, &a);
    PushEntryList(&head, &b);

    assert_ptr_equal(PopEntryList(&head), &b);
    assert_ptr_equal(PopEntryList(&head), &a);
    assert_null(PopEntryList(&head));
}

static void arithmetic_says_when_a_result_does_not_fit(void **state)
{
    (void)state;
    ULONG sum = 0;
    LONG difference = 0;
    SIZE_T product = 0;

    assert_int_equal(RtlULongAdd(MAXULONG - 1, 1, &sum), STATUS_SUCCESS);
    assert_int_equal(sum, MAXULONG);
    assert_int_equal(RtlULongAdd(MAXULONG, 2, &sum), STATUS_INTEGER_OVERFLOW);
    assert_int_equal(sum, ULONG_ERROR);
    assert_int_equal(RtlLongSub(-2, MAXLONG, &difference), STATUS_INTEGER_OVERFLOW);
    assert_int_equal(difference, LONG_ERROR);
    assert_int_equal(RtlSIZETMult(SIZE_MAX / 2, 2, &product), STATUS_SUCCESS);
    assert_true(product == SIZE_MAX - 1);
    assert_int_equal(RtlSizeTMult(SIZE_MAX / 2, 3, &product), STATUS_INTEGER_OVERFLOW);
    assert_true(product == SIZE_T_ERROR);
}

static void a_conversion_says_when_a_value_does_not_fit(void **state)
{
    (void)state;
    USHORT half = 0;
    ULONG whole = 0;
    LONG signed_whole = 0;

    assert_int_equal(RtlULongToUShort(0xffff, &half), STATUS_SUCCESS);
    assert_int_equal(half, 0xffff);
    assert_int_equal(RtlULongToUShort(0x10000, &half), STATUS_INTEGER_OVERFLOW);
    assert_int_equal(half, USHORT_ERROR);
    assert_int_equal(RtlLongToULong(-1, &whole), STATUS_INTEGER_OVERFLOW);
    assert_int_equal(whole, ULONG_ERROR);
    assert_int_equal(RtlULongLongToLong(0x80000000u, &signed_whole), STATUS_INTEGER_OVERFLOW);
    assert_int_equal(RtlLongLongToLong(-0x80000000LL, &signed_whole), STATUS_SUCCESS);
    assert_int_equal(signed_whole, -MAXLONG - 1);
}

static void a_bit_is_found_from_either_end(void **state)
{
    (void)state;
    ULONG index = 77;

    assert_false(BitScanForward64(&index, 0));
    assert_int_equal(index, 77);
    assert_true(BitScanForward64(&index, 0x8000000000000010ULL));
    assert_int_equal(index, 4);
    assert_true(BitScanReverse64(&index, 0x8000000000000010ULL));
    assert_int_equal(index, 63);
    assert_true(BitScanReverse(&index, 0x10));
    assert_int_equal(index, 4);
    assert_true(BitScanForward(&index, 0x80000000u));
    assert_int_equal(index, 31);
}

static void zeroed_and_swapped_bytes_are_those_asked_for(void **state)
{
    (void)state;
    char secret[4] = "abc";

    assert_ptr_equal(RtlSecureZeroMemory(secret, 2), secret);

    assert_memory_equal(secret, "\0\0c", 4);
    assert_int_equal(RtlUshortByteSwap(0x1234), 0x3412);
    assert_int_equal(RtlUlongByteSwap(0x12345678), 0x78563412);
    assert_true(RtlUlonglongByteSwap(0x123456789abcdef0ULL) == 0xf0debc9a78563412ULL);
}

static NTSTATUS NTAPI completed(PDEVICE_OBJECT DeviceObject, PIRP Irp, PVOID Context)
{
    (void)DeviceObject;
    (void)Irp;
    (void)Context;
    return STATUS_CONTINUE_COMPLETION;
}

static void a_request_goes_down_one_location_at_a_time(void **state)
{
    (void)state;
    IO_STACK_LOCATION stack[3];
    IRP irp;
    memset(stack, 0, sizeof stack);
    memset(&irp, 0, sizeof irp);
    irp.CurrentLocation = 3;
    irp.Tail.Overlay.CurrentStackLocation = &stack[2];
    stack[2].MinorFunction = IRP_MN_QUERY_ID;
    stack[2].Control = SL_INVOKE_ON_ERROR;

    IoCopyCurrentIrpStackLocationToNext(&irp);
    assert_int_equal(stack[1].MinorFunction, IRP_MN_QUERY_ID);
    assert_int_equal(stack[1].Control, 0);
    IoSetCompletionRoutine(&irp, completed, &irp, TRUE, FALSE, TRUE);
    assert_int_equal(stack[1].Control, SL_INVOKE_ON_SUCCESS | SL_INVOKE_ON_CANCEL);
    IoSetNextIrpStackLocation(&irp);
    assert_ptr_equal(IoGetCurrentIrpStackLocation(&irp), &stack[1]);
    assert_int_equal(irp.CurrentLocation, 2);
    IoMarkIrpPending(&irp);
    assert_true(stack[1].Control & SL_PENDING_RETURNED);
    IoSkipCurrentIrpStackLocation(&irp);
    assert_ptr_equal(IoGetNextIrpStackLocation(&irp), &stack[1]);
    assert_int_equal(irp.CurrentLocation, 3);
}

static void the_library_has_the_guids_that_a_source_only_declares(void **state)
{
    (void)state;
    const GUID processor = {
        0x97fadb10, 0x4e33, 0x40ae, {0x35, 0x9c, 0x8b, 0xef, 0x02, 0x9d, 0xbd, 0xd0}};

    assert_true(IsEqualGUID(&GUID_DEVICE_PROCESSOR, &processor));
    assert_false(IsEqualGUID(&GUID_DEVICE_MEMORY, &processor));
    assert_int_equal(GUID_DEVICE_INTERFACE_ARRIVAL.Data1, 0xcb3a4004u);
}

static void object_types_differ(void **state)
{
    (void)state;

    assert_non_null(*PsThreadType);
    assert_ptr_not_equal(*PsThreadType, *ExEventObjectType);
    assert_ptr_not_equal(*IoFileObjectType, *ExEventObjectType);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_list_keeps_the_order_of_its_ends),
        cmocka_unit_test(a_list_is_appended_without_a_head),
        cmocka_unit_test(an_entry_removed_twice_is_a_fast_failure),
        cmocka_unit_test(a_single_list_gives_the_last_first),
        cmocka_unit_test(arithmetic_says_when_a_result_does_not_fit),
        cmocka_unit_test(a_conversion_says_when_a_value_does_not_fit),
        cmocka_unit_test(a_bit_is_found_from_either_end),
        cmocka_unit_test(zeroed_and_swapped_bytes_are_those_asked_for),
        cmocka_unit_test(a_request_goes_down_one_location_at_a_time),
        cmocka_unit_test(the_library_has_the_guids_that_a_source_only_declares),
        cmocka_unit_test(object_types_differ),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
