/*
 * load_call - the words of a call
 *
 * Owns their notation: "DRIVER.NAME Start 4", with statuses behind it where a call is expected,
 * with "#2" where one is waited for. Any word, and either half of the first, may be a * that
 * stands for all.
 */
#include <string.h>

#include "base/names.h"
#include "edge/load_parts.h"
#include "edge/load_words.h"

#define LONGEST_WORD 63u

/* A call that is being read, and where in it we are. */
struct words {
    struct ha_loading *loading;
    struct ha_reader *reader;
    struct ha_node node;
    const char *at;
    struct ha_call_pattern *pattern;    /* NULL: the words are only checked */
    char word[LONGEST_WORD + 1];
};

static bool wrong_form(struct words *w)
{
    if (w->pattern)
        HA_COMPLAIN(w->reader, w->node, "these calls read \"DRIVER.NAME Start 4\", with Complete "
                    "or Failure for Start, and may end in \"#2\" for the second of them");
    else
        HA_COMPLAIN(w->reader, w->node, "a call reads \"DRIVER.NAME Start 4\", with Complete or "
                    "Failure for Start, and may end in \" (STATUS)\" and \" -> STATUS\"");
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

/* A registration that must be there: at once, or where it may come later, in the end. */
static bool check_name(struct words *w, uint32_t scope, const char *name)
{
    uint32_t number;
    if (is_any(name))
        return true;
    if (!w->pattern)
        return ha_load_find(w->loading, scope, ha_read_place(w->reader, w->node), name, &number);
    const char *copy = ha_bag_copy(&w->reader->bag, name, strlen(name));
    w->pattern->registration = copy;
    if (copy)
        ha_load_refer(w->loading, scope, w->node, copy);
    else
        w->reader->no_memory = true;
    return copy;
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
    if (!ha_load_find(w->loading, HA_SCOPE_DRIVERS, ha_read_place(w->reader, w->node), w->word,
                      &driver))
        return false;
    if (w->pattern)
        w->pattern->driver = w->loading->script[driver].name;
    return check_name(w, HA_SCOPE_REGISTRATIONS + driver, point + 1);
}

static bool read_state(struct words *w, int *state)
{
    const char *names[HA_STATE_FAILURE + 1];
    *state = HA_ANY_STATE;
    if (is_any(w->word))
        return true;
    for (unsigned i = 0; i <= HA_STATE_FAILURE; i++) {
        names[i] = ha_state_short(i);
        if (!strcmp(w->word, names[i])) {
            *state = (int)i;
            return true;
        }
    }
    ha_read_no_choice(w->reader, w->node, "state", w->word, names, HA_STATE_FAILURE + 1);
    return false;
}

/* A systemwide index, GROUP:NUMBER, or any. */
static bool read_processor(struct words *w, struct ha_call_pattern *pattern)
{
    const struct ha_partition_options *partition = &w->loading->made.plan.partition;
    size_t digits = strspn(w->word, "0123456789");
    uint32_t group, number;
    bool there = true;
    int64_t index;

    pattern->index = pattern->group = pattern->number = HA_ANY_INDEX;
    if (is_any(w->word))
        return true;
    if (ha_word_pair(w->word, strlen(w->word), &group, &number)) {
        there = !partition->group_count
             || (group < partition->group_count && number < partition->group[group].maximum);
        pattern->group = group;
        pattern->number = number;
    } else if (digits && !w->word[digits] && (digits == 1 || w->word[0] != '0')) {
        there = ha_word_number(w->word, &index) && index < ha_load_most_processors(w->loading);
        pattern->index = there ? (uint32_t)index : 0;
    } else {
        return wrong_form(w);
    }
    if (!there)
        HA_COMPLAIN(w->reader, w->node, "the partition has no place for a processor %s", w->word);
    return there;
}

static bool check_status(struct words *w)
{
    int32_t nt_status;
    if (is_any(w->word) || ha_word_status(w->word, &nt_status))
        return true;
    ha_read_no_such(w->reader, ha_read_place(w->reader, w->node), "status", w->word,
                    ha_status_nearest(w->word));
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
    HA_COMPLAIN(w->reader, w->node, "no call reads \"(%s)\": only an error in the context is "
                "written there", w->word);
    return false;
}

/* Who is called and with what; `pattern` gets all but the names, which w->pattern gets. */
static bool read_head(struct words *w, struct ha_call_pattern *pattern)
{
    return next_word(w, "", 0) && read_client(w) && next_word(w, "", 0)
        && read_state(w, &pattern->state) && next_word(w, "", 0);
}

const char *ha_load_call_words(struct ha_loading *loading, struct ha_node node)
{
    struct words w = {.loading = loading, .reader = &loading->reader, .node = node};
    struct ha_call_pattern unused;
    if (!ha_read_kind(w.reader, node, HA_JSON_STRING))
        return NULL;
    const char *call = w.at = ha_read_string(w.reader, node);
    if (!call || !read_head(&w, &unused) || !read_processor(&w, &unused))
        return NULL;
    if (*w.at == '(' && (!next_word(&w, "(", ')') || !check_context_status(&w)))
        return NULL;
    if (*w.at && (!next_word(&w, "-> ", 0) || !check_status(&w)))
        return NULL;
    if (*w.at || call[strlen(call) - 1] == ' ') {
        wrong_form(&w);
        return NULL;
    }
    return call;
}

/* Cut "#2" off the last word. */
static bool read_occurrence(struct words *w)
{
    char *sharp = strchr(w->word, '#');
    int64_t occurrence;
    if (!sharp)
        return true;
    *sharp = '\0';
    if (sharp[1] == '\0' || sharp[1] == '0' || sharp[1 + strspn(sharp + 1, "0123456789")]
        || !ha_word_number(sharp + 1, &occurrence) || occurrence > UINT32_MAX)
        return wrong_form(w);
    w->pattern->occurrence = (uint32_t)occurrence;
    return true;
}

const struct ha_call_pattern *ha_load_call(struct ha_loading *loading, struct ha_node string)
{
    struct words w = {.loading = loading, .reader = &loading->reader, .node = string,
                      .at = ha_node_string(string)};
    w.pattern = ha_read_take(w.reader, 1, sizeof *w.pattern);
    if (!w.pattern || !read_head(&w, w.pattern) || !read_occurrence(&w)
        || !read_processor(&w, w.pattern))
        return NULL;
    if (*w.at || w.at[-1] == ' ') {
        wrong_form(&w);
        return NULL;
    }
    return w.pattern;
}
