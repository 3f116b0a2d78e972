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

/* An option: one with a value, or one without that sets a flag. */
struct ha_cli_option {
    const char *name;
    int (*read)(void *target, const char *value);   /* an exit code; NULL: */
    size_t flag;                                    /* the bool at this offset in the target */
};

/* A table of them. */
struct ha_cli_options {
    const struct ha_cli_option *option;
    size_t count;
};

/* A word that an option may have as its value, and an enumerator that it stands for. */
struct ha_cli_word {
    const char *name;
    int meaning;
};

/*
 * Read the option that the word in hand is, by some tables. A value is what follows, in the same
 * word behind a = or in the next one. Returns an exit code; when that is not HA_EXIT_OK, the user
 * knows why.
 *
 *   target  what the options of these tables belong to
 */
int ha_cli_read_option(const char *command, const struct ha_cli_options *tables, size_t count,
                       void *target, int argument_count, char **argument, int *i);
/* Say that no option has this name, and which one may be meant. Returns HA_EXIT_USAGE. */
int ha_cli_unknown(const char *command, const char *word, const struct ha_cli_options *tables,
                   size_t count);
/* Say what is wrong with a value. Returns HA_EXIT_USAGE. */
int ha_cli_wrong(const char *command, const char *option, const char *value,
                 const char *expected);
/* One of some words as a value. Returns HA_EXIT_OK, or says which there are and what is meant. */
int ha_cli_read_word(const char *command, const char *option, const char *value,
                     const struct ha_cli_word *words, size_t count, int *meaning);
/* A number in decimal; `expected` says of it what is no such number. */
int ha_cli_read_number(const char *command, const char *option, const char *value, uint64_t least,
                       uint64_t most, const char *expected, uint64_t *number);
/* The values of --format, --out and --color. Each returns HA_EXIT_OK, or says what is wrong. */
int ha_cli_read_format(const char *command, const char *value, enum ha_output *output);
int ha_cli_read_out(const char *command, const char *value, const char **path);
int ha_cli_read_color(const char *command, const char *value, bool *automatic, bool *color);
/* Whether verdicts may have colours by themselves, wherever they then go. */
bool ha_cli_wants_color(enum ha_output output, const char *out_path);

/* What `run` and `explore` understand alike, as far as it has been read. Both begin with this. */
struct ha_cli_play {
    const char *command;                    /* the subcommand's name, for messages */
    struct ha_play_options play;
    const char **path, **set, **driver;     /* room for every argument */
    bool auto_color;
};

/* A subcommand that plays scenarios. */
struct ha_cli_player {
    const char *name, *usage;
    struct ha_cli_options own;              /* besides those that both have */
    int (*play)(void *command);             /* all has been read */
};

/*
 * Read options and paths into a command, which begins with a struct ha_cli_play that has nothing
 * but default values, and play. Returns an exit code.
 */
int ha_cli_play(const struct ha_cli_player *player, void *command, int count, char **argument);

/* Each returns an exit code. `count` arguments, none of them the subcommand itself. */
int ha_cli_run(int count, char **argument);
int ha_cli_explore(int count, char **argument);
int ha_cli_check(int count, char **argument);
int ha_cli_rules(int count, char **argument);
int ha_cli_routines(int count, char **argument);
int ha_cli_schema(int count, char **argument);

#endif
