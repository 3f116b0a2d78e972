/*
 * accept - see accept.h. Owns the way from a verdict to a file that has changed whole.
 *
 * The new text is loaded before it takes the place of the old one, so what is written is a
 * scenario; and nothing is written while the run differs in anything else, so it passes.
 */
#include "edge/accept.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/hash.h"
#include "edge/accept_text.h"

/* The members that are written, and the expectation that they make. */
struct acceptance {
    struct ha_expected_violation *violation;
    size_t violation_count;
    struct ha_text rules, words;
    struct ha_accept_list violations, calls;
};

static void close_acceptance(struct acceptance *a)
{
    free(a->violation);
    ha_text_close(&a->rules);
    ha_text_close(&a->words);
}

/* Every rule that an error was found against, once. */
static bool list_rules(struct acceptance *a, const struct ha_run *run)
{
    size_t count;
    const struct ha_finding *finding = ha_judge_findings(run->judge, &count, NULL);
    a->violation = calloc(count + 1, sizeof *a->violation);
    if (!a->violation)
        return false;
    for (size_t i = 0; i < count; i++) {
        const char *rule = finding[i].rule->id;
        size_t k = 0;
        while (k < a->violation_count && strcmp(a->violation[k].rule, rule) != 0)
            k++;
        if (finding[i].severity != HA_ERROR || k < a->violation_count)
            continue;
        a->violation[a->violation_count++].rule = rule;
        ha_text_add_bytes(&a->rules, rule, strlen(rule) + 1);
    }
    return !a->rules.lost;
}

/* How the run differs from an expectation; `run->report` says it. */
static int compare(struct ha_run *run, const struct ha_expect *expect)
{
    ha_matcher_expect(run->matcher, expect);
    int differences = ha_run_compare(run);
    ha_matcher_expect(run->matcher, &run->scenario->expect);
    return differences;
}

/*
 * What of the two members is to be replaced. Returns how many differences there would still be,
 * which `run->report` then tells, or HA_ENOMEM.
 */
static int plan_members(struct acceptance *a, struct ha_run *run)
{
    const struct ha_expect *old = &run->scenario->expect;
    struct ha_expect expect = *old;
    if (!list_rules(a, run))
        return HA_ENOMEM;
    a->calls.count = ha_matcher_write_calls(run->matcher, &a->words);
    a->calls.strings = ha_text_string(&a->words);
    a->violations.count = a->violation_count;
    a->violations.strings = ha_text_string(&a->rules);

    expect.has_calls = false;
    int other_violations = compare(run, &expect);
    expect = *old;
    expect.violation = a->violation;
    expect.violation_count = a->violation_count;
    int other_calls = compare(run, &expect);
    expect.has_calls = false;
    int rest = compare(run, &expect);
    if (other_violations < 0 || other_calls < 0 || rest < 0 || a->words.lost)
        return HA_ENOMEM;
    a->violations.replaces = other_violations > rest;
    a->calls.replaces = other_calls > rest;
    return rest;
}

static int cannot_write(struct ha_error *error, const char *why)
{
    return ha_error_set(error, HA_EREAD, "cannot be written: %s", why);
}

/* The file's new text, loaded as `run->accepted`. */
static int make_text(struct ha_run *run, const struct acceptance *a, const struct ha_text *old,
                     struct ha_text *made, struct ha_error *error)
{
    struct ha_source source = {.file = run->scenario->file, .bytes = ha_text_string(old),
                               .length = old->length};
    struct ha_complaints complaints = {.count = 0};
    struct ha_text messages = {0};
    struct ha_tree tree;
    if (ha_hash_text(source.bytes, source.length) != run->plan.scenario_hash)
        return cannot_write(error, "it has changed since it was read");
    int err = ha_tree_init(&tree, &source, &complaints);
    if (err)
        return err;
    ha_accept_text(&tree, &a->violations, &a->calls, made);
    ha_tree_close(&tree);
    if (made->lost)
        return HA_ENOMEM;
    if (made->length > HA_SCAN_MOST_BYTES)
        return cannot_write(error, "it would be larger than a scenario may be");
    err = ha_scenario_load_text(source.file, made->bytes, made->length, &run->accepted, &messages);
    assert(err != HA_EREAD);
    ha_text_close(&messages);
    return err;
}

