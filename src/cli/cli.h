/*
 * cli - the subcommands; each gets what follows its name on the command line
 */
#ifndef HA_CLI_CLI_H
#define HA_CLI_CLI_H

#include <stdbool.h>

/* Whether a word asks for help or for the version; then that has been printed. */
bool ha_cli_answer(const char *word, const char *usage);

/* Whether an output may have colours by itself: it is a terminal, and NO_COLOR is not set. */
bool ha_cli_is_colorful(int descriptor);

/* Each returns an exit code. `count` arguments, none of them the subcommand itself. */
int ha_cli_run(int count, char **argument);
int ha_cli_explore(int count, char **argument);
int ha_cli_check(int count, char **argument);
int ha_cli_rules(int count, char **argument);
int ha_cli_routines(int count, char **argument);
int ha_cli_schema(int count, char **argument);

#endif
