/* schema - the scenario format, as editors and other programs read it */
#include <stdio.h>

#include "cli/cli.h"
#include "hotadd/scenario.h"

static const char usage[] =
    "hotadd schema\n"
    "\n"
    "Prints the format of scenario files as JSON Schema 2020-12, with a description of every key.\n"
    "An editor that knows the schema says what is wrong while a scenario is written.\n";

int ha_cli_schema(int count, char **argument)
{
    for (int i = 0; i < count; i++)
        if (ha_cli_answer(argument[i], usage))
            return HA_EXIT_OK;
    if (count == 0) {
        fputs(ha_scenario_schema(), stdout);
        return HA_EXIT_OK;
    }
    if (argument[0][0] == '-')
        return ha_cli_unknown("schema", argument[0], NULL, 0);
    fprintf(stderr, "hotadd schema: takes no '%s'; try `hotadd schema --help`\n", argument[0]);
    return HA_EXIT_USAGE;
}
