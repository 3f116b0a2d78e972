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
    "  --help, --version\n"
    "  --                   what follows are paths, whatever they begin with\n"
    "\n"
    "The last line is `N passed, N failed`.\n";

/* What the command line says, as far as it has been read. */
struct command {
    struct ha_play_options play;
    const char **path, **set;   /* room for every argument */
};

static int wrong(const char *option, const char *value, const char *expected)
{
    fprintf(stderr, "hotadd run: %s takes %s, not '%s'; try `hotadd run --help`\n", option,
            expected, value);
    return HA_EXIT_USAGE;
}

static int read_profile(struct command *command, const char *value)
{
    command->play.profile = value;
    return HA_EXIT_OK;
}

static int read_set(struct command *command, const char *value)
{
    command->set[command->play.set_count++] = value;
    return HA_EXIT_OK;
}

static int read_replay(struct command *command, const char *value)
{
    command->play.replay = value;
    return HA_EXIT_OK;
}

static int read_format(struct command *command, const char *value)
{
    if (!strcmp(value, "story"))
        command->play.output = HA_OUTPUT_STORY;
    else if (!strcmp(value, "jsonl"))
        command->play.output = HA_OUTPUT_JSONL;
    else
        return wrong("--format", value, "story or jsonl");
    return HA_EXIT_OK;
}

static int read_budget(struct command *command, const char *value)
{
    errno = 0;
    unsigned long long number = strtoull(value, NULL, 10);
    if (errno || number == 0 || value[strspn(value, "0123456789")])
        return wrong("--budget", value, "a number of records, 1 or more");
    command->play.record_budget = number;
    return HA_EXIT_OK;
}

static bool wants_color(void)
{
    const char *never = getenv("NO_COLOR");
    return isatty(STDOUT_FILENO) && !(never && never[0]);
}

static int read_color(struct command *command, const char *value)
{
    if (!strcmp(value, "auto"))
        command->play.color = wants_color();
    else if (!strcmp(value, "always"))
        command->play.color = true;
    else if (!strcmp(value, "never"))
        command->play.color = false;
    else
        return wrong("--color", value, "auto, always or never");
    return HA_EXIT_OK;
}

static const struct {
    const char *name;
    int (*read)(struct command *command, const char *value);
} valued[] = {
    {"--profile", read_profile}, {"--set", read_set},       {"--replay", read_replay},
    {"--format", read_format},   {"--budget", read_budget}, {"--color", read_color},
};

/* An option that has a value, as "--name value" or "--name=value". */
static int read_option(struct command *command, int count, char **argument, int *i)
{
    const char *word = argument[*i];
    size_t length = strcspn(word, "=");
    for (size_t k = 0; k < sizeof valued / sizeof valued[0]; k++) {
        if (strlen(valued[k].name) != length || strncmp(valued[k].name, word, length) != 0)
            continue;
        if (word[length] == '=')
            return valued[k].read(command, word + length + 1);
        if (*i + 1 < count)
            return valued[k].read(command, argument[++*i]);
        fprintf(stderr, "hotadd run: %s needs a value; try `hotadd run --help`\n", word);
        return HA_EXIT_USAGE;
    }
    fprintf(stderr, "hotadd run: there is no option '%s'; try `hotadd run --help`\n", word);
    return HA_EXIT_USAGE;
}

static int play(struct command *command, int count, char **argument)
{
    bool paths_only = false;
    for (int i = 0; i < count; i++) {
        int result = HA_EXIT_OK;
        if (paths_only) {
            command->path[command->play.path_count++] = argument[i];
            continue;
        }
        if (!strcmp(argument[i], "--help") || !strcmp(argument[i], "-h")) {
            fputs(usage, stdout);
            return HA_EXIT_OK;
        }
        if (!strcmp(argument[i], "--"))
            paths_only = true;
        else if (!strcmp(argument[i], "--quiet"))
            command->play.quiet = true;
        else if (argument[i][0] == '-' && argument[i][1])
            result = read_option(command, count, argument, &i);
        else
            command->path[command->play.path_count++] = argument[i];
        if (result)
            return result;
    }
    if (!command->play.path_count) {
        fputs("hotadd run: name a scenario file or a folder; try `hotadd run --help`\n", stderr);
        return HA_EXIT_USAGE;
    }
    return ha_play(&command->play);
}

int ha_cli_run(int count, char **argument)
{
    const char **path = calloc((size_t)count + 1, sizeof *path);
    const char **set = calloc((size_t)count + 1, sizeof *set);
    struct command command = {
        .play = {.path = path, .set = set, .record_budget = 100000000, .color = wants_color(),
                 .out = stdout, .log = stderr},
        .path = path, .set = set,
    };
    int result = HA_EXIT_INTERNAL;
    if (path && set)
        result = play(&command, count, argument);
    else
        fputs("hotadd: out of memory\n", stderr);
    free(path);
    free(set);
    return result;
}
