/*
 * jsonl_scan - the tokens of one line of JSON
 *
 * A cursor moves over the bytes of a line. Each function takes a token from where the cursor
 * stands, behind white space, and leaves it behind the token; when it cannot, it says what is
 * wrong and where, and returns false. Nothing is copied and no tree is built.
 */
#ifndef HA_CHECK_JSONL_SCAN_H
#define HA_CHECK_JSONL_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HA_WRONG_TEXT 200u

struct ha_cursor {
    const char *at, *end;
    const char *wrong;              /* what the message points to; NULL while all is well */
    char message[HA_WRONG_TEXT];    /* a sentence that can be printed */
};

/* The bytes between the quotes, as they stand there. */
struct ha_span {
    const char *bytes;
    size_t length;
    bool escaped;                   /* it has a backslash */
};

/* Say what is wrong at a byte, unless something was wrong before. Returns false. */
bool ha_cursor_wrong(struct ha_cursor *cursor, const char *at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The same of what was expected where the cursor stands. */
bool ha_cursor_expected(struct ha_cursor *cursor, const char *what);

/* The next byte that is no white space; 0 at the end of the line. */
char ha_cursor_peek(struct ha_cursor *cursor);
/* A mark as '{'. */
bool ha_cursor_take(struct ha_cursor *cursor, char mark, const char *what);
/* A string. */
bool ha_cursor_string(struct ha_cursor *cursor, struct ha_span *span);
/* A whole number, also as a string and with 0x; -1 and the like where `sign` is not NULL. */
bool ha_cursor_number(struct ha_cursor *cursor, uint64_t *value, bool *sign);
/* true or false. */
bool ha_cursor_flag(struct ha_cursor *cursor, bool *value);
/* Whether null stands here; it is taken then. */
bool ha_cursor_null(struct ha_cursor *cursor);
/* Any value, with all that is in it. */
bool ha_cursor_skip(struct ha_cursor *cursor);
/*
 * The key of a member with its colon, or the end of the object. `first`: nothing of the object
 * was read yet but its brace. Returns whether all is well; `more` says whether there was a key.
 */
bool ha_cursor_key(struct ha_cursor *cursor, bool first, struct ha_span *key, bool *more);

/*
 * The text of a string without its escapes.
 *
 *   room    bytes at `bytes`
 *   length  set to what the text has, also when that is more than there is room for
 *
 * Returns false when it does not fit.
 */
bool ha_span_decode(struct ha_span span, char *bytes, size_t room, size_t *length);

/* A word of the line, fit to be printed in a message. */
struct ha_shown {
    char text[48];
};
struct ha_shown ha_show(const char *bytes, size_t length);

/* How long the UTF-8 sequence is that starts here; 0 when none does. */
size_t ha_utf8_sequence(const unsigned char *s, size_t length);

#endif
