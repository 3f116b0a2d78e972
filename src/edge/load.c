/*
 * load - from the text of a scenario file to a plan and its expectations
 *
 * Owns struct ha_scenario and the top object of a file. A scenario is made aside and handed over
 * whole; an error anywhere throws it away.
 */
#include "edge/load.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hash.h"
#include "edge/load_parts.h"
#include "edge/load_words.h"

#define FORMAT 1
#define READ_AT_ONCE ((size_t)64 << 10)

static void check_format(struct ha_reader *reader, struct ha_node node)
{
    int64_t format;
    if (!ha_word_number(ha_node_text(&reader->tree, node), &format) || format != FORMAT)
        HA_COMPLAIN(reader, node, "this program reads format %d and no other", FORMAT);
}

static void load_budget(struct ha_loading *loading, struct ha_node budget)
{
    static const struct ha_key key = {"callback", HA_JSON_STRING, true};
    struct ha_plan *plan = &loading->made.plan;
    struct ha_member member;

    if (!budget.json)
        return;
    ha_read_members(&loading->reader, budget, &key, 1, &member);
    if (member.value.json)
        plan->has_callback_budget =
            ha_read_time(&loading->reader, member.value, &plan->callback_budget_ns);
}

static void load_top(struct ha_loading *loading)
{
    enum { SCHEMA, FORMAT_KEY, NAME, WHY, SOURCE, PROFILE, PARTITION, DRIVERS, EVENTS, EXPECT,
           FAULTS, BUDGET, KEYS };
    static const struct ha_key keys[KEYS] = {
        [SCHEMA] = {"$schema", HA_JSON_STRING, false},
        [FORMAT_KEY] = {"format", HA_JSON_NUMBER, true},
        [NAME] = {"name", HA_JSON_STRING, true},
        [WHY] = {"why", HA_JSON_STRING, false},
        [SOURCE] = {"source", HA_JSON_STRING, false},
        [PROFILE] = {"profile", HA_JSON_STRING | HA_JSON_OBJECT, false},
        [PARTITION] = {"partition", HA_JSON_OBJECT, true},
        [DRIVERS] = {"drivers", HA_JSON_ARRAY, false},
        [EVENTS] = {"events", HA_JSON_ARRAY, false},
        [EXPECT] = {"expect", HA_JSON_OBJECT, false},
        [FAULTS] = {"faults", HA_JSON_ARRAY, false},
        [BUDGET] = {"budget", HA_JSON_OBJECT, false},
    };
    struct ha_reader *reader = &loading->reader;
    struct ha_scenario *made = &loading->made;
    struct ha_member member[KEYS];
    struct ha_node root = ha_tree_root(&reader->tree);

    if (!ha_read_kind(reader, root, HA_JSON_OBJECT))
        return;
    ha_read_members(reader, root, keys, KEYS, member);
    if (member[FORMAT_KEY].value.json)
        check_format(reader, member[FORMAT_KEY].value);
    if (member[NAME].value.json)
        made->name = made->plan.name = ha_read_string(reader, member[NAME].value);
    if (member[WHY].value.json)
        made->why = ha_read_text(reader, member[WHY].value);
    if (member[SOURCE].value.json)
        made->source = ha_read_text(reader, member[SOURCE].value);
    ha_load_profile(loading, member[PROFILE].value);
    load_budget(loading, member[BUDGET].value);
    if (member[PARTITION].value.json)
        ha_load_partition(loading, member[PARTITION].value);
    if (member[DRIVERS].value.json)
        ha_load_drivers(loading, member[DRIVERS].value);
    if (member[EVENTS].value.json)
        ha_load_events(loading, member[EVENTS].value);
    if (member[FAULTS].value.json)
        ha_load_faults(loading, member[FAULTS].value);
    ha_load_references(loading);
    if (member[EXPECT].value.json)
        ha_load_expect(loading, member[EXPECT].value);
}

/* The scenario of a text that has a tree. */
static int load_tree(struct ha_loading *loading, const struct ha_source *source)
{
    struct ha_reader *reader = &loading->reader;
    struct ha_scenario *made = &loading->made;

    load_top(loading);
    made->file = ha_bag_copy(&reader->bag, source->file, strlen(source->file));
    made->plan.scenario_hash = ha_hash_text(source->bytes, source->length);
    free(loading->reference);
    ha_names_close(&loading->names);
    if (reader->no_memory || ha_tree_no_memory(&reader->tree) || !made->file)
        return HA_ENOMEM;
    return reader->complaints.count ? HA_EREAD : HA_OK;
}

