/*
 * review - files of traces, from their bytes to a verdict on each trace
 *
 * Owns how a file comes in, in blocks of which each line is read where it lies, what is said about
 * wrong lines, and the exit code.
 */
#include "hotadd/review.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "check/jsonl_read.h"
#include "edge/output.h"
#include "edge/place.h"
#include "edge/report_parts.h"
#include "edge/review_trace.h"

#define BLOCK ((size_t)1 << 20)     /* read at once; a line is shorter than that */

struct review {
    const struct ha_review_options *options;
    struct ha_play_options protocol;    /* what the report needs of them */
    struct ha_report report;
    struct ha_coverage coverage;
    struct ha_jsonl_reader *reader;
    struct ha_trace_review trace;
    char *block;
    FILE *verdicts_to, *lines_to;
    size_t passed, failed;
    bool unreadable, wrong;         /* a file; a trace */
    /* The file in hand. */
    const char *file;
    size_t lines_read, mistakes;
    size_t good, bad;               /* traces of it */
    bool cut;                       /* its last line is not whole */
    struct ha_text verdicts, lines, messages;
};

/* `lacking`: as the reader said before another trace began. */
static void end_trace(struct review *review, uint64_t lacking)
{
    if (!review->trace.line)
        return;
    bool good = ha_trace_review_end(&review->trace, review->file, lacking, &review->verdicts,
                                    &review->lines);
    review->good += good;
    review->bad += !good;
}

static void complain(struct review *review, const char *line, size_t length)
{
    const struct ha_cursor *wrong = ha_jsonl_reader_wrong(review->reader);
    struct ha_source source = {.file = review->file, .bytes = line, .length = length,
                               .lines_before = review->lines_read - 1};
    size_t offset = (size_t)(wrong->wrong - line);

    if (review->mistakes++ >= HA_COMPLAINTS_SHOWN)
        return;
    ha_place_head(&source, offset, &review->messages);
    ha_text_addf(&review->messages, "%s\n", wrong->message);
    ha_place_line(&source, offset, &review->messages);
}

/* Whether a last line that is wrong is so because whoever wrote it was stopped there. */
static bool is_cut(const struct review *review, const char *line, size_t length)
{
    return ha_jsonl_reader_wrong(review->reader)->wrong == line + length
           || line[length - 1] != '}';
}

/* `whole`: it had a line feed. */
static void take_line(struct review *review, const char *line, size_t length, bool whole)
{
    struct ha_record record;
    uint64_t lacking = ha_jsonl_reader_lacking(review->reader);
    size_t mark;

    if (++review->lines_read == 1) {
        mark = ha_source_mark(&(struct ha_source){.bytes = line, .length = length});
        line += mark;
        length -= mark;
    }
    switch (ha_jsonl_read(review->reader, line, length, &record)) {
    case HA_LINE_RECORD:
        if (record.kind == HA_TRACE_BEGIN)
            end_trace(review, lacking);
        ha_trace_review_take(&review->trace, &record, review->lines_read);
        break;
    case HA_LINE_WRONG:
        review->cut = !whole && is_cut(review, line, length);
        if (!review->cut)
            complain(review, line, length);
        break;
    default:
        break;
    }
}

/* Take the lines of a block, and move what is left of the last one to its front. */
static size_t take_lines(struct review *review, size_t filled)
{
    const char *at = review->block, *end = review->block + filled, *feed;

    while (at < end && (feed = memchr(at, '\n', (size_t)(end - at))) != NULL) {
        take_line(review, at, (size_t)(feed - at), true);
        at = feed + 1;
    }
    memmove(review->block, at, (size_t)(end - at));
    return (size_t)(end - at);
}

static void refuse(struct review *review, const char *reason)
{
    review->mistakes++;
    ha_add_file_name(&review->messages, review->file);
    ha_text_addf(&review->messages, ": error: %s\n", reason);
}

static void refuse_unread(struct review *review)
{
    struct ha_text reason = {0};
    ha_text_addf(&reason, "cannot be read: %s", strerror(errno));
    refuse(review, ha_text_string(&reason));
    ha_text_close(&reason);
}

