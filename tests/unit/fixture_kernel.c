#include "config.h"

#include "fixture_files.h"
#include "fixture_kernel.h"
#include "unit.h"

#include <archive.h>
#include <archive_entry.h>
#include <elf.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const fixture_kinds[] = {"gzip", "xz", "zstd", "lz4-legacy", "lz4", "bzip2", NULL};

void fixture_number(uint8_t *at, uint64_t value, int bytes)
{
    for (int i = 0; i < bytes; i++)
        at[i] = (uint8_t)(value >> (8 * i));
}

static void *must(void *p)
{
    assert_non_null(p);
    return p;
}

/* One block of literals: no library writes the framing that the kernel's build uses. */
static struct bytes lz4_legacy(const uint8_t *data, size_t size)
{
    const size_t block = (size_t)8 << 20;
    struct bytes out = {must(malloc(size + size / 200 + 64)), 4};
    fixture_number(out.data, 0x184c2102, 4);
    while (size) {
        size_t n = size < block ? size : block;
        uint8_t *from = out.data + out.size, *p = from + 4;
        *p++ = 0xf0;
        size_t rest = n - 15;
        assert_true(n >= 15);
        for (; rest >= 255; rest -= 255)
            *p++ = 255;
        *p++ = (uint8_t)rest;
        memcpy(p, data, n);
        p += n;
        fixture_number(from, (uint64_t)(p - from) - 4, 4);
        out.size += (size_t)(p - from);
        data += n;
        size -= n;
    }
    return out;
}

struct bytes fixture_compress(const char *kind, const void *data, size_t size)
{
    if (strcmp(kind, "lz4-legacy") == 0)
        return lz4_legacy(data, size);
    size_t room = size + size / 8 + 65536;
    struct bytes out = {must(malloc(room)), 0};
    struct archive *a = must(archive_write_new());
    struct archive_entry *entry = must(archive_entry_new());
    assert_int_equal(archive_write_set_format_raw(a), ARCHIVE_OK);
    assert_int_equal(archive_write_add_filter_by_name(a, kind), ARCHIVE_OK);
    archive_write_set_bytes_in_last_block(a, 1);
    assert_int_equal(archive_write_open_memory(a, out.data, room, &out.size), ARCHIVE_OK);
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_pathname(entry, "data");
    assert_int_equal(archive_write_header(a, entry), ARCHIVE_OK);
    assert_int_equal(archive_write_data(a, data, size), size);
    archive_entry_free(entry);
    assert_int_equal(archive_write_close(a), ARCHIVE_OK);
    archive_write_free(a);
    return out;
}

struct bytes fixture_vmlinux(const char *version, bool pvh)
{
    struct bytes out = {must(calloc(FIXTURE_VMLINUX, 1)), FIXTURE_VMLINUX};
    uint32_t noise = 1;
    for (size_t i = 8192; i < 200000; i += 3)
        out.data[i] = (uint8_t)((noise = noise * 1103515245 + 12345) >> 24);
    Elf64_Ehdr head = {.e_ident = {0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT},
                       .e_type = ET_EXEC,
                       .e_machine = EM_X86_64,
                       .e_version = EV_CURRENT,
                       .e_phoff = 64,
                       .e_ehsize = 64,
                       .e_phentsize = 56,
                       .e_phnum = 2};
    Elf64_Phdr segments[2] = {
        {.p_type = PT_LOAD, .p_offset = 4096, .p_filesz = FIXTURE_VMLINUX - 4096},
        {.p_type = PT_NOTE, .p_offset = 512, .p_filesz = 40}};
    memcpy(out.data, &head, sizeof head);
    memcpy(out.data + 64, segments, sizeof segments);
    /* An odd-sized note before the one that counts. */
    uint8_t *note = out.data + 512;
    fixture_number(note, 4, 4);
    fixture_number(note + 4, 1, 4);
    fixture_number(note + 8, 6, 4);
    memcpy(note + 12, "Xen\0\1\0\0\0", 8);
    fixture_number(note + 20, 4, 4);
    fixture_number(note + 24, 4, 4);
    fixture_number(note + 28, pvh ? 18 : 17, 4);
    memcpy(note + 32, "Xen\0\1\0\0\0", 8);
    /* Across the border of a reader's window. */
    snprintf((char *)out.data + 65536 - 9, 200, "Linux version %s (somebody@somewhere) #1 SMP",
             version);
    memcpy(out.data + 5000, "Linux version %s", 17);
    return out;
}

