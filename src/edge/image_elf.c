/*
 * image_elf - see image.h, where shared objects are ELF files of 64 bits, least byte first
 *
 * Source: System V ABI, chapters Object Files and Program Loading. The file may be damaged:
 * nothing in it is believed to lie within it.
 */
#include "edge/image.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hotadd/error.h"

int ha_image_open(struct ha_image *image, const char *path)
{
    struct stat status;
    *image = (struct ha_image){NULL, 0};
    int file = open(path, O_RDONLY);
    if (file < 0)
        return HA_EREAD;
    int err = fstat(file, &status) ? HA_EREAD : HA_OK;
    if (!err && status.st_size > 0) {
        image->size = (size_t)status.st_size;
        void *bytes = mmap(NULL, image->size, PROT_READ, MAP_PRIVATE, file, 0);
        err = bytes == MAP_FAILED ? errno == ENOMEM ? HA_ENOMEM : HA_EREAD : HA_OK;
        image->bytes = err ? NULL : bytes;
    }
    int reason = errno;
    close(file);
    errno = reason;
    return err;
}

void ha_image_close(struct ha_image *image)
{
    if (image->bytes)
        munmap((void *)(uintptr_t)image->bytes, image->size);
    *image = (struct ha_image){NULL, 0};
}

/* A copy of what lies at an offset. False when that is beyond the end. */
static bool take(const struct ha_image *image, uint64_t offset, void *copy, size_t size)
{
    if (offset > image->size || image->size - offset < size)
        return false;
    memcpy(copy, image->bytes + offset, size);
    return true;
}

static bool take_head(const struct ha_image *image, Elf64_Ehdr *head)
{
    return image->bytes && take(image, 0, head, sizeof *head) &&
           !memcmp(head->e_ident, ELFMAG, SELFMAG) && head->e_ident[EI_CLASS] == ELFCLASS64 &&
           head->e_ident[EI_DATA] == ELFDATA2LSB;
}

const char *ha_image_machine(const struct ha_image *image)
{
    static const struct { uint16_t machine; uint8_t class; const char *name; } machines[] = {
        {EM_X86_64, ELFCLASS64, "x86-64"},      {EM_AARCH64, ELFCLASS64, "AArch64"},
        {EM_386, ELFCLASS32, "32-bit x86"},     {EM_ARM, ELFCLASS32, "32-bit ARM"},
        {EM_RISCV, ELFCLASS64, "RISC-V"},       {EM_X86_64, ELFCLASS32, "x32"},
    };
    Elf64_Ehdr head;            /* as far as the processor's number, 32 bits make no difference */
    if (!image->bytes || !take(image, 0, &head, sizeof head) ||
        memcmp(head.e_ident, ELFMAG, SELFMAG) != 0)
        return NULL;
    for (size_t i = 0; i < sizeof machines / sizeof machines[0]; i++)
        if (machines[i].machine == head.e_machine && machines[i].class == head.e_ident[EI_CLASS])
            return machines[i].name;
    return "another processor";
}

const char *ha_image_own_machine(void)
{
#if defined(__x86_64__) && !defined(__ILP32__)
    return "x86-64";
#elif defined(__aarch64__)
    return "AArch64";
#else
    return NULL;
#endif
}

static bool take_segment(const struct ha_image *image, const Elf64_Ehdr *head, uint64_t number,
                         Elf64_Phdr *segment)
{
    return number < head->e_phnum && head->e_phentsize == sizeof *segment &&
           take(image, head->e_phoff + number * sizeof *segment, segment, sizeof *segment);
}

bool ha_image_is_whole(const struct ha_image *image)
{
    Elf64_Ehdr head;
    Elf64_Phdr segment;
    bool whole = true, is_elf = take_head(image, &head);
    for (uint64_t i = 0; is_elf && take_segment(image, &head, i, &segment); i++)
        whole &= segment.p_type != PT_LOAD || (segment.p_offset <= image->size &&
                                               segment.p_filesz <= image->size - segment.p_offset);
    return whole;
}

/* A section with a table of names beside it. */
struct table {
    Elf64_Shdr entries, names;
};

static bool take_section(const struct ha_image *image, const Elf64_Ehdr *head, uint64_t number,
                         Elf64_Shdr *section)
{
    return number < head->e_shnum &&
           take(image, head->e_shoff + number * sizeof *section, section, sizeof *section);
}

static bool find_table(const struct ha_image *image, uint32_t type, struct table *table)
{
    Elf64_Ehdr head;
    bool found = false;
    if (!take_head(image, &head) || head.e_shentsize != sizeof table->entries)
        return false;
    for (uint64_t i = 0; !found && take_section(image, &head, i, &table->entries); i++)
        found = table->entries.sh_type == type;
    return found && take_section(image, &head, table->entries.sh_link, &table->names);
}

/* NULL for a name that does not end within its table. */
static const char *name_at(const struct ha_image *image, const struct table *table,
                           uint64_t offset)
{
    const Elf64_Shdr *names = &table->names;
    if (names->sh_offset > image->size || image->size - names->sh_offset < names->sh_size ||
        offset >= names->sh_size)
        return NULL;
    const unsigned char *name = image->bytes + names->sh_offset + offset;
    return memchr(name, '\0', names->sh_size - offset) ? (const char *)name : NULL;
}

static bool is_of_kind(const Elf64_Sym *symbol, enum ha_image_name kind)
{
    unsigned binding = ELF64_ST_BIND(symbol->st_info);
    if (kind == HA_IMAGE_WANTS)
        return symbol->st_shndx == SHN_UNDEF && binding == STB_GLOBAL;
    return symbol->st_shndx != SHN_UNDEF && (binding == STB_GLOBAL || binding == STB_WEAK);
}

