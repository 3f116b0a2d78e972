/*
 * options - what several subcommands understand alike
 *
 * Owns how an option is found in tables of them, and what is said of one that is wrong.
 */
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "hotadd/nearest.h"

#define MOST_OPTIONS 48u

/* An option's name behind its dashes, which are a part of all of them. */
static const char *behind_dashes(const char *name)
{
    return name + strspn(name, "-");
}

/* The end of a message that a suggestion may make useful. */
static void suggest(const char *command, const char *dashes, const char *nearest)
{
    if (nearest)
        fprintf(stderr, "; did you mean '%s%s'?\n", dashes, nearest);
    else
        fprintf(stderr, "; try `hotadd %s --help`\n", command);
}

/* Whether the word is this option; a value in the same word is then left in `value`. */
static bool is_named(const char *word, const char *name, const char **value)
{
    size_t length = strcspn(word, "=");
    if (strlen(name) != length || strncmp(name, word, length) != 0)
        return false;
    *value = word[length] == '=' ? word + length + 1 : NULL;
    return true;
}

static int read_flag(const char *command, const struct ha_cli_option *option, void *target,
                     const char *value)
{
    if (value) {
        fprintf(stderr, "hotadd %s: %s takes no value, as '%s'; try `hotadd %s --help`\n", command,
                option->name, value, command);
        return HA_EXIT_USAGE;
    }
    *(bool *)(void *)((char *)target + option->flag) = true;
    return HA_EXIT_OK;
}

/* Its value is in its own word, or the next one. */
static int read_valued(const char *command, const struct ha_cli_option *option, void *target,
                       const char *value, int count, char **argument, int *i)
{
    if (!value && *i + 1 < count)
        value = argument[++*i];
    if (value)
        return option->read(target, value);
    fprintf(stderr, "hotadd %s: %s needs a value; try `hotadd %s --help`\n", command,
            option->name, command);
    return HA_EXIT_USAGE;
}

int ha_cli_read_option(const char *command, const struct ha_cli_options *tables, size_t count,
                       void *target, int argument_count, char **argument, int *i)
{
    for (size_t table = 0; table < count; table++) {
        for (size_t k = 0; k < tables[table].count; k++) {
            const struct ha_cli_option *option = &tables[table].option[k];
            const char *value;
            if (is_named(argument[*i], option->name, &value))
                return option->read ? read_valued(command, option, target, value, argument_count,
                                                  argument, i)
                                    : read_flag(command, option, target, value);
        }
    }
    return ha_cli_unknown(command, argument[*i], tables, count);
}

int ha_cli_unknown(const char *command, const char *word, const struct ha_cli_options *tables,
                   size_t count)
{
    const char *names[MOST_OPTIONS] = {"help", "version"}, *nearest = NULL;
    char meant[32] = "";
    size_t name_count = 2, length = strcspn(word, "=");
    for (size_t table = 0; table < count; table++)
        for (size_t k = 0; k < tables[table].count; k++) {
            assert(name_count < MOST_OPTIONS);
            names[name_count++] = behind_dashes(tables[table].option[k].name);
        }
    if (length < sizeof meant) {
        memcpy(meant, word, length);
        nearest = ha_text_nearest(behind_dashes(meant), names, name_count);
    }
    fprintf(stderr, "hotadd %s: there is no option '%s'", command, word);
    suggest(command, "--", nearest);
    return HA_EXIT_USAGE;
}

int ha_cli_wrong(const char *command, const char *option, const char *value,
                 const char *expected)
{
    fprintf(stderr, "hotadd %s: %s takes %s, not '%s'; try `hotadd %s --help`\n", command, option,
            expected, value, command);
    return HA_EXIT_USAGE;
}

int ha_cli_read_word(const char *command, const char *option, const char *value,
                     const struct ha_cli_word *words, size_t count, int *meaning)
{
    const char *names[MOST_OPTIONS];
    assert(count <= MOST_OPTIONS);
    for (size_t i = 0; i < count; i++) {
        names[i] = words[i].name;
        if (!strcmp(value, words[i].name)) {
            *meaning = words[i].meaning;
            return HA_EXIT_OK;
        }
    }
    fprintf(stderr, "hotadd %s: %s takes ", command, option);
    for (size_t i = 0; i < count; i++)
        fprintf(stderr, "%s%s", i == 0 ? "" : i + 1 < count ? ", " : " or ", names[i]);
    fprintf(stderr, ", not '%s'", value);
    suggest(command, "", ha_text_nearest(value, names, count));
    return HA_EXIT_USAGE;
}

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

int ha_cli_read_format(const char *command, const char *value, enum ha_output *output)
{
    static const struct ha_cli_word formats[] = {
        {"story", HA_OUTPUT_STORY}, {"jsonl", HA_OUTPUT_JSONL},
        {"tap", HA_OUTPUT_TAP}, {"junit", HA_OUTPUT_JUNIT},
    };
    int meaning = 0;
    int result = ha_cli_read_word(command, "--format", value, formats,
                                  sizeof formats / sizeof formats[0], &meaning);
    *output = (enum ha_output)meaning;
    return result;
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
    enum { AUTO, ALWAYS, NEVER };
    static const struct ha_cli_word words[] = {
        {"auto", AUTO}, {"always", ALWAYS}, {"never", NEVER}};
    int meaning = AUTO;
    int result = ha_cli_read_word(command, "--color", value, words,
                                  sizeof words / sizeof words[0], &meaning);
    *automatic = meaning == AUTO;
    *color = meaning == ALWAYS;
    return result;
}

bool ha_cli_wants_color(enum ha_output output, const char *out_path)
{
    bool on_log = output >= HA_OUTPUT_JSONL && !out_path;
    return ha_cli_is_colorful(on_log ? STDERR_FILENO : STDOUT_FILENO);
}
