/*
 * cli - the subcommands; each gets what follows its name on the command line
 */
#ifndef HA_CLI_CLI_H
#define HA_CLI_CLI_H

#include <stdbool.h>

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

/* Each returns an exit code. `count` arguments, none of them the subcommand itself. */
int ha_cli_run(int count, char **argument);
int ha_cli_explore(int count, char **argument);
int ha_cli_check(int count, char **argument);
int ha_cli_rules(int count, char **argument);
int ha_cli_routines(int count, char **argument);
int ha_cli_schema(int count, char **argument);

#endif
