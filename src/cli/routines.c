/* routines - which NT routines there are, and what they do not do */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "hotadd/nearest.h"
#include "hotadd/routines.h"
#include "hotadd/scenario.h"

static const char usage[] =
    "hotadd routines [NAME...]\n"
    "\n"
    "Prints the NT routines that a driver may call: all, or those named. Behind some of them\n"
    "stands what they do not do; \"not in ws2008\" marks those that are newer.\n"
    "Of names that the headers make of others, those named are told with what they call.\n";

static void print_one(const char *name)
{
    const char *lacks = ha_nt_routine_lacks(name);
    const char *newer = ha_nt_routine_is_newer(name) ? "not in ws2008" : "";
    if (lacks || *newer)
        printf("%-36s %s%s%s\n", name, lacks ? lacks : "", lacks && *newer ? "; " : "", newer);
    else
        puts(name);
}

/* A macro or an inline function; false when the headers have none of that name. */
static bool print_header_name(const char *name)
{
    const char *calls = ha_nt_header_calls(name);
    if (!calls)
        return false;
    printf("%-36s in the headers; calls %s%s\n", name, *calls ? calls : "no routine",
           ha_nt_routine_comes_later(calls) ? ", which is not simulated yet" : "");
    return true;
}

static bool is_there(const char *wanted)
{
    const char *name;
    for (size_t i = 0; (name = ha_nt_routine_name(i)) != NULL; i++)
        if (!strcmp(name, wanted))
            return true;
    return false;
}

static int refuse(const char *wanted)
{
    const char *both[2] = {"", NULL};       /* what is nearest so far, and the next one */
    for (size_t i = 0; (both[1] = ha_nt_routine_name(i)) != NULL; i++) {
        const char *nearest = ha_text_nearest(wanted, both, 2);
        both[0] = nearest ? nearest : both[0];
    }
    fprintf(stderr, "hotadd routines: there is no routine '%s'; ", wanted);
    if (both[0][0])
        fprintf(stderr, "did you mean '%s'? ", both[0]);
    fputs("`hotadd routines` lists those that are there\n", stderr);
    return HA_EXIT_USAGE;
}

int ha_cli_routines(int count, char **argument)
{
    int result = HA_EXIT_OK;
    const char *name;
    for (int i = 0; i < count; i++)
        if (ha_cli_answer(argument[i], usage))
            return HA_EXIT_OK;
    for (int i = 0; i < count; i++) {
        if (argument[i][0] == '-')
            result = ha_cli_unknown("routines", argument[i], NULL, 0);
        else if (is_there(argument[i]))
            print_one(argument[i]);
        else if (!print_header_name(argument[i]))
            result = refuse(argument[i]);
    }
    for (size_t i = 0; count == 0 && (name = ha_nt_routine_name(i)) != NULL; i++)
        print_one(name);
    return result;
}
