/*
 * main - a fuzz target as a plain program
 *
 * Plays each file that the command line names. Tests do so with the corpus, AFL++ with one file
 * at a time (`@@`), and a person with what a fuzzer has left behind. Each input has a piece of
 * memory of its own, exactly as long as it is, so that AddressSanitizer sees a step beyond.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "fuzz/fuzz.h"

static int cannot(const char *path, const char *what)
{
    fprintf(stderr, "%s: %s\n", path, what);
    return EXIT_FAILURE;
}

static int play(const char *path)
{
    FILE *file = fopen(path, "rb");
    struct ha_text text = {0};
    char piece[4096];
    size_t more;

    if (!file)
        return cannot(path, "cannot be opened");
    while ((more = fread(piece, 1, sizeof piece, file)) > 0)
        ha_text_add_bytes(&text, piece, more);
    int unread = ferror(file);
    fclose(file);

    uint8_t *bytes = malloc(text.length ? text.length : 1);
    if (unread || text.lost || !bytes) {
        free(bytes);
        ha_text_close(&text);
        return cannot(path, unread ? "cannot be read" : "memory is lacking");
    }
    memcpy(bytes, ha_text_string(&text), text.length);
    LLVMFuzzerTestOneInput(bytes, text.length);
    free(bytes);
    ha_text_close(&text);
    return EXIT_SUCCESS;
}

int main(int count, char **argument)
{
    int result = EXIT_SUCCESS;

    if (count < 2)
        return cannot(argument[0], "which files?");
    for (int i = 1; i < count; i++)
        if (play(argument[i]))
            result = EXIT_FAILURE;
    return result;
}
