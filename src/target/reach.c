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

const struct reach reach_ways[] = {
    {"ssh", "HOST", "another system by ssh, as your own configuration knows it", "openssh-client",
     WORDS("ssh", "-T", "-e", "none", "-o", "BatchMode=yes", "-o", "ConnectTimeout=10", "--", "%s"),
     false},
    {"docker", "CONTAINER", "a running container of Docker", "docker.io",
     WORDS("docker", "exec", "-i", "%s"), false},
    {"podman", "CONTAINER", "a running container of Podman", "podman",
     WORDS("podman", "exec", "-i", "%s"), false},
    {"lxc", "CONTAINER", "a running container of LXC", "lxc",
     WORDS("lxc-attach", "-n", "%s", "--clear-env", "--"), true},
    {"incus", "INSTANCE", "a running instance of Incus", "incus",
     WORDS("incus", "exec", "%s", "-T", "--"), false},
    {"pct", "CTID", "a running container of Proxmox VE", NULL,
     WORDS("pct", "exec", "%s", "--keep-env", "0", "--"), true},
    {"nspawn", "MACHINE", "a running container of systemd-nspawn that has systemd and D-Bus",
     "systemd-container", WORDS("systemd-run", "-q", "-M", "%s", "--pipe", "--wait", "--collect"),
     false},
    {"nsenter", "PID", "the namespaces of a process of this machine", "util-linux",
     WORDS("nsenter", "-t", "%s", "-a", "--"), true},
    {"kubectl", "POD", "a running pod of Kubernetes", NULL,
     WORDS("kubectl", "exec", "-i", "%s", "--"), false},
    {"openvz", "CTID", "a running container of OpenVZ, by vzctl", "vzctl",
     WORDS("vzctl", "--quiet", "exec2", "%s"), false},
    {"exec", "COMMAND", "whatever a command runs a shell in: its words, without quotes", NULL, NULL,
     true},
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
    if (way->package)
        return error_set(e, ERROR_SYSTEM, "there is no %s here: apt install %s", name,
                         way->package);
    return error_set(e, ERROR_SYSTEM, "there is no program %.80s %s", name,
                     strchr(name, '/') ? "that can be run" : "in $PATH");
}

int reach_command(const struct reach *way, const char *where, const char *words[REACH_WORDS_MAX],
                  char *text, size_t size, struct error *e)
{
    size_t n = 0, used;
    if (!way->words && !where)
        return 0;
    if (way->words) {
        for (; way->words[n]; n++)
            words[n] = strcmp(way->words[n], "%s") == 0 ? where : way->words[n];
        used = 0;
    } else {
        if (!text_copy(text, size, where))
            return error_set(e, ERROR_USAGE, "the command after exec: is too long");
        used = strlen(text) + 1;
        char *rest = NULL;
        for (char *w = strtok_r(text, " ", &rest); w; w = strtok_r(NULL, " ", &rest)) {
            if (n + 2 >= REACH_WORDS_MAX)
                return error_set(e, ERROR_USAGE, "the command after exec: has too many words");
            words[n++] = w;
        }
    }
    words[n] = SHELL;
    words[n + 1] = NULL;
    if (reach_program(words[0], text + used, size - used) < 0)
        return no_program(way, words[0], e);
    words[0] = text + used;
    return 0;
}

struct reached_kind {
    struct target_kind kind; /* first: reach_free() gets it */
    char name[TARGET_ID_MAX];
};

static bool is_plain(const char *text, bool blanks)
{
    for (; *text; text++)
        if ((unsigned char)*text < (blanks ? ' ' : '!') || (unsigned char)*text > '~')
            return false;
    return true;
}

struct target_kind reach_kind(const struct reach *way)
{
    const struct target_kind *own = target_find(way->id); /* that can make a guest, too */
    struct target_kind kind = own ? *own : target_reached;
    kind.only_by_name = true;
    kind.id = way->id;
    kind.title = own ? own->title : way->id;
    kind.what = way->what;
    kind.way = way;
    return kind;
}

const struct target_kind *reach_new(const char *name, struct error *e)
{
    const struct reach *way = reach_find(name);
    const char *where = way ? name + strlen(way->id) : "";
    where += *where == ':';
    where += strspn(where, " ");
    if (!way || !*where) {
        error_set(e, ERROR_USAGE, "the target \"%s\" needs a guest: %s:%s, %s",
                  way ? way->id : name, way ? way->id : "ssh", way ? way->where : "HOST",
                  way ? way->what : "");
        return NULL;
    }
    if (*where == '-' || !is_plain(where, !way->words)) {
        char clean[TARGET_ID_MAX];
        error_set(e, ERROR_USAGE, "\"%s\" is no name of a guest",
                  text_clean(clean, sizeof clean, where));
        return NULL;
    }
    struct reached_kind *r = xcalloc(1, sizeof *r);
    r->kind = reach_kind(way);
    if (!text_copy(r->name, sizeof r->name, name)) {
        free(r);
        error_set(e, ERROR_USAGE, "the name of the target %.20s... is too long", name);
        return NULL;
    }
    r->kind.id = r->name;
    r->kind.where = r->name + (where - name);
    return &r->kind;
}

void reach_free(const struct target_kind *kind)
{
    if (kind && kind->way)
        free((void *)kind);
}
