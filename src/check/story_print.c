/*
 * story_print - what a driver prints, and the bug check that it makes, in a story
 *
 * Owns struct ha_print. The text is shown in quotes, with line breaks and the like as escapes, so
 * that a message stays one line.
 */
#include "check/story_print.h"

#include <inttypes.h>
#include <string.h>

#include "base/names.h"

#define ERROR_LEVEL 0u              /* DPFLTR_ERROR_LEVEL */

static void add_part(struct ha_text *text, const struct ha_record *record)
{
    const char *part = record->as.debug.text;
    const char *end = memchr(part, '\0', sizeof record->as.debug.text);
    ha_text_add_bytes(text, part, end ? (size_t)(end - part) : sizeof record->as.debug.text);
}

bool ha_print_take(struct ha_print *print, const struct ha_record *record)
{
    if (record->id != print->id)
        ha_text_clear(&print->text);
    add_part(&print->text, record);
    print->id = record->flags & HA_PRINT_MORE ? record->id : 0;
    return !print->id;
}

void ha_print_close(struct ha_print *print)
{
    ha_text_close(&print->text);
}

/* In quotes, as a C programmer would write it. */
static void quote(struct ha_text *words, const char *text, size_t length)
{
    static const char plain[] = "\"\\\n\t\r", letters[] = "\"\\ntr";

    ha_text_add(words, "\"");
    for (size_t i = 0; i < length; i++) {
        const char *escaped = memchr(plain, text[i], sizeof plain - 1);
        if (escaped)
            ha_text_addf(words, "\\%c", letters[escaped - plain]);
        else if ((unsigned char)text[i] < ' ')
            ha_text_addf(words, "\\x%02x", (unsigned)text[i]);
        else
            ha_text_add_bytes(words, &text[i], 1);
    }
    ha_text_add(words, "\"");
}

enum ha_paint ha_story_print(const struct ha_cast *cast, const struct ha_record *record,
                             const struct ha_text *said, struct ha_text *words)
{
    struct ha_text own = {0};
    size_t length;

    if (!said) {
        add_part(&own, record);
        said = &own;
    }
    length = said->length;
    while (length && said->bytes[length - 1] == '\n')
        length--;
    ha_story_subject(cast, record, words);
    ha_text_add(words, "prints ");
    quote(words, ha_text_string(said), length);
    words->lost |= said->lost;
    ha_text_close(&own);
    return record->as.debug.level == ERROR_LEVEL ? HA_YELLOW : HA_PLAIN;
}

enum ha_paint ha_story_bugcheck(const struct ha_cast *cast, const struct ha_record *record,
                                struct ha_text *words)
{
    const uint64_t *parameter = record->as.bugcheck.parameter;

    const char *why = record->id == HA_SECURITY_CHECK_FAILURE ? ha_fast_fail_name(parameter[0])
                                                              : NULL;

    ha_story_subject(cast, record, words);
    ha_text_addf(words, "stops the system: bug check 0x%" PRIX32 " (0x%" PRIX64 ", 0x%" PRIX64
                 ", 0x%" PRIX64 ", 0x%" PRIX64 ")", record->id, parameter[0], parameter[1],
                 parameter[2], parameter[3]);
    if (why)
        ha_text_addf(words, ", %s", why);
    return HA_RED;
}
