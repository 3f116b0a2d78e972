/*
 * format - formatted text as the kernel's C library makes it
 *
 * Owns the one interpreter of format strings for both widths of text. It is no NT routine: it needs
 * no machine, and safe strings use it anywhere.
 *
 * What differs from the host's printf: long is 32 bits, I64 and I32 and ll are sizes, %p is 16
 * digits, %s of a wide format means wide text and %S the other width, %Z takes a counted string.
 *
 * Source: Microsoft C runtime library reference, Format specification syntax; WDK reference,
 * wdm.h, DbgPrint.
 * Our choice: narrow text is UTF-8. Numbers with a point are not formatted: their argument is
 * passed over and the conversion stands as it is, so that no locale of the host shows.
 */
#include "nt/format.h"

#include <crt/wctype.h>

#include "nt/format_out.h"

struct formatter {
    struct ha_format_output out;
    const char *narrow;         /* the format: one of the two */
    const WCHAR *wide;
    struct ha_format_options *options;
    va_list arguments;
};

static size_t narrow_length(const char *text, int precision)
{
    size_t length = 0;
    while ((precision < 0 || length < (size_t)precision) && text[length])
        length++;
    return length;
}

static void put_string(struct formatter *self, const struct ha_conversion *conversion, bool is_wide)
{
    struct ha_format_piece piece = {0};
    size_t most = conversion->precision < 0 ? SIZE_MAX : (size_t)conversion->precision;
    if (is_wide) {
        piece.wide = va_arg(self->arguments, const WCHAR *);
        piece.length = piece.wide ? ha_wcsnlen(piece.wide, most) : 0;
    } else {
        piece.narrow = va_arg(self->arguments, const char *);
        piece.length = piece.narrow ? narrow_length(piece.narrow, conversion->precision) : 0;
    }
    if (!piece.wide && !piece.narrow) {
        piece.narrow = "(null)";
        piece.length = narrow_length(piece.narrow, conversion->precision);
    }
    ha_format_put_piece(&self->out, conversion, &piece);
}

static void put_counted(struct formatter *self, const struct ha_conversion *conversion)
{
    static const char null[] = "(null)";
    struct ha_format_piece piece = {.narrow = null, .length = sizeof null - 1};
    if (conversion->is_long) {
        const UNICODE_STRING *string = va_arg(self->arguments, const UNICODE_STRING *);
        if (string && string->Buffer)
            piece = (struct ha_format_piece){.wide = string->Buffer,
                                   .length = string->Length / sizeof(WCHAR)};
    } else {
        const ANSI_STRING *string = va_arg(self->arguments, const ANSI_STRING *);
        if (string && string->Buffer)
            piece = (struct ha_format_piece){.narrow = string->Buffer, .length = string->Length};
    }
    if (conversion->precision >= 0 && piece.length > (size_t)conversion->precision)
        piece.length = (size_t)conversion->precision;
    ha_format_put_piece(&self->out, conversion, &piece);
}

static void put_character(struct formatter *self, const struct ha_conversion *conversion,
                          bool is_wide)
{
    int character = va_arg(self->arguments, int);
    WCHAR wide = (WCHAR)character;
    char narrow = (char)character;
    struct ha_format_piece piece = {.length = 1};
    if (is_wide)
        piece.wide = &wide;
    else
        piece.narrow = &narrow;
    ha_format_put_piece(&self->out, conversion, &piece);
}

static uint64_t argument_of(struct formatter *self, enum ha_format_size size, bool is_signed)
{
    if (size == HA_SIZE_64)
        return va_arg(self->arguments, uint64_t);
    unsigned value = va_arg(self->arguments, unsigned);
    switch (size) {
    case HA_SIZE_CHAR:
        return is_signed ? (uint64_t)(int64_t)(int8_t)(uint8_t)value : (uint8_t)value;
    case HA_SIZE_SHORT:
        return is_signed ? (uint64_t)(int64_t)(int16_t)(uint16_t)value : (uint16_t)value;
    default:
        return is_signed ? (uint64_t)(int64_t)(int32_t)value : value;
    }
}

static void put_signed(struct formatter *self, const struct ha_conversion *conversion)
{
    uint64_t value = argument_of(self, conversion->size, true);
    bool negative = (int64_t)value < 0;
    ha_format_put_number(&self->out, conversion, negative ? 0 - value : value, 10,
                         negative ? "-" : conversion->plus ? "+" : conversion->space ? " " : "");
}

