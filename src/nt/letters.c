/*
 * letters - single characters: upper and lower case, digits, UTF-8
 *
 * Owns the table of cases.
 */
#include "nt/letters.h"

#define NO_DIGIT 99u
#define REPLACEMENT 0xfffdu

/*
 * Lower-case letters from `first` to `last`, every `step`-th of them, and how far above their
 * upper case they lie. Source: Unicode Character Database, UnicodeData, simple mappings.
 */
static const struct { uint16_t first, last; uint8_t step; int16_t above; } cases[] = {
    {'a', 'z', 1, 32},
    {0x00e0, 0x00f6, 1, 32}, {0x00f8, 0x00fe, 1, 32}, {0x00ff, 0x00ff, 1, -121},
    {0x0101, 0x012f, 2, 1}, {0x0133, 0x0137, 2, 1}, {0x013a, 0x0148, 2, 1},
    {0x014b, 0x0177, 2, 1}, {0x017a, 0x017e, 2, 1},
    {0x03ac, 0x03ac, 1, 38}, {0x03ad, 0x03af, 1, 37}, {0x03b1, 0x03c1, 1, 32},
    {0x03c3, 0x03cb, 1, 32}, {0x03cc, 0x03cc, 1, 64}, {0x03cd, 0x03ce, 1, 63},
    {0x0430, 0x044f, 1, 32}, {0x0450, 0x045f, 1, 80}, {0x0461, 0x0481, 2, 1},
    {0x048b, 0x04bf, 2, 1}, {0x04d1, 0x052f, 2, 1},
    {0x1e01, 0x1e95, 2, 1}, {0x1ea1, 0x1eff, 2, 1},
};

uint16_t ha_letter_up(uint16_t letter)
{
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        if (letter >= cases[i].first && letter <= cases[i].last &&
            (letter - cases[i].first) % cases[i].step == 0)
            return (uint16_t)(letter - cases[i].above);
    return letter;
}

uint16_t ha_letter_down(uint16_t letter)
{
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int lower = letter + cases[i].above;
        if (lower >= cases[i].first && lower <= cases[i].last &&
            (lower - cases[i].first) % cases[i].step == 0)
            return (uint16_t)lower;
    }
    return letter;
}

unsigned ha_letter_digit(uint16_t letter)
{
    if (letter >= '0' && letter <= '9')
        return (unsigned)(letter - '0');
    if (letter >= 'a' && letter <= 'z')
        return (unsigned)(letter - 'a') + 10u;
    if (letter >= 'A' && letter <= 'Z')
        return (unsigned)(letter - 'A') + 10u;
    return NO_DIGIT;
}

size_t ha_utf8_put(uint32_t point, char bytes[4])
{
    size_t count = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    for (size_t i = count; i-- > 1; point >>= 6)
        bytes[i] = (char)(0x80u | (point & 0x3fu));
    static const uint8_t heads[] = {0, 0, 0xc0, 0xe0, 0xf0};
    bytes[0] = (char)(heads[count] | point);
    return count;
}

uint32_t ha_utf8_take(const char *bytes, size_t length, size_t *taken)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    const unsigned char first = (unsigned char)bytes[0];
    size_t count = first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3
                   : first < 0xf5 ? 4 : 0;
    uint32_t point = count < 2 ? first : first & (0x7fu >> count);
    *taken = 1;
    if (!count || count > length)
        return REPLACEMENT;
    for (size_t i = 1; i < count; i++) {
        if (((unsigned char)bytes[i] & 0xc0u) != 0x80u)
            return REPLACEMENT;
        point = point << 6 | ((unsigned char)bytes[i] & 0x3fu);
    }
    if (point < least[count] || point > 0x10ffffu || (point >= 0xd800u && point < 0xe000u))
        return REPLACEMENT;
    *taken = count;
    return point;
}

size_t ha_utf16_put(uint32_t point, uint16_t units[2])
{
    if (point < 0x10000u) {
        units[0] = (uint16_t)point;
        return 1;
    }
    units[0] = (uint16_t)(0xd7c0u + (point >> 10));
    units[1] = (uint16_t)(0xdc00u + (point & 0x3ffu));
    return 2;
}

uint32_t ha_utf16_take(const uint16_t *units, size_t length, size_t *taken)
{
    *taken = 1;
    if (units[0] < 0xd800u || units[0] >= 0xe000u)
        return units[0];
    if (units[0] >= 0xdc00u || length < 2 || units[1] < 0xdc00u || units[1] >= 0xe000u)
        return REPLACEMENT;
    *taken = 2;
    return ((units[0] & 0x3ffu) << 10 | (units[1] & 0x3ffu)) + 0x10000u;
}
