/*
 * ps_thread - threads as drivers see them: an object to wait for, an id, a priority
 */
#ifndef HA_NT_PS_THREAD_H
#define HA_NT_PS_THREAD_H

#include "nt/kernel.h"

/*
 * For struct ha_sched: a thread ends. Its mutexes are abandoned, who waits for its object goes
 * on, and one that a driver made says so in the trace.
 */
void ha_ps_thread_ends(struct ha_thread *thread);

/*
 * A driver's function has returned on a thread: an IRQL that it left raised is put back; locks,
 * mutexes and critical regions that it has not given back are misuses.
 */
void ha_ps_look_back(struct ha_kernel *kernel, enum ha_routine routine);

/* Of threads of the system. Windows gives them this one. */
#define HA_USUAL_PRIORITY 8
/* The object of the running thread. */
PKTHREAD ha_ps_own_object(struct ha_kernel *kernel);
/* The thread that a driver means; NULL after the misuse has been recorded. */
PKTHREAD ha_ps_meant(struct ha_kernel *kernel, enum ha_routine routine, const void *pointer);
/* Its priority; see ps_priority.c. */
KPRIORITY *ha_ps_priority(PKTHREAD object);

/* The run cannot go on for want of memory; does not return. */
_Noreturn void ha_ps_no_memory(struct ha_kernel *kernel);

#endif
