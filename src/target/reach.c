#include "config.h"

#include "target/reach.h"

#include "target/kinds.h"
#include "text.h"
#include "xalloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SHELL "/bin/sh"

/* None of them asks for a password or makes a terminal, which would change the bytes. */
#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})
#define SSH        "-T", "-e", "none", "-o", "BatchMode=yes", "-o", "ConnectTimeout=10"

/* The domain's name is what the user's configuration of ssh knows; libvirt knows the address. */
static const char by_virsh[] =
    "a=$(virsh -q domifaddr \"$1\" | sed -n 's|.* ipv4 *\\([0-9.]*\\)/.*|\\1|p' | head -n 1)\n"
    "[ -n \"$a\" ] || { echo \"virsh domifaddr $1 tells no address\" >&2; exit 1; }\n"
    "exec ssh -T -e none -o BatchMode=yes -o ConnectTimeout=10 -o \"HostName=$a\" \"$@\"";

/* xl knows the domain; its address is what its own tools, its configuration or dom0's table of
 * neighbours tell, else what the user's configuration of ssh makes of the name.
 *
 * Of a console only the domain's own shell can make a clean stream: lines without echo and signals,
 * no messages of the kernel, and a shell inside that prompts for nothing. Before it says so,
 * nothing more is typed: a shell may read ahead. ^D is its end of input. xl console takes no input
 * but a terminal's, so it is not asked. All but the waiting is a background job, which leads no
 * session and so is not given the terminal for its own; it outlives the shell here, which dies with
 * vmtax, and leaves the console as it was. */
static const char by_xen[] =
    "d=$(xl domid \"$1\") || exit 1\n"
    "if [ \"$2\" = console ]; then\n"
    "t=$(xenstore-read \"/local/domain/$d/console/tty\") || exit 1\n"
    "exec 3<&0 4>&1 >/dev/null\n"
    "{ printf '\n%s\n' 'k=$(cat /proc/sys/kernel/printk); "
    "stty icanon eof ^D -echo -isig -icrnl -ixon -opost; echo 1 >/proc/sys/kernel/printk; "
    "echo; echo vmtax-console\" \"begin; sh -c \"IFS= read -r l; eval \\\"\\$l\\\"\" 2>/dev/null | "
    "cat; echo \"$k\" >/proc/sys/kernel/printk; stty sane; echo; echo vmtax-console\" \"end' >\"$t\"\n"
    "timeout --foreground 30 sed -u '/^vmtax-console begin/q' <\"$t\" >&4 3<&- || exit\n"
    "{ cat; printf '\\004'; } <&3 >\"$t\" 4>&- &\n"
    "sed -u '/^vmtax-console end/q' <\"$t\" >&4 3<&-; kill $! 2>/dev/null; } &\n"
    "exec 3<&- 4>&-\n"
    "wait\n"
    "exit\n"
    "fi\n"
    "r() { xenstore-read \"$1\" 2>/dev/null; }\n"
    "b=/local/domain/0/backend/vif/$d/0\n"
    "a=$(r \"/local/domain/$d/attr/vif/0/ipv4/0\" || r \"/local/domain/$d/attr/eth0/ip\" || "
    "r \"$b/ip\" || { m=$(r \"$b/mac\") && "
    "ip -4 neigh show | sed -n \"s/ .* lladdr $m .*//Ip\" | head -n 1; })\n"
    "a=${a%%[ /]*}\n"
    "exec ssh -T -e none -o BatchMode=yes -o ConnectTimeout=10 ${a:+-o \"HostName=$a\"} \"$@\"";

const struct reach reach_ways[] = {
    {"ssh", "HOST", "another system by ssh, as your own configuration knows it", "ssh",
     "openssh-client", WORDS("ssh", SSH, "%o", "--", "%s"), false, false, true},
    {"docker", "CONTAINER", "a running container of Docker", "docker", "docker.io",
     WORDS("docker", "exec", "-i", "%o", "%s"), false, false, false},
    {"podman", "CONTAINER", "a running container of Podman", "podman", "podman",
     WORDS("podman", "exec", "-i", "%o", "%s"), false, false, false},
    {"lxc", "CONTAINER", "a running container of LXC", "lxc-attach", "lxc",
     WORDS("lxc-attach", "-n", "%s", "--clear-env", "%o", "--"), true, true, false},
    {"incus", "INSTANCE", "a running instance of Incus", "incus", "incus",
     WORDS("incus", "exec", "%s", "-T", "%o", "--"), false, false, false},
    {"pct", "CTID", "a running container of Proxmox VE", "pct", NULL,
     WORDS("pct", "exec", "%s", "--keep-env", "0", "%o", "--"), true, true, false},
    {"nspawn", "MACHINE", "a running container of systemd-nspawn that has systemd and D-Bus",
     "systemd-run", "systemd-container",
     WORDS("systemd-run", "-q", "-M", "%s", "--pipe", "--wait", "--collect", "%o"), false, true,
     false},
    {"nsenter", "PID", "the namespaces of a process of this machine", "nsenter", "util-linux",
     WORDS("nsenter", "-t", "%s", "-a", "%o", "--"), true, true, false},
    {"kubectl", "POD", "a running pod of Kubernetes", "kubectl", NULL,
     WORDS("kubectl", "exec", "-i", "%o", "%s", "--"), false, false, false},
    {"virsh", "DOMAIN", "a domain of libvirt by ssh, at the address that virsh tells", "virsh",
     "libvirt-clients", WORDS("sh", "-c", by_virsh, "virsh", "%s", "%o"), false, true, true},
    {"openvz", "CTID", "a running container of OpenVZ, by vzctl", "vzctl", NULL,
     WORDS("vzctl", "--quiet", "exec2", "%s"), false, true, false},
    {"xen", "DOMAIN", "a running domain of Xen, by ssh or by a root's shell on its console", "xl",
     "xen-utils", WORDS("sh", "-c", by_xen, "xen", "%s", "%o"), false, true, true},
    {"exec", "COMMAND", "whatever a command of yours runs a shell in", NULL, NULL, NULL, true,
     false, true},
    {.id = NULL},
};

