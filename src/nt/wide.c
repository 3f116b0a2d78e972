/*
 * wide - strings of 16-bit characters for drivers, under the names that include/nt/crt gives them
 *
 * The host's own functions count wide characters of 32 bits. These are the C library's as ISO C
 * describes them, and Microsoft's additions to it; none of them is an NT routine, so they need no
 * machine and are no scheduling points.
 *
 * Source: Microsoft C runtime library reference, wcslen and its neighbours.
 * Our choice: case is that of nt/letters.h, whatever the locale.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <ntddk.h>
#include <crt/string.h>
#include <crt/wctype.h>

#include "nt/letters.h"

size_t ha_wcsnlen(const WCHAR *String, size_t Count)
{
    size_t length = 0;
    while (length < Count && String[length])
        length++;
    return length;
}

size_t ha_wcslen(const WCHAR *String)
{
    return ha_wcsnlen(String, SIZE_MAX);
}

WCHAR *ha_wcscpy(WCHAR *Destination, const WCHAR *Source)
{
    for (size_t i = 0; (Destination[i] = Source[i]) != 0; i++)
        ;
    return Destination;
}

WCHAR *ha_wcsncpy(WCHAR *Destination, const WCHAR *Source, size_t Count)
{
    size_t length = ha_wcsnlen(Source, Count);
    memcpy(Destination, Source, length * sizeof *Source);
    memset(Destination + length, 0, (Count - length) * sizeof *Source);
    return Destination;
}

WCHAR *ha_wcscat(WCHAR *Destination, const WCHAR *Source)
{
    ha_wcscpy(Destination + ha_wcslen(Destination), Source);
    return Destination;
}

WCHAR *ha_wcsncat(WCHAR *Destination, const WCHAR *Source, size_t Count)
{
    WCHAR *end = Destination + ha_wcslen(Destination);
    size_t length = ha_wcsnlen(Source, Count);
    memcpy(end, Source, length * sizeof *Source);
    end[length] = 0;
    return Destination;
}

int ha_wcsncmp(const WCHAR *String1, const WCHAR *String2, size_t Count)
{
    for (size_t i = 0; i < Count; i++)
        if (String1[i] != String2[i] || !String1[i])
            return (String1[i] > String2[i]) - (String1[i] < String2[i]);
    return 0;
}

int ha_wcscmp(const WCHAR *String1, const WCHAR *String2)
{
    return ha_wcsncmp(String1, String2, SIZE_MAX);
}

/* Lower case decides, as on Windows: an underscore comes before every letter. */
int _wcsnicmp(const WCHAR *String1, const WCHAR *String2, size_t Count)
{
    for (size_t i = 0; i < Count; i++) {
        WCHAR one = ha_letter_down(String1[i]), other = ha_letter_down(String2[i]);
        if (one != other || !one)
            return (one > other) - (one < other);
    }
    return 0;
}

int _wcsicmp(const WCHAR *String1, const WCHAR *String2)
{
    return _wcsnicmp(String1, String2, SIZE_MAX);
}

/* The search functions give a pointer into what they were passed as constant, as ISO C's do. */
static WCHAR *place(const WCHAR *string)
{
    return (WCHAR *)(uintptr_t)string;
}

WCHAR *ha_wcschr(const WCHAR *String, WCHAR Character)
{
    for (;; String++) {
        if (*String == Character)
            return place(String);
        if (!*String)
            return NULL;
    }
}

WCHAR *ha_wcsrchr(const WCHAR *String, WCHAR Character)
{
    for (size_t i = ha_wcslen(String) + 1; i-- > 0;)
        if (String[i] == Character)
            return place(String + i);
    return NULL;
}

WCHAR *ha_wcsstr(const WCHAR *String, const WCHAR *Part)
{
    size_t length = ha_wcslen(Part);
    for (;; String++) {
        if (!ha_wcsncmp(String, Part, length))
            return place(String);
        if (!*String)
            return NULL;
    }
}

size_t ha_wcsspn(const WCHAR *String, const WCHAR *Set)
{
    size_t length = 0;
    while (String[length] && ha_wcschr(Set, String[length]))
        length++;
    return length;
}