static void put_unsigned(struct formatter *self, const struct ha_conversion *conversion)
{
    uint64_t value = argument_of(self, conversion->size, false);
    unsigned base = conversion->letter == 'u' ? 10 : conversion->letter == 'o' ? 8 : 16;
    const char *before = conversion->letter == 'x' ? "0x" : "0X";
    ha_format_put_number(&self->out, conversion, value, base,
                         base == 16 && conversion->sharp && value ? before : "");
}

static void put_pointer(struct formatter *self, struct ha_conversion *conversion)
{
    uintptr_t pointer = (uintptr_t)va_arg(self->arguments, void *);
    uint64_t value = pointer;
    if (self->options && self->options->pointer)
        value = self->options->pointer(self->options->argument, pointer);
    conversion->precision = 16;
    ha_format_put_number(&self->out, conversion, value, 16, "");
}

static unsigned peek(const struct formatter *self, size_t ahead)
{
    return self->wide ? self->wide[ahead] : (unsigned char)self->narrow[ahead];
}

static void skip(struct formatter *self, size_t count)
{
    if (self->wide)
        self->wide += count;
    else
        self->narrow += count;
}

static void read_flags(struct formatter *self, struct ha_conversion *conversion)
{
    for (;; skip(self, 1)) {
        switch (peek(self, 0)) {
        case '-': conversion->left = true; break;
        case '+': conversion->plus = true; break;
        case ' ': conversion->space = true; break;
        case '#': conversion->sharp = true; break;
        case '0': conversion->zeros = true; break;
        default: return;
        }
    }
}

/* A number of the format, or an argument for a star. It stops short of what an int holds. */
static int read_count(struct formatter *self)
{
    int count = 0;
    if (peek(self, 0) == '*') {
        skip(self, 1);
        return va_arg(self->arguments, int);
    }
    for (; ha_iswdigit((wint_t)peek(self, 0)); skip(self, 1))
        if (count < 100000000)
            count = count * 10 + (int)(peek(self, 0) - '0');
    return count;
}

static void read_size(struct formatter *self, struct ha_conversion *conversion)
{
    for (;; skip(self, 1)) {
        switch (peek(self, 0)) {
        case 'h':
            conversion->size = conversion->is_short ? HA_SIZE_CHAR : HA_SIZE_SHORT;
            conversion->is_short = true;
            break;
        case 'l':
            if (conversion->is_long)
                conversion->size = HA_SIZE_64;
            conversion->is_long = true;
            break;
        case 'w':
            conversion->is_long = true;
            break;
        case 'j': case 'z': case 't':
            conversion->size = HA_SIZE_64;
            break;
        case 'I':
            conversion->size = HA_SIZE_64;
            if (peek(self, 1) == '6' && peek(self, 2) == '4') {
                skip(self, 2);
            } else if (peek(self, 1) == '3' && peek(self, 2) == '2') {
                conversion->size = HA_SIZE_32;
                skip(self, 2);
            }
            break;
        default:
            return;
        }
    }
}

static struct ha_conversion read_conversion(struct formatter *self)
{
    struct ha_conversion conversion = {.precision = -1, .size = HA_SIZE_32};
    read_flags(self, &conversion);
    conversion.width = read_count(self);
    if (conversion.width < 0) {
        conversion.left = true;
        conversion.width = conversion.width == INT32_MIN ? INT32_MAX : -conversion.width;
    }
    if (peek(self, 0) == '.') {
        skip(self, 1);
        conversion.precision = read_count(self);
    }
    read_size(self, &conversion);
    conversion.letter = peek(self, 0);
    if (conversion.letter)
        skip(self, 1);
    return conversion;
}

/* Whether text of this conversion is wide: as it says, or else by the width of the format. */
static bool is_wide_text(const struct formatter *self, const struct ha_conversion *conversion)
{
    bool capital = conversion->letter == 'S' || conversion->letter == 'C';
    if (conversion->is_short || conversion->is_long)
        return !conversion->is_short;
    return capital ? !self->wide : self->wide != NULL;
}

static void note_unicode(struct formatter *self, bool is_wide)
{
    if (self->options && is_wide)
        self->options->has_unicode = true;
}

