/* play_options - what `run` and `explore` understand alike */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"

/* The longest that a driver may hang, in seconds. */
#define LONGEST_HANG_S 86400u

static int read_profile(void *command, const char *value)
{
    struct ha_cli_play *shared = command;
    shared->play.profile = value;
    return HA_EXIT_OK;
}

static int read_set(void *command, const char *value)
{
    struct ha_cli_play *shared = command;
    shared->set[shared->play.set_count++] = value;
    return HA_EXIT_OK;
}

static int read_driver(void *command, const char *value)
{
    struct ha_cli_play *shared = command;
    shared->driver[shared->play.driver_count++] = value;
    return HA_EXIT_OK;
}

static int read_modules(void *command, const char *value)
{
    struct ha_cli_play *shared = command;
    if (!value[0])
        return ha_cli_wrong(shared->command, "--modules", value, "the name of a folder");
    shared->play.modules = value;
    return HA_EXIT_OK;
}

static int read_out(void *command, const char *value)
{
    struct ha_cli_play *shared = command;
    return ha_cli_read_out(shared->command, value, &shared->play.out_path);
}

static int read_filter(void *command, const char *value)
{
    struct ha_cli_play *shared = command;
    if (!value[0])
        return ha_cli_wrong(shared->command, "--filter", value, "a pattern, as '*veto*'");
    shared->play.filter = value;
    return HA_EXIT_OK;
}

static int read_budget(void *command, const char *value)
{
    struct ha_cli_play *shared = command;
    return ha_cli_read_number(shared->command, "--budget", value, 1, UINT64_MAX,
                              "a number of records, 1 or more",
                              &shared->play.record_budget);
}

static int read_hang(void *command, const char *value)
{
    struct ha_cli_play *shared = command;
    uint64_t seconds = 0;
    int result = ha_cli_read_number(shared->command, "--hang", value, 0, LONGEST_HANG_S,
                                    "a number of seconds, at most 86400, or 0 for no limit",
                                    &seconds);
    shared->play.hang_s = (uint32_t)seconds;
    return result;
}

static int read_color(void *command, const char *value)
{
    struct ha_cli_play *shared = command;
    return ha_cli_read_color(shared->command, value, &shared->auto_color,
                             &shared->play.color);
}

#define FLAG(member) NULL, offsetof(struct ha_cli_play, play.member)

static const struct ha_cli_option shared_options[] = {
    {"--profile", read_profile, 0}, {"--set", read_set, 0},       {"--driver", read_driver, 0},
    {"--modules", read_modules, 0}, {"--out", read_out, 0},       {"--filter", read_filter, 0},
    {"--budget", read_budget, 0},   {"--hang", read_hang, 0},     {"--color", read_color, 0},
    {"--quiet", FLAG(quiet)},       {"--strict", FLAG(strict)},   {"--no-fork", FLAG(no_fork)},
};

static int read_and_play(const struct ha_cli_player *player, void *command, int count,
                         char **argument)
{
    const struct ha_cli_options tables[] = {
        player->own, {shared_options, sizeof shared_options / sizeof shared_options[0]}};
    struct ha_cli_play *shared = command;
    bool paths_only = false;
    for (int i = 0; i < count; i++) {
        int result = HA_EXIT_OK;
        if (paths_only || argument[i][0] != '-' || !argument[i][1])
            shared->path[shared->play.path_count++] = argument[i];
        else if (ha_cli_answer(argument[i], player->usage))
            return HA_EXIT_OK;
        else if (!strcmp(argument[i], "--"))
            paths_only = true;
        else
            result = ha_cli_read_option(player->name, tables, 2, command, count, argument, &i);
        if (result)
            return result;
    }
    if (!shared->play.path_count) {
        fprintf(stderr, "hotadd %s: name a scenario file or a folder; try `hotadd %s --help`\n",
                player->name, player->name);
        return HA_EXIT_USAGE;
    }
    if (shared->auto_color)
        shared->play.color = ha_cli_wants_color(shared->play.output, shared->play.out_path);
    return player->play(command);
}

int ha_cli_play(const struct ha_cli_player *player, void *command, int count, char **argument)
{
    struct ha_cli_play *shared = command;
    size_t room = (size_t)count + 1;
    shared->path = calloc(room, sizeof *shared->path);
    shared->set = calloc(room, sizeof *shared->set);
    shared->driver = calloc(room, sizeof *shared->driver);
    shared->command = player->name;
    shared->play.path = shared->path;
    shared->play.set = shared->set;
    shared->play.driver = shared->driver;
    shared->play.hang_s = 10;
    shared->play.out = stdout;
    shared->play.log = stderr;
    shared->auto_color = true;
    int result = HA_EXIT_UNREADABLE;
    if (shared->path && shared->set && shared->driver)
        result = read_and_play(player, command, count, argument);
    else
        fputs("hotadd: error: out of memory\n", stderr);
    free(shared->path);
    free(shared->set);
    free(shared->driver);
    return result;
}