size_t ha_wcscspn(const WCHAR *String, const WCHAR *Set)
{
    size_t length = 0;
    while (!ha_wcschr(Set, String[length]))
        length++;
    return length;
}

/* What strtol and strtoul share: sign, size without sign, and where it ends. */
struct number {
    uint64_t size;              /* UINT64_MAX: more than 32 bits hold */
    bool negative;
};

static struct number number_of(const WCHAR *string, WCHAR **end, int base)
{
    struct number number = {0, false};
    const WCHAR *s = string;
    bool any = false;
    while (ha_iswspace(*s))
        s++;
    if (*s == '-' || *s == '+')
        number.negative = *s++ == '-';
    if ((base == 0 || base == 16) && s[0] == '0' && ha_letter_down(s[1]) == 'x' &&
        ha_letter_digit(s[2]) < 16) {
        base = 16;
        s += 2;
    } else if (base == 0) {
        base = *s == '0' ? 8 : 10;
    }
    for (unsigned digit; (digit = ha_letter_digit(*s)) < (unsigned)base; s++) {
        any = true;
        if (number.size != UINT64_MAX)
            number.size = number.size * (unsigned)base + digit;
        if (number.size > UINT32_MAX)
            number.size = UINT64_MAX;
    }
    if (end)
        *end = place(any ? s : string);
    return number;
}

LONG ha_wcstol(const WCHAR *String, WCHAR **End, int Base)
{
    struct number number = number_of(String, End, Base);
    if (number.size > MAXLONG)
        return number.negative ? -MAXLONG - 1 : MAXLONG;
    return (LONG)(number.negative ? -(int64_t)number.size : (int64_t)number.size);
}

ULONG ha_wcstoul(const WCHAR *String, WCHAR **End, int Base)
{
    struct number number = number_of(String, End, Base);
    if (number.size > MAXULONG)
        return MAXULONG;
    return number.negative ? 0u - (ULONG)number.size : (ULONG)number.size;
}

int _wtoi(const WCHAR *String)
{
    return ha_wcstol(String, NULL, 10);
}

wint_t ha_towupper(wint_t Character)
{
    return ha_letter_up(Character);
}

wint_t ha_towlower(wint_t Character)
{
    return ha_letter_down(Character);
}

int ha_iswalpha(wint_t Character)
{
    return ha_letter_up(Character) != Character || ha_letter_down(Character) != Character;
}

int ha_iswdigit(wint_t Character)
{
    return ha_letter_digit(Character) < 10;
}

int ha_iswxdigit(wint_t Character)
{
    return ha_letter_digit(Character) < 16;
}

int ha_iswspace(wint_t Character)
{
    return Character == ' ' || (Character >= '\t' && Character <= '\r') || Character == 0xa0;
}

WCHAR *_wcsupr(WCHAR *String)
{
    for (WCHAR *s = String; *s; s++)
        *s = ha_letter_up(*s);
    return String;
}

WCHAR *_wcslwr(WCHAR *String)
{
    for (WCHAR *s = String; *s; s++)
        *s = ha_letter_down(*s);
    return String;
}

/* Narrow strings: the case of ASCII letters. */
static char narrow_up(char letter)
{
    return letter >= 'a' && letter <= 'z' ? (char)(letter - 32) : letter;
}

static char narrow_down(char letter)
{
    return letter >= 'A' && letter <= 'Z' ? (char)(letter + 32) : letter;
}

int _strnicmp(const char *String1, const char *String2, size_t Count)
{
    for (size_t i = 0; i < Count; i++) {
        unsigned char one = (unsigned char)narrow_down(String1[i]);
        unsigned char other = (unsigned char)narrow_down(String2[i]);
        if (one != other || !one)
            return (one > other) - (one < other);
    }
    return 0;
}

int _stricmp(const char *String1, const char *String2)
{
    return _strnicmp(String1, String2, SIZE_MAX);
}

char *_strupr(char *String)
{
    for (char *s = String; *s; s++)
        *s = narrow_up(*s);
    return String;
}

char *_strlwr(char *String)
{
    for (char *s = String; *s; s++)
        *s = narrow_down(*s);
    return String;
}
