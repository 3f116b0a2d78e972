/*
 * image - what a shared object says of itself: its symbols, and where its variables lie
 *
 * One of two files is compiled: image_elf.c reads files as Linux has them, image_macho.c asks the
 * loader of macOS. What a host cannot say is left out: then nothing is visited.
 */
#ifndef HA_EDGE_IMAGE_H
#define HA_EDGE_IMAGE_H

#include <stdbool.h>
#include <stddef.h>

struct ha_image {
    const unsigned char *bytes;     /* of the file; NULL when it is not looked at */
    size_t size;
};

/* Returns HA_OK; HA_EREAD with the reason in errno; HA_ENOMEM. Close it on HA_OK only. */
int ha_image_open(struct ha_image *image, const char *path);
void ha_image_close(struct ha_image *image);

/* Whether all that is to be loaded stands in the file: the host's loader may not look. */
bool ha_image_is_whole(const struct ha_image *image);

/* The processor that a file is made for, and that this program is; NULL where nobody can say. */
const char *ha_image_machine(const struct ha_image *image);
const char *ha_image_own_machine(void);

/*
 * Change the file of a shared object so that it has all its variables for itself. g++ marks those
 * of templates and inline functions: the loader then takes the first that it meets, whichever
 * object that is in.
 *
 * Returns HA_OK; HA_EREAD with the reason in errno; HA_ENOMEM.
 */
int ha_image_part(const char *path);

enum ha_image_name {
    HA_IMAGE_EXPORTS,               /* symbols that others may use */
    HA_IMAGE_WANTS,                 /* those that it needs, unless it can do without */
    HA_IMAGE_LIBRARIES              /* in which the loader looks for them, beside the program */
};

typedef void ha_image_visit_name(void *argument, const char *name);
typedef void ha_image_visit_memory(void *argument, void *address, size_t bytes);

/* Visit the names of a kind until the last. What is wrong in the file ends the visit early. */
void ha_image_names(const struct ha_image *image, enum ha_image_name kind,
                    ha_image_visit_name *visit, void *argument);

/*
 * Visit the memory of the loaded object that its code may write.
 *
 *   name, address  one of its symbols, and where that has been loaded to
 */
void ha_image_memory(const struct ha_image *image, const char *name, const void *address,
                     ha_image_visit_memory *visit, void *argument);

#endif
