/* main - which subcommand, and what there is */
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "hotadd/hotadd.h"
#include "hotadd/nearest.h"
#include "hotadd/scenario.h"

static const char usage[] =
    "hotadd - play processor hot-adds against Windows drivers, and judge what happens\n"
    "\n"
    "  hotadd run FILE|DIR...   play scenario files and judge every call\n"
    "  hotadd explore FILE|DIR...\n"
    "                           search for the failure or the order that breaks a driver\n"
    "  hotadd check FILE...     judge traces that were made elsewhere\n"
    "  hotadd rules [ID...]     what is judged, and why\n"
    "  hotadd routines [NAME...]\n"
    "                           which NT routines exist, and what they do not do\n"
    "  hotadd schema            the format of scenario files, as JSON Schema\n"
    "  hotadd --version\n"
    "  hotadd --help            this; `hotadd run --help` lists the options of run\n"
    "\n"
    "Exit codes: 0 all is well, 1 a rule broken or an expectation not met, 2 usage, 3 a file\n"
    "could not be read or output not be written, 4 nothing was run, 5 the budget ended first and\n"
    "the scenario does not expect that, or a search was not complete, 6 a run was not the same\n"
    "when a search played it again, 70 internal error, 130 and 143 ended by SIGINT and SIGTERM.\n"
    "When several apply: 70, then 130 or 143, 2, 3, 6, 1, 5, 4, 0.\n";

static const struct {
    const char *name;
    int (*run)(int count, char **argument);
} commands[] = {
    {"run", ha_cli_run},
    {"explore", ha_cli_explore},
    {"check", ha_cli_check},
    {"rules", ha_cli_rules},
    {"routines", ha_cli_routines},
    {"schema", ha_cli_schema},
};

/* An assertion of ours failed: that is no verdict on anybody's driver. */
static void on_abort(int number)
{
    (void)number;
    _exit(HA_EXIT_INTERNAL);
}

/*
 * Whoever started us may have closed a standard stream: the next file that is opened would take
 * its place. Reading from the stand-in finds nothing, and writing to it fails, as it should.
 */
static bool open_missing_streams(void)
{
    for (int file = STDIN_FILENO; file <= STDERR_FILENO; file++)
        if (fcntl(file, F_GETFD) < 0 && open("/dev/null", O_RDONLY) != file)
            return false;
    return true;
}

bool ha_cli_answer(const char *word, const char *help)
{
    if (!strcmp(word, "--help") || !strcmp(word, "-h"))
        fputs(help, stdout);
    else if (!strcmp(word, "--version"))
        puts("hotadd " HA_VERSION);
    else
        return false;
    return true;
}

bool ha_cli_is_colorful(int descriptor)
{
    const char *never = getenv("NO_COLOR");
    return isatty(descriptor) && !(never && never[0]);
}

static int refuse(const char *word)
{
    const char *names[sizeof commands / sizeof commands[0] + 2] = {"--help", "--version"};
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
        names[i + 2] = commands[i].name;
    const char *nearest = ha_text_nearest(word, names, sizeof names / sizeof names[0]);
    fprintf(stderr, "hotadd: there is no command '%s'; ", word);
    if (nearest)
        fprintf(stderr, "did you mean '%s'?\n", nearest);
    else
        fputs("try `hotadd --help`\n", stderr);
    return HA_EXIT_USAGE;
}

static int run(int count, char **argument)
{
    if (count < 2) {
        fputs(usage, stderr);
        return HA_EXIT_USAGE;
    }
    if (ha_cli_answer(argument[1], usage))
        return HA_EXIT_OK;
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
        if (!strcmp(argument[1], commands[i].name))
            return commands[i].run(count - 2, argument + 2);
    return refuse(argument[1]);
}

int main(int count, char **argument)
{
    signal(SIGABRT, on_abort);
    signal(SIGPIPE, SIG_IGN);       /* a reader that went away is output that was not written */
    if (!open_missing_streams())
        return HA_EXIT_INTERNAL;
    int code = run(count, argument);
    bool written = fflush(stdout) == 0 && !ferror(stdout);
    if (code != HA_EXIT_OK || written)
        return code;
    fputs("hotadd: error: not everything could be written\n", stderr);
    return HA_EXIT_UNREADABLE;
}