static void visit_libraries(const struct ha_image *image, ha_image_visit_name *visit,
                            void *argument)
{
    struct table table;
    Elf64_Dyn entry;
    if (!find_table(image, SHT_DYNAMIC, &table))
        return;
    for (uint64_t at = 0; at < table.entries.sh_size &&
                          take(image, table.entries.sh_offset + at, &entry, sizeof entry) &&
                          entry.d_tag != DT_NULL; at += sizeof entry) {
        const char *name = entry.d_tag == DT_NEEDED ? name_at(image, &table, entry.d_un.d_val)
                                                    : NULL;
        if (name)
            visit(argument, name);
    }
}

static bool take_symbol(const struct ha_image *image, const struct table *table, uint64_t number,
                        Elf64_Sym *symbol)
{
    return number < table->entries.sh_size / sizeof *symbol &&
           take(image, table->entries.sh_offset + number * sizeof *symbol, symbol, sizeof *symbol);
}

/* In the place of a symbol: one that other objects may see, and need not share. */
static bool make_ordinary(int file, const struct table *table, uint64_t number,
                          const Elf64_Sym *symbol)
{
    const unsigned char made = ELF64_ST_INFO(STB_GLOBAL, ELF64_ST_TYPE(symbol->st_info));
    uint64_t at = table->entries.sh_offset + number * sizeof *symbol +
                  offsetof(Elf64_Sym, st_info);
    return pwrite(file, &made, sizeof made, (off_t)at) == (ssize_t)sizeof made;
}

int ha_image_part(const char *path)
{
    struct ha_image image;
    struct table table;
    Elf64_Sym symbol;
    int err = ha_image_open(&image, path);
    if (err)
        return err;
    int file = open(path, O_WRONLY);
    bool good = file >= 0, found = find_table(&image, SHT_DYNSYM, &table);
    for (uint64_t i = 0; good && found && take_symbol(&image, &table, i, &symbol); i++)
        if (ELF64_ST_BIND(symbol.st_info) == STB_GNU_UNIQUE)
            good = make_ordinary(file, &table, i, &symbol);
    int reason = errno;
    if (file >= 0)
        close(file);
    ha_image_close(&image);
    errno = reason;
    return good ? HA_OK : HA_EREAD;
}

void ha_image_names(const struct ha_image *image, enum ha_image_name kind,
                    ha_image_visit_name *visit, void *argument)
{
    struct table table;
    Elf64_Sym symbol;
    if (kind == HA_IMAGE_LIBRARIES) {
        visit_libraries(image, visit, argument);
        return;
    }
    bool found = find_table(image, SHT_DYNSYM, &table);
    for (uint64_t i = 0; found && take_symbol(image, &table, i, &symbol); i++) {
        const char *name = is_of_kind(&symbol, kind) ? name_at(image, &table, symbol.st_name)
                                                     : NULL;
        if (name && *name)
            visit(argument, name);
    }
}

/* What has been added to all addresses of the file. False when it has no such symbol. */
static bool find_base(const struct ha_image *image, const char *wanted, const void *address,
                      uint64_t *base)
{
    struct table table;
    Elf64_Sym symbol;
    bool is_it = false, found = find_table(image, SHT_DYNSYM, &table);
    for (uint64_t i = 0; found && !is_it && take_symbol(image, &table, i, &symbol); i++) {
        const char *name = is_of_kind(&symbol, HA_IMAGE_EXPORTS)
                               ? name_at(image, &table, symbol.st_name) : NULL;
        is_it = name && !strcmp(name, wanted);
        *base = (uint64_t)(uintptr_t)address - symbol.st_value;
    }
    return is_it;
}

/* A range of addresses: from its start up to its end. */
struct range {
    uint64_t start, end;
};

/* What the loader protects once it has filled it in, in whole pages. */
static struct range protected_range(const struct ha_image *image, const Elf64_Ehdr *head)
{
    uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
    struct range range = {0, 0};
    Elf64_Phdr segment;
    for (uint64_t i = 0; take_segment(image, head, i, &segment); i++)
        if (segment.p_type == PT_GNU_RELRO)
            range = (struct range){segment.p_vaddr / page * page,
                                   (segment.p_vaddr + segment.p_memsz) / page * page};
    return range;
}

void ha_image_memory(const struct ha_image *image, const char *name, const void *address,
                     ha_image_visit_memory *visit, void *argument)
{
    Elf64_Ehdr head;
    Elf64_Phdr segment;
    uint64_t base;
    if (!take_head(image, &head) || !find_base(image, name, address, &base))
        return;
    const struct range shut = protected_range(image, &head);
    for (uint64_t i = 0; take_segment(image, &head, i, &segment); i++) {
        if (segment.p_type != PT_LOAD || !(segment.p_flags & PF_W))
            continue;
        const struct range all = {segment.p_vaddr, segment.p_vaddr + segment.p_memsz};
        const struct range part[] = {        /* before and behind what is protected */
            {all.start, all.end < shut.start ? all.end : shut.start},
            {all.start > shut.end ? all.start : shut.end, all.end},
        };
        for (size_t k = 0; k < sizeof part / sizeof part[0]; k++)
            if (part[k].start < part[k].end)
                visit(argument, (void *)(uintptr_t)(base + part[k].start),
                      (size_t)(part[k].end - part[k].start));
    }
}
