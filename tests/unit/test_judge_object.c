/* judge: objects that threads wait for, and locks, OBJ and the waits of IRQL */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "check/judge.h"
#include "unit/judging.h"

/* OBJ-1, OBJ-2, OBJ-3, OBJ-6, OBJ-7, CTX-7, IRQL-2, IRQL-4, QRY-16, DRV-13 */
static void each_mistake_is_found_against_one_rule(void **state)
{
    (void)state;
    static const struct judging cases[] = {
        {"waited for before it was made", "OBJ-1(a)", "misuse unmade of=wait;"},
        {"given back by another thread", "OBJ-2(b)", "misuse owner 0 id=1 driver=2 of=mutex;"},
        {"taken twice", "OBJ-2(a)", "misuse twice 0 id=1 of=fast;"},
        {"given back the other way", "OBJ-2(a)", "misuse otherway 0 id=1 of=spinshared;"},
        {"too many objects", "OBJ-3(a)", "misuse limit 65 of=waits;"},
        {"too much given back", "OBJ-3(a)", "misuse limit 2 id=1 of=semaphore;"},
        {"left without having entered", "OBJ-3(a)", "misuse limit 0 of=region;"},
        {"waits for several at DISPATCH_LEVEL", "IRQL-2(a)", "refused irql irql=2 of=waits;"},
        {"a delay at DISPATCH_LEVEL", "IRQL-2(a)", "refused irql irql=2 of=delay;"},
        {"a guarded mutex at DISPATCH_LEVEL", "IRQL-2(a)", "refused irql irql=2 of=guarded;"},
        {"a fast mutex at DISPATCH_LEVEL", "IRQL-2(a)", "refused irql irql=2 of=fast;"},
        {"a push lock at DISPATCH_LEVEL", "IRQL-2(a)", "refused irql irql=2 of=push;"},
        {"alone at DISPATCH_LEVEL", "IRQL-2(a)", "refused irql irql=2 of=pushalone;"},
        {"a refusal that is no wait", "IRQL-4(a)", "refused irql irql=2 of=create;"},
        {"a refusal that is not for its IRQL", "", "refused memory irql=2 of=create;"},
        {"too high for a routine without a rule of its own", "IRQL-4(a)",
         "misuse irql irql=2 of=routine;"},
        {"too low", "IRQL-4(a)", "misuse low of=lock;"},
        {"in no critical region", "IRQL-4(a)", "misuse low 1 of=resource;"},
        {"shared by a thread that has it not alone", "OBJ-2(a)", "misuse owner 0 id=1 of=convert;"},
        {"affinity above DISPATCH_LEVEL", "QRY-16(a)", "misuse irql irql=3 of=setaffinity;"},
        {"affinity above DISPATCH_LEVEL, refused", "QRY-16(a)",
         "refused irql irql=3 of=setaffinity;"},
        {"paged code", "DRV-13(a)", "misuse paged irql=2 of=paged;"},
        {"not aligned", "OBJ-1(a)", "misuse unaligned of=slist;"},
        {"an IRQL lowered with a spin lock", "OBJ-2(a)", "misuse locked 1 of=lower;"},
        {"made anew while it is queued", "OBJ-6(a)", "misuse inuse id=9 of=initdpc;"},
        {"released with another tag", "OBJ-2(a)", "misuse unknowntag 0 id=9 of=removelock;"},
        {"released once too often", "OBJ-3(a)", "misuse limit 0 id=9 of=removelock;"},
        {"freed with its pages locked", "OBJ-6(a)", "misuse inuse 11 id=9 of=freemdl;"},
        {"a thread ends with a mutex", "OBJ-2(a)", "misuse held 0 id=1 of=terminate;"},
        {"a region left with a resource", "OBJ-2(a)", "misuse exposed 0 id=1 of=region;"},
        {"a thread ends in a region", "CTX-7(a)", "misuse inregion 1 of=terminate;"},
        {"a work item is done in a region", "CTX-7(a)", "misuse inregion 1 of=queuework;"},
        {"ends a thread that is not its own", "OBJ-7(a)", "refused notown of=terminate;"},
        {"ends its thread inside a callback", "OBJ-7(a)", "refused inside of=terminate;"},
        {"ends a thread at DISPATCH_LEVEL", "IRQL-4(a)", "refused irql irql=2 of=terminate;"},
    };
    EXPECT_FINDINGS(cases);
}

