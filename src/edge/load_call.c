/*
 * load_call - the words of a call
 *
 * Owns their notation: "DRIVER.NAME Start 4" or "DRIVER.NAME Arrival processor 4", with statuses
 * behind the former where a call is expected, with "#2" where one is waited for. Any word, and
 * either half of the first, may be a * that stands for all. Its last words name an instance of a
 * device interface in other places, too.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/names.h"
#include "edge/load_parts.h"
#include "edge/load_words.h"

#define LONGEST_WORD 63u

/* Words that are being read, and where in them we are. */
struct words {
    struct ha_loading *loading;
    struct ha_reader *reader;
    enum ha_words form;
    size_t place;
    const char *at;
    uint32_t scope;             /* of the registration, where one is named, ... */
    const char *name;           /* ... and its name; NULL for any */
    struct ha_call_pattern pattern;
    struct ha_instance_pattern instance;
    char word[LONGEST_WORD + 1];
};

static bool wrong_form(struct words *w)
{
    static const char *const forms[] = {
        [HA_WORDS_CALL] = "a call reads \"DRIVER.NAME Start 4\", with Complete or Failure for "
                          "Start, and may end in \" (STATUS)\" and \" -> STATUS\"",
        [HA_WORDS_FINDING] = "a call reads \"DRIVER.NAME Start 4\", which may end in "
                             "\" (STATUS)\" and \" -> STATUS\", or \"DRIVER.NAME Arrival "
                             "processor 4\"",
        [HA_WORDS_ARRIVAL] = "an arrival reads \"DRIVER.NAME Arrival processor 4\", or Removal; "
                             "memory is named by its base, an interface by its number",
        [HA_WORDS_ORDER] = "what has an order reads \"DRIVER.NAME Complete 4\" or \"DRIVER.NAME "
                           "Arrival processor 4\"",
        [HA_WORDS_MEANT] = "these calls read \"DRIVER.NAME Start 4\", with Complete or Failure "
                           "for Start, or \"DRIVER.NAME Arrival processor 4\", and may end in "
                           "\"#2\" for the second of them",
        [HA_WORDS_INSTANCE] = "an interface is \"processor 4\", \"memory 0x400000000\" or "
                              "\"interface 1\"",
    };
    HA_COMPLAIN_AT(w->reader, w->place, "%s", forms[w->form]);
    return false;
}

/* The next word, up to a space or the end; `first` and `last` are cut off where they are given. */
static bool next_word(struct words *w, const char *first, char last)
{
    size_t before = strlen(first);
    if (strncmp(w->at, first, before))
        return wrong_form(w);
    const char *start = w->at + before;
    size_t length = strcspn(start, " ");
    w->at = start + length + (start[length] == ' ');
    if (last && length && start[length - 1] == last)
        length--;
    else if (last)
        return wrong_form(w);
    if (length == 0 || length > LONGEST_WORD)
        return wrong_form(w);
    memcpy(w->word, start, length);
    w->word[length] = '\0';
    return true;
}

static bool is_any(const char *word)
{
    return !strcmp(word, "*");
}

/* A registration that must be there. */
static bool check_name(struct words *w, uint32_t scope, const char *name)
{
    if (is_any(name))
        return true;
    w->scope = scope;
    w->name = ha_bag_copy(&w->reader->bag, name, strlen(name));
    w->reader->no_memory |= !w->name;
    if (w->name)
        ha_load_refer(w->loading, scope, w->place, w->name);
    return w->name;
}

static bool read_client(struct words *w)
{
    char *point = strchr(w->word, '.');
    uint32_t driver;
    if (is_any(w->word))
        return true;
    if (!point || !point[1])
        return wrong_form(w);
    *point = '\0';
    if (is_any(w->word))
        return check_name(w, HA_SCOPE_ANY_REGISTRATION, point + 1);
    if (!ha_load_find(w->loading, HA_SCOPE_DRIVERS, w->place, w->word, &driver))
        return false;
    w->pattern.driver = w->loading->script[driver].name;
    return check_name(w, HA_SCOPE_REGISTRATIONS + driver, point + 1);
}