int ha_scenario_load_text(const char *file, const char *bytes, size_t length,
                          struct ha_scenario *scenario, struct ha_text *messages)
{
    struct ha_source source = {.file = file, .bytes = length ? bytes : "", .length = length};
    struct ha_loading loading = {.reference = NULL};
    struct ha_reader *reader = &loading.reader;

    if (length > HA_SCAN_MOST_BYTES) {
        ha_add_file_name(messages, file);
        ha_text_addf(messages, ": error: larger than %zu MiB\n", HA_SCAN_MOST_BYTES >> 20);
        return messages->lost ? HA_ENOMEM : HA_EREAD;
    }
    int err = ha_tree_init(&reader->tree, &source, &reader->complaints);
    if (!err) {
        err = load_tree(&loading, &source);
        ha_tree_close(&reader->tree);
    }
    if (reader->complaints.lost)
        err = HA_ENOMEM;
    if (err == HA_EREAD) {
        ha_complaints_print(&reader->complaints, &source, messages);
        err = messages->lost ? HA_ENOMEM : HA_EREAD;
    }
    ha_complaints_close(&reader->complaints);
    if (err) {
        ha_bag_close(&reader->bag);
        return err;
    }
    *scenario = loading.made;
    scenario->bag = reader->bag;
    return HA_OK;
}

/* The whole of a file, or as much as shows that it is too large. HA_EREAD leaves errno. */
static int read_all(int file, struct ha_loop *loop, char *buffer, struct ha_text *bytes)
{
    ssize_t got = -1;
    while (got != 0 && !bytes->lost && bytes->length <= HA_SCAN_MOST_BYTES) {
        if (loop && ha_loop_await(loop, file)) {
            errno = EINTR;
            return HA_EREAD;
        }
        got = read(file, buffer, READ_AT_ONCE);
        if (got > 0)
            ha_text_add_bytes(bytes, buffer, (size_t)got);
        else if (got < 0 && errno != EAGAIN && errno != EINTR)
            return HA_EREAD;
    }
    return bytes->lost ? HA_ENOMEM : HA_OK;
}

/* Room for what a file says that it has, so that a large one is in memory once. */
static void reserve_room(int file, struct ha_text *bytes)
{
    struct stat status;
    if (!fstat(file, &status) && S_ISREG(status.st_mode) && status.st_size > 0
        && (uintmax_t)status.st_size <= HA_SCAN_MOST_BYTES)
        ha_text_reserve(bytes, (size_t)status.st_size);
}

int ha_scenario_read_file(const char *path, struct ha_loop *loop, struct ha_text *bytes)
{
    /* Opening a pipe would wait for a writer: with a loop that is done where signals are seen. */
    int file = open(path, loop ? O_RDONLY | O_NONBLOCK : O_RDONLY);
    if (file < 0)
        return HA_EREAD;
    reserve_room(file, bytes);
    char *buffer = malloc(READ_AT_ONCE);
    int err = buffer ? read_all(file, loop, buffer, bytes) : HA_ENOMEM;
    int reason = errno;
    free(buffer);
    close(file);
    errno = reason;
    return err;
}

int ha_scenario_load_file(const char *path, struct ha_loop *loop, struct ha_scenario *scenario,
                          struct ha_text *messages)
{
    struct ha_text bytes = {0};
    int err = ha_scenario_read_file(path, loop, &bytes);
    if (err == HA_EREAD) {
        int reason = errno;
        ha_add_file_name(messages, path);
        ha_text_addf(messages, ": error: cannot be read: %s\n", strerror(reason));
        err = messages->lost ? HA_ENOMEM : HA_EREAD;
    } else if (!err) {
        err = ha_scenario_load_text(path, bytes.bytes, bytes.length, scenario, messages);
    }
    ha_text_close(&bytes);
    return err;
}

void ha_scenario_close(struct ha_scenario *scenario)
{
    ha_bag_close(&scenario->bag);
    *scenario = (struct ha_scenario){.file = NULL};
}