/* OBJ-1, OBJ-2, OBJ-3 */
static void a_mistake_is_called_by_its_name(void **state)
{
    (void)state;
    static const struct { const char *text, *expected, *seen; } cases[] = {
        {"misuse unmade of=wait;", "an object that was initialised",
         "KeWaitForSingleObject of one that was not"},
        {"misuse owner 0 id=9 of=mutex;", "given back by the thread that has it",
         "KeReleaseMutex: object 9 given back by another thread than its owner"},
        {"misuse twice 0 id=9 of=fast;", "taken by a thread that does not have it",
         "ExAcquireFastMutex: object 9 taken by the thread that has it"},
        {"misuse locked 1 of=lower;",
         "spin locks given back before the IRQL falls, the thread waits or the code returns",
         "KeLowerIrql with 1 spin lock held"},
        {"misuse locked 2 of=insert;",
         "spin locks given back before the IRQL falls, the thread waits or the code returns",
         "a DPC routine returns with 2 spin locks held"},
        {"misuse order 0 irql=2 of=lower;", "not lowered below the IRQL at which it was called",
         "KeLowerIrql from DISPATCH_LEVEL to PASSIVE_LEVEL"},
        {"misuse limit 65 of=waits;", "1 to 64 objects, and no more than 3 without wait blocks",
         "KeWaitForMultipleObjects of 65"},
        {"misuse limit 0xffffffff id=9 of=semaphore;", "a count within the semaphore's limit",
         "KeReleaseSemaphore of object 9 by -1"},
        {"misuse limit 7 id=9 of=made;", "a value within the limits",
         "KeInitializeSemaphore with 7"},
        {"misuse limit 0 of=region;", "critical regions left as often as entered",
         "KeLeaveCriticalRegion in 0 of them"},
        {"misuse low of=lock;", "called at an IRQL that its page allows",
         "KeAcquireSpinLock at PASSIVE_LEVEL"},
        {"misuse low 1 of=resource;", "called in a critical region or at APC_LEVEL",
         "ExAcquireResourceExclusiveLite at PASSIVE_LEVEL, in no region"},
        {"misuse owner 0 id=9 of=convert;", "shared by the thread that has it alone",
         "ExConvertExclusiveToSharedLite: object 9 is not the thread's alone"},
        {"misuse paged irql=2 of=paged;", "paged code at or below APC_LEVEL",
         "PAGED_CODE reached at DISPATCH_LEVEL"},
        {"misuse inuse id=9 of=initdpc;",
         "neither given back nor made anew while it is queued, set, held or waited for",
         "KeInitializeDpc: DPC 9 is in use"},
        {"misuse inuse id=9 of=mutex;",
         "neither given back nor made anew while it is queued, set, held or waited for",
         "KeReleaseMutex: object 9 is in use"},
        {"misuse inuse 11 id=9 of=freemdl;",
         "neither given back nor made anew while it is queued, set, held or waited for",
         "IoFreeMdl while MDL 9 has its pages locked"},
        {"misuse unknowntag 0 id=9 of=removelock;",
         "released with the tag that it was acquired with",
         "IoReleaseRemoveLockEx: object 9 released with a tag of no acquisition"},
        {"misuse limit 0 id=9 of=removelock;", "released as often as it was acquired",
         "IoReleaseRemoveLockEx of object 9, which nobody has acquired"},
        {"misuse limit 0 id=9 of=removewait;", "released as often as it was acquired",
         "IoReleaseRemoveLockAndWaitEx of object 9, which nobody has acquired"},
        {"misuse inuse of=mutex;",
         "neither given back nor made anew while it is queued, set, held or waited for",
         "KeReleaseMutex: the kernel still has it in a queue or list"},
        {"misuse unaligned of=mutex;", "an object that is aligned as it must be",
         "KeReleaseMutex of one that is not"},
        {"misuse limit 40 of=priority;", "a priority from 1 to HIGH_PRIORITY",
         "KeSetPriorityThread to 40"},
        {"misuse held 0 id=9 of=terminate;", "given back by the thread that has it",
         "a thread ends with object 9"},
        {"misuse held 0 id=9 of=queuework;", "given back by the thread that has it",
         "a work item is done with object 9"},
        {"misuse exposed 0 id=9 of=region;",
         "given back before the critical region or APC_LEVEL is left",
         "KeLeaveCriticalRegion with object 9"},
        {"misuse inregion 2 of=terminate;", "every critical region left at the end",
         "a thread ends in 2 of them"},
        {"misuse inregion 2 of=queuework;", "every critical region left at the end",
         "a work item is done in 2 of them"},
        {"refused notown of=terminate;", "a thread of its own, outside callbacks",
         "PsTerminateSystemThread refused: the thread is not the driver's to end"},
    };
    struct ha_judge *judge = ha_judge_create();

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        size_t count;
        judge_text(judge, cases[i].text);
        const struct ha_finding *finding = ha_judge_findings(judge, &count, NULL);
        assert_int_equal(count, 1);
        assert_string_equal(finding->expected, cases[i].expected);
        assert_string_equal(finding->seen, cases[i].seen);
    }
    ha_judge_destroy(judge);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_mistake_is_found_against_one_rule),
        cmocka_unit_test(a_mistake_is_called_by_its_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
