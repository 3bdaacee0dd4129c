#include "config.h"

#include "target/xl_config.h"

#include "target/kernel_line.h"
#include "text.h"
#include "xalloc.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Mount tag of the host's files. */
#define ROOT_TAG "hostroot"

struct config {
    FILE *out;
    struct error *e;
    bool bad;
};

/* In double quotes, as xl's grammar has it: a backslash before what would end the string. What is
 * no text for a line is refused. */
static void quote(struct config *c, const char *value)
{
    fputc('"', c->out);
    for (const char *at = value; *at && !c->bad; at++) {
        if ((unsigned char)*at < ' ' || *at == '\x7f') {
            char clean[200];
            error_set(c->e, ERROR_USAGE, "xl cannot be told of %s: it has control characters",
                      text_clean(clean, sizeof clean, value));
            c->bad = true;
        }
        if (*at == '"' || *at == '\\')
            fputc('\\', c->out);
        fputc(*at, c->out);
    }
    fputc('"', c->out);
}

static void entry(struct config *c, const char *key, const char *value)
{
    fprintf(c->out, "%s = ", key);
    quote(c, value);
    fputc('\n', c->out);
}

/* xl splits the words of a device at commas, and has no way to say one. */
static void refuse_comma(struct config *c, const char *path)
{
    if (c->bad || !strchr(path, ','))
        return;
    c->bad = true;
    error_set(c->e, ERROR_USAGE,
              "xl cannot be told of %.200s: there is a comma in it (set XDG_RUNTIME_DIR to another "
              "directory)",
              path);
}

/* KEY = ["PREFIX PATH"]; the path is the end of it. */
static void device(struct config *c, const char *key, const char *words, const char *path)
{
    char *all = xasprintf("%s%s", words, path);
    fprintf(c->out, "%s = [ ", key);
    quote(c, all);
    fputs(" ]\n", c->out);
    free(all);
}

static char *command_line(const struct xl_plan *p)
{
    char *line = xstrdup("console=hvc0 quiet panic=-1 cryptomgr.notests");
    kernel_line_number(&line, "xen", 1);
    kernel_line_text(&line, "root", ROOT_TAG);
    if (p->disk)
        kernel_line_text(&line, "scratch", p->scratch);
    if (p->bridge)
        kernel_line_network(&line, p->address, p->gateway, p->prefix);
    kernel_line_words(&line, p->append);
    return line;
}

static void write_devices(struct config *c, const struct xl_plan *p)
{
    refuse_comma(c, p->root);
    refuse_comma(c, p->channel);
    device(c, "p9", "tag=" ROOT_TAG ",security_model=none,path=", p->root);
    /* libxl to 4.17 and later takes the first channel for the kernel's console and drops it. */
    char *channel = xasprintf("connection=socket,name=vmtax,path=%s", p->channel);
    fputs("channel = [ \"connection=pty,name=unused\", ", c->out);
    quote(c, channel);
    fputs(" ]\n", c->out);
    free(channel);
    /* Of a disk the target is the rest of the string, whatever is in it. */
    if (p->disk)
        device(c, "disk", "format=raw,vdev=xvda,access=rw,target=", p->disk);
    if (p->bridge)
        device(c, "vif", "bridge=", p->bridge);
}

char *xl_config(const struct xl_plan *p, struct error *e)
{
    char *text = NULL, *line = command_line(p);
    size_t size;
    struct config c = {.out = open_memstream(&text, &size), .e = e};
    if (!c.out)
        BUG("no memory for the configuration of a domain");
    entry(&c, "name", p->name);
    entry(&c, "uuid", p->uuid);
    entry(&c, "type", p->pvh ? "pvh" : "pv");
    entry(&c, "kernel", p->kernel);
    entry(&c, "ramdisk", p->initramfs);
    entry(&c, "cmdline", line);
    fprintf(c.out, "vcpus = %u\nmemory = %" PRIu64 "\n", p->cpus, p->memory_bytes >> 20);
    write_devices(&c, p);
    fputs("on_poweroff = \"destroy\"\non_reboot = \"destroy\"\non_crash = \"destroy\"\n", c.out);
    fclose(c.out);
    free(line);
    if (!c.bad)
        return text;
    free(text);
    return NULL;
}
