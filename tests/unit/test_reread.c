/*
 * jsonl_read, lacking, judge: the traces of all scenarios, read back
 *
 * The whole collection is played once; what comes out is read again as it is, and with all that
 * another maker could leave out. The judge, who has no engine here, must say the same, and cry at
 * nothing that is only missing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/names.h"
#include "check/jsonl.h"
#include "check/jsonl_read.h"
#include "check/judge.h"
#include "check/vocabulary.h"
#include "hotadd/scenario.h"

#define MOST_TRACES 1024u
#define MOST_FOUND 16u          /* findings of one trace that are compared */

/* What was found in a trace: rules and drivers. */
struct found {
    size_t count;
    struct { const struct ha_rule *rule; enum ha_severity severity; uint16_t driver; uint64_t seq;
    } one[MOST_FOUND];
};

/* The whole of what was played, and a reader and judge for it. */
struct collection {
    char *bytes;
    size_t length;
    struct ha_record *record;                   /* of all traces, one behind the other, ... */
    size_t count, traces;
    size_t first[MOST_TRACES + 1];              /* ... and where each begins */
    struct ha_jsonl_reader *reader;
    struct ha_judge *judge;
    struct found found[2][MOST_TRACES];         /* as they are; the second as made elsewhere */
};

/* How a trace is changed before it is read. */
struct change {
    uint64_t without_rows;      /* members of these rows are left out, a bit each */
    uint64_t kinds[2];          /* lines of these kinds are left out, a bit each */
    unsigned of_hundred;        /* so many lines, picked at random, are left out */
    bool renumber;              /* as if nothing were missing */
    bool elsewhere;             /* the maker is another one */
};

static void play_all(void **state)
{
    static struct collection all;
    static const char *const path[] = {HA_TESTS_DIR "/../scenarios"};
    FILE *out = tmpfile(), *log = tmpfile();
    const struct ha_play_options options = {
        .path = path, .path_count = 1, .modules = HA_DRIVERS, .output = HA_OUTPUT_JSONL,
        .hang_s = 60, .out = out, .log = log,
    };
    long length;

    assert_non_null(out);
    assert_non_null(log);
    assert_int_equal(ha_play(&options), HA_EXIT_OK);
    length = ftell(out);
    assert_true(length > 0);
    all.length = (size_t)length;
    all.bytes = malloc(all.length + 1);
    assert_non_null(all.bytes);
    rewind(out);
    assert_int_equal(fread(all.bytes, 1, all.length, out), all.length);
    all.bytes[all.length] = '\0';
    fclose(out);
    fclose(log);
    all.reader = ha_jsonl_reader_create();
    all.judge = ha_judge_create();
    assert_non_null(all.reader);
    assert_non_null(all.judge);
    *state = &all;
}

static int close_all(void **state)
{
    struct collection *all = *state;
    ha_jsonl_reader_destroy(all->reader);
    ha_judge_destroy(all->judge);
    free(all->bytes);
    free(all->record);
    return 0;
}

static enum ha_line read_line(struct collection *all, const char *line, size_t length,
                              struct ha_record *record)
{
    enum ha_line is = ha_jsonl_read(all->reader, line, length, record);
    if (is == HA_LINE_WRONG)
        fail_msg("%s: %.*s", ha_jsonl_reader_wrong(all->reader)->message, (int)length, line);
    return is;
}

/* Keep every record. */
static void read_all(struct collection *all)
{
    size_t lines = 0;

    for (const char *at = all->bytes; (at = strchr(at, '\n')) != NULL; at++)
        lines++;
    all->record = malloc((lines + 1) * sizeof *all->record);
    assert_non_null(all->record);
    for (const char *at = all->bytes, *feed; *at; at = feed + 1) {
        struct ha_record *record = &all->record[all->count];
        feed = strchr(at, '\n');
        if (read_line(all, at, (size_t)(feed - at), record) != HA_LINE_RECORD)
            continue;
        if (record->kind == HA_TRACE_BEGIN) {
            assert_true(all->traces < MOST_TRACES);
            all->first[all->traces++] = all->count;
        }
        all->count++;
    }
    all->first[all->traces] = all->count;
}

static void every_line_is_read_back_as_it_was_written(void **state)
{
    struct collection *all = *state;
    struct ha_text line = {0};
    struct ha_record record;
    size_t records = 0;

    for (const char *at = all->bytes, *feed; *at; at = feed + 1) {
        feed = strchr(at, '\n');
        if (read_line(all, at, (size_t)(feed - at), &record) != HA_LINE_RECORD)
            continue;
        ha_text_clear(&line);
        ha_jsonl_add(&line, &record);
        if (line.length != (size_t)(feed + 1 - at) || memcmp(line.bytes, at, line.length))
            fail_msg("%.*s is read as %s", (int)(feed - at), at, line.bytes);
        records++;
    }
    assert_true(records > 10000);
    ha_text_close(&line);
}

