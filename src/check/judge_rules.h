/*
 * judge_rules - the judges that rows of the table name, and how they speak
 *
 * A judge looks at the record in hand and at the memory as it was before it. It may speak for
 * several rules that explain one another: of those, one mistake gets the one that names it best.
 */
#ifndef HA_CHECK_JUDGE_RULES_H
#define HA_CHECK_JUDGE_RULES_H

#include "check/judge_state.h"

/* Registering: judge_reg.c */
void ha_judge_register(struct ha_judge *judge);
void ha_judge_register_locked(struct ha_judge *judge);
void ha_judge_register_return(struct ha_judge *judge);
/* Removing: judge_dereg.c */
void ha_judge_remove(struct ha_judge *judge);
void ha_judge_remove_locked(struct ha_judge *judge);
void ha_judge_remove_return(struct ha_judge *judge);
void ha_judge_went_on(struct ha_judge *judge);
/* A call, whatever its operation: judge_call.c */
void ha_judge_barred(struct ha_judge *judge);
void ha_judge_entry(struct ha_judge *judge);
void ha_judge_context(struct ha_judge *judge);
void ha_judge_variable(struct ha_judge *judge);
void ha_judge_leave(struct ha_judge *judge);
/* The calls for existing processors: judge_phase.c */
void ha_judge_phase_call(struct ha_judge *judge);
void ha_judge_phase_return(struct ha_judge *judge);
/* The calls of a hot-add: judge_round.c; its other events: judge_add.c */
void ha_judge_round(struct ha_judge *judge);
void ha_judge_round_end(struct ha_judge *judge);
void ha_judge_unit(struct ha_judge *judge);
void ha_judge_add_begin(struct ha_judge *judge);
void ha_judge_stage(struct ha_judge *judge);
void ha_judge_add_end(struct ha_judge *judge);
void ha_judge_regions(struct ha_judge *judge);
/* Any record: judge_add.c */
void ha_judge_count(struct ha_judge *judge);
void ha_judge_whereabouts(struct ha_judge *judge);
/* Queries: judge_query.c */
void ha_judge_query(struct ha_judge *judge);
/* The query in hand knows group 0 alone. */
void ha_judge_group_zero(struct ha_judge *judge);
/* Those about nodes and the current processor: judge_topology.c; relations: judge_relation.c */
void ha_judge_topology(struct ha_judge *judge);
/* Whether it is a routine about affinity, whose IRQL QRY-16 limits. */
bool ha_has_affinity_level(uint32_t routine);
void ha_judge_relation(struct ha_judge *judge);
void ha_judge_listing(struct ha_judge *judge);
/* MmGetSystemRoutineAddress: judge_routine.c */
void ha_judge_system_routine(struct ha_judge *judge);
/* Memory hot-add and free memory: judge_memory.c */
void ha_judge_mem_add(struct ha_judge *judge);
void ha_judge_ranges(struct ha_judge *judge);
void ha_judge_condition(struct ha_judge *judge);
/* Calls of PnP notification, what is missing of them, and queries inside: judge_arrival.c */
void ha_judge_arrival(struct ha_judge *judge);
void ha_judge_arrivals_end(struct ha_judge *judge);
/* Whether the query in hand is made while its thread tells of an add before the latest one. */
bool ha_is_told_of_earlier_add(const struct ha_judge *judge);
/* Instances that come and go, and rebalancing: judge_announce.c */
void ha_judge_announce(struct ha_judge *judge);
/* DPCs: judge_dpc.c; the affinity of threads: judge_affinity.c */
void ha_judge_dpc(struct ha_judge *judge);
void ha_judge_affinity(struct ha_judge *judge);
void ha_judge_affinity_left(struct ha_judge *judge);
/* What a driver leaves behind: judge_pool.c */
void ha_judge_leftovers(struct ha_judge *judge);
void ha_judge_held(struct ha_judge *judge);
/* What a driver does with memory and IRQL: judge_misuse.c */
void ha_judge_memory(struct ha_judge *judge);
void ha_judge_irql(struct ha_judge *judge);
/* Callback objects and their clients: judge_callback.c */
void ha_judge_callback(struct ha_judge *judge);
/* Entries of PnP notification: judge_entry.c; their calls: judge_telling.c; with their drivers:
   judge_entry_driver.c */
void ha_judge_entry_registration(struct ha_judge *judge);
void ha_judge_entry_removal(struct ha_judge *judge);
void ha_judge_telling(struct ha_judge *judge);
void ha_judge_time(struct ha_judge *judge);
void ha_judge_entry_driver(struct ha_judge *judge);
/* The late call of an entry that the older routine has removed: judge_late.c */
void ha_judge_late(struct ha_judge *judge);
/* The rule that says what an obstacle comes to. */
enum ha_rule_number ha_obstacle_rule(unsigned obstacle);
/* Objects that threads wait for, and locks: judge_object.c */
void ha_judge_race(struct ha_judge *judge);
/* In which order locks are taken: judge_order.c */
void ha_judge_order(struct ha_judge *judge);
void ha_judge_object(struct ha_judge *judge);
/* What outlives its driver: judge_alive.c */
void ha_judge_alive(struct ha_judge *judge);
/* Drivers: judge_driver.c */
void ha_judge_driver(struct ha_judge *judge);
void ha_judge_dead_call(struct ha_judge *judge);

