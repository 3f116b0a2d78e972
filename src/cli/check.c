/* check - the options of `hotadd check` */
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

static int read_flag(struct ha_review_options *review, const char *word)
{
    const struct { const char *name; bool *flag; } flags[] = {
        {"--story", &review->story}, {"--strict", &review->strict}, {"--quiet", &review->quiet},
        {"--coverage", &review->coverage},
    };
    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++)
        if (!strcmp(word, flags[i].name)) {
            *flags[i].flag = true;
            return HA_EXIT_OK;
        }
    return ha_cli_unknown("check", word);
}

static int read_option(struct ha_review_options *review, bool *automatic, int count,
                       char **argument, int *i)
{
    const char *value = NULL;
    if (ha_cli_valued("check", "--format", count, argument, i, &value))
        return value ? ha_cli_read_format("check", value, &review->output) : HA_EXIT_USAGE;
    if (ha_cli_valued("check", "--out", count, argument, i, &value))
        return value ? ha_cli_read_out("check", value, &review->out_path) : HA_EXIT_USAGE;
    if (ha_cli_valued("check", "--color", count, argument, i, &value))
        return value ? ha_cli_read_color("check", value, automatic, &review->color)
                     : HA_EXIT_USAGE;
    return read_flag(review, argument[*i]);
}

static int check(struct ha_review_options *review, const char **path, int count, char **argument)
{
    bool files_only = false, automatic = true;
    int result = HA_EXIT_OK;
    for (int i = 0; i < count && !result; i++) {
        if (files_only || argument[i][0] != '-' || !argument[i][1])
            path[review->path_count++] = argument[i];
        else if (ha_cli_answer(argument[i], usage))
            return HA_EXIT_OK;
        else if (!strcmp(argument[i], "--"))
            files_only = true;
        else
            result = read_option(review, &automatic, count, argument, &i);
    }
    if (!result && !review->path_count) {
        fputs("hotadd check: name a trace; try `hotadd check --help`\n", stderr);
        return HA_EXIT_USAGE;
    }
    if (automatic)
        review->color = ha_cli_wants_color(review->output, review->out_path);
    review->story |= review->output == HA_OUTPUT_STORY;
    return result ? result : ha_review(review);
}

int ha_cli_check(int count, char **argument)
{
    const char **path = calloc((size_t)count + 1, sizeof *path);
    struct ha_review_options review = {.path = path, .out = stdout, .log = stderr};
    int result = HA_EXIT_UNREADABLE;
    if (path)
        result = check(&review, path, count, argument);
    else
        fputs("hotadd: error: out of memory\n", stderr);
    free(path);
    return result;
}
