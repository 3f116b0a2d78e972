/*
 * format_out - where formatted text goes: characters, text and numbers in a field
 */
#ifndef HA_NT_FORMAT_OUT_H
#define HA_NT_FORMAT_OUT_H

#include <ntddk.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum ha_format_size { HA_SIZE_CHAR, HA_SIZE_SHORT, HA_SIZE_32, HA_SIZE_64 };

/* Where the text goes: one of the two buffers, or none where it is only counted. */
struct ha_format_output {
    char *narrow;
    WCHAR *wide;
    size_t room, length;        /* in characters of the buffer */
};

/* A conversion, as it was read. */
struct ha_conversion {
    bool left, plus, space, sharp, zeros;
    bool is_short, is_long;     /* for text: narrow, wide */
    int width, precision;       /* -1: no precision */
    enum ha_format_size size;
    unsigned letter;
};

/* Text of either width; characters of the other width are recoded. */
struct ha_format_piece {
    const char *narrow;
    const WCHAR *wide;
    size_t length;
};

void ha_format_put(struct ha_format_output *out, unsigned character);
/* Text in a field as wide as the conversion says. */
void ha_format_put_piece(struct ha_format_output *out, const struct ha_conversion *conversion,
                         const struct ha_format_piece *piece);
/* A number without its sign, and what stands before it, in a field. */
void ha_format_put_number(struct ha_format_output *out, const struct ha_conversion *conversion,
                          uint64_t value, unsigned base, const char *before);

#endif
