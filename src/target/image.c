/* Images of kernels.
 *
 * A bzImage is a setup part of a few sectors, whose header (Documentation/arch/x86/boot.rst) says
 * where the version stands and where, behind it, the compressed payload lies. At the payload's end
 * the kernel's build writes the unpacked size in four bytes (gzip has them of its own). What is
 * inside is a stripped vmlinux: started directly, by the entry that its PVH note names, a guest
 * saves unpacking it at every start. */
#include "config.h"

#include "target/image.h"

#include "unpack.h"
#include "xalloc.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Of the setup header. */
#define SETUP_SECTS    0x1f1
#define BOOT_FLAG      0x1fe
#define HEADER_MAGIC   0x202
#define PROTOCOL       0x206
#define KERNEL_VERSION 0x20e
#define PAYLOAD_OFFSET 0x248
#define PAYLOAD_LENGTH 0x24c
#define HEADER_END     0x250
#define SECTOR         512
/* The first protocol with a payload's place (Linux 2.6.26). */
#define PROTOCOL_MIN  0x0208

#define SEGMENTS_MAX  64
#define NOTES_MAX     65536
#define NOTE_PHYS32   18 /* of "Xen": the 32-bit entry point that PVH uses */
#define BANNER        "Linux version "
#define BANNER_WINDOW 65536
#define NOT_A_KERNEL  "%s is no kernel image for x86 (neither a bzImage nor an ELF executable)"

static bool take(const struct image *i, uint64_t offset, void *out, size_t size)
{
    if (offset > i->size || size > i->size - offset)
        return false;
    if (i->bytes) {
        memcpy(out, i->bytes + offset, size);
        return true;
    }
    for (size_t done = 0; done < size;) {
        ssize_t n = pread(i->fd, (char *)out + done, size - done, (off_t)(offset + done));
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        done += (size_t)n;
    }
    return true;
}

static uint32_t little(const uint8_t *p, int bytes)
{
    uint32_t value = 0;
    for (int i = bytes - 1; i >= 0; i--)
        value = value << 8 | p[i];
    return value;
}

static int find_format(struct image *i, struct error *e)
{
    uint8_t head[HEADER_END];
    if (take(i, 0, head, SELFMAG) && memcmp(head, ELFMAG, SELFMAG) == 0) {
        i->format = IMAGE_ELF;
        return 0;
    }
    if (!take(i, 0, head, sizeof head) || little(head + BOOT_FLAG, 2) != 0xaa55 ||
        memcmp(head + HEADER_MAGIC, "HdrS", 4) != 0)
        return error_set(e, ERROR_DATA, NOT_A_KERNEL, i->name);
    if (little(head + PROTOCOL, 2) < PROTOCOL_MIN)
        return error_set(e, ERROR_DATA, "%s is a kernel from before Linux 2.6.26, or no bzImage",
                         i->name);
    i->format = IMAGE_BZIMAGE;
    return 0;
}

int image_open(struct image *i, const char *path, struct error *e)
{
    struct stat st;
    *i = (struct image){.name = path};
    i->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (i->fd < 0)
        return error_errno(e, errno, "cannot read %s", path);
    int status = 0;
    if (fstat(i->fd, &st) < 0)
        status = error_errno(e, errno, "cannot read %s", path);
    else if (!S_ISREG(st.st_mode))
        status = error_set(e, ERROR_DATA, "%s is not a regular file", path);
    else if (st.st_size < 0 || (uint64_t)st.st_size > IMAGE_MAX)
        status = error_set(e, ERROR_DATA, "%s is too large for a kernel image", path);
    if (status == 0) {
        i->size = (uint64_t)st.st_size;
        status = find_format(i, e);
    }
    if (status < 0)
        image_close(i);
    return status;
}

void image_close(struct image *i)
{
    if (i->fd >= 0)
        close(i->fd);
    i->fd = -1;
}

int image_from_bytes(struct image *i, const uint8_t *bytes, size_t size, const char *name,
                     struct error *e)
{
    *i = (struct image){.bytes = bytes, .fd = -1, .size = size, .name = name};
    return find_format(i, e);
}

/* ---- version ---- */

