/*
 * format_out - where formatted text goes: characters, text and numbers in a field
 *
 * Owns struct ha_format_output. What does not fit is counted and not stored.
 */
#include "nt/format_out.h"

#include <string.h>

#include "nt/letters.h"

void ha_format_put(struct ha_format_output *out, unsigned character)
{
    if (out->length < out->room && out->narrow)
        out->narrow[out->length] = (char)character;
    if (out->length < out->room && out->wide)
        out->wide[out->length] = (WCHAR)character;
    out->length++;
}

/* Without room they are only counted, all at once: a field may be a thousand million wide. */
static void put_many(struct ha_format_output *out, unsigned character, size_t count)
{
    for (; count > 0 && out->length < out->room; count--)
        ha_format_put(out, character);
    out->length += count;
}

static void put_piece(struct ha_format_output *out, const struct ha_format_piece *piece)
{
    bool to_wide = out->wide != NULL;
    for (size_t i = 0, taken = 1; i < piece->length; i += taken) {
        char bytes[4];
        uint16_t units[2];
        taken = 1;
        if (piece->narrow && to_wide) {
            uint32_t point = ha_utf8_take(piece->narrow + i, piece->length - i, &taken);
            size_t count = ha_utf16_put(point, units);
            for (size_t k = 0; k < count; k++)
                ha_format_put(out, units[k]);
        } else if (piece->wide && !to_wide) {
            uint32_t point = ha_utf16_take(piece->wide + i, piece->length - i, &taken);
            size_t count = ha_utf8_put(point, bytes);
            for (size_t k = 0; k < count; k++)
                ha_format_put(out, (unsigned char)bytes[k]);
        } else {
            ha_format_put(out, piece->wide ? piece->wide[i] : (unsigned char)piece->narrow[i]);
        }
    }
}

void ha_format_put_piece(struct ha_format_output *out, const struct ha_conversion *conversion,
                       const struct ha_format_piece *piece)
{
    struct ha_format_output counted = {.narrow = out->narrow, .wide = out->wide};
    put_piece(&counted, piece);     /* has no room: it is counted */
    size_t width = (size_t)conversion->width;
    size_t padding = width > counted.length ? width - counted.length : 0;
    if (!conversion->left)
        put_many(out, conversion->zeros ? '0' : ' ', padding);
    put_piece(out, piece);
    if (conversion->left)
        put_many(out, ' ', padding);
}

void ha_format_put_number(struct ha_format_output *out, const struct ha_conversion *conversion,
                          uint64_t value, unsigned base, const char *before)
{
    char digits[64];
    size_t count = 0;
    const char *letters = conversion->letter == 'x' ? "0123456789abcdef" : "0123456789ABCDEF";
    for (; value; value /= base)
        digits[count++] = letters[value % base];
    if (!count && conversion->precision != 0)
        digits[count++] = '0';
    size_t precision = conversion->precision < 0 ? 0 : (size_t)conversion->precision;
    size_t zeros = precision > count ? precision - count : 0;
    if (base == 8 && conversion->sharp && !zeros && (!count || digits[count - 1] != '0'))
        zeros = 1;
    size_t length = strlen(before) + zeros + count, width = (size_t)conversion->width;
    size_t padding = width > length ? width - length : 0;
    if (conversion->zeros && !conversion->left && conversion->precision < 0) {
        zeros += padding;
        padding = 0;
    }
    if (!conversion->left)
        put_many(out, ' ', padding);
    for (; *before; before++)
        ha_format_put(out, (unsigned char)*before);
    put_many(out, '0', zeros);
    while (count-- > 0)
        ha_format_put(out, (unsigned char)digits[count]);
    if (conversion->left)
        put_many(out, ' ', padding);
}
