/* vmtax-container: makes one container, see box.h. Its arguments are words of the form key=value,
 * written by vmtax alone; it is of no use to call it by hand. */
#include "config.h"

#include "container/box.h"
#include "target/rights.h"
#include "text.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char *argument(char **argv, const char *key)
{
    size_t length = strlen(key);
    for (; *argv; argv++)
        if (!strncmp(*argv, key, length) && (*argv)[length] == '=')
            return *argv + length + 1;
    return NULL;
}

void box_words(const struct box *b, char *out[BOX_WORDS])
{
    size_t used = 0;
    out[used++] = (char *)(uintptr_t)b->agent; /* exec and liblxc change none of them */
    if (b->scratch) {
        out[used++] = (char *)(uintptr_t) "--scratch";
        out[used++] = (char *)(uintptr_t)b->scratch;
    }
    out[used] = NULL;
}

/* Native's way: the host itself, but for a network that is reached as a container's is. */
static int network_run(const struct box *b, struct error *e)
{
    char *words[BOX_WORDS];
    if (network_enter(&b->network, e) < 0)
        return -1;
    box_words(b, words);
    execv(b->agent, words);
    return error_errno(e, errno, "%s could not be started in its network", b->agent);
}

int main(int argc, char **argv)
{
    struct error e = {0};
    if (argc < 2 || !strchr(argv[1], '=')) {
        fputs("vmtax-container is started by vmtax; see vmtax(1)\n", stderr);
        return 2;
    }
    const char *how = argument(argv, "how"), *network = argument(argv, "network"),
               *memory = argument(argv, "memory");
    struct box b = {.name = argument(argv, "name"),
                    .directory = argument(argv, "directory"),
                    .agent = argument(argv, "agent"),
                    .scratch = argument(argv, "scratch"),
                    .user_namespace = !rights_for_container(),
                    .has_network = network != NULL};
    int status;
    uint64_t number = 0;
    bool numbers = (!memory || text_u64(memory, UINT64_MAX, &b.memory_bytes)) &&
                   (!network || text_u64(network, UINT_MAX, &number));
    if (network)
        network_plan((unsigned)number, &b.network);
    /* Descriptor 3, when vmtax gives one, takes what the container is made by. */
    bool reports = fcntl(3, F_SETFD, FD_CLOEXEC) == 0;
    bool lxc = how && !strcmp(how, "lxc") && b.agent;
    bool network_only = how && !strcmp(how, "network") && b.agent && network;
    if (reports)
        dprintf(3, "%s\n", lxc ? lxc_describe() : "namespaces, no runtime");
    if (!how || !b.name || !b.directory || !numbers)
        status = error_set(&e, ERROR_USAGE, "vmtax-container was started without what it needs");
    else if (network_only)
        status = network_run(&b, &e);
    else
        status = lxc ? lxc_run(&b, &e) : own_run(&b, &e);
    if (status < 0) {
        fprintf(stderr, "%s\n", e.text);
        status = 2;
    }
    return status;
}