/* The findings of a trace that has been judged, as lines. */
static void add_findings(struct collection *all, struct ha_text *lines)
{
    size_t count;
    const struct ha_finding *finding = ha_judge_findings(all->judge, &count, NULL);
    for (size_t i = 0; i < count; i++)
        ha_jsonl_add_finding(lines, &finding[i]);
}

static void the_judge_says_of_what_was_read_what_it_said_of_the_run(void **state)
{
    struct collection *all = *state;
    struct ha_text told = {0}, found = {0};
    struct ha_record record;

    ha_judge_reset(all->judge);
    for (const char *at = all->bytes, *feed; *at; at = feed + 1) {
        feed = strchr(at, '\n');
        if (read_line(all, at, (size_t)(feed - at), &record) == HA_LINE_FINDING) {
            ha_text_add_bytes(&told, at, (size_t)(feed + 1 - at));
            continue;
        }
        if (record.kind == HA_TRACE_BEGIN) {
            add_findings(all, &found);
            ha_judge_reset(all->judge);
        }
        ha_judge_sink(all->judge)->take(ha_judge_sink(all->judge), &record, 1);
    }
    add_findings(all, &found);

    assert_true(told.length > 1000);
    assert_string_equal(ha_text_string(&found), ha_text_string(&told));
    ha_text_close(&told);
    ha_text_close(&found);
}

/* The line of a record without the members of some rows. */
static void write_changed(const struct ha_record *record, const struct change *change,
                          struct ha_text *line)
{
    struct ha_text whole = {0};
    struct ha_cursor cursor = {0};
    struct ha_span key;
    bool first = true, more = true;

    ha_jsonl_add(&whole, record);
    cursor.at = whole.bytes + 1;
    cursor.end = whole.bytes + whole.length;
    ha_text_clear(line);
    ha_text_add(line, "{");
    for (;; first = false) {
        assert_true(ha_cursor_key(&cursor, first, &key, &more));
        if (!more)
            break;
        char name[32] = "";
        const char *start = cursor.at;
        assert_true(key.length < sizeof name && ha_cursor_skip(&cursor));
        memcpy(name, key.bytes, key.length);
        unsigned row = ha_lack_of(record->kind, name);
        if (row != HA_LACK_NEVER && change->without_rows & HA_LACK_BIT(row))
            continue;
        ha_text_addf(line, "%s\"%s\":%.*s", line->length > 1 ? "," : "", name,
                     (int)(cursor.at - start), start);
    }
    ha_text_add(line, "}");
    ha_text_close(&whole);
}

static bool is_picked(const struct ha_record *record, const struct change *change, uint64_t *seed)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return record->kind != HA_TRACE_BEGIN
           && ((change->kinds[record->kind / 64] >> record->kind % 64 & 1)
               || (*seed >> 33) % 100 < change->of_hundred);
}

static void note_found(struct collection *all, struct found *found)
{
    size_t count;
    const struct ha_finding *finding = ha_judge_findings(all->judge, &count, NULL);
    found->count = count < MOST_FOUND ? count : MOST_FOUND;
    for (size_t i = 0; i < found->count; i++) {
        found->one[i].rule = finding[i].rule;
        found->one[i].severity = finding[i].severity;
        found->one[i].driver = finding[i].driver;
        found->one[i].seq = finding[i].seq;
    }
}

/* Whether lines of this kind have members that are left out. */
static bool is_touched(unsigned kind, const struct change *change)
{
    const struct ha_field *field[2];
    size_t count[2];

    field[0] = ha_fields_of_all(&count[0]);
    field[1] = ha_fields_of_kind(kind, &count[1]);
    for (size_t i = 0; i < 2; i++) {
        for (size_t k = 0; k < count[i]; k++) {
            unsigned row = ha_lack_of(kind, field[i][k].name);
            if (row != HA_LACK_NEVER && change->without_rows & HA_LACK_BIT(row))
                return true;
        }
    }
    return false;
}

/* The record as it is read when its line lacks those members. */
static void reread(struct collection *all, const struct change *change, struct ha_record *record)
{
    struct ha_text line = {0};

    write_changed(record, change, &line);
    if (ha_jsonl_read(all->reader, line.bytes, line.length, record) != HA_LINE_RECORD)
        fail_msg("%s: %s", ha_jsonl_reader_wrong(all->reader)->message, line.bytes);
    ha_text_close(&line);
}

