/*
 * cli - the subcommands; each gets what follows its name on the command line
 */
#ifndef HA_CLI_CLI_H
#define HA_CLI_CLI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hotadd/scenario.h"

/* Whether a word asks for help or for the version; then that has been printed. */
bool ha_cli_answer(const char *word, const char *usage);

/* Whether an output may have colours by itself: it is a terminal, and NO_COLOR is not set. */
bool ha_cli_is_colorful(int descriptor);

/*
 * Whether the word in hand is this option; then its value is what follows, in the same word behind
 * a = or in the next one, and stays as it was, with a message, when there is none.
 */
bool ha_cli_valued(const char *command, const char *name, int count, char **argument, int *i,
                   const char **value);
/* Say what is wrong with an option. Both return HA_EXIT_USAGE. */
int ha_cli_wrong(const char *command, const char *option, const char *value,
                 const char *expected);
int ha_cli_unknown(const char *command, const char *word);
/* The values of --format, --out and --color. Each returns HA_EXIT_OK, or says what is wrong. */
int ha_cli_read_format(const char *command, const char *value, enum ha_output *output);
int ha_cli_read_out(const char *command, const char *value, const char **path);
int ha_cli_read_color(const char *command, const char *value, bool *automatic, bool *color);
/* Whether verdicts may have colours by themselves, wherever they then go. */
bool ha_cli_wants_color(enum ha_output output, const char *out_path);

/* What `run` and `explore` understand alike, as far as it has been read. Both begin with this. */
struct ha_cli_play {
    struct ha_play_options play;
    const char **path, **set, **driver;     /* room for every argument */
    bool auto_color;
};

/* An option: one with a value, or one without that sets a flag. */
struct ha_cli_option {
    const char *name;
    int (*read)(void *command, const char *value);  /* an exit code; NULL: */
    size_t flag;                                    /* the bool at this offset in the command */
};

/* A subcommand that plays scenarios. */
struct ha_cli_player {
    const char *name, *usage;
    const struct ha_cli_option *option;     /* its own, besides those that both have */
    size_t option_count;
    int (*play)(void *command);             /* all has been read */
};

/*
 * Read options and paths into a command, which begins with a struct ha_cli_play that has nothing
 * but default values, and play. Returns an exit code.
 */
int ha_cli_play(const struct ha_cli_player *player, void *command, int count, char **argument);
/* A number in decimal; `expected` says of it what is no such number. */
int ha_cli_read_number(const char *command, const char *option, const char *value, uint64_t least,
                       uint64_t most, const char *expected, uint64_t *number);

/* Each returns an exit code. `count` arguments, none of them the subcommand itself. */
int ha_cli_run(int count, char **argument);
int ha_cli_explore(int count, char **argument);
int ha_cli_check(int count, char **argument);
int ha_cli_rules(int count, char **argument);
int ha_cli_routines(int count, char **argument);
int ha_cli_schema(int count, char **argument);

#endif
