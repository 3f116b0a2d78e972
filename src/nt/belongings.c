/* belongings - see belongings.h. Owns struct ha_scripted. */
#include "nt/belongings.h"

#include <string.h>

#include "base/hash.h"

#define FEWEST_BUCKETS 16u

static size_t bucket_of(const char *name, size_t buckets)
{
    return (size_t)(ha_hash(HA_HASH_START, name, strlen(name)) >> 20) & (buckets - 1);
}

static struct ha_belonging *find(const struct ha_scripted *scripted, enum ha_belonging_kind kind,
                                 const char *name)
{
    struct ha_belonging *found = scripted->bucket[bucket_of(name, scripted->buckets)];
    while (found && (found->kind != kind || strcmp(found->name, name) != 0))
        found = found->next;
    return found;
}

static void insert(struct ha_belonging **bucket, size_t buckets, struct ha_belonging *thing)
{
    struct ha_belonging **first = &bucket[bucket_of(thing->name, buckets)];
    thing->next = *first;
    *first = thing;
}

/* Twice the buckets, and everything in its new one. False when the arena is full. */
static bool grow(struct ha_scripted *scripted, struct ha_arena *arena)
{
    size_t buckets = scripted->buckets * 2;
    struct ha_belonging **larger = ha_arena_take(arena, buckets * sizeof(struct ha_belonging *));
    if (!larger)
        return false;
    for (size_t i = 0; i < scripted->buckets; i++) {
        struct ha_belonging *next;
        for (struct ha_belonging *thing = scripted->bucket[i]; thing; thing = next) {
            next = thing->next;
            insert(larger, buckets, thing);
        }
    }
    ha_arena_give(arena, scripted->bucket, scripted->buckets * sizeof *scripted->bucket);
    scripted->bucket = larger;
    scripted->buckets = buckets;
    return true;
}

/* The thing of that name, made of zeroes where it is missing. NULL when the arena is full. */
static struct ha_belonging *reach(struct ha_driver *driver, enum ha_belonging_kind kind,
                                  const char *name, size_t size, bool *is_new)
{
    struct ha_scripted *scripted = driver->scripted;
    struct ha_arena *arena = &driver->kernel->world.host->arena;
    struct ha_belonging *thing = find(scripted, kind, name);
    *is_new = false;
    if (thing)
        return thing;
    if (scripted->count == scripted->buckets && !grow(scripted, arena))
        return NULL;
    thing = ha_arena_take(arena, size);
    if (!thing)
        return NULL;
    thing->name = name;
    thing->kind = (uint8_t)kind;
    insert(scripted->bucket, scripted->buckets, thing);
    scripted->count++;
    *is_new = true;
    return thing;
}

/* Every handler follows the one before it for the same registration. */
static bool sort_handlers(struct ha_driver *driver, const struct ha_script *script)
{
    for (size_t i = 0; i < script->handler_count; i++) {
        struct ha_own_registration *owner =
            ha_own_registration(driver, script->handler[i].callback);
        if (!owner)
            return false;
        if (owner->last_handler)
            driver->scripted->next_handler[owner->last_handler - 1] = (uint32_t)i + 1;
        else
            owner->first_handler = (uint32_t)i + 1;
        owner->last_handler = (uint32_t)i + 1;
    }
    return true;
}

bool ha_belongings_make(struct ha_driver *driver, const struct ha_script *script)
{
    struct ha_arena *arena = &driver->kernel->world.host->arena;
    struct ha_scripted *scripted = ha_arena_take(arena, sizeof *scripted);
    if (!scripted)
        return false;
    scripted->buckets = FEWEST_BUCKETS;
    scripted->bucket = ha_arena_take(arena, FEWEST_BUCKETS * sizeof *scripted->bucket);
    scripted->handler_hits = ha_arena_take(arena, script->handler_count * sizeof(uint32_t));
    scripted->next_handler = ha_arena_take(arena, script->handler_count * sizeof(uint32_t));
    if (!scripted->bucket || !scripted->handler_hits || !scripted->next_handler)
        return false;
    driver->script = script;
    driver->scripted = scripted;
    return sort_handlers(driver, script);
}