const struct reach *reach_find(const char *name)
{
    size_t length = strcspn(name, ":");
    for (const struct reach *way = reach_ways; way->id; way++)
        if (strlen(way->id) == length && strncmp(way->id, name, length) == 0)
            return way;
    return NULL;
}

bool reach_by_wire(const struct target_kind *kind)
{
    struct reach_command command = {.option = NULL};
    struct error unused;
    if (!kind->way || !kind->way->wire)
        return false;
    reach_command(kind, &command, &unused); /* that its program is not here is the probe's to say */
    return !command.option || strcmp(command.option, "console") != 0;
}

int reach_program(const char *name, char *out, size_t size)
{
    const char *at = getenv("PATH");
    struct stat st;
    if (strchr(name, '/'))
        return *name == '/' && text_copy(out, size, name) && access(out, X_OK) == 0 ? 0 : -1;
    for (at = at ? at : "/usr/sbin:/usr/bin:/sbin:/bin"; *at;) {
        size_t length = strcspn(at, ":");
        if (*at == '/' && snprintf(out, size, "%.*s/%s", (int)length, at, name) < (int)size &&
            stat(out, &st) == 0 && S_ISREG(st.st_mode) && access(out, X_OK) == 0)
            return 0;
        at += length + (at[length] == ':');
    }
    return -1;
}

static int no_program(const struct reach *way, const char *name, struct error *e)
{
    char clean[80];
    text_clean(clean, sizeof clean, name);
    if (way->package)
        return error_set(e, ERROR_SYSTEM, "there is no %s here: apt install %s", clean,
                         way->package);
    return error_set(e, ERROR_SYSTEM, "there is no program %s %s", clean,
                     strchr(name, '/') ? "that can be run; its absolute path is wanted"
                                       : "in $PATH");
}

/* Splits in place, as a shell does without expanding anything. The count, or -1: a quote is not
 * closed, or there are more than max words. */
static int split(char *text, const char **words, int max)
{
    int n = 0;
    char *from = text;
    while (*(from += strspn(from, " \t"))) {
        char *to = from, quote = '\0';
        if (n == max)
            return -1;
        words[n++] = to;
        for (; *from && (quote || (*from != ' ' && *from != '\t')); from++) {
            if (quote ? *from == quote : *from == '\'' || *from == '"')
                quote = quote ? '\0' : *from;
            else if (*from == '\\' && quote != '\'' && from[1])
                *to++ = *++from;
            else
                *to++ = *from;
        }
        if (quote)
            return -1;
        from += *from != '\0';
        *to = '\0';
    }
    return n;
}

static int bad_words(const char *text, struct error *e)
{
    char clean[120];
    return error_set(e, ERROR_USAGE,
                     "\"%s\": at most %d words are wanted, and each quote needs another",
                     text_clean(clean, sizeof clean, text), REACH_WORDS_MAX / 2);
}

static int no_guest(const char *name, struct error *e)
{
    char clean[64];
    return error_set(e, ERROR_USAGE, "\"%s\" is no name of a guest",
                     text_clean(clean, sizeof clean, name));
}

/* A way's own words and the user's: at most 13 and REACH_WORDS_MAX / 2, and the shell. */
static void fill(const struct reach *way, const char *const *mine, int count, const char **out)
{
    int n = 0;
    for (int i = 0; !way->words && i < count; i++)
        out[n++] = mine[i];
    for (const char *const *w = way->words; w && *w; w++) {
        if (strcmp(*w, "%o") == 0)
            for (int i = 1; i < count; i++)
                out[n++] = mine[i];
        else
            out[n++] = strcmp(*w, "%s") == 0 ? mine[0] : *w;
    }
    out[n++] = SHELL;
    out[n] = NULL;
}

