/* check - the options of `hotadd check` */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "hotadd/review.h"

static const char usage[] =
    "hotadd check [OPTION...] TRACE.jsonl...\n"
    "\n"
    "Judges traces in JSON Lines, as `hotadd run --format jsonl` writes them, and a driver on a\n"
    "real machine with hotadd/record_driver.h. Nothing is played. Of a trace that hotadd has not\n"
    "made, rules of drivers are judged in full; where the kernel differs from the documents, or\n"
    "from our choice, a note says so. What the trace does not show is not judged, and is named.\n"
    "\n"
    "A file called - is standard input.\n"
    "\n"
    "  --story             tell each trace as a story before its verdict\n"
    "  --format story      the same\n"
    "  --format jsonl      verdicts and findings as JSON Lines on standard output, all else on\n"
    "                      standard error\n"
    "  --format tap|junit  a test protocol there instead, a test for each trace\n"
    "  --out FILE          the protocol or the lines into a file, verdicts on standard output\n"
    "  --coverage          say at the end which rules, states, failures and knobs were met\n"
    "  --strict            warnings fail, too; there is no rule yet whose breach is a warning\n"
    "  --quiet             only what fails, and the summary\n"
    "  --color WHEN        auto, always or never; NO_COLOR is heeded by auto\n"
    "  --help, --version\n"
    "  --                  what follows are files, whatever their names begin with\n"
    "\n"
    "The last line is `N passed, N failed`.\n";

struct command {
    struct ha_review_options review;
    const char **path;                      /* room for every argument */
    bool auto_color;
};

static int read_format(void *target, const char *value)
{
    struct command *command = target;
    return ha_cli_read_format("check", value, &command->review.output);
}

static int read_out(void *target, const char *value)
{
    struct command *command = target;
    return ha_cli_read_out("check", value, &command->review.out_path);
}

static int read_color(void *target, const char *value)
{
    struct command *command = target;
    return ha_cli_read_color("check", value, &command->auto_color, &command->review.color);
}

#define FLAG(member) NULL, offsetof(struct command, review.member)

static const struct ha_cli_option options[] = {
    {"--format", read_format, 0}, {"--out", read_out, 0},       {"--color", read_color, 0},
    {"--story", FLAG(story)},     {"--strict", FLAG(strict)},   {"--quiet", FLAG(quiet)},
    {"--coverage", FLAG(coverage)},
};

static int check(struct command *command, int count, char **argument)
{
    static const struct ha_cli_options table = {options, sizeof options / sizeof options[0]};
    struct ha_review_options *review = &command->review;
    bool files_only = false;
    int result = HA_EXIT_OK;
    for (int i = 0; i < count && !result; i++) {
        if (files_only || argument[i][0] != '-' || !argument[i][1])
            command->path[review->path_count++] = argument[i];
        else if (ha_cli_answer(argument[i], usage))
            return HA_EXIT_OK;
        else if (!strcmp(argument[i], "--"))
            files_only = true;
        else
            result = ha_cli_read_option("check", &table, 1, command, count, argument, &i);
    }
    if (!result && !review->path_count) {
        fputs("hotadd check: name a trace; try `hotadd check --help`\n", stderr);
        return HA_EXIT_USAGE;
    }
    if (command->auto_color)
        review->color = ha_cli_wants_color(review->output, review->out_path);
    review->story |= review->output == HA_OUTPUT_STORY;
    return result ? result : ha_review(review);
}

int ha_cli_check(int count, char **argument)
{
    const char **path = calloc((size_t)count + 1, sizeof *path);
    struct command command = {.review = {.path = path, .out = stdout, .log = stderr},
                              .path = path, .auto_color = true};
    int result = HA_EXIT_UNREADABLE;
    if (path)
        result = check(&command, count, argument);
    else
        fputs("hotadd: error: out of memory\n", stderr);
    free(path);
    return result;
}