/* The first word of text, if it can be a version. */
static bool take_version(const char *text, size_t length, char version[IMAGE_VERSION_MAX])
{
    size_t n = 0;
    while (n < length && text[n] && text[n] != ' ')
        n++;
    /* Cut off by the end of what was read: not the whole word. */
    if (n == 0 || n == length || n >= IMAGE_VERSION_MAX || text[0] < '0' || text[0] > '9')
        return false;
    memcpy(version, text, n);
    version[n] = '\0';
    return strspn(version, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                           "0123456789._+~-") == n;
}

static size_t setup_size(const uint8_t *head)
{
    size_t sectors = head[SETUP_SECTS] ? head[SETUP_SECTS] : 4;
    return (sectors + 1) * SECTOR;
}

static bool bzimage_version(const struct image *i, char version[IMAGE_VERSION_MAX])
{
    uint8_t head[HEADER_END];
    char text[IMAGE_VERSION_MAX + 1];
    if (!take(i, 0, head, sizeof head))
        return false;
    size_t at = little(head + KERNEL_VERSION, 2), end = setup_size(head);
    if (at == 0)
        return false;
    at += SECTOR;
    if (end > i->size)
        end = (size_t)i->size;
    if (at >= end)
        return false;
    size_t n = end - at < sizeof text ? end - at : sizeof text;
    return take(i, at, text, n) && take_version(text, n, version);
}

/* The banner of a vmlinux, wherever it stands. */
static bool elf_version(const struct image *i, char version[IMAGE_VERSION_MAX])
{
    const size_t banner = strlen(BANNER), overlap = banner + IMAGE_VERSION_MAX + 1;
    char *window = xcalloc(BANNER_WINDOW, 1);
    bool found = false;
    for (uint64_t at = 0; !found && at + overlap < i->size; at += BANNER_WINDOW - overlap) {
        size_t n = i->size - at < BANNER_WINDOW ? (size_t)(i->size - at) : BANNER_WINDOW;
        if (!take(i, at, window, n))
            break;
        for (const char *p = window; !found;) {
            size_t left = n - (size_t)(p - window);
            p = memmem(p, left, BANNER, banner);
            if (!p)
                break;
            p += banner;
            found = take_version(p, n - (size_t)(p - window), version);
        }
    }
    free(window);
    return found;
}

int image_version(const struct image *i, char version[IMAGE_VERSION_MAX], struct error *e)
{
    if (i->format == IMAGE_ELF ? elf_version(i, version) : bzimage_version(i, version))
        return 0;
    return error_set(e, ERROR_DATA, "%s does not say which version of Linux it is", i->name);
}

/* ---- the executable ---- */

/* Is the PVH note among these? */
static bool has_pvh_note(const uint8_t *notes, size_t size)
{
    for (size_t at = 0; size - at >= sizeof(Elf64_Nhdr);) {
        Elf64_Nhdr note;
        memcpy(&note, notes + at, sizeof note);
        at += sizeof note;
        /* Both sizes are 32 bits: no sum of them overflows 64. */
        uint64_t name = ((uint64_t)note.n_namesz + 3) & ~UINT64_C(3);
        uint64_t body = ((uint64_t)note.n_descsz + 3) & ~UINT64_C(3);
        if (name + body > size - at)
            return false;
        if (note.n_type == NOTE_PHYS32 && note.n_namesz == 4 && note.n_descsz >= 4 &&
            memcmp(notes + at, "Xen", 4) == 0)
            return true;
        at += (size_t)(name + body);
    }
    return false;
}

static bool segment_has_pvh(const struct image *i, const Elf64_Phdr *segment)
{
    if (segment->p_type != PT_NOTE || segment->p_filesz > NOTES_MAX)
        return false;
    uint8_t *notes = xcalloc((size_t)segment->p_filesz + 1, 1);
    bool found = take(i, segment->p_offset, notes, (size_t)segment->p_filesz) &&
                 has_pvh_note(notes, (size_t)segment->p_filesz);
    free(notes);
    return found;
}

