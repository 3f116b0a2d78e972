/*
 * specstrings.h - the older annotations, __in and its relatives
 *
 * In C only: a C++ library uses such names for itself.
 */
#ifndef SPECSTRINGS_H
#define SPECSTRINGS_H

#include "sal.h"

#define __analysis_assume(condition)
#define __analysis_assume_nullterminated(text)
#define __assume(condition) ((void)0)

#ifndef __cplusplus
#define __in
#define __in_opt
#define __in_z
#define __in_bcount(size)
#define __in_bcount_opt(size)
#define __in_ecount(size)
#define __in_ecount_opt(size)
#define __out
#define __out_opt
#define __out_bcount(size)
#define __out_bcount_opt(size)
#define __out_bcount_part(size, count)
#define __out_ecount(size)
#define __out_ecount_opt(size)
#define __out_ecount_part(size, count)
#define __inout
#define __inout_opt
#define __inout_bcount(size)
#define __inout_ecount(size)
#define __deref_out
#define __deref_out_opt
#define __deref_opt_out
#define __deref_inout
#define __reserved
#define __checkReturn
#define __success(condition)
#define __nullterminated
#define __field_bcount(size)
#define __field_ecount(size)
#define __callback
#define __range(low, high)
#endif

#endif