static void convert(struct formatter *self, struct ha_conversion *conversion)
{
    bool is_wide = is_wide_text(self, conversion);
    switch (conversion->letter) {
    case 'd': case 'i':
        put_signed(self, conversion);
        break;
    case 'u': case 'o': case 'x': case 'X':
        put_unsigned(self, conversion);
        break;
    case 'p':
        put_pointer(self, conversion);
        break;
    case 's': case 'S':
        note_unicode(self, is_wide);
        put_string(self, conversion, is_wide);
        break;
    case 'c': case 'C':
        note_unicode(self, is_wide);
        put_character(self, conversion, is_wide);
        break;
    case 'Z':
        note_unicode(self, conversion->is_long);
        put_counted(self, conversion);
        break;
    case 'e': case 'E': case 'f': case 'F': case 'g': case 'G': case 'a': case 'A':
        (void)va_arg(self->arguments, double);
        ha_format_put(&self->out, '%');
        ha_format_put(&self->out, conversion->letter);
        break;
    default:
        if (conversion->letter)
            ha_format_put(&self->out, conversion->letter);
    }
}

/* The number of characters, or -1 where they do not fit; terminated where there is room. */
static int run(struct formatter *self)
{
    for (unsigned character; (character = peek(self, 0)) != 0;) {
        skip(self, 1);
        if (character != '%') {
            ha_format_put(&self->out, character);
            continue;
        }
        struct ha_conversion conversion = read_conversion(self);
        convert(self, &conversion);
    }
    size_t length = self->out.length;
    bool counts = !self->out.room && !self->out.narrow && !self->out.wide;
    if (length < self->out.room)
        ha_format_put(&self->out, 0);
    return (length > self->out.room && !counts) || length > INT32_MAX ? -1 : (int)length;
}

int ha_format(char *buffer, size_t count, const char *format, va_list arguments,
              struct ha_format_options *options)
{
    struct formatter self = {.out = {.narrow = buffer, .room = buffer ? count : 0},
                             .narrow = format, .options = options};
    if (!format || (!buffer && count))
        return -1;
    va_copy(self.arguments, arguments);
    int length = run(&self);
    va_end(self.arguments);
    return length;
}

/*
 * Format narrow text.
 *
 *   Buffer  of Count characters; NULL with a Count of 0 only asks for the length
 *
 * Returns the number of characters without a terminator, which is there when one more fits, or -1
 * when the text was cut, with the whole buffer filled.
 *
 * Source: Microsoft C runtime library reference, vsnprintf, _vsnprintf, _vsnwprintf.
 */
int _vsnprintf(char *Buffer, size_t Count, const char *Format, va_list Arguments)
{
    return ha_format(Buffer, Count, Format, Arguments, NULL);
}

int _snprintf(char *Buffer, size_t Count, const char *Format, ...)
{
    va_list arguments;
    va_start(arguments, Format);
    int length = _vsnprintf(Buffer, Count, Format, arguments);
    va_end(arguments);
    return length;
}

/* The same for wide text. Where it is only counted, narrow text counts by its wide characters. */
int _vsnwprintf(WCHAR *Buffer, size_t Count, const WCHAR *Format, va_list Arguments)
{
    WCHAR nothing[1];
    struct formatter self = {.out = {.wide = Buffer ? Buffer : nothing, .room = Count},
                             .wide = Format};
    if (!Format || (!Buffer && Count))
        return -1;
    va_copy(self.arguments, Arguments);
    int length = run(&self);
    va_end(self.arguments);
    if (!Buffer && self.out.length <= INT32_MAX)
        length = (int)self.out.length;
    return length;
}

int _snwprintf(WCHAR *Buffer, size_t Count, const WCHAR *Format, ...)
{
    va_list arguments;
    va_start(arguments, Format);
    int length = _vsnwprintf(Buffer, Count, Format, arguments);
    va_end(arguments);
    return length;
}

/* ISO C's swprintf: always terminated, and -1 already when there is no room for that. */
int ha_vswprintf(WCHAR *Buffer, size_t Count, const WCHAR *Format, va_list Arguments)
{
    int length = _vsnwprintf(Buffer, Count, Format, Arguments);
    if (!Count || (length >= 0 && (size_t)length < Count))
        return Count ? length : -1;
    Buffer[Count - 1] = 0;
    return -1;
}

int ha_swprintf(WCHAR *Buffer, size_t Count, const WCHAR *Format, ...)
{
    va_list arguments;
    va_start(arguments, Format);
    int length = ha_vswprintf(Buffer, Count, Format, arguments);
    va_end(arguments);
    return length;
}