struct bytes fixture_wrap(const char *version, const void *payload, size_t size,
                          uint32_t payload_length)
{
    const size_t setup = 4 * 512, offset = 64;
    struct bytes out = {must(calloc(setup + offset + size + 100, 1)), setup + offset + size + 100};
    uint8_t *h = out.data;
    h[0x1f1] = 3;
    fixture_number(h + 0x1fe, 0xaa55, 2);
    memcpy(h + 0x202, "HdrS", 4);
    fixture_number(h + 0x206, 0x20f, 2);
    fixture_number(h + 0x20e, 0x400, 2);
    fixture_number(h + 0x248, offset, 4);
    fixture_number(h + 0x24c, payload_length, 4);
    snprintf((char *)h + 0x600, 128, "%s (somebody@somewhere) #1 SMP", version);
    memcpy(h + setup + offset, payload, size);
    return out;
}

struct bytes fixture_bzimage(const char *version, const char *kind)
{
    struct bytes plain = fixture_vmlinux(version, true);
    struct bytes packed = fixture_compress(kind, plain.data, plain.size);
    if (strcmp(kind, "gzip") != 0) {
        packed.data = must(realloc(packed.data, packed.size + 4));
        fixture_number(packed.data + packed.size, plain.size, 4);
        packed.size += 4;
    }
    struct bytes out = fixture_wrap(version, packed.data, packed.size, (uint32_t)packed.size);
    free(plain.data);
    free(packed.data);
    return out;
}

/* ---- modules ---- */

/* Paths and needs as in Debian's 6.1; virtio_ring is built in. */
static const char *const modules[][2] = {
    {"drivers/virtio/virtio", ""},
    {"drivers/virtio/virtio_pci_modern_dev", ""},
    {"drivers/virtio/virtio_pci_legacy_dev", ""},
    {"drivers/virtio/virtio_pci",
     "drivers/virtio/virtio_pci_legacy_dev drivers/virtio/virtio_pci_modern_dev "
     "drivers/virtio/virtio"},
    {"drivers/virtio/virtio_mmio", "drivers/virtio/virtio"},
    {"drivers/char/virtio_console", "drivers/virtio/virtio"},
    {"fs/netfs/netfs", ""},
    {"fs/fscache/fscache", "fs/netfs/netfs"},
    {"net/9p/9pnet", ""},
    {"net/9p/9pnet_virtio", "net/9p/9pnet drivers/virtio/virtio"},
    {"fs/9p/9p", "net/9p/9pnet fs/fscache/fscache fs/netfs/netfs"},
    {"fs/overlayfs/overlay", ""},
    {"drivers/block/virtio_blk", "drivers/virtio/virtio"},
    {"arch/x86/crypto/crc32c-intel", ""},
    {"lib/crc16", ""},
    {"fs/mbcache", ""},
    {"fs/jbd2/jbd2", ""},
    {"fs/ext4/ext4", "lib/crc16 fs/mbcache fs/jbd2/jbd2"},
};

static void append_path(char *text, size_t room, const char *path, size_t length, const char *end)
{
    size_t used = strlen(text);
    snprintf(text + used, room - used, "kernel/%.*s.ko%s%s", (int)length, path, *end ? "." : "",
             end);
}

void fixture_modules(const char *root, const char *version, const char *kind, const char *end)
{
    char tree[PATH_MAX], path[PATH_MAX + 128], dep[16384] = "";
    snprintf(tree, sizeof tree, "%s/lib/modules/%s", root, version);
    for (size_t i = 0; i < sizeof modules / sizeof *modules; i++) {
        const char *needs = modules[i][1];
        append_path(dep, sizeof dep, modules[i][0], strlen(modules[i][0]), end);
        strncat(dep, ":", sizeof dep - strlen(dep) - 1);
        while (*needs) {
            size_t n = strcspn(needs, " ");
            strncat(dep, " ", sizeof dep - strlen(dep) - 1);
            append_path(dep, sizeof dep, needs, n, end);
            needs += n + (needs[n] == ' ');
        }
        strncat(dep, "\n", sizeof dep - strlen(dep) - 1);

        char text[256] = "\177ELF ";
        snprintf(text + 5, sizeof text - 5, "module %s of %s", modules[i][0], version);
        snprintf(path, sizeof path, "%s/kernel/%s.ko%s%s", tree, modules[i][0], *end ? "." : "",
                 end);
        struct bytes b = kind ? fixture_compress(kind, text, sizeof text)
                              : (struct bytes){must(calloc(1, sizeof text)), sizeof text};
        if (!kind)
            memcpy(b.data, text, sizeof text);
        fixture_file(path, b.data, b.size);
        free(b.data);
    }
    snprintf(path, sizeof path, "%s/modules.dep", tree);
    fixture_text(path, dep);
    snprintf(path, sizeof path, "%s/modules.builtin", tree);
    fixture_text(path, "kernel/drivers/virtio/virtio_ring.ko\nkernel/crypto/crc32c_generic.ko\n");
}
