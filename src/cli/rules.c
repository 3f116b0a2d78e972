/* rules - what is judged, and why */
#include <stdio.h>

#include "cli/cli.h"
#include "hotadd/nearest.h"
#include "hotadd/scenario.h"
#include "hotadd/verdict.h"

static const char usage[] =
    "hotadd rules [ID...]\n"
    "\n"
    "Prints the rules that every run is judged by: all in short, or those named in full.\n";

static const char *who(unsigned binds)
{
    if (binds == (HA_BINDS_KERNEL | HA_BINDS_DRIVER))
        return "kernel and driver";
    return binds == HA_BINDS_DRIVER ? "driver" : "kernel";
}

static const char *weight(enum ha_severity severity)
{
    static const char *const words[] = {"note", "warning", "error"};
    return words[severity];
}

static void print_whole(const struct ha_rule *rule)
{
    printf("%s\n  %s\n  source    %s\n  class     %s\n  binds     %s\n  a breach  %s\n", rule->id,
           rule->sentence, rule->source, ha_rule_class_name(rule->class_), who(rule->binds),
           weight(rule->severity));
}

static int refuse(const char *wanted, const struct ha_rule *rule, size_t count)
{
    const char *both[2] = {"", NULL};       /* what is nearest so far, and the next one */
    for (size_t i = 0; i < count; i++) {
        both[1] = rule[i].id;
        const char *nearest = ha_text_nearest(wanted, both, 2);
        both[0] = nearest ? nearest : both[0];
    }
    fprintf(stderr, "hotadd rules: there is no rule '%s' among those that are judged; ", wanted);
    if (both[0][0])
        fprintf(stderr, "did you mean '%s'? ", both[0]);
    fputs("`hotadd rules` lists them\n", stderr);
    return HA_EXIT_USAGE;
}

int ha_cli_rules(int count, char **argument)
{
    size_t rules;
    const struct ha_rule *rule = ha_rules(&rules);
    int result = HA_EXIT_OK;
    for (int i = 0; i < count; i++)
        if (ha_cli_answer(argument[i], usage))
            return HA_EXIT_OK;
    for (int i = 0; i < count; i++) {
        const struct ha_rule *found = ha_rule_find(argument[i]);
        if (argument[i][0] == '-')
            result = ha_cli_unknown("rules", argument[i], NULL, 0);
        else if (found)
            print_whole(found);
        else
            result = refuse(argument[i], rule, rules);
    }
    for (size_t i = 0; i < rules && count == 0; i++)
        printf("%-9s %-10s %s\n", rule[i].id, ha_rule_class_name(rule[i].class_),
               rule[i].sentence);
    return result;
}