/* Judge one trace, changed or not. */
static void judge_changed(struct collection *all, size_t trace, const struct change *change,
                          uint64_t *seed, struct found *found, uint64_t *first_gap)
{
    bool touched[HA_KIND_COUNT], rewrites = change->without_rows != 0;
    uint64_t seq = 0;

    for (unsigned kind = 0; kind < HA_KIND_COUNT && rewrites; kind++)
        touched[kind] = is_touched(kind, change);
    *first_gap = 0;
    ha_judge_reset(all->judge);
    for (size_t i = all->first[trace]; i < all->first[trace + 1]; i++) {
        struct ha_record record = all->record[i];
        if (record.kind == HA_TRACE_BEGIN && change->elsewhere)
            record.as.begin.maker = HA_MAKER_OTHER;
        if (is_picked(&record, change, seed)) {
            if (!change->renumber && !*first_gap)
                *first_gap = ha_record_seq(&record);
            continue;
        }
        seq++;
        if (change->renumber)
            ha_record_number(&record, seq);
        /* A trace whose members lack "seq", "t" or "active" goes on from one line to the next. */
        if (rewrites && (touched[record.kind] || record.kind == HA_TRACE_BEGIN))
            reread(all, change, &record);
        ha_judge_sink(all->judge)->take(ha_judge_sink(all->judge), &record, 1);
    }
    note_found(all, found);
}

/* Judge every trace as it is. */
static void judge_all(struct collection *all)
{
    for (size_t elsewhere = 0; elsewhere < 2; elsewhere++) {
        const struct change none = {.elsewhere = elsewhere};
        uint64_t seed = 7, gap;
        for (size_t trace = 0; trace < all->traces; trace++)
            judge_changed(all, trace, &none, &seed, &all->found[elsewhere][trace], &gap);
    }
}

static size_t count_like(const struct found *found, size_t which, const struct found *among)
{
    size_t count = 0;
    for (size_t i = 0; i < among->count; i++)
        count += among->one[i].rule == found->one[which].rule
                 && among->one[i].severity == found->one[which].severity
                 && among->one[i].driver == found->one[which].driver;
    return count;
}

/* Judge every trace as it is and changed: what only the change brings must be hidden. */
static void expect_no_alarm(struct collection *all, const struct change *change, uint64_t lacking,
                            bool drivers_only, const char *label)
{
    struct found after;

    for (size_t trace = 0; trace < all->traces; trace++) {
        uint64_t seed = 7, gap;         /* what is picked depends on no other trace */
        const struct found *before = &all->found[change->elsewhere][trace];
        judge_changed(all, trace, change, &seed, &after, &gap);
        for (size_t i = 0; i < after.count; i++) {
            bool behind = gap && after.one[i].seq >= gap;
            if ((drivers_only || behind) && !after.one[i].driver)
                continue;
            if (count_like(&after, i, &after) > count_like(&after, i, before)
                && !ha_lack_hides(lacking, after.one[i].rule))
                fail_msg("%s: %s is found in trace %zu, which only lacks something, at record %llu",
                         label, after.one[i].rule->id, trace,
                         (unsigned long long)after.one[i].seq);
        }
    }
}

static int open_all(void **state)
{
    play_all(state);
    read_all(*state);
    judge_all(*state);
    return 0;
}

static void a_member_that_may_be_left_out_leads_to_no_alarm(void **state)
{
    struct collection *all = *state;
    uint64_t every = 0;

    for (unsigned row = HA_LACK_RECORDS + 1; ha_lack_rules(row); row++) {
        struct change change = {.without_rows = HA_LACK_BIT(row)};
        char label[32];
        snprintf(label, sizeof label, "row %u", row);
        expect_no_alarm(all, &change, HA_LACK_BIT(row), false, label);
        every |= HA_LACK_BIT(row);
    }
    expect_no_alarm(all, &(struct change){.without_rows = every}, every, false, "all rows");
    expect_no_alarm(all, &(struct change){.without_rows = every, .elsewhere = true}, every, false,
                    "all rows, made elsewhere");
}

static void set(uint64_t kinds[2], unsigned kind)
{
    kinds[kind / 64] |= UINT64_C(1) << kind % 64;
}

