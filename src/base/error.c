/* error - the codes of hotadd/error.h in words */
#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>

const char *ha_err_text(int err)
{
    switch (err) {
    case HA_OK: return "no error";
    case HA_ENOMEM: return "out of memory";
    case HA_EINVAL: return "invalid argument";
    case HA_ESTALE: return "the replay token does not belong to this run";
    case HA_EREAD: return "could not be read";
    case HA_EBUSY: return "the machine is busy or has ended";
    case HA_ETHREAD: return "the host could not make a thread";
    case HA_EINTERNAL: return "hotadd itself has made a mistake";
    default: return "unknown error";
    }
}

int ha_error_set(struct ha_error *error, int err, const char *format, ...)
{
    if (error) {
        va_list arguments;
        va_start(arguments, format);
        vsnprintf(error->text, sizeof error->text, format, arguments);
        va_end(arguments);
    }
    return err;
}
