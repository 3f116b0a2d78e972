/* options - what several subcommands understand alike */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"

bool ha_cli_valued(const char *command, const char *name, int count, char **argument, int *i,
                   const char **value)
{
    const char *word = argument[*i];
    size_t length = strcspn(word, "=");
    if (strlen(name) != length || strncmp(name, word, length) != 0)
        return false;
    if (word[length] == '=')
        *value = word + length + 1;
    else if (*i + 1 < count)
        *value = argument[++*i];
    else
        fprintf(stderr, "hotadd %s: %s needs a value; try `hotadd %s --help`\n", command, word,
                command);
    return true;
}

int ha_cli_wrong(const char *command, const char *option, const char *value,
                 const char *expected)
{
    fprintf(stderr, "hotadd %s: %s takes %s, not '%s'; try `hotadd %s --help`\n", command, option,
            expected, value, command);
    return HA_EXIT_USAGE;
}

int ha_cli_unknown(const char *command, const char *word)
{
    fprintf(stderr, "hotadd %s: there is no option '%s'; try `hotadd %s --help`\n", command, word,
            command);
    return HA_EXIT_USAGE;
}

int ha_cli_read_format(const char *command, const char *value, enum ha_output *output)
{
    static const struct { const char *name; enum ha_output output; } formats[] = {
        {"story", HA_OUTPUT_STORY}, {"jsonl", HA_OUTPUT_JSONL},
        {"tap", HA_OUTPUT_TAP}, {"junit", HA_OUTPUT_JUNIT},
    };
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
        if (!strcmp(value, formats[i].name)) {
            *output = formats[i].output;
            return HA_EXIT_OK;
        }
    }
    return ha_cli_wrong(command, "--format", value, "story, jsonl, tap or junit");
}

int ha_cli_read_out(const char *command, const char *value, const char **path)
{
    if (!value[0])
        return ha_cli_wrong(command, "--out", value, "the name of a file");
    *path = value;
    return HA_EXIT_OK;
}

int ha_cli_read_color(const char *command, const char *value, bool *automatic, bool *color)
{
    *automatic = !strcmp(value, "auto");
    *color = !strcmp(value, "always");
    if (!*automatic && !*color && strcmp(value, "never") != 0)
        return ha_cli_wrong(command, "--color", value, "auto, always or never");
    return HA_EXIT_OK;
}

bool ha_cli_wants_color(enum ha_output output, const char *out_path)
{
    bool on_log = output >= HA_OUTPUT_JSONL && !out_path;
    return ha_cli_is_colorful(on_log ? STDERR_FILENO : STDOUT_FILENO);
}