/* How a record goes into the memory: judge_absorb.c, calls: judge_short.c and by operation */
void ha_absorb(struct ha_judge *judge);
/* Its place in the list is taken, unless its image is gone: then it is dead from the start. */
void ha_absorb_join(struct ha_judge *judge, uint32_t registration, enum ha_standing standing);
void ha_callback_absorb(struct ha_judge *judge);
void ha_absorb_lock(struct ha_judge *judge, uint32_t registration, uint32_t thread);
void ha_absorb_entry(struct ha_judge *judge);
void ha_absorb_leave(struct ha_judge *judge);
void ha_phase_absorb_entry(struct ha_judge *judge);
void ha_phase_absorb_leave(struct ha_judge *judge);
void ha_round_absorb_entry(struct ha_judge *judge);
void ha_round_absorb_leave(struct ha_judge *judge);
void ha_driver_absorb(struct ha_judge *judge);
void ha_pool_absorb_taken(struct ha_judge *judge);
void ha_pool_absorb_given_back(struct ha_judge *judge);
void ha_pool_absorb_driver_gone(struct ha_judge *judge, uint16_t driver);
/* At the end of an operation: if it failed, who heard Start, for which processors. */
void ha_pool_absorb_failure(struct ha_judge *judge);
void ha_alive_absorb(struct ha_judge *judge);
void ha_order_absorb(struct ha_judge *judge);
void ha_query_absorb(struct ha_judge *judge);
void ha_relation_absorb(struct ha_judge *judge);
void ha_dpc_absorb(struct ha_judge *judge);
void ha_memory_absorb(struct ha_judge *judge);
void ha_instance_absorb(struct ha_judge *judge);
void ha_instance_absorb_choice(struct ha_judge *judge);
/* An add that brings such a unit has ended. */
void ha_instance_absorb_end(struct ha_judge *judge, unsigned unit, uint32_t add, bool failed);
void ha_thread_absorb(struct ha_judge *judge);
void ha_affinity_absorb(struct ha_judge *judge);
/* A callback has returned: its thread has the affinity again that it was entered with. */
void ha_affinity_absorb_leave(struct ha_judge *judge, uint64_t mask, uint16_t group);
void ha_routine_absorb(struct ha_judge *judge);

/* The processor with a number, as Group << 16 | Number, by what the conversions know now. */
struct ha_named_processor {
    bool exists, either;        /* the latter: both answers are right at this moment */
    uint64_t index;
};
struct ha_named_processor ha_named_processor(const struct ha_judge *judge, uint32_t number);
/* Open a round of the add to the shortcut. */
void ha_round_open(struct ha_judge *judge, unsigned state);

/* Foresee the calls of the round that is open. */
void ha_round_foresee(struct ha_judge *judge);
/* The ordinary course: judge_short.c. True when the record was one, and has been absorbed. */
bool ha_shortcut(struct ha_judge *judge, const struct ha_record *record);

/*
 * Find against a rule, at the record in hand.
 *
 *   driver    who is at fault, 0 for the kernel
 *   seen      a format for what follows it
 */
void ha_blame(struct ha_judge *judge, enum ha_rule_number rule, uint16_t driver,
              const char *expected, const char *seen, ...) __attribute__((format(printf, 5, 6)));
/* The same as a note to a driver, whatever the weight of the rule. */
void ha_advise(struct ha_judge *judge, enum ha_rule_number rule, uint16_t driver,
               const char *expected, const char *seen, ...) __attribute__((format(printf, 5, 6)));
/* Take back all that was found against a rule. */
void ha_withdraw(struct ha_judge *judge, enum ha_rule_number rule);
/* Find a wrong answer of the query in hand, numbers shown in hexadecimal or not. */
void ha_blame_answer(struct ha_judge *judge, enum ha_rule_number rule, uint64_t right,
                     uint64_t answer, bool hex);
/* The same unless it is right. */
void ha_expect_answer(struct ha_judge *judge, enum ha_rule_number rule, uint64_t right,
                      uint64_t answer, bool hex);
/* What a registration or entry (DRIVER.NAME), a call of it that was entered or due, a thread or a
   driver is called; valid until the next such question. */
const char *ha_client(struct ha_judge *judge, uint32_t registration);
const char *ha_entry_name(struct ha_judge *judge, uint32_t entry);
const char *ha_call_name(struct ha_judge *judge, const struct ha_record *enter);
const char *ha_arrival_name(struct ha_judge *judge, const struct ha_record *enter);
const char *ha_thread_name(struct ha_judge *judge, uint32_t thread);
const char *ha_driver_name(struct ha_judge *judge, uint16_t driver);

/* Why the call in hand must not be made at all; its rule is HA_RULE_COUNT when it may. */
struct ha_bar ha_call_bar(const struct ha_judge *judge);
/* The same for a client of the callback object that is known. */
struct ha_bar ha_client_bar(const struct ha_judge *judge);
/* The same for a call of an entry that the older routine has removed. */
struct ha_bar ha_late_bar(const struct ha_judge *judge);

#endif
