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
#include "edge/place.h"
#include "edge/review_trace.h"

#define BLOCK ((size_t)1 << 20)     /* read at once; a line is shorter than that */

struct review {
    const struct ha_review_options *options;
    struct ha_jsonl_reader *reader;
    struct ha_trace_review trace;
    char *block;
    size_t passed, failed;
    bool unreadable, wrong;         /* a file; a trace */
    /* The file in hand. */
    const char *file;
    size_t lines, mistakes;
    size_t good, bad;               /* traces of it */
    bool cut;                       /* its last line is not whole */
    struct ha_text verdicts, messages;
};

/* `lacking`: as the reader said before another trace began. */
static void end_trace(struct review *review, uint64_t lacking)
{
    if (!review->trace.line)
        return;
    bool good = ha_trace_review_end(&review->trace, review->file, lacking, &review->verdicts);
    review->good += good;
    review->bad += !good;
}

static void complain(struct review *review, const char *line, size_t length)
{
    const struct ha_cursor *wrong = ha_jsonl_reader_wrong(review->reader);
    struct ha_source source = {.file = review->file, .bytes = line, .length = length,
                               .lines_before = review->lines - 1};
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

    if (++review->lines == 1) {
        mark = ha_source_mark(&(struct ha_source){.bytes = line, .length = length});
        line += mark;
        length -= mark;
    }
    switch (ha_jsonl_read(review->reader, line, length, &record)) {
    case HA_LINE_RECORD:
        if (record.kind == HA_TRACE_BEGIN)
            end_trace(review, lacking);
        ha_trace_review_take(&review->trace, &record, review->lines);
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

/* As editors and shells of Windows like to keep what a debugger has printed. */
static bool is_utf_16(const char *bytes, size_t length)
{
    return length >= 2 && (!memcmp(bytes, "\xff\xfe", 2) || !memcmp(bytes, "\xfe\xff", 2));
}

static void read_lines(struct review *review, FILE *file)
{
    size_t filled = 0, more;

    do {
        errno = 0;
        more = fread(review->block + filled, 1, BLOCK - filled, file);
        if (!review->lines && is_utf_16(review->block, filled + more)) {
            refuse(review, "this is UTF-16, and a trace is UTF-8: convert it");
            return;
        }
        filled = take_lines(review, filled + more);
    } while (more && filled < BLOCK);
    if (ferror(file)) {
        struct ha_text reason = {0};
        ha_text_addf(&reason, "cannot be read: %s", strerror(errno));
        refuse(review, ha_text_string(&reason));
        ha_text_close(&reason);
    } else if (filled == BLOCK) {
        refuse(review, "one of its lines has more than 1 MiB: this is no trace");
    } else if (filled) {
        take_line(review, review->block, filled, false);
    }
    end_trace(review, ha_jsonl_reader_lacking(review->reader));
}

static void read_file(struct review *review)
{
    FILE *file = fopen(review->file, "rb");
    struct ha_text reason = {0};

    if (file) {
        read_lines(review, file);
        fclose(file);
    } else {
        ha_text_addf(&reason, "cannot be read: %s", strerror(errno));
        refuse(review, ha_text_string(&reason));
        ha_text_close(&reason);
    }
}

static void print(struct review *review, struct ha_text *text)
{
    fwrite(ha_text_string(text), 1, text->length, review->options->out);
    ha_text_close(text);
}

/* What the file has come to. One with mistakes has no verdict: they may have been anything. */
static void conclude(struct review *review)
{
    bool lost = review->trace.lost || review->verdicts.lost || review->messages.lost;

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
    }
    if (review->mistakes || lost) {
        review->unreadable = true;
        review->failed++;
        ha_text_clear(&review->verdicts);
        print(review, &review->messages);
    } else {
        review->wrong |= review->bad > 0;
        review->passed += review->good;
        review->failed += review->bad;
        if (review->cut && !review->options->quiet) {
            ha_add_file_name(&review->verdicts, review->file);
            ha_text_addf(&review->verdicts, ":%zu: note: the last line is cut off, and passed "
                         "over\n", review->lines);
        }
        print(review, &review->verdicts);
    }
    ha_text_close(&review->verdicts);
    ha_text_close(&review->messages);
}

static void review_file(struct review *review, const char *path)
{
    review->file = path;
    review->lines = review->mistakes = review->good = review->bad = 0;
    review->cut = false;
    review->reader = ha_jsonl_reader_create();
    if (ha_trace_review_open(&review->trace, review->options) || !review->reader)
        review->trace.lost = true;
    else
        read_file(review);
    conclude(review);
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

int ha_review(const struct ha_review_options *options)
{
    struct review review = {.options = options, .block = malloc(BLOCK)};

    if (!review.block) {
        fprintf(options->log, "hotadd: error: %s\n", ha_err_text(HA_ENOMEM));
        return HA_EXIT_UNREADABLE;
    }
    for (size_t i = 0; i < options->path_count; i++)
        review_file(&review, options->path[i]);
    free(review.block);
    fprintf(options->out, "%zu passed, %zu failed\n", review.passed, review.failed);
    if (fflush(options->out) || ferror(options->out)) {
        fprintf(options->log, "hotadd: error: not everything could be written\n");
        review.unreadable = true;
    }
    return exit_code(&review);
}