int reach_command(const struct target_kind *kind, struct reach_command *out, struct error *e)
{
    const struct reach *way = kind->way;
    const char *mine[REACH_WORDS_MAX / 2];
    int count = 0;
    out->words[0] = out->words[1] = NULL;
    if (kind->where && (!text_copy(out->text, sizeof out->text, kind->where) ||
                        (count = split(out->text, mine, REACH_WORDS_MAX / 2)) < 1))
        return bad_words(kind->where, e);
    if (way->words && count && (*mine[0] == '-' || !*mine[0]))
        return no_guest(mine[0], e); /* it would be taken for an option */
    out->guest = count > 0 ? mine[0] : NULL;
    out->option = count > 1 ? mine[1] : NULL;
    if (count)
        fill(way, mine, count, out->words);
    else
        out->words[0] = way->program;
    if (way->program && reach_program(way->program, out->path, sizeof out->path) < 0)
        return no_program(way, way->program, e);
    if (out->words[0] && reach_program(out->words[0], out->path, sizeof out->path) < 0)
        return no_program(way, out->words[0], e);
    out->words[0] = out->words[0] ? out->path : NULL;
    return 0;
}

int reach_check_name(const char *name, struct error *e)
{
    char clean[64];
    text_clean(clean, sizeof clean, name);
    if (!*name || strlen(name) >= REACH_NAME_MAX || *name == '-' || *name == '.' ||
        name[strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-")])
        return error_set(e, ERROR_USAGE,
                         "\"%s\" is no name for a target: letters, digits, '.', '_' and '-' are "
                         "wanted, %d at most",
                         clean, REACH_NAME_MAX - 1);
    if (target_find(name) || reach_find(name) || strcmp(name, target_peer.id) == 0)
        return error_set(e, ERROR_USAGE, "\"%s\" is a kind of target: choose another name", clean);
    return 0;
}

struct target_kind reach_kind(const struct reach *way)
{
    const struct target_kind *own = target_find(way->id); /* that can make a guest, too */
    struct target_kind kind = own ? *own : target_reached;
    kind.only_by_name = true;
    kind.id = kind.title = way->id;
    kind.what = way->what;
    kind.way = way;
    return kind;
}

static const char *no_way(const char *spec, struct error *e)
{
    const char *names[32];
    char way[TARGET_ID_MAX], clean[64];
    size_t n = 0;
    for (const struct reach *w = reach_ways; w->id && n < 31; w++)
        names[n++] = w->id;
    names[n] = NULL;
    text_clean_n(way, sizeof way, spec, strcspn(spec, ":"));
    const char *near = text_nearest(way, names);
    error_set(e, ERROR_USAGE,
              "the target \"%s\" begins with no way to a guest%s%s%s `vmtax list targets` names "
              "them all",
              text_clean(clean, sizeof clean, spec),
              near ? "; did you mean \"" : ", as ssh:HOST:", near ? near : "", near ? "\"?" : "");
    return NULL;
}

/* The guest of a spec, after "WAY:"; NULL with a sentence. */
static const char *guest_of(const struct reach *way, const char *spec, struct error *e)
{
    if (!way)
        return no_way(spec, e);
    const char *where = spec + strlen(way->id);
    char clean[64];
    where += *where == ':';
    where += strspn(where, " \t");
    if (!*where)
        return error_set(e, ERROR_USAGE, "the target \"%s\" needs a guest: %s:%s, %s",
                         text_clean(clean, sizeof clean, spec), way->id, way->where, way->what),
               NULL;
    for (const char *c = where; *c; c++)
        if (((unsigned char)*c < ' ' && *c != '\t') || *c == 0x7f)
            return no_guest(where, e), NULL;
    return where;
}

/* All that a target's descriptor points to. */
struct reached_kind {
    struct target_kind kind; /* first: reach_free() gets it */
    char name[TARGET_ID_MAX];
    char where[REACH_SPEC_MAX];
};

const struct target_kind *reach_new(const char *name, const char *spec, struct error *e)
{
    const struct reach *way = reach_find(spec);
    const char *where = guest_of(way, spec, e);
    if (!where || (name && reach_check_name(name, e) < 0))
        return NULL;
    struct reached_kind *r = xcalloc(1, sizeof *r);
    struct reach_command unused;
    struct error missing;
    r->kind = reach_kind(way);
    r->kind.id = r->kind.title = r->name;
    r->kind.where = r->where;
    if (text_copy(r->name, sizeof r->name, name ? name : spec) &&
        text_copy(r->where, sizeof r->where, where)) {
        /* That the program is not here is the probe's to say. */
        if (reach_command(&r->kind, &unused, &missing) == 0 || missing.kind != ERROR_USAGE)
            return &r->kind;
        error_set(e, missing.kind, "%s", missing.text);
    } else {
        error_set(e, ERROR_USAGE, "the target %.20s... is too long: give it a name in vmtax.conf",
                  spec);
    }
    free(r);
    return NULL;
}

const struct target_kind *reach_copy(const struct target_kind *kind)
{
    if (!kind->way)
        return kind;
    struct reached_kind *r = xcalloc(1, sizeof *r);
    *r = *(const struct reached_kind *)(const void *)kind;
    r->kind.id = r->kind.title = r->name;
    r->kind.where = r->where;
    return &r->kind;
}

void reach_free(const struct target_kind *kind)
{
    if (kind && kind->way)
        free((void *)kind);
}
