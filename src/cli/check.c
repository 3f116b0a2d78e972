/* check - the options of `hotadd check` */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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
    "  --story         tell each trace as a story before its verdict\n"
    "  --strict        warnings fail, too; there is no rule yet whose breach is a warning\n"
    "  --quiet         only what fails, and the summary\n"
    "  --color WHEN    auto, always or never; NO_COLOR is heeded by auto\n"
    "  --help, --version\n"
    "  --              what follows are files, whatever their names begin with\n"
    "\n"
    "The last line is `N passed, N failed`.\n";

static int read_color(struct ha_review_options *review, const char *when)
{
    bool automatic = !strcmp(when, "auto");
    review->color = automatic ? ha_cli_is_colorful(STDOUT_FILENO) : !strcmp(when, "always");
    if (automatic || review->color || !strcmp(when, "never"))
        return HA_EXIT_OK;
    fprintf(stderr, "hotadd check: --color takes auto, always or never, not '%s'; try `hotadd "
            "check --help`\n", when);
    return HA_EXIT_USAGE;
}

static int read_option(struct ha_review_options *review, int count, char **argument, int *i)
{
    const char *word = argument[*i];
    if (!strcmp(word, "--story"))
        review->story = true;
    else if (!strcmp(word, "--strict"))
        review->strict = true;
    else if (!strcmp(word, "--quiet"))
        review->quiet = true;
    else if (!strncmp(word, "--color=", 8))
        return read_color(review, word + 8);
    else if (!strcmp(word, "--color") && *i + 1 < count)
        return read_color(review, argument[++*i]);
    else {
        fprintf(stderr, !strcmp(word, "--color")
                            ? "hotadd check: %s needs a value; try `hotadd check --help`\n"
                            : "hotadd check: there is no option '%s'; try `hotadd check --help`\n",
                word);
        return HA_EXIT_USAGE;
    }
    return HA_EXIT_OK;
}

static int check(struct ha_review_options *review, const char **path, int count, char **argument)
{
    bool files_only = false;
    int result = HA_EXIT_OK;
    for (int i = 0; i < count && !result; i++) {
        if (files_only || argument[i][0] != '-' || !argument[i][1])
            path[review->path_count++] = argument[i];
        else if (ha_cli_answer(argument[i], usage))
            return HA_EXIT_OK;
        else if (!strcmp(argument[i], "--"))
            files_only = true;
        else
            result = read_option(review, count, argument, &i);
    }
    if (!result && !review->path_count) {
        fputs("hotadd check: name a trace; try `hotadd check --help`\n", stderr);
        return HA_EXIT_USAGE;
    }
    return result ? result : ha_review(review);
}

int ha_cli_check(int count, char **argument)
{
    const char **path = calloc((size_t)count + 1, sizeof *path);
    struct ha_review_options review = {.path = path, .out = stdout, .log = stderr,
                                       .color = ha_cli_is_colorful(STDOUT_FILENO)};
    int result = HA_EXIT_UNREADABLE;
    if (path)
        result = check(&review, path, count, argument);
    else
        fputs("hotadd: error: out of memory\n", stderr);
    free(path);
    return result;
}