static bool write_all(int file, const struct ha_text *text)
{
    size_t written = 0;
    while (written < text->length) {
        ssize_t got = write(file, text->bytes + written, text->length - written);
        if (got < 0 && errno != EINTR)
            return false;
        written += got > 0 ? (size_t)got : 0;
    }
    return fsync(file) == 0;
}

/* Put a text in the place of a file, whose owner and permissions stay. False leaves errno. */
static bool replace_file(const char *path, const struct stat *old, const struct ha_text *text)
{
    static const char pattern[] = ".hotadd-XXXXXX";
    const char *name = strrchr(path, '/');
    struct ha_text beside = {0};
    ha_text_add_bytes(&beside, path, name ? (size_t)(name - path) + 1 : 0);
    ha_text_add(&beside, pattern);
    int file = -1;
    errno = ENOMEM;
    if (!beside.lost)
        file = mkstemp(beside.bytes);
    bool good = file >= 0;
    if (good) {
        bool same_owner = fchown(file, old->st_uid, old->st_gid) == 0;
        good = fchmod(file, old->st_mode & (same_owner ? 07777 : 0777)) == 0 &&
               write_all(file, text);
        good = close(file) == 0 && good && rename(beside.bytes, path) == 0;
        int reason = errno;
        if (!good)
            unlink(beside.bytes);
        errno = reason;
    }
    int reason = errno;
    ha_text_close(&beside);
    errno = reason;
    return good;
}

/* Make the new file in the place of `path`, which is where links lead. */
static int write_members(struct ha_run *run, const struct acceptance *a, const char *path,
                         struct ha_error *error)
{
    struct ha_text old = {0}, made = {0};
    struct stat status;
    int err = HA_OK;
    if (stat(path, &status) || access(path, W_OK))
        err = cannot_write(error, strerror(errno));
    else if (!S_ISREG(status.st_mode))      /* reading a pipe again would wait for ever */
        err = cannot_write(error, "it is no regular file");
    if (!err)
        err = ha_scenario_read_file(path, NULL, &old);
    if (err == HA_EREAD && !error->text[0])
        err = cannot_write(error, strerror(errno));
    if (!err)
        err = make_text(run, a, &old, &made, error);
    if (!err && run->accepted.plan.scenario_hash != run->plan.scenario_hash &&
        !replace_file(path, &status, &made))
        err = cannot_write(error, strerror(errno));
    ha_text_close(&old);
    ha_text_close(&made);
    return err;
}

static int accept_members(struct ha_run *run, const struct acceptance *a, struct ha_error *error)
{
    char *path = realpath(run->scenario->file, NULL);
    if (!path)
        return errno == ENOMEM ? HA_ENOMEM : cannot_write(error, strerror(errno));
    int err = write_members(run, a, path, error);
    free(path);
    if (err)
        return err;
    ha_matcher_expect(run->matcher, &run->accepted.expect);
    run->differences = ha_run_compare(run);
    return run->differences < 0 ? HA_ENOMEM : HA_OK;
}

/* A run whose scenario will not repeat it, or that differs in more than can be written. */
static int refuse(struct ha_run *run, int differences, const char *why)
{
    run->differences = differences;
    ha_text_addf(&run->report, "not accepted: %s\n", why);
    return run->report.lost ? HA_ENOMEM : HA_OK;
}

int ha_accept(struct ha_run *run, struct ha_error *error)
{
    enum ha_ending ending = ha_run_ending(run);
    struct acceptance a = {.violation_count = 0};
    int err = HA_ENOMEM;
    if (ending == HA_END_BUDGET || ending == HA_END_SIGNAL)
        return refuse(run, run->differences + 1, "the run was cut short");
    int rest = plan_members(&a, run);
    if (rest == 0)
        err = accept_members(run, &a, error);
    else if (rest > 0)
        err = refuse(run, rest, "only calls and violations can be");
    close_acceptance(&a);
    return err == HA_ENOMEM ? ha_error_set(error, err, "%s", ha_err_text(err)) : err;
}
