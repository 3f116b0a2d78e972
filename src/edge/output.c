/* output - see output.h */
#include "edge/output.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "edge/place.h"

FILE *ha_output_open(const char *path, struct ha_text *message)
{
    FILE *file = fopen(path, "w");
    int reason = errno;
    if (!file) {
        ha_add_file_name(message, path);
        ha_text_addf(message, " cannot be written: %s", strerror(reason));
    }
    return file;
}

bool ha_output_overwrites(const char *path, const char *const *input, size_t count)
{
    struct stat out, in;
    if (stat(path, &out) || !S_ISREG(out.st_mode))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!stat(input[i], &in) && in.st_dev == out.st_dev && in.st_ino == out.st_ino)
            return true;
    return false;
}

bool ha_output_is_written(FILE *file)
{
    return fflush(file) == 0 && !ferror(file);
}

bool ha_output_close(FILE *file)
{
    bool written = ha_output_is_written(file);
    return fclose(file) == 0 && written;
}
