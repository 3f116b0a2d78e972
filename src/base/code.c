/* code - see code.h */

/* glibc shows dladdr() to nobody else yet, although POSIX has it since 2024. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "base/code.h"

#include <dlfcn.h>
#include <string.h>

bool ha_code_find(const void *address, struct ha_code *code)
{
    static const char here = 0;
    Dl_info found, own;
    if (!dladdr(address, &found) || !found.dli_fname || !found.dli_fbase)
        return false;
    code->file = found.dli_fname;
    code->base = found.dli_fbase;
    code->offset = (uintptr_t)address - (uintptr_t)found.dli_fbase;
    code->is_own = dladdr(&here, &own) && own.dli_fbase == found.dli_fbase;
    return true;
}

const char *ha_code_file_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

bool ha_code_is_in(const char *place, const char *path)
{
    const char *name = ha_code_file_name(path), *plus = strrchr(place, '+');
    size_t length = strlen(name);
    return plus && (size_t)(plus - place) == length && !memcmp(place, name, length);
}
