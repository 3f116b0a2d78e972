/*
 * sal.h - source annotations, read by Microsoft's analyser and by people
 *
 * Every one of them vanishes here. Source: WDK reference, SAL annotations; the kernel's own
 * (_IRQL_...) are in driverspecs.h, the older __in and __out in specstrings.h.
 */
#ifndef _SAL_H_
#define _SAL_H_

/* Parameters. */
#define _In_
#define _In_opt_
#define _In_z_
#define _In_opt_z_
#define _In_reads_(size)
#define _In_reads_opt_(size)
#define _In_reads_z_(size)
#define _In_reads_or_z_(size)
#define _In_reads_bytes_(size)
#define _In_reads_bytes_opt_(size)
#define _In_range_(low, high)
#define _Out_
#define _Out_opt_
#define _Out_range_(low, high)
#define _Out_writes_(size)
#define _Out_writes_opt_(size)
#define _Out_writes_z_(size)
#define _Out_writes_to_(size, count)
#define _Out_writes_to_opt_(size, count)
#define _Out_writes_all_(size)
#define _Out_writes_bytes_(size)
#define _Out_writes_bytes_opt_(size)
#define _Out_writes_bytes_to_(size, count)
#define _Out_writes_bytes_to_opt_(size, count)
#define _Out_writes_bytes_all_(size)
#define _Outptr_
#define _Outptr_opt_
#define _Outptr_result_maybenull_
#define _Outptr_opt_result_maybenull_
#define _Outptr_result_nullonfailure_
#define _Outptr_result_buffer_(size)
#define _Outptr_result_bytebuffer_(size)
#define _Inout_
#define _Inout_opt_
#define _Inout_z_
#define _Inout_updates_(size)
#define _Inout_updates_opt_(size)
#define _Inout_updates_bytes_(size)
#define _Inout_updates_bytes_opt_(size)
#define _Inout_updates_bytes_to_(size, count)
#define _Reserved_
#define _Const_
#define _Printf_format_string_
#define _Null_terminated_
#define _NullNull_terminated_
#define _Points_to_data_
#define _Frees_ptr_
#define _Frees_ptr_opt_
#define _Pre_notnull_
#define _Pre_maybenull_
#define _Pre_null_
#define _Pre_valid_
#define _Pre_satisfies_(condition)
#define _Pre_
#define _Post_
#define _Post_notnull_
#define _Post_maybenull_
#define _Post_invalid_
#define _Post_ptr_invalid_
#define _Post_satisfies_(condition)
#define _Post_writable_size_(size)
#define _Post_writable_byte_size_(size)
#define _Post_equal_to_(value)
#define _Deref_in_range_(low, high)
#define _Deref_out_range_(low, high)
#define _Deref_pre_z_
#define _Deref_post_z_
#define _Inout_updates_to_(size, count)
#define _Inout_updates_z_(size)
#define _Inout_updates_all_(size)
#define _Inout_updates_bytes_all_(size)
#define _Inout_opt_z_
#define _Out_writes_opt_z_(size)
#define _Out_writes_to_ptr_(end)
#define _Outptr_result_z_
#define _Outptr_opt_result_z_
#define _Outptr_result_buffer_maybenull_(size)
#define _Outptr_result_bytebuffer_maybenull_(size)
#define _Outptr_opt_result_nullonfailure_
#define _COM_Outptr_
#define _Result_nullonfailure_
#define _Result_zeroonfailure_
#define _Pre_opt_valid_
#define _Pre_readable_size_(size)
#define _Pre_readable_byte_size_(size)
#define _Pre_writable_size_(size)
#define _Pre_writable_byte_size_(size)
#define _Pre_z_
#define _Post_z_
#define _Post_valid_
#define _Post_readable_size_(size)
#define _Post_readable_byte_size_(size)
#define _Unchanged_(expression)

/* Results and whole functions. */
#define _Ret_maybenull_
#define _Ret_notnull_
#define _Ret_null_
#define _Ret_z_
#define _Ret_range_(low, high)
#define _Ret_writes_(size)
#define _Ret_writes_bytes_(size)
#define _Must_inspect_result_
#define _Check_return_
#define _Success_(condition)
#define _On_failure_(annotations)
#define _Return_type_success_(condition)
#define _Always_(annotations)
#define _When_(condition, annotations)
#define _At_(target, annotations)
#define _At_buffer_(target, iterator, bound, annotations)
#define _Group_(annotations)
#define _Function_class_(name)
#define _Use_decl_annotations_
#define _Maybe_raises_SEH_exception_
#define _Notref_
#define _Literal_
#define _Analysis_assume_(condition)
#define _Analysis_noreturn_
#define _Enum_is_bitflag_
#define _Ret_valid_
#define _Ret_opt_valid_
#define _Ret_writes_maybenull_(size)
#define _Ret_writes_bytes_maybenull_(size)
#define _Ret_writes_bytes_to_(size, count)
#define _Deref_ret_range_(low, high)
#define _Raises_SEH_exception_
#define _Called_from_function_class_(name)
#define _Strict_type_match_
#define _Pre_equal_to_(value)

/* Members and buffers. */
#define _Field_size_(size)
#define _Field_size_opt_(size)
#define _Field_size_part_(size, count)
#define _Field_size_bytes_(size)
#define _Field_size_bytes_opt_(size)
#define _Field_size_bytes_part_(size, count)
#define _Field_range_(low, high)
#define _Field_z_
#define _Struct_size_bytes_(size)
#define _Readable_bytes_(size)
#define _Readable_elements_(size)
#define _Writable_bytes_(size)
#define _Writable_elements_(size)

/* Locks. */
#define _Guarded_by_(lock)
#define _Interlocked_
#define _Interlocked_operand_
#define _Write_guarded_by_(lock)
#define _Requires_lock_held_(lock)
#define _Requires_lock_not_held_(lock)
#define _Requires_shared_lock_held_(lock)
#define _Requires_exclusive_lock_held_(lock)
#define _Requires_no_locks_held_
#define _Acquires_lock_(lock)
#define _Acquires_shared_lock_(lock)
#define _Acquires_exclusive_lock_(lock)
#define _Acquires_nonreentrant_lock_(lock)
#define _Releases_lock_(lock)
#define _Releases_shared_lock_(lock)
#define _Releases_exclusive_lock_(lock)
#define _Releases_nonreentrant_lock_(lock)
#define _Has_lock_kind_(kind)
#define _Has_lock_level_(level)
#define _Lock_level_order_(first, second)
#define _Create_lock_level_(level)
#define _Post_same_lock_(first, second)
#define _Benign_race_begin_
#define _Benign_race_end_
#define _No_competing_thread_
#define _No_competing_thread_begin_
#define _No_competing_thread_end_
#define _Internal_lock_level_order_(first, second)

#endif
