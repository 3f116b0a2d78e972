/* play_options - what `run` and `explore` understand alike */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"

/* The longest that a driver may hang, in seconds. */
#define LONGEST_HANG_S 86400u

/* A reader of an option knows the subcommand only by what it says when a value is wrong. */
struct reading {
    struct ha_cli_play *shared;
    const char *command;
};

static int read_profile(struct reading *reading, const char *value)
{
    reading->shared->play.profile = value;
    return HA_EXIT_OK;
}

static int read_set(struct reading *reading, const char *value)
{
    reading->shared->set[reading->shared->play.set_count++] = value;
    return HA_EXIT_OK;
}

static int read_driver(struct reading *reading, const char *value)
{
    reading->shared->driver[reading->shared->play.driver_count++] = value;
    return HA_EXIT_OK;
}

static int read_modules(struct reading *reading, const char *value)
{
    if (!value[0])
        return ha_cli_wrong(reading->command, "--modules", value, "the name of a folder");
    reading->shared->play.modules = value;
    return HA_EXIT_OK;
}

static int read_out(struct reading *reading, const char *value)
{
    return ha_cli_read_out(reading->command, value, &reading->shared->play.out_path);
}

static int read_filter(struct reading *reading, const char *value)
{
    if (!value[0])
        return ha_cli_wrong(reading->command, "--filter", value, "a pattern, as '*veto*'");
    reading->shared->play.filter = value;
    return HA_EXIT_OK;
}

static int read_budget(struct reading *reading, const char *value)
{
    return ha_cli_read_number(reading->command, "--budget", value, 1, UINT64_MAX,
                              "a number of records, 1 or more",
                              &reading->shared->play.record_budget);
}

static int read_hang(struct reading *reading, const char *value)
{
    uint64_t seconds = 0;
    int result = ha_cli_read_number(reading->command, "--hang", value, 0, LONGEST_HANG_S,
                                    "a number of seconds, at most 86400, or 0 for no limit",
                                    &seconds);
    reading->shared->play.hang_s = (uint32_t)seconds;
    return result;
}

static int read_color(struct reading *reading, const char *value)
{
    return ha_cli_read_color(reading->command, value, &reading->shared->auto_color,
                             &reading->shared->play.color);
}

static const struct {
    const char *name;
    int (*read)(struct reading *reading, const char *value);
} valued[] = {
    {"--profile", read_profile}, {"--set", read_set},       {"--driver", read_driver},
    {"--modules", read_modules}, {"--out", read_out},       {"--filter", read_filter},
    {"--budget", read_budget},   {"--hang", read_hang},     {"--color", read_color},
};

static const struct {
    const char *name;
    size_t offset;      /* of a bool in struct ha_play_options */
} flags[] = {
    {"--quiet", offsetof(struct ha_play_options, quiet)},
    {"--strict", offsetof(struct ha_play_options, strict)},
    {"--no-fork", offsetof(struct ha_play_options, no_fork)},
};

int ha_cli_read_number(const char *command, const char *option, const char *value, uint64_t least,
                       uint64_t most, const char *expected, uint64_t *number)
{
    errno = 0;
    unsigned long long read = strtoull(value, NULL, 10);
    if (errno || !value[0] || value[strspn(value, "0123456789")] || read < least || read > most)
        return ha_cli_wrong(command, option, value, expected);
    *number = read;
    return HA_EXIT_OK;
}

static bool read_flag(struct ha_play_options *play, const char *word)
{
    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++) {
        if (!strcmp(word, flags[i].name)) {
            *(bool *)(void *)((char *)play + flags[i].offset) = true;
            return true;
        }
    }
    return false;
}

/* Whether the word in hand is an option of the subcommand's own; then `code` says how it went. */
static bool read_own(const struct ha_cli_player *player, void *command, int count,
                     char **argument, int *i, int *code)
{
    for (size_t k = 0; k < player->option_count; k++) {
        const struct ha_cli_option *option = &player->option[k];
        const char *value = NULL;
        if (!option->read && !strcmp(argument[*i], option->name)) {
            *(bool *)(void *)((char *)command + option->flag) = true;
            return true;
        }
        if (option->read &&
            ha_cli_valued(player->name, option->name, count, argument, i, &value)) {
            *code = value ? option->read(command, value) : HA_EXIT_USAGE;
            return true;
        }
    }
    return false;
}

static int read_option(const struct ha_cli_player *player, void *command, int count,
                       char **argument, int *i)
{
    struct reading reading = {command, player->name};
    int code = HA_EXIT_OK;
    if (read_flag(&reading.shared->play, argument[*i]) ||
        read_own(player, command, count, argument, i, &code))
        return code;
    for (size_t k = 0; k < sizeof valued / sizeof valued[0]; k++) {
        const char *value = NULL;
        if (ha_cli_valued(player->name, valued[k].name, count, argument, i, &value))
            return value ? valued[k].read(&reading, value) : HA_EXIT_USAGE;
    }
    return ha_cli_unknown(player->name, argument[*i]);
}

static int read_and_play(const struct ha_cli_player *player, void *command, int count,
                         char **argument)
{
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
            result = read_option(player, command, count, argument, &i);
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
