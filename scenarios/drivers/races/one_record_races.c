/*++

Module Name:

    one_record_races.c

Abstract:

    one_record.c with a mistake: the record has no lock, since the device of a processor arrives
    after its Complete. It does, and perhaps in the middle of the next one's.

--*/

#define LOCK_RECORD()
#define UNLOCK_RECORD()

#include "one_record.c"