/* The states that words of a form may name, of all that there are. */
static bool read_state(struct words *w)
{
    const struct { const char *name; int state; } all[] = {
        {ha_state_short(HA_STATE_START), HA_STATE_START},
        {ha_state_short(HA_STATE_COMPLETE), HA_STATE_COMPLETE},
        {ha_state_short(HA_STATE_FAILURE), HA_STATE_FAILURE},
        {ha_pnp_event_name(HA_PNP_ARRIVAL), HA_STATE_ARRIVAL},
        {ha_pnp_event_name(HA_PNP_REMOVAL), HA_STATE_REMOVAL},
    };
    size_t first = w->form == HA_WORDS_ARRIVAL ? 3 : 0, end = w->form == HA_WORDS_CALL ? 3 : 5;
    const char *names[5];
    w->pattern.state = HA_ANY_STATE;
    if (is_any(w->word))
        return true;
    for (size_t i = 0; i < 5; i++) {
        names[i] = all[i].name;
        if (strcmp(w->word, names[i]) != 0)
            continue;
        w->pattern.state = all[i].state;
        if (i >= first && i < end)
            return true;
        /* What is registered for the other sort belongs nowhere. */
        if (w->name && !ha_load_need(w->loading, w->scope, w->place, w->name,
                                     first ? HA_NEED_CALLS : HA_NEED_ARRIVALS))
            return false;
        HA_COMPLAIN_AT(w->reader, w->place, first ? "\"%s\" is a call of a processor change: it "
                       "belongs under \"calls\"" : "\"%s\" is no call of a processor change: it "
                       "belongs under \"arrivals\"", w->word);
        return false;
    }
    ha_read_no_choice(w->reader, w->place, "state", w->word, names + first, end - first);
    return false;
}

/* A systemwide index, GROUP:NUMBER, or any. */
static bool read_processor(struct words *w, uint32_t *processor)
{
    const struct ha_partition_options *partition = &w->loading->made.plan.partition;
    size_t length = strlen(w->word), digits = strspn(w->word, "0123456789");
    uint32_t group, number, index;
    bool there;

    *processor = HA_ANY_INDEX;
    if (is_any(w->word))
        return true;
    if (w->form != HA_WORDS_INSTANCE && ha_word_pair(w->word, length, &group, &number)) {
        there = !partition->group_count
             || (group < partition->group_count && number < partition->group[group].maximum);
        w->pattern.group = group;
        w->pattern.number = number;
    } else if (digits && digits == length && (length == 1 || w->word[0] != '0')) {
        there = ha_word_index(w->word, length, &index)
             && index < ha_load_most_processors(w->loading);
        *processor = there ? index : 0;
    } else {
        return wrong_form(w);
    }
    if (!there)
        HA_COMPLAIN_AT(w->reader, w->place, "the partition has no place for a processor %s",
                       w->word);
    return there;
}

/* The base of a range, as stories write it. */
static bool read_base(struct words *w)
{
    char written[LONGEST_WORD];
    if (is_any(w->word))
        return true;
    if (strncmp(w->word, "0x", 2) || !ha_word_size(w->word, &w->instance.base))
        return wrong_form(w);
    snprintf(written, sizeof written, "0x%" PRIx64, w->instance.base);
    if (strcmp(w->word, written) != 0) {
        HA_COMPLAIN_AT(w->reader, w->place, "the base %s is written as %s here", w->word, written);
        return false;
    }
    ha_load_refer_memory(w->loading, w->place, w->instance.base);
    return true;
}

static bool read_interface(struct words *w)
{
    uint32_t number;
    if (is_any(w->word))
        return true;
    if (!ha_word_index(w->word, strlen(w->word), &number) || number < 1 || number == HA_ANY_INDEX)
        return wrong_form(w);
    w->instance.device = number;
    return true;
}

/* Cut "#2" off the last word. */
static bool read_occurrence(struct words *w)
{
    char *sharp = w->form == HA_WORDS_MEANT ? strchr(w->word, '#') : NULL;
    if (!sharp)
        return true;
    *sharp = '\0';
    return (ha_word_index(sharp + 1, strlen(sharp + 1), &w->pattern.occurrence)
            && w->pattern.occurrence) || wrong_form(w);
}

/* What is behind the unit, which has been read. Any instance of any unit is two stars. */
static bool read_instance(struct words *w)
{
    const char *names[HA_UNIT_COUNT];
    unsigned unit = 0;
    for (unsigned i = 0; i < HA_UNIT_COUNT; i++)
        names[i] = ha_pnp_unit_name(i);
    while (unit < HA_UNIT_COUNT && strcmp(w->word, names[unit]) != 0)
        unit++;
    bool any = is_any(w->word);
    if (unit == HA_UNIT_COUNT && !any) {
        ha_read_no_choice(w->reader, w->place, "unit", w->word, names, HA_UNIT_COUNT);
        return false;
    }
    w->instance = (struct ha_instance_pattern){.unit = (uint8_t)unit, .device = HA_ANY_INDEX,
                                               .base = HA_ANY_BASE};
    if (!next_word(w, "", 0) || !read_occurrence(w))
        return false;
    if (w->form == HA_WORDS_INSTANCE && (any || is_any(w->word)))
        return wrong_form(w);
    switch (unit) {
    case HA_UNIT_PROCESSOR: return read_processor(w, &w->instance.device);
    case HA_UNIT_MEMORY: return read_base(w);
    case HA_UNIT_INTERFACE: return read_interface(w);
    default: /* what is any call at all is not said in four words */
        return (is_any(w->word) && (w->pattern.state >= 0 || w->form == HA_WORDS_ARRIVAL))
            || wrong_form(w);
    }
}

