/*
 * judge_order - locks that threads take in different orders
 *
 * Owns the rule about it, and the search for a circle: each of several threads, which are not the
 * same, has what the one before it wants. It is none where a lock that two of them have besides
 * keeps one of them away, or where both share what one has and the other wants. Of arrivals whose
 * callbacks remove each other's entries PNP-14 speaks. A search ends after so many steps: without
 * that a trace with thousands of orders would be judged for hours. Short circles come first, and
 * those of two are found in any case.
 */
#include <stdio.h>

#include "check/judge_rules.h"
#include "check/story_words.h"
#include "check/who.h"
#include "hotadd/trace.h"

#define MOST_ORDERS 4096u
#define LONGEST_CIRCLE 4u
#define MOST_STEPS (32u * MOST_ORDERS)

struct circle {
    struct ha_seen_order *order[LONGEST_CIRCLE];
    size_t length;
    uint32_t steps;                 /* orders that were looked at */
};

static bool has_in_common(const struct ha_seen_order *a, const struct ha_seen_order *b)
{
    for (size_t i = 0; i < HA_LOCK_ORDER_OTHERS && a->other[i]; i++)
        for (size_t j = 0; j < HA_LOCK_ORDER_OTHERS && b->other[j]; j++)
            if (a->other[i] == b->other[j])
                return true;
    return false;
}

/* Whether who wants something by the first order waits for who has it by the second. */
static bool waits_for(const struct ha_seen_order *wants, const struct ha_seen_order *has)
{
    return wants->wanted == has->held && wants->space == has->held_space
           && !(wants->shared && has->held_shared);
}

static bool may_join(const struct circle *circle, const struct ha_seen_order *order)
{
    for (size_t i = 0; i < circle->length; i++)
        if (circle->order[i]->thread == order->thread || has_in_common(circle->order[i], order))
            return false;
    return waits_for(circle->order[circle->length - 1], order);
}

/* Lengthen the circle until it closes with so many orders. */
static bool close_with(const struct ha_judge *judge, struct circle *circle, size_t length)
{
    bool is_last = circle->length + 1 == length;

    for (size_t i = 0; i < judge->order_count && circle->steps < MOST_STEPS; i++) {
        circle->steps++;
        if (!may_join(circle, &judge->orders[i])
            || (is_last && !waits_for(&judge->orders[i], circle->order[0])))
            continue;
        circle->order[circle->length++] = &judge->orders[i];
        if (is_last || close_with(judge, circle, length))
            return true;
        circle->length--;
    }
    return false;
}

static bool close_circle(const struct ha_judge *judge, struct circle *circle)
{
    for (size_t length = 2; length <= LONGEST_CIRCLE; length++)
        if (close_with(judge, circle, length))
            return true;
    return false;
}

static void put_thing(const struct ha_judge *judge, unsigned space, uint32_t id,
                      struct ha_text *text)
{
    if (space == HA_NS_OBJECT) {
        ha_awaited_words(judge->cast, id, text);
        return;
    }
    ha_text_add(text, "calls of ");
    if (space == HA_NS_ENTRY)
        ha_entry_words(judge->cast, id, text);
    else
        ha_registration_words(judge->cast, id, text);
}

/* "system-3 wants spin lock 2 and has spin lock 1" */
static void put_order(const struct ha_judge *judge, const struct ha_seen_order *order,
                      struct ha_text *text)
{
    ha_thread_words(judge->cast, order->thread, text);
    ha_text_add(text, " wants ");
    put_thing(judge, order->space, order->wanted, text);
    ha_text_add(text, " and has ");
    put_thing(judge, order->held_space, order->held, text);
}

static void blame_circle(struct ha_judge *judge, const struct circle *circle)
{
    struct ha_text *text = &judge->words;
    uint16_t driver = 0;

    ha_text_clear(text);
    for (size_t i = 0; i < circle->length; i++) {
        if (!driver)
            driver = circle->order[i]->driver;
        if (i)
            ha_text_add(text, "; ");
        put_order(judge, circle->order[i], text);
        if (i)
            ha_text_addf(text, " (record %llu)", (unsigned long long)circle->order[i]->seq);
    }
    if (driver)
        ha_blame(judge, HA_RULE_OBJ_8, driver, "the same order on every thread", "%s",
                 ha_text_string(text));
}

static struct ha_seen_order order_in_hand(const struct ha_judge *judge)
{
    const struct ha_record *record = judge->record;
    struct ha_seen_order order = {
        .held = record->as.lock_order.held, .wanted = record->id, .thread = record->thread,
        .driver = record->driver, .space = record->as.lock_order.space,
        .held_space = record->as.lock_order.held_space, .shared = record->as.lock_order.shared,
        .held_shared = record->as.lock_order.held_shared, .seq = ha_record_seq(record)};

    for (size_t i = 0; i < HA_LOCK_ORDER_OTHERS; i++)
        order.other[i] = record->as.lock_order.other[i];
    return order;
}

static bool is_of_arrivals(const struct circle *circle)
{
    for (size_t i = 0; i < circle->length; i++)
        if (circle->order[i]->held_space != HA_NS_ENTRY)
            return false;
    return true;
}

/* A circle that was found is not found again because another thread goes along with it. */
static bool was_found(const struct ha_judge *judge, const struct ha_seen_order *order)
{
    for (size_t i = 0; i < judge->order_count; i++) {
        const struct ha_seen_order *seen = &judge->orders[i];
        if (seen->in_circle && seen->held == order->held && seen->wanted == order->wanted
            && seen->space == order->space && seen->held_space == order->held_space)
            return true;
    }
    return false;
}

void ha_judge_order(struct ha_judge *judge)
{
    struct ha_seen_order order = order_in_hand(judge);
    struct circle circle = {.order = {&order}, .length = 1};

    ha_exercise(judge, HA_RULE_OBJ_8);
    if (was_found(judge, &order) || !close_circle(judge, &circle) || is_of_arrivals(&circle))
        return;
    for (size_t i = 0; i < circle.length; i++)
        circle.order[i]->in_circle = true;
    judge->order_closes = true;
    blame_circle(judge, &circle);
}

void ha_order_absorb(struct ha_judge *judge)
{
    struct ha_seen_order order = order_in_hand(judge);

    order.in_circle = judge->order_closes;
    judge->order_closes = false;
    if (judge->order_count == MOST_ORDERS)
        return;
    if (ha_grow((void **)&judge->orders, &judge->order_room, judge->order_count,
                sizeof *judge->orders))
        judge->orders[judge->order_count++] = order;
    else
        judge->lost = true;
}
