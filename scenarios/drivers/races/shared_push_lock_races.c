/*++

Module Name:

    shared_push_lock_races.c

Abstract:

    shared_push_lock.c with a mistake: who asks shares the lock, and writes down the new answer
    while others may be reading the old one, or writing theirs.

--*/

#define LOCK_TO_ASK() ExAcquirePushLockShared(&AnswerLock)
#define UNLOCK_AFTER_ASKING() ExReleasePushLockShared(&AnswerLock)

#include "shared_push_lock.c"
