/* run - the options of `hotadd run` */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "hotadd/scenario.h"

static const char usage[] =
    "hotadd run [OPTION...] FILE|DIR...\n"
    "\n"
    "Plays scenario files, and all *.json below a folder. One file shows its story; of several,\n"
    "each has a line, and those that fail show theirs.\n"
    "\n"
    "  --profile NAME       read the documents as this preset does, whatever the scenario says:\n"
    "                       documented, observed, intro, strict_stop, adversarial, ws2008\n"
    "  --set KNOB=VALUE     turn one knob; may be repeated\n"
    "  --replay TOKEN       repeat the run of a token, which a finding names\n"
    "  --format story       the story of every scenario\n"
    "  --format jsonl       the trace on standard output, all else on standard error\n"
    "  --budget RECORDS     end a run that writes more records than this (default 100000000)\n"
    "  --quiet              only what fails, and the summary\n"
    "  --color WHEN         auto, always or never; NO_COLOR is heeded by auto\n"
    "  --help\n"
    "\n"
    "The last line is `N passed, N failed`.\n";

/* The value of an option, as "--name value" or "--name=value"; NULL when it is another option. */
static const char *value_of(const char *name, int count, char **argument, int *i)
{
    size_t length = strlen(name);
    if (strncmp(argument[*i], name, length) != 0)
        return NULL;
    if (argument[*i][length] == '=')
        return argument[*i] + length + 1;
    if (argument[*i][length] != '\0')
        return NULL;
    if (*i + 1 < count)
        return argument[++*i];
    return "";
}

static int wrong(const char *option, const char *value, const char *expected)
{
    fprintf(stderr, "hotadd run: %s takes %s, not '%s'; try `hotadd run --help`\n", option, expected,
            value);
    return HA_EXIT_USAGE;
}

static int read_color(const char *value, bool *color)
{
    if (!strcmp(value, "always"))
        *color = true;
    else if (!strcmp(value, "never"))
        *color = false;
    else if (strcmp(value, "auto") != 0)
        return wrong("--color", value, "auto, always or never");
    return HA_EXIT_OK;
}

static int read_format(const char *value, enum ha_output *output)
{
    if (!strcmp(value, "story"))
        *output = HA_OUTPUT_STORY;
    else if (!strcmp(value, "jsonl"))
        *output = HA_OUTPUT_JSONL;
    else
        return wrong("--format", value, "story or jsonl");
    return HA_EXIT_OK;
}

static int read_budget(const char *value, uint64_t *budget)
{
    char *end;
    errno = 0;
    unsigned long long number = strtoull(value, &end, 10);
    if (errno || end == value || *end || value[0] == '-' || number == 0)
        return wrong("--budget", value, "a number of records, 1 or more");
    *budget = number;
    return HA_EXIT_OK;
}

/* One option with its value. -1 when argument[*i] is no option that takes one. */
static int read_option(int count, char **argument, int *i, struct ha_play_options *options,
                       const char **sets)
{
    const char *value;
    if ((value = value_of("--profile", count, argument, i)))
        options->profile = value;
    else if ((value = value_of("--replay", count, argument, i)))
        options->replay = value;
    else if ((value = value_of("--set", count, argument, i)))
        sets[options->set_count++] = value;
    else if ((value = value_of("--format", count, argument, i)))
        return read_format(value, &options->output);
    else if ((value = value_of("--budget", count, argument, i)))
        return read_budget(value, &options->record_budget);
    else if ((value = value_of("--color", count, argument, i)))
        return read_color(value, &options->color);
    else
        return -1;
    return HA_EXIT_OK;
}

static int play(int count, char **argument, const char **paths, const char **sets)
{
    struct ha_play_options options = {
        .path = paths, .set = sets, .record_budget = 100000000, .out = stdout, .log = stderr,
        .color = isatty(STDOUT_FILENO) && !getenv("NO_COLOR"),
    };
    for (int i = 0; i < count; i++) {
        if (!strcmp(argument[i], "--help") || !strcmp(argument[i], "-h")) {
            fputs(usage, stdout);
            return HA_EXIT_OK;
        }
        if (!strcmp(argument[i], "--quiet")) {
            options.quiet = true;
            continue;
        }
        int result = read_option(count, argument, &i, &options, sets);
        if (result > 0)
            return result;
        if (result == 0)
            continue;
        if (argument[i][0] == '-' && argument[i][1]) {
            fprintf(stderr, "hotadd run: there is no option '%s'; try `hotadd run --help`\n",
                    argument[i]);
            return HA_EXIT_USAGE;
        }
        paths[options.path_count++] = argument[i];
    }
    if (!options.path_count) {
        fputs("hotadd run: name a scenario file or a folder; try `hotadd run --help`\n", stderr);
        return HA_EXIT_USAGE;
    }
    return ha_play(&options);
}

int ha_cli_run(int count, char **argument)
{
    const char **paths = calloc((size_t)count + 1, sizeof *paths);
    const char **sets = calloc((size_t)count + 1, sizeof *sets);
    int result = HA_EXIT_INTERNAL;
    if (paths && sets)
        result = play(count, argument, paths, sets);
    else
        fputs("hotadd: out of memory\n", stderr);
    free(paths);
    free(sets);
    return result;
}
