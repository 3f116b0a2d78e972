/*
 * expect_diff - the calls that were expected beside the calls that were made
 *
 * Owns the alignment: as few lines as possible differ, while the lists are short enough for
 * that to be found out; longer ones are held against each other line by line.
 */
#include "check/expect_parts.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "hotadd/error.h"

#define MOST_CELLS 4000000u     /* of the table behind the alignment */
#define FOLD_FROM 12u           /* so many lines in agreement are folded ... */
#define FOLD_KEEPS 3u           /* ... but for these at either end */

/* What a line of the report shows: a pattern, a call, or both. */
struct row {
    const char *expected;       /* NULL: the call is superfluous */
    const char *made;           /* NULL: the call is missing */
    bool alike;
};

struct diff {
    const char *const *pattern;
    const struct ha_made_call *call;
    size_t pattern_count, call_count;
    struct row *row;
    size_t row_count;
    size_t missing, superfluous;
};

static void add_row(struct diff *diff, const char *expected, const char *made, bool alike)
{
    diff->row[diff->row_count++] = (struct row){expected, made, alike};
    diff->missing += expected && !alike;
    diff->superfluous += made && !alike;
}

/* What differs between two agreements, pattern beside call while there are both. */
static void add_block(struct diff *diff, size_t i, size_t i_end, size_t j, size_t j_end)
{
    for (; i < i_end || j < j_end; i += i < i_end, j += j < j_end)
        add_row(diff, i < i_end ? diff->pattern[i] : NULL,
                j < j_end ? diff->call[j].words : NULL, false);
}

/*
 * The longest common subsequence of both lists from their first difference on, filled from the
 * end: length[i][j] is that of what begins at pattern i and call j. NULL when memory is lacking.
 */
static uint16_t *common_lengths(const struct diff *diff, size_t start)
{
    size_t rows = diff->pattern_count - start, columns = diff->call_count - start;
    size_t width = columns + 1;
    uint16_t *length = calloc((rows + 1) * width, sizeof *length);

    if (!length)
        return NULL;
    for (size_t i = rows; i-- > 0;) {
        for (size_t j = columns; j-- > 0;) {
            uint16_t *cell = &length[i * width + j];
            uint16_t below = length[(i + 1) * width + j], right = length[i * width + j + 1];
            if (ha_call_matches(diff->pattern[start + i], &diff->call[start + j]))
                *cell = (uint16_t)(length[(i + 1) * width + j + 1] + 1);
            else
                *cell = below > right ? below : right;
        }
    }
    return length;
}

/* Line by line, for lists that are too long for better. */
static void align_plainly(struct diff *diff, size_t start)
{
    size_t i = start;

    for (; i < diff->pattern_count && i < diff->call_count; i++)
        add_row(diff, diff->pattern[i], diff->call[i].words,
                ha_call_matches(diff->pattern[i], &diff->call[i]));
    add_block(diff, i, diff->pattern_count, i, diff->call_count);
}

static bool align_closely(struct diff *diff, size_t start)
{
    size_t width = diff->call_count - start + 1;
    size_t i = start, j = start, block_i = start, block_j = start;
    uint16_t *length = common_lengths(diff, start);

    if (!length)
        return false;
    while (i < diff->pattern_count && j < diff->call_count) {
        if (ha_call_matches(diff->pattern[i], &diff->call[j])) {
            add_block(diff, block_i, i, block_j, j);
            add_row(diff, diff->pattern[i], diff->call[j].words, true);
            block_i = ++i;
            block_j = ++j;
        } else if (length[(i - start + 1) * width + j - start] >=
                   length[(i - start) * width + j - start + 1]) {
            i++;
        } else {
            j++;
        }
    }
    add_block(diff, block_i, diff->pattern_count, block_j, diff->call_count);
    free(length);
    return true;
}

static bool align(struct diff *diff)
{
    size_t start = 0;

    while (start < diff->pattern_count && start < diff->call_count &&
           ha_call_matches(diff->pattern[start], &diff->call[start])) {
        add_row(diff, diff->pattern[start], diff->call[start].words, true);
        start++;
    }
    if ((diff->pattern_count - start + 1) <= MOST_CELLS / (diff->call_count - start + 1) &&
        diff->pattern_count - start < UINT16_MAX)
        return align_closely(diff, start);
    align_plainly(diff, start);
    return true;
}

static char mark_of(const struct row *row)
{
    if (row->alike)
        return ' ';
    if (!row->made)
        return '-';
    return row->expected ? '!' : '+';
}

static size_t widest(const struct diff *diff)
{
    size_t width = strlen("expected");

    for (size_t i = 0; i < diff->row_count; i++) {
        size_t length = diff->row[i].expected ? strlen(diff->row[i].expected) : 0;
        if (length > width)
            width = length;
    }
    return width;
}

/* How many lines in agreement begin here. */
static size_t alike_from(const struct diff *diff, size_t first)
{
    size_t i = first;

    while (i < diff->row_count && diff->row[i].alike)
        i++;
    return i - first;
}

static void write_row(struct ha_text *report, const struct row *row, size_t width, bool first)
{
    ha_text_addf(report, "  %c%c ", first ? '>' : ' ', mark_of(row));
    if (row->made)
        ha_text_addf(report, "%-*s   %s\n", (int)width, row->expected ? row->expected : "",
                     row->made);
    else
        ha_text_addf(report, "%s\n", row->expected);
}

static void write_report(const struct diff *diff, const char *what, struct ha_text *report)
{
    size_t width = widest(diff);
    bool differed = false;

    ha_text_addf(report, "%s: %zu expected, %zu made; %zu missing (-), %zu not expected (+)\n",
                 what, diff->pattern_count, diff->call_count, diff->missing, diff->superfluous);
    ha_text_addf(report, "     %-*s   made\n", (int)width, "expected");
    for (size_t i = 0; i < diff->row_count;) {
        size_t alike = alike_from(diff, i);
        size_t keeps = alike < FOLD_FROM ? alike : FOLD_KEEPS;
        for (size_t k = 0; k < keeps; k++)
            write_row(report, &diff->row[i + k], width, false);
        if (alike > keeps) {
            ha_text_addf(report, "     ... %zu more alike\n", alike - 2 * FOLD_KEEPS);
            for (size_t k = FOLD_KEEPS; k > 0; k--)
                write_row(report, &diff->row[i + alike - k], width, false);
        }
        i += alike;
        for (; i < diff->row_count && !diff->row[i].alike; i++) {
            write_row(report, &diff->row[i], width, !differed);
            differed = true;
        }
    }
}

int ha_calls_compare(const char *what, const char *const *pattern, size_t pattern_count,
                     const struct ha_made_call *call, size_t call_count, struct ha_text *report)
{
    struct diff diff = {.pattern = pattern, .call = call,
                        .pattern_count = pattern_count, .call_count = call_count};

    if (!pattern_count && !call_count)
        return 0;
    diff.row = calloc(pattern_count + call_count, sizeof *diff.row);
    if (!diff.row)
        return HA_ENOMEM;
    if (!align(&diff)) {
        free(diff.row);
        return HA_ENOMEM;
    }
    if (diff.missing + diff.superfluous)
        write_report(&diff, what, report);
    free(diff.row);
    if (report->lost)
        return HA_ENOMEM;
    return diff.missing + diff.superfluous ? 1 : 0;
}
