/*
 * cli - the subcommands; each gets what follows its name on the command line
 */
#ifndef HA_CLI_CLI_H
#define HA_CLI_CLI_H

/* Each returns an exit code. `count` arguments, none of them the subcommand itself. */
int ha_cli_run(int count, char **argument);
int ha_cli_rules(int count, char **argument);
int ha_cli_schema(int count, char **argument);

#endif