int image_check_pvh(const struct image *i, struct error *e)
{
    Elf64_Ehdr head;
    if (!take(i, 0, &head, sizeof head) || memcmp(head.e_ident, ELFMAG, SELFMAG) != 0 ||
        head.e_ident[EI_CLASS] != ELFCLASS64 || head.e_ident[EI_DATA] != ELFDATA2LSB ||
        head.e_machine != EM_X86_64 || head.e_type != ET_EXEC)
        return error_set(e, ERROR_DATA, "%s: that is no 64-bit x86 kernel", i->name);
    if (head.e_phentsize != sizeof(Elf64_Phdr) || head.e_phnum == 0 || head.e_phnum > SEGMENTS_MAX)
        return error_set(e, ERROR_DATA, "%s: the kernel's ELF header is damaged", i->name);
    bool loads = false, pvh = false;
    for (uint64_t k = 0; k < head.e_phnum; k++) {
        Elf64_Phdr segment;
        if (head.e_phoff > i->size ||
            !take(i, head.e_phoff + k * sizeof segment, &segment, sizeof segment))
            return error_set(e, ERROR_DATA, "%s: the kernel's ELF header is damaged", i->name);
        if (segment.p_offset > i->size || segment.p_filesz > i->size - segment.p_offset)
            return error_set(e, ERROR_DATA, "%s: the kernel is cut short", i->name);
        loads = loads || segment.p_type == PT_LOAD;
        pvh = pvh || segment_has_pvh(i, &segment);
    }
    if (!loads)
        return error_set(e, ERROR_DATA, "%s: there is nothing to load in the kernel", i->name);
    if (!pvh)
        return error_set(e, ERROR_DATA,
                         "%s: the kernel was built without CONFIG_PVH, so that QEMU cannot start "
                         "it directly: use another one",
                         i->name);
    return 0;
}

/* ---- the payload ---- */

/* Read the payload, compressed as it is. */
static int take_payload(const struct image *i, uint8_t **out, size_t *size, struct error *e)
{
    uint8_t head[HEADER_END];
    if (i->format != IMAGE_BZIMAGE || !take(i, 0, head, sizeof head))
        return error_set(e, ERROR_DATA, "%s is no bzImage", i->name);
    uint64_t at = (uint64_t)setup_size(head) + little(head + PAYLOAD_OFFSET, 4);
    size_t length = little(head + PAYLOAD_LENGTH, 4);
    if (at > i->size || length > i->size - at)
        return error_set(e, ERROR_DATA, "%s is cut short, or its header is damaged", i->name);
    if (length < 16 || length > IMAGE_SETUP_MAX)
        return error_set(e, ERROR_DATA, "%s: the size of the kernel inside, %zu bytes, cannot be",
                         i->name, length);
    *out = xcalloc(length, 1);
    *size = length;
    if (take(i, at, *out, length))
        return 0;
    free(*out);
    return error_set(e, ERROR_DATA, "cannot read all of %s", i->name);
}

static int unpack_payload(const struct image *i, const uint8_t *payload, size_t size, size_t limit,
                          uint8_t **out, size_t *out_size, struct error *e)
{
    const char *kind = unpack_kind(payload, size);
    size_t claimed = little(payload + size - 4, 4);
    if (!kind)
        return error_set(e, ERROR_DATA,
                         "%s: the kernel inside is compressed in a way that vmtax does not know",
                         i->name);
    if (claimed < sizeof(Elf64_Ehdr) || claimed > limit)
        return error_set(e, ERROR_DATA, "%s: a kernel of %zu bytes when unpacked cannot be",
                         i->name, claimed);
    if (unpack_bytes(payload, strcmp(kind, "gzip") == 0 ? size : size - 4, claimed, i->name, out,
                     out_size, e) < 0)
        return -1;
    if (*out_size == claimed)
        return 0;
    error_set(e, ERROR_DATA, "%s: the kernel inside has %zu bytes, but says that it has %zu",
              i->name, *out_size, claimed);
    free(*out);
    *out = NULL;
    *out_size = 0;
    return -1;
}

int image_unpack(const struct image *i, size_t limit, uint8_t **out, size_t *out_size,
                 struct error *e)
{
    uint8_t *payload;
    size_t size;
    *out = NULL;
    *out_size = 0;
    if (take_payload(i, &payload, &size, e) < 0)
        return -1;
    int status = unpack_payload(i, payload, size, limit, out, out_size, e);
    free(payload);
    if (status < 0)
        return -1;
    struct image inside = {.bytes = *out, .fd = -1, .size = *out_size, .name = i->name};
    if (image_check_pvh(&inside, e) == 0)
        return 0;
    free(*out);
    *out = NULL;
    *out_size = 0;
    return -1;
}
