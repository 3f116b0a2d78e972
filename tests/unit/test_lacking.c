/*
 * lacking, judge: the traces of all scenarios without all that another maker could leave out
 *
 * The judge must not cry at what is only missing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/names.h"
#include "check/jsonl.h"
#include "check/judge.h"
#include "check/vocabulary.h"
#include "unit/collected.h"

#define MOST_FOUND 16u          /* findings of one trace that are compared */

/* What was found in a trace: rules and drivers. */
struct found {
    size_t count;
    struct { const struct ha_rule *rule; enum ha_severity severity; uint16_t driver; uint64_t seq;
    } one[MOST_FOUND];
};

struct bench {
    struct collected all;
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

static void note_found(struct bench *b, struct found *found)
{
    size_t count;
    const struct ha_finding *finding = ha_judge_findings(b->judge, &count, NULL);
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
static void reread(struct bench *b, const struct change *change, struct ha_record *record)
{
    struct ha_text line = {0};

    write_changed(record, change, &line);
    if (ha_jsonl_read(b->all.reader, line.bytes, line.length, record) != HA_LINE_RECORD)
        fail_msg("%s: %s", ha_jsonl_reader_wrong(b->all.reader)->message, line.bytes);
    ha_text_close(&line);
}

/* Judge one trace, changed or not. */
static void judge_changed(struct bench *b, size_t trace, const struct change *change,
                          uint64_t *seed, struct found *found, uint64_t *first_gap)
{
    bool touched[HA_KIND_COUNT], rewrites = change->without_rows != 0;
    uint64_t seq = 0;

    for (unsigned kind = 0; kind < HA_KIND_COUNT && rewrites; kind++)
        touched[kind] = is_touched(kind, change);
    *first_gap = 0;
    ha_judge_reset(b->judge);
    for (size_t i = b->all.first[trace]; i < b->all.first[trace + 1]; i++) {
        struct ha_record record = b->all.record[i];
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
            reread(b, change, &record);
        ha_judge_sink(b->judge)->take(ha_judge_sink(b->judge), &record, 1);
    }
    note_found(b, found);
}

/* Judge every trace as it is. */
static void judge_all(struct bench *b)
{
    for (size_t elsewhere = 0; elsewhere < 2; elsewhere++) {
        const struct change none = {.elsewhere = elsewhere};
        uint64_t seed = 7, gap;
        for (size_t trace = 0; trace < b->all.traces; trace++)
            judge_changed(b, trace, &none, &seed, &b->found[elsewhere][trace], &gap);
    }
}

/* Whether the trace says of itself that its kernel is another one than the documents' own. */
static bool says_it_differs(const struct bench *b, size_t trace)
{
    for (size_t i = b->all.first[trace]; i < b->all.first[trace + 1]; i++)
        if ((b->all.record[i].kind == HA_KNOB && b->all.record[i].as.knob.value)
            || (b->all.record[i].kind == HA_CHOICE && b->all.record[i].as.choice.answer))
            return true;
    return false;
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

/* Who must not be accused; USUAL: nobody but a kernel that reads the documents otherwise. */
enum whom { ALL, USUAL, DRIVERS };

/* Judge every trace as it is and changed: what only the change brings must be hidden. */
static void expect_no_alarm(struct bench *b, const struct change *change, uint64_t lacking,
                            enum whom whom, const char *label)
{
    struct found after;

    for (size_t trace = 0; trace < b->all.traces; trace += HA_EVERY) {
        uint64_t seed = 7, gap;         /* what is picked depends on no other trace */
        const struct found *before = &b->found[change->elsewhere][trace];
        judge_changed(b, trace, change, &seed, &after, &gap);
        for (size_t i = 0; i < after.count; i++) {
            bool behind = gap && after.one[i].seq >= gap;
            if (!after.one[i].driver
                && (behind || whom == DRIVERS || (whom == USUAL && says_it_differs(b, trace))))
                continue;
            if (count_like(&after, i, &after) > count_like(&after, i, before)
                && !ha_lack_hides(lacking, after.one[i].rule))
                fail_msg("%s: %s is found in trace %zu, which only lacks something, at record "
                         "%llu; does src/check/lacking.c have the rule in that row?", label,
                         after.one[i].rule->id, trace, (unsigned long long)after.one[i].seq);
        }
    }
}

static int open_all(void **state)
{
    static struct bench bench;
    collected_open(&bench.all);
    bench.judge = ha_judge_create();
    assert_non_null(bench.judge);
    judge_all(&bench);
    *state = &bench;
    return 0;
}

static int close_all(void **state)
{
    struct bench *b = *state;
    ha_judge_destroy(b->judge);
    collected_close(&b->all);
    return 0;
}

static void a_member_that_may_be_left_out_leads_to_no_alarm(void **state)
{
    struct bench *b = *state;
    uint64_t every = 0;

    for (unsigned row = HA_LACK_RECORDS + 1; ha_lack_rules(row); row++) {
        struct change change = {.without_rows = HA_LACK_BIT(row)};
        char label[32];
        snprintf(label, sizeof label, "row %u", row);
        expect_no_alarm(b, &change, HA_LACK_BIT(row), ALL, label);
        every |= HA_LACK_BIT(row);
    }
    expect_no_alarm(b, &(struct change){.without_rows = every}, every, ALL, "all rows");
    expect_no_alarm(b, &(struct change){.without_rows = every, .elsewhere = true}, every, ALL,
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
    expect_no_alarm(*state, &change, ha_lack_of_kinds(seen), USUAL, "visible kinds");
    set(change.kinds, HA_PROCESSOR);
    set(change.kinds, HA_GROUP);
    seen[HA_PROCESSOR] = seen[HA_GROUP] = false;
    expect_no_alarm(*state, &change, ha_lack_of_kinds(seen), USUAL, "visible kinds without places");
}

/*
 * Three kinds are missed by the kernel's rules alone: whose image is gone is not called any more,
 * and an add for which there is no place calls nobody. Neither can be hidden without hiding what
 * everybody wants to know, whether all are called (HOT-1).
 */
static void a_kind_that_a_maker_never_writes_is_not_missed(void **state)
{
    static const struct { uint8_t kind; bool by_kernel; } kinds[] = {
        {HA_UNLOAD_REQ, false}, {HA_REF, false}, {HA_ADD_BEGIN, false}, {HA_SCHED, false},
        {HA_HW_START, false}, {HA_REG_LOCKED, false}, {HA_DEREG_LOCKED, false},
        {HA_THREAD, false}, {HA_FAULT, false}, {HA_DEVICE_STARTED, false}, {HA_IFACE_UP, false},
        {HA_MEM_ONLINE, false}, {HA_REFUSED, false}, {HA_IMAGE_FREED, true},
        {HA_PROCESSOR, true}, {HA_ACTIVE, true},
    };

    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        struct change change = {.renumber = true, .elsewhere = true};
        bool seen[HA_KIND_COUNT];
        memset(seen, true, sizeof seen);
        seen[kinds[i].kind] = false;
        set(change.kinds, kinds[i].kind);
        expect_no_alarm(*state, &change, ha_lack_of_kinds(seen),
                        kinds[i].by_kernel ? DRIVERS : USUAL, ha_kind_name(kinds[i].kind));
    }
}

static void records_that_are_lost_lead_to_no_alarm(void **state)
{
    static const unsigned rates[] = {1, 3, 10, 30, 60};

    for (size_t i = 0; i < sizeof rates / sizeof rates[0]; i++) {
        struct change change = {.of_hundred = rates[i], .elsewhere = true};
        char label[32];
        snprintf(label, sizeof label, "%u of 100 lost", rates[i]);
        expect_no_alarm(*state, &change, HA_LACK_BIT(HA_LACK_RECORDS), ALL, label);
    }
    for (unsigned kind = HA_DRV_ENTRY_ENTER; kind < HA_KIND_COUNT; kind++) {
        struct change change = {.elsewhere = true};
        set(change.kinds, kind);
        expect_no_alarm(*state, &change, HA_LACK_BIT(HA_LACK_RECORDS), ALL,
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
        cmocka_unit_test(a_member_that_may_be_left_out_leads_to_no_alarm),
        cmocka_unit_test(what_a_driver_cannot_see_is_not_missed),
        cmocka_unit_test(a_kind_that_a_maker_never_writes_is_not_missed),
        cmocka_unit_test(records_that_are_lost_lead_to_no_alarm),
        cmocka_unit_test(every_rule_of_the_table_exists),
    };
    return cmocka_run_group_tests(tests, open_all, close_all);
}