/* A registration that is named must be able to hear of the unit. */
static bool check_unit(struct words *w, unsigned unit)
{
    return !w->name || (unit != HA_UNIT_PROCESSOR && unit != HA_UNIT_MEMORY)
        || ha_load_need(w->loading, w->scope, w->place, w->name,
                        unit == HA_UNIT_MEMORY ? HA_NEED_RANGES : HA_NEED_PROCESSORS);
}

/* Who is called and with what, up to where statuses may follow. */
static bool read_head(struct words *w)
{
    w->pattern.index = w->pattern.group = w->pattern.number = HA_ANY_INDEX;
    if (!next_word(w, "", 0) || !read_client(w) || !next_word(w, "", 0) || !read_state(w)
        || !next_word(w, "", 0))
        return false;
    bool of_state = w->pattern.state >= 0 && w->pattern.state <= HA_STATE_FAILURE;
    /* Behind a * for the state there is an instance if a second word follows. */
    bool arrival = w->pattern.state >= HA_STATE_ARRIVAL || w->form == HA_WORDS_ARRIVAL
                || (!of_state && w->form != HA_WORDS_CALL && *w->at && *w->at != '('
                    && *w->at != '-');
    if (w->name && (arrival || of_state || w->form == HA_WORDS_CALL))
        ha_load_need(w->loading, w->scope, w->place, w->name,
                     arrival ? HA_NEED_ARRIVALS : HA_NEED_CALLS);
    if (arrival) {
        w->pattern.instance = &w->instance;
        return read_instance(w) && check_unit(w, w->instance.unit);
    }
    /* Without a unit, calls of either sort are meant where the state is left open. */
    return read_occurrence(w) && read_processor(w, &w->pattern.index)
        && (of_state || is_any(w->word) || check_unit(w, HA_UNIT_PROCESSOR));
}

static bool check_status(struct words *w)
{
    int32_t nt_status;
    if (is_any(w->word) || ha_word_status(w->word, &nt_status))
        return true;
    ha_read_no_such(w->reader, w->place, "status", w->word, ha_status_nearest(w->word));
    return false;
}

/* The status in the context: no call has words for one that is no error. */
static bool check_context_status(struct words *w)
{
    int32_t nt_status;
    if (!check_status(w))
        return false;
    if (is_any(w->word) || !ha_word_status(w->word, &nt_status) || nt_status != 0)
        return true;
    HA_COMPLAIN_AT(w->reader, w->place, "no call reads \"(%s)\": only an error in the context is "
                   "written there", w->word);
    return false;
}

/* What may follow the words of a call that is expected. */
static bool check_tail(struct words *w)
{
    if (w->pattern.instance || w->form > HA_WORDS_FINDING)
        return true;
    if (*w->at == '(' && (!next_word(w, "(", ')') || !check_context_status(w)))
        return false;
    return !*w->at || (next_word(w, "-> ", 0) && check_status(w));
}

/* Whether nothing is left, not even a space. */
static bool is_over(struct words *w)
{
    return (!*w->at && w->at[-1] != ' ') || wrong_form(w);
}

const char *ha_load_words(struct ha_loading *loading, size_t place, const char *text,
                          enum ha_words form)
{
    struct words w = {.loading = loading, .reader = &loading->reader, .form = form,
                      .place = place, .at = text};
    return read_head(&w) && check_tail(&w) && is_over(&w) ? text : NULL;
}

const struct ha_call_pattern *ha_load_call(struct ha_loading *loading, struct ha_node string)
{
    struct ha_reader *reader = &loading->reader;
    struct words w = {.loading = loading, .reader = reader, .form = HA_WORDS_MEANT,
                      .place = ha_read_place(reader, string), .at = ha_node_string(string)};
    if (!read_head(&w) || !is_over(&w))
        return NULL;
    bool any_unit = w.instance.unit == HA_UNIT_COUNT;
    struct ha_call_pattern *pattern = ha_read_take(reader, 1, sizeof *pattern);
    struct ha_instance_pattern *instance = NULL;
    if (w.pattern.instance && !any_unit && !(instance = ha_read_take(reader, 1, sizeof *instance)))
        return NULL;
    if (!pattern)
        return NULL;
    *pattern = w.pattern;
    pattern->registration = w.name;
    pattern->instance = instance;
    if (instance)
        *instance = w.instance;
    return pattern;
}

const struct ha_instance_pattern *ha_load_instance(struct ha_loading *loading,
                                                   struct ha_node string)
{
    struct ha_reader *reader = &loading->reader;
    struct words w = {.loading = loading, .reader = reader, .form = HA_WORDS_INSTANCE,
                      .place = ha_read_place(reader, string), .at = ha_node_string(string)};
    if (!next_word(&w, "", 0) || !read_instance(&w) || !is_over(&w))
        return NULL;
    struct ha_instance_pattern *instance = ha_read_take(reader, 1, sizeof *instance);
    if (instance)
        *instance = w.instance;
    return instance;
}
