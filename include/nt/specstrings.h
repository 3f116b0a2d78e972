/*
 * specstrings.h - the older annotations, __in and its relatives
 *
 * In C only, but for the first few: a C++ library uses such names for itself.
 * Source: Windows documentation, Header Annotations.
 */
#ifndef SPECSTRINGS_H
#define SPECSTRINGS_H

#include "sal.h"

#define __analysis_assume(condition)
#define __analysis_assume_nullterminated(text)
#define __assume(condition) ((void)0)
/* A statement, where a case runs on into the next. */
#ifndef __fallthrough
#define __fallthrough __attribute__((__fallthrough__))
#endif

#ifndef __cplusplus
/* Read. */
#define __in
#define __in_opt
#define __in_z
#define __in_z_opt
#define __in_nz
#define __in_nz_opt
#define __in_ecount(size)
#define __in_ecount_opt(size)
#define __in_ecount_z(size)
#define __in_ecount_z_opt(size)
#define __in_ecount_nz(size)
#define __in_ecount_nz_opt(size)
#define __in_bcount(size)
#define __in_bcount_opt(size)
#define __in_bcount_z(size)
#define __in_bcount_z_opt(size)
#define __in_bcount_nz(size)
#define __in_bcount_nz_opt(size)
/* Written. */
#define __out
#define __out_opt
#define __out_z
#define __out_z_opt
#define __out_nz
#define __out_nz_opt
#define __out_ecount(size)
#define __out_ecount_opt(size)
#define __out_ecount_z(size)
#define __out_ecount_z_opt(size)
#define __out_ecount_nz(size)
#define __out_ecount_nz_opt(size)
#define __out_ecount_full(size)
#define __out_ecount_full_opt(size)
#define __out_ecount_full_z(size)
#define __out_ecount_full_z_opt(size)
#define __out_ecount_part(size, count)
#define __out_ecount_part_opt(size, count)
#define __out_ecount_part_z(size, count)
#define __out_ecount_part_z_opt(size, count)
#define __out_bcount(size)
#define __out_bcount_opt(size)
#define __out_bcount_z(size)
#define __out_bcount_z_opt(size)
#define __out_bcount_nz(size)
#define __out_bcount_nz_opt(size)
#define __out_bcount_full(size)
#define __out_bcount_full_opt(size)
#define __out_bcount_full_z(size)
#define __out_bcount_full_z_opt(size)
#define __out_bcount_part(size, count)
#define __out_bcount_part_opt(size, count)
#define __out_bcount_part_z(size, count)
#define __out_bcount_part_z_opt(size, count)
/* Both. */
#define __inout
#define __inout_opt
#define __inout_z
#define __inout_z_opt
#define __inout_nz
#define __inout_nz_opt
#define __inout_ecount(size)
#define __inout_ecount_opt(size)
#define __inout_ecount_z(size)
#define __inout_ecount_z_opt(size)
#define __inout_ecount_nz(size)
#define __inout_ecount_nz_opt(size)
#define __inout_ecount_full(size)
#define __inout_ecount_full_opt(size)
#define __inout_ecount_full_z(size)
#define __inout_ecount_full_z_opt(size)
#define __inout_ecount_part(size, count)
#define __inout_ecount_part_opt(size, count)
#define __inout_ecount_part_z(size, count)
#define __inout_ecount_part_z_opt(size, count)
#define __inout_bcount(size)
#define __inout_bcount_opt(size)
#define __inout_bcount_z(size)
#define __inout_bcount_z_opt(size)
#define __inout_bcount_nz(size)
#define __inout_bcount_nz_opt(size)
#define __inout_bcount_full(size)
#define __inout_bcount_full_opt(size)
#define __inout_bcount_full_z(size)
#define __inout_bcount_full_z_opt(size)
#define __inout_bcount_part(size, count)
#define __inout_bcount_part_opt(size, count)
#define __inout_bcount_part_z(size, count)
#define __inout_bcount_part_z_opt(size, count)
/* What a pointer leads to is a pointer. */
#define __deref_in
#define __deref_in_opt
#define __deref_in_z
#define __deref_in_z_opt
#define __deref_in_ecount(size)
#define __deref_in_ecount_opt(size)
#define __deref_in_bcount(size)
#define __deref_in_bcount_opt(size)
#define __deref_out
#define __deref_out_opt
#define __deref_out_z
#define __deref_out_z_opt
#define __deref_out_ecount(size)
#define __deref_out_ecount_opt(size)
#define __deref_out_ecount_full(size)
#define __deref_out_ecount_full_opt(size)
#define __deref_out_ecount_part(size, count)
#define __deref_out_ecount_part_opt(size, count)
#define __deref_out_bcount(size)
#define __deref_out_bcount_opt(size)
#define __deref_out_bcount_full(size)
#define __deref_out_bcount_full_opt(size)
#define __deref_out_bcount_part(size, count)
#define __deref_out_bcount_part_opt(size, count)
#define __deref_inout
#define __deref_inout_opt
#define __deref_inout_z
#define __deref_inout_z_opt
#define __deref_inout_ecount(size)
#define __deref_inout_ecount_opt(size)
#define __deref_inout_ecount_full(size)
#define __deref_inout_ecount_full_opt(size)
#define __deref_inout_ecount_part(size, count)
#define __deref_inout_ecount_part_opt(size, count)
#define __deref_inout_bcount(size)
#define __deref_inout_bcount_opt(size)
#define __deref_inout_bcount_full(size)
#define __deref_inout_bcount_full_opt(size)
#define __deref_inout_bcount_part(size, count)
#define __deref_inout_bcount_part_opt(size, count)
#define __deref_opt_out
#define __deref_opt_out_opt
#define __deref_opt_out_z
#define __deref_opt_out_z_opt
#define __deref_opt_out_ecount(size)
#define __deref_opt_out_ecount_opt(size)
#define __deref_opt_out_ecount_full(size)
#define __deref_opt_out_ecount_full_opt(size)
#define __deref_opt_out_ecount_part(size, count)
#define __deref_opt_out_ecount_part_opt(size, count)
#define __deref_opt_out_bcount(size)
#define __deref_opt_out_bcount_opt(size)
#define __deref_opt_out_bcount_full(size)
#define __deref_opt_out_bcount_full_opt(size)
#define __deref_opt_out_bcount_part(size, count)
#define __deref_opt_out_bcount_part_opt(size, count)
#define __deref_opt_inout
#define __deref_opt_inout_opt
#define __deref_opt_inout_z
#define __deref_opt_inout_z_opt
#define __deref_opt_inout_ecount(size)
#define __deref_opt_inout_ecount_opt(size)
#define __deref_opt_inout_ecount_full(size)
#define __deref_opt_inout_ecount_full_opt(size)
#define __deref_opt_inout_ecount_part(size, count)
#define __deref_opt_inout_ecount_part_opt(size, count)
#define __deref_opt_inout_bcount(size)
#define __deref_opt_inout_bcount_opt(size)
#define __deref_opt_inout_bcount_full(size)
#define __deref_opt_inout_bcount_full_opt(size)
#define __deref_opt_inout_bcount_part(size, count)
#define __deref_opt_inout_bcount_part_opt(size, count)
#define __deref_in_range(low, high)
#define __deref_out_range(low, high)
#define __deref_inout_range(low, high)
#define __deref_ecount(size)
#define __deref_bcount(size)
/* Members of structures. */
#define __field_ecount(size)
#define __field_ecount_opt(size)
#define __field_ecount_full(size)
#define __field_ecount_full_opt(size)
#define __field_ecount_part(size, count)
#define __field_ecount_part_opt(size, count)
#define __field_bcount(size)
#define __field_bcount_opt(size)
#define __field_bcount_full(size)
#define __field_bcount_full_opt(size)
#define __field_bcount_part(size, count)
#define __field_bcount_part_opt(size, count)
#define __field_z
#define __field_nullterminated
#define __field_range(low, high)
#define __field_data_source(source)
#define __field_encoded_pointer
#define __struct_bcount(size)
#define __struct_xcount(size)
/* Values, extents, whole functions. */
#define __in_range(low, high)
#define __out_range(low, high)
#define __inout_range(low, high)
#define __in_data_source(source)
#define __out_data_source(source)
#define __ecount(size)
#define __bcount(size)
#define __range(low, high)
#define __reserved
#define __checkReturn
#define __success(condition)
#define __nullterminated
#define __nullnullterminated
#define __possibly_notnullterminated
#define __notnull
#define __maybenull
#define __valid
#define __notvalid
#define __readonly
#define __notreadonly
#define __pre
#define __post
#define __deref
#define __refparam
#define __exceptthat
#define __readableTo(extent)
#define __writableTo(extent)
#define __byte_readableTo(size)
#define __byte_writableTo(size)
#define __elem_readableTo(size)
#define __elem_writableTo(size)
#define __callback
#define __format_string
#define __typefix(type)
#define __allocator
#define __deallocate
#define __blocksOn(resource)
#define __useHeader
#define __kernel_entry
#define __control_entrypoint(kind)
#define __data_entrypoint(kind)
#define __analysis_noreturn
#define __encoded_pointer
#define __encoded_array
#endif

#endif
