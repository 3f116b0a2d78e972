/*
 * image_macho - see image.h, on macOS
 *
 * The file is not looked at: what is missing in it the loader says itself. Where its variables
 * lie is read from the head of the loaded image.
 * Source: Apple, mach-o/loader.h.
 */
#include "edge/image.h"

#include <dlfcn.h>
#include <mach-o/loader.h>
#include <stdint.h>
#include <string.h>

#include "hotadd/error.h"

int ha_image_open(struct ha_image *image, const char *path)
{
    (void)path;
    *image = (struct ha_image){NULL, 0};
    return HA_OK;
}

void ha_image_close(struct ha_image *image)
{
    (void)image;
}

bool ha_image_is_whole(const struct ha_image *image)
{
    (void)image;
    return true;
}

const char *ha_image_machine(const struct ha_image *image)
{
    (void)image;
    return NULL;
}

const char *ha_image_own_machine(void)
{
    return NULL;
}

int ha_image_part(const char *path)
{
    (void)path;                 /* the loader looks into the program, never into its neighbours */
    return HA_OK;
}

void ha_image_names(const struct ha_image *image, enum ha_image_name kind,
                    ha_image_visit_name *visit, void *argument)
{
    (void)image;
    (void)kind;
    (void)visit;
    (void)argument;
}

/* Written to by the code: not what the loader alone fills in, nor the table of symbols. */
static bool holds_variables(const struct segment_command_64 *segment)
{
    return (segment->initprot & VM_PROT_WRITE) && !(segment->flags & SG_READ_ONLY);
}

void ha_image_memory(const struct ha_image *image, const char *name, const void *address,
                     ha_image_visit_memory *visit, void *argument)
{
    Dl_info info;
    (void)image;
    (void)name;
    if (!dladdr(address, &info))
        return;
    const struct mach_header_64 *head = info.dli_fbase;
    uint64_t moved = 0;
    for (int round = 0; round < 2; round++) {   /* the first finds out where all lies */
        const char *at = (const char *)(head + 1);
        for (uint32_t i = 0; i < head->ncmds; i++) {
            struct load_command command;
            struct segment_command_64 segment;
            memcpy(&command, at, sizeof command);
            if (command.cmd == LC_SEGMENT_64) {
                memcpy(&segment, at, sizeof segment);
                if (round == 0 && !strcmp(segment.segname, SEG_TEXT))
                    moved = (uint64_t)(uintptr_t)head - segment.vmaddr;
                else if (round == 1 && holds_variables(&segment))
                    visit(argument, (void *)(uintptr_t)(segment.vmaddr + moved),
                          (size_t)segment.vmsize);
            }
            at += command.cmdsize;
        }
    }
}