struct ha_own_registration *ha_own_registration_find(const struct ha_driver *driver,
                                                     const char *name)
{
    if (!driver || !driver->scripted)
        return NULL;
    return (struct ha_own_registration *)(void *)find(driver->scripted, HA_OWN_REGISTRATION, name);
}

struct ha_own_registration *ha_own_registration(struct ha_driver *driver, const char *name)
{
    bool is_new;
    struct ha_own_registration *registration =
        (void *)reach(driver, HA_OWN_REGISTRATION, name, sizeof *registration, &is_new);
    if (registration)
        registration->driver = driver;
    return registration;
}

struct ha_own_table *ha_own_table(struct ha_driver *driver, const char *name)
{
    bool is_new;
    struct ha_own_table *table = (void *)reach(driver, HA_OWN_TABLE, name, sizeof *table, &is_new);
    if (is_new) {
        struct ha_world *world = &driver->kernel->world;
        table->object = ++world->objects_made;
        ha_record_name(world, HA_NS_OBJECT, table->object, name);
        table->older = driver->scripted->newest_table;
        driver->scripted->newest_table = table;
    }
    return table;
}

struct ha_own_variable *ha_own_variable(struct ha_driver *driver, const char *name)
{
    bool is_new;
    return (void *)reach(driver, HA_OWN_VARIABLE, name, sizeof(struct ha_own_variable), &is_new);
}

struct ha_own_affinity *ha_own_affinity(struct ha_driver *driver, const char *name)
{
    bool is_new;
    return (void *)reach(driver, HA_OWN_AFFINITY, name, sizeof(struct ha_own_affinity), &is_new);
}

struct ha_own_dpc *ha_own_dpc(struct ha_driver *driver, const char *name)
{
    bool is_new;
    struct ha_own_dpc *dpc = (void *)reach(driver, HA_OWN_DPC, name, sizeof *dpc, &is_new);
    if (is_new) {
        dpc->older = driver->scripted->newest_dpc;
        driver->scripted->newest_dpc = dpc;
    }
    return dpc;
}

struct ha_own_work *ha_own_work(struct ha_driver *driver, const char *name)
{
    bool is_new;
    struct ha_own_work *work = (void *)reach(driver, HA_OWN_WORK, name, sizeof *work, &is_new);
    if (is_new) {
        work->older = driver->scripted->newest_work;
        driver->scripted->newest_work = work;
    }
    return work;
}

struct ha_own_threads *ha_own_threads(struct ha_driver *driver, const char *name)
{
    bool is_new;
    struct ha_own_threads *threads =
        (void *)reach(driver, HA_OWN_THREADS, name, sizeof *threads, &is_new);
    if (is_new) {
        threads->older = driver->scripted->newest_threads;
        driver->scripted->newest_threads = threads;
    }
    return threads;
}

struct ha_own_interface *ha_own_interface(struct ha_driver *driver, const char *name)
{
    bool is_new;
    struct ha_own_interface *interface =
        (void *)reach(driver, HA_OWN_INTERFACE, name, sizeof *interface, &is_new);
    if (is_new) {
        interface->older = driver->scripted->newest_interface;
        driver->scripted->newest_interface = interface;
    }
    return interface;
}

void ha_own_registration_made(struct ha_own_registration *registration, PVOID handle)
{
    struct ha_scripted *scripted = registration->driver->scripted;
    ha_own_registration_gone(registration);
    registration->handle = handle;
    registration->made = true;
    registration->older = scripted->newest;
    if (registration->older)
        registration->older->newer = registration;
    scripted->newest = registration;
}

void ha_own_registration_gone(struct ha_own_registration *registration)
{
    if (!registration->made)
        return;
    if (registration->newer)
        registration->newer->older = registration->older;
    else
        registration->driver->scripted->newest = registration->older;
    if (registration->older)
        registration->older->newer = registration->newer;
    registration->older = registration->newer = NULL;
    registration->made = false;
}
