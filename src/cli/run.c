/* run - the options of `hotadd run` */
#include "cli/cli.h"
#include "hotadd/scenario.h"

static const char usage[] =
    "hotadd run [OPTION...] FILE|DIR...\n"
    "\n"
    "Plays scenario files, and all *.json below a folder. One file shows its story; of several,\n"
    "each has a line, and those that fail show theirs.\n"
    "\n"
    "  --profile NAME       read the documents as this preset does, whatever the scenario says:\n"
    "                       documented, observed, intro, strict_stop, adversarial, ws2008;\n"
    "                       all: one after another those that a driver must pass, and intro and\n"
    "                       strict_stop for what it relies on\n"
    "  --set KNOB=VALUE     turn one knob; may be repeated\n"
    "  --driver NAME=PATH   take the code of this driver from another module; may be repeated\n"
    "  --modules DIR        paths of modules count from there, not from the scenarios' folders\n"
    "  --replay TOKEN       repeat the run of a token, which a finding names\n"
    "  --threads WHAT       one: one simulated thread at a time (the default); coroutines: the\n"
    "                       same on a single thread of the host; free: those in compiled\n"
    "                       drivers side by side, for builds with ThreadSanitizer\n"
    "  --format story       the story of every scenario\n"
    "  --format jsonl       the trace on standard output, all else on standard error\n"
    "  --format tap|junit   a test protocol there instead, a test for each scenario and profile\n"
    "  --out FILE           story, trace or protocol into a file, verdicts on standard output\n"
    "  --trace WHAT         calls (all, the default), locks (and every lock), violations\n"
    "                       (findings only), none\n"
    "  --filter GLOB        only scenarios whose path or name matches\n"
    "  --list               print what would be played\n"
    "  --strict             warnings fail, too; there is no rule yet whose breach is a warning\n"
    "  --coverage           say at the end which rules, states, failures and knobs were met\n"
    "  --accept             write calls and violations of each run into its file, as expected\n"
    "  --realtime           simulated time passes no faster than the clock\n"
    "  --budget RECORDS     end a run that writes more records than this (default 100000000)\n"
    "  --hang SECONDS       stop a compiled driver that calls nothing and does not return for so\n"
    "                       long (default 10); 0: wait for ever\n"
    "  --no-fork            run compiled drivers in this process, for a debugger\n"
    "  --break-at SEQ       with --no-fork: SIGTRAP before the record with that number\n"
    "  --quiet              only what fails, is left out or was accepted, and the summary\n"
    "  --color WHEN         auto, always or never; NO_COLOR is heeded by auto\n"
    "  --help, --version\n"
    "  --                   what follows are paths, whatever they begin with\n"
    "\n"
    "The last line is `N passed, N failed`.\n";

static struct ha_play_options *options_of(void *command)
{
    return &((struct ha_cli_play *)command)->play;
}

static int read_replay(void *command, const char *value)
{
    options_of(command)->replay = value;
    return HA_EXIT_OK;
}

static int read_threads(void *command, const char *value)
{
    static const struct ha_cli_word words[] = {
        {"one", HA_THREADS_ONE}, {"free", HA_THREADS_FREE},
        {"coroutines", HA_THREADS_COROUTINES},
    };
    int meaning = HA_THREADS_ONE;
    int result = ha_cli_read_word("run", "--threads", value, words,
                                  sizeof words / sizeof words[0], &meaning);
    options_of(command)->threads = (enum ha_threads)meaning;
    return result;
}

static int read_format(void *command, const char *value)
{
    return ha_cli_read_format("run", value, &options_of(command)->output);
}

static int read_trace(void *command, const char *value)
{
    static const struct ha_cli_word words[] = {
        {"calls", HA_DETAIL_CALLS}, {"locks", HA_DETAIL_LOCKS},
        {"violations", HA_DETAIL_VIOLATIONS}, {"none", HA_DETAIL_NONE},
    };
    int meaning = HA_DETAIL_CALLS;
    int result = ha_cli_read_word("run", "--trace", value, words, sizeof words / sizeof words[0],
                                  &meaning);
    options_of(command)->detail = (enum ha_detail)meaning;
    return result;
}

static int read_break(void *command, const char *value)
{
    return ha_cli_read_number("run", "--break-at", value, 1, UINT64_MAX,
                              "the number of a record, 1 or more",
                              &options_of(command)->break_at);
}

#define FLAG(member) NULL, offsetof(struct ha_cli_play, play.member)

static const struct ha_cli_option options[] = {
    {"--replay", read_replay, 0},
    {"--threads", read_threads, 0},
    {"--format", read_format, 0},
    {"--trace", read_trace, 0},
    {"--break-at", read_break, 0},
    {"--coverage", FLAG(coverage)},
    {"--list", FLAG(list)},
    {"--accept", FLAG(accept)},
    {"--realtime", FLAG(realtime)},
};

static int play(void *command)
{
    return ha_play(options_of(command));
}

int ha_cli_run(int count, char **argument)
{
    static const struct ha_cli_player player = {
        "run", usage, {options, sizeof options / sizeof options[0]}, play};
    struct ha_cli_play command = {.play.record_budget = 100000000};
    return ha_cli_play(&player, &command, count, argument);
}