/*
 * Why the beginning of a file can be none of a trace, so that there is no use in naming the first
 * byte of each line; NULL when it can. Editors and shells of Windows like to keep in UTF-16 what a
 * debugger has printed.
 */
static const char *what_else(const char *bytes, size_t length)
{
    if (length >= 2 && (!memcmp(bytes, "\xff\xfe", 2) || !memcmp(bytes, "\xfe\xff", 2)
                        || !memcmp(bytes, "\0{", 2) || !memcmp(bytes, "{\0", 2)))
        return "this is UTF-16, and a trace is UTF-8: convert it";
    if (length >= 2 && !memcmp(bytes, "\x1f\x8b", 2))
        return "this is compressed: unpack it";
    if (length && bytes[0] != '{' && memchr(bytes, '\0', length))
        return "this is no text";
    return NULL;
}

static void read_lines(struct review *review, FILE *file)
{
    size_t filled = 0, more;
    const char *reason;

    do {
        errno = 0;
        more = fread(review->block + filled, 1, BLOCK - filled, file);
        reason = review->lines_read ? NULL : what_else(review->block, filled + more);
        if (reason) {
            refuse(review, reason);
            return;
        }
        filled = take_lines(review, filled + more);
    } while (more && filled < BLOCK);
    if (ferror(file)) {
        refuse_unread(review);
    } else if (filled == BLOCK) {
        refuse(review, "one of its lines has more than 1 MiB: this is no trace");
    } else if (filled) {
        take_line(review, review->block, filled, false);
    }
    end_trace(review, ha_jsonl_reader_lacking(review->reader));
}

static void read_file(struct review *review, const char *path)
{
    FILE *file;

    if (!strcmp(path, HA_STANDARD_INPUT)) {
        review->file = "<stdin>";
        read_lines(review, stdin);
    } else if ((file = fopen(path, "rb")) != NULL) {
        read_lines(review, file);
        fclose(file);
    } else {
        refuse_unread(review);
    }
}

static void print(struct ha_text *text, FILE *to)
{
    fwrite(ha_text_string(text), 1, text->length, to);
    ha_text_close(text);
}

static void count_verdicts(struct review *review)
{
    review->wrong |= review->bad > 0;
    review->passed += review->good;
    review->failed += review->bad;
    if (review->cut && !review->options->quiet) {
        ha_add_file_name(&review->verdicts, review->file);
        ha_text_addf(&review->verdicts, ":%zu: note: the last line is cut off, and passed over\n",
                     review->lines_read);
    }
    print(&review->verdicts, review->verdicts_to);
    print(&review->lines, review->lines_to);
}

/* One with mistakes has no verdict: they may have been anything. */
static void take_back(struct review *review, bool lost, const struct ha_report *report,
                      const struct ha_coverage *coverage)
{
    review->unreadable = true;
    review->failed++;
    ha_report_take_back(&review->report, report);
    ha_coverage_take_back(&review->coverage, coverage);
    ha_report_protocol(&review->report, &(struct ha_outcome){
        .verdict = HA_UNPLAYED, .file = review->file, .message = &review->messages});
    if (!lost)
        print(&review->messages, review->verdicts_to);
}

/* What the file has come to; report and coverage as they were before it. */
static void conclude(struct review *review, const struct ha_report *report,
                     const struct ha_coverage *coverage)
{
    bool lost = review->trace.lost || review->verdicts.lost || review->lines.lost ||
                review->messages.lost;

    if (!review->mistakes && !review->good && !review->bad && !lost)
        refuse(review, "there is no record in it");
    if (review->mistakes > HA_COMPLAINTS_SHOWN) {
        ha_add_file_name(&review->messages, review->file);
        ha_text_addf(&review->messages, ": ... and %zu more\n",
                     review->mistakes - HA_COMPLAINTS_SHOWN);
    }
    if (lost) {
        fprintf(review->options->log, "hotadd: error: %s\n", ha_err_text(HA_ENOMEM));
        ha_text_clear(&review->messages);
        ha_text_add(&review->messages, ha_err_text(HA_ENOMEM));
    }
    if (review->mistakes || lost)
        take_back(review, lost, report, coverage);
    else
        count_verdicts(review);
    ha_report_flush(&review->report);
    ha_text_close(&review->verdicts);
    ha_text_close(&review->lines);
    ha_text_close(&review->messages);
}