/* What code inside a driver can see and record. */
static const uint8_t visible[] = {
    HA_TRACE_BEGIN, HA_GROUP, HA_PROCESSOR, HA_NAME, HA_TRACE_END,
    HA_DRV_ENTRY_ENTER, HA_DRV_ENTRY_LEAVE, HA_UNLOAD_ENTER, HA_UNLOAD_LEAVE,
    HA_REG_ENTER, HA_REG_RETURN, HA_DEREG_ENTER, HA_DEREG_RETURN, HA_CB_ENTER, HA_CB_LEAVE,
    HA_QUERY, HA_RELATION, HA_ALLOC, HA_FREE, HA_PNP_REG_ENTER, HA_PNP_REG_RETURN,
    HA_PNP_UNREG_ENTER, HA_PNP_UNREG_RETURN, HA_PNP_CB_ENTER, HA_PNP_CB_LEAVE,
};

static void what_a_driver_cannot_see_is_not_missed(void **state)
{
    struct change change = {.kinds = {UINT64_MAX, UINT64_MAX}, .renumber = true, .elsewhere = true};
    bool seen[HA_KIND_COUNT] = {false};

    for (size_t i = 0; i < sizeof visible; i++) {
        change.kinds[visible[i] / 64] &= ~(UINT64_C(1) << visible[i] % 64);
        seen[visible[i]] = true;
    }
    expect_no_alarm(*state, &change, ha_lack_of_kinds(seen), true, "visible kinds");
    set(change.kinds, HA_PROCESSOR);
    set(change.kinds, HA_GROUP);
    seen[HA_PROCESSOR] = seen[HA_GROUP] = false;
    expect_no_alarm(*state, &change, ha_lack_of_kinds(seen), true, "visible kinds without places");
}

static void a_kind_that_a_maker_never_writes_is_not_missed(void **state)
{
    static const uint8_t kinds[] = {HA_UNLOAD_REQ, HA_IMAGE_FREED, HA_REF, HA_ADD_BEGIN, HA_ACTIVE,
                                    HA_SCHED, HA_HW_START, HA_REG_LOCKED, HA_DEREG_LOCKED,
                                    HA_THREAD, HA_FAULT, HA_PROCESSOR, HA_DEVICE_STARTED,
                                    HA_IFACE_UP, HA_MEM_ONLINE, HA_REFUSED};

    for (size_t i = 0; i < sizeof kinds; i++) {
        struct change change = {.renumber = true, .elsewhere = true};
        bool seen[HA_KIND_COUNT];
        memset(seen, true, sizeof seen);
        seen[kinds[i]] = false;
        set(change.kinds, kinds[i]);
        expect_no_alarm(*state, &change, ha_lack_of_kinds(seen), true, ha_kind_name(kinds[i]));
    }
}

static void records_that_are_lost_lead_to_no_alarm(void **state)
{
    static const unsigned rates[] = {1, 3, 10, 30, 60};

    for (size_t i = 0; i < sizeof rates / sizeof rates[0]; i++) {
        struct change change = {.of_hundred = rates[i], .elsewhere = true};
        char label[32];
        snprintf(label, sizeof label, "%u of 100 lost", rates[i]);
        expect_no_alarm(*state, &change, HA_LACK_BIT(HA_LACK_RECORDS), false, label);
    }
    for (unsigned kind = HA_DRV_ENTRY_ENTER; kind < HA_KIND_COUNT; kind++) {
        struct change change = {.elsewhere = true};
        set(change.kinds, kind);
        expect_no_alarm(*state, &change, HA_LACK_BIT(HA_LACK_RECORDS), false,
                        ha_kind_name(kind) ? ha_kind_name(kind) : "?");
    }
}

static void every_rule_of_the_table_exists(void **state)
{
    (void)state;
    for (unsigned row = 0; ha_lack_rules(row); row++) {
        char rules[512];
        snprintf(rules, sizeof rules, "%s", ha_lack_rules(row) + (ha_lack_rules(row)[0] == '!'));
        for (char *id = strtok(rules, " "); id; id = strtok(NULL, " "))
            if (!ha_rule_find(id))
                fail_msg("there is no rule %s", id);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_line_is_read_back_as_it_was_written),
        cmocka_unit_test(the_judge_says_of_what_was_read_what_it_said_of_the_run),
        cmocka_unit_test(a_member_that_may_be_left_out_leads_to_no_alarm),
        cmocka_unit_test(what_a_driver_cannot_see_is_not_missed),
        cmocka_unit_test(a_kind_that_a_maker_never_writes_is_not_missed),
        cmocka_unit_test(records_that_are_lost_lead_to_no_alarm),
        cmocka_unit_test(every_rule_of_the_table_exists),
    };
    return cmocka_run_group_tests(tests, open_all, close_all);
}
