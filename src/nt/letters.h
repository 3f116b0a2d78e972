/*
 * letters - single characters: upper and lower case, digits, UTF-8
 *
 * Nothing here depends on the host's locale. Narrow text is UTF-8: the simulated system's code
 * page.
 */
#ifndef HA_NT_LETTERS_H
#define HA_NT_LETTERS_H

#include <stddef.h>
#include <stdint.h>

/*
 * The other case of a UTF-16 unit, itself when it has none. Our choice: the letters of Latin,
 * Greek and Cyrillic alphabets; what Windows' table holds besides stays as it is.
 */
uint16_t ha_letter_up(uint16_t letter);
uint16_t ha_letter_down(uint16_t letter);

/* The value of a digit in bases up to 36; 99 for what is none. */
unsigned ha_letter_digit(uint16_t letter);

/* Up to four bytes for a code point. Returns how many. */
size_t ha_utf8_put(uint32_t point, char bytes[4]);
/* The code point that `length` bytes (at least one) begin with; a byte out of place is U+FFFD. */
uint32_t ha_utf8_take(const char *bytes, size_t length, size_t *taken);
/* One or two units for a code point. Returns how many. */
size_t ha_utf16_put(uint32_t point, uint16_t units[2]);
/* The code point that `length` units (at least one) begin with; half a pair is U+FFFD. */
uint32_t ha_utf16_take(const uint16_t *units, size_t length, size_t *taken);

#endif