static void review_file(struct review *review, const char *path)
{
    struct ha_report report = review->report;
    struct ha_coverage coverage = review->coverage;

    review->file = path;
    review->lines_read = review->mistakes = review->good = review->bad = 0;
    review->cut = false;
    review->trace = (struct ha_trace_review){
        .options = review->options, .report = &review->report,
        .coverage = review->options->coverage ? &review->coverage : NULL};
    review->reader = ha_jsonl_reader_create();
    if (ha_trace_review_open(&review->trace) || !review->reader)
        review->trace.lost = true;
    else
        read_file(review, path);
    conclude(review, &report, &coverage);
    ha_trace_review_close(&review->trace);
    ha_jsonl_reader_destroy(review->reader);
}

static int exit_code(const struct review *review)
{
    if (review->unreadable)
        return HA_EXIT_UNREADABLE;
    if (review->wrong)
        return HA_EXIT_FAILED;
    return review->passed ? HA_EXIT_OK : HA_EXIT_NOTHING;
}

/* Which way verdicts and payload go. False when what --out names cannot be written. */
static bool direct_output(struct review *review)
{
    const struct ha_review_options *options = review->options;
    struct ha_text message = {0};

    review->lines_to = options->out;
    review->verdicts_to = options->output >= HA_OUTPUT_JSONL ? options->log : options->out;
    if (options->out_path) {
        review->lines_to = ha_output_open(options->out_path, &message);
        review->verdicts_to = options->out;
    }
    if (!review->lines_to)
        fprintf(options->log, "hotadd: error: %s\n", ha_text_string(&message));
    ha_text_close(&message);
    review->protocol = (struct ha_play_options){.output = options->output,
                                                .out = review->lines_to, .log = options->log};
    return review->lines_to != NULL;
}

static void sum_up(struct review *review)
{
    struct ha_text coverage = {0};

    if (review->options->coverage) {
        ha_coverage_write(&review->coverage, &coverage);
        ha_report_print(&review->report, review->verdicts_to, &coverage);
    }
    fprintf(review->verdicts_to, "%zu passed, %zu failed\n", review->passed, review->failed);
}

static void review_files(struct review *review)
{
    const struct ha_review_options *options = review->options;
    bool written = true;

    ha_report_begin(&review->report, &review->protocol);
    review->report.of_traces = true;
    ha_coverage_init(&review->coverage);
    for (size_t i = 0; i < options->path_count; i++)
        review_file(review, options->path[i]);
    ha_report_end(&review->report, NULL);
    sum_up(review);
    ha_coverage_close(&review->coverage);
    if (options->out_path)
        written = ha_output_close(review->lines_to);
    written &= ha_output_is_written(options->out);
    if (!written)
        fprintf(options->log, "hotadd: error: not everything could be written\n");
    review->unreadable |= review->report.lost || !written;
}

/* What is wrong with the options, or NULL. */
static const char *contradiction(const struct ha_review_options *options)
{
    if (options->out_path && options->output < HA_OUTPUT_JSONL)
        return "--out is for --format jsonl, tap or junit: verdicts go to standard output";
    if (options->out_path &&
        ha_output_overwrites(options->out_path, options->path, options->path_count))
        return "--out would write over a trace that is read";
    return NULL;
}

int ha_review(const struct ha_review_options *options)
{
    struct review review = {.options = options};
    const char *reason = contradiction(options);

    if (reason) {
        fprintf(options->log, "hotadd: error: %s\n", reason);
        return HA_EXIT_USAGE;
    }
    review.block = malloc(BLOCK);
    if (!review.block) {
        fprintf(options->log, "hotadd: error: %s\n", ha_err_text(HA_ENOMEM));
        return HA_EXIT_UNREADABLE;
    }
    if (direct_output(&review))
        review_files(&review);
    else
        review.unreadable = true;
    free(review.block);
    return exit_code(&review);
}
