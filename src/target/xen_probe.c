#include "config.h"

#include "target/xen_probe.h"

#include "text.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* First line of a file below root; empty when there is none. */
static const char *read_line(const char *root, const char *path, char *out, size_t size)
{
    char full[PATH_MAX];
    snprintf(full, sizeof full, "%s%s", root, path);
    int fd = open(full, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd >= 0 ? read(fd, out, size - 1) : -1;
    if (fd >= 0)
        close(fd);
    out[n > 0 ? n : 0] = '\0';
    out[strcspn(out, "\n")] = '\0';
    return out;
}

static bool any_of(const char *root, const char *const *paths)
{
    for (; *paths; paths++) {
        char full[PATH_MAX];
        snprintf(full, sizeof full, "%s%s", root, *paths);
        if (access(full, X_OK) == 0)
            return true;
    }
    return false;
}

static void read_version(const char *root, char *version, size_t size)
{
    char major[16], minor[16], extra[32], all[80];
    read_line(root, "/sys/hypervisor/version/major", major, sizeof major);
    read_line(root, "/sys/hypervisor/version/minor", minor, sizeof minor);
    read_line(root, "/sys/hypervisor/version/extra", extra, sizeof extra);
    snprintf(all, sizeof all, "%s.%s%s", major, minor, extra);
    text_clean(version, size, all);
}

int xen_probe_dom0(const char *root, char *version, size_t size, struct error *e)
{
    static const char *const xl[] = {"/usr/sbin/xl", "/usr/local/sbin/xl", "/usr/bin/xl", NULL};
    char text[1024];
    if (strcmp(read_line(root, "/sys/hypervisor/type", text, sizeof text), "xen") != 0)
        return error_set(e, ERROR_SYSTEM,
                         "this machine does not run under Xen: install a Xen hypervisor (apt-get "
                         "install xen-system-amd64), boot it, and run vmtax in its dom0");
    if (!strstr(read_line(root, "/proc/xen/capabilities", text, sizeof text), "control_d"))
        return error_set(e, ERROR_SYSTEM,
                         "this is a guest of Xen, not its dom0 (or xenfs is not mounted on "
                         "/proc/xen): run vmtax in dom0");
    if (!any_of(root, xl))
        return error_set(e, ERROR_SYSTEM,
                         "xl, Xen's tool, is not installed: apt-get install xen-utils (Fedora, "
                         "Arch: xen)");
    read_version(root, version, size);
    return 0;
}

static int look_at_qemu(const char *root, struct error *e)
{
    /* The device model, which serves files and the agent's channel to domains. */
    static const char *const qemu[] = {
        "/usr/libexec/xen-qemu-system-i386", /* Debian */
        "/usr/lib/xen/bin/qemu-system-i386", /* Xen's own */
        "/usr/local/lib/xen/bin/qemu-system-i386", "/usr/libexec/xen/bin/qemu-system-i386", NULL,
    };
    if (!any_of(root, qemu))
        return error_set(e, ERROR_SYSTEM,
                         "Xen's QEMU, which gives domains their files, is not installed: apt-get "
                         "install qemu-system-xen");
    return 0;
}

int xen_probe(const char *root, bool pvh, char *version, size_t size, struct error *e)
{
    char text[1024];
    if (xen_probe_dom0(root, version, size, e) < 0 || look_at_qemu(root, e) < 0)
        return -1;
    /* "xen-3.0-x86_64 hvm-3.0-x86_32 hvm-3.0-x86_64" */
    read_line(root, "/sys/hypervisor/properties/capabilities", text, sizeof text);
    if (pvh && !strstr(text, "hvm-3.0-x86_64"))
        return error_set(e, ERROR_SYSTEM,
                         "this Xen has no use of the processor's virtualization, which PVH needs: "
                         "switch it on in the firmware");
    if (!pvh && !strstr(text, "xen-3.0-x86_64"))
        return error_set(e, ERROR_SYSTEM,
                         "this Xen is built without para-virtual domains: --on pvh measures its "
                         "others");
    return 0;
}
