#include "config.h"

#include "target/xenstat.h"

#include "counters.h"
#include "xalloc.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The part of xenstat.h (tools/libs/stat) that is used; its types are opaque to everybody. */
struct calls {
    void *(*init)(void);
    void (*uninit)(void *handle);
    void *(*get_node)(void *handle, unsigned what); /* 0: of domains what the hypervisor tells */
    void (*free_node)(void *node);
    void *(*node_domain)(void *node, unsigned domain);
    unsigned long long (*domain_cpu_ns)(void *domain);
    unsigned (*domain_paused)(void *domain);
};

struct xenstat {
    void *library, *handle;
    struct calls call;
};

/* ISO C has no way from a pointer to an object to one to a function but this. */
static bool find(void *library, const char *name, void *to)
{
    void *at = dlsym(library, name);
    memcpy(to, &at, sizeof at);
    return at != NULL;
}

static bool find_all(void *library, struct calls *c)
{
    return find(library, "xenstat_init", &c->init) && find(library, "xenstat_uninit", &c->uninit) &&
           find(library, "xenstat_get_node", &c->get_node) &&
           find(library, "xenstat_free_node", &c->free_node) &&
           find(library, "xenstat_node_domain", &c->node_domain) &&
           find(library, "xenstat_domain_cpu_ns", &c->domain_cpu_ns) &&
           find(library, "xenstat_domain_paused", &c->domain_paused);
}

static void *load(const char *version)
{
    unsigned major, minor;
    char name[64];
    void *library = NULL;
    if (sscanf(version, "%u.%u", &major, &minor) == 2) {
        snprintf(name, sizeof name, "libxenstat.so.%u.%u", major, minor);
        library = dlopen(name, RTLD_NOW | RTLD_LOCAL);
    }
    /* To Xen 4.10 its version was its own. */
    return library ? library : dlopen("libxenstat.so.0", RTLD_NOW | RTLD_LOCAL);
}

struct xenstat *xenstat_open(const char *version)
{
    struct xenstat *x = xcalloc(1, sizeof *x);
    x->library = load(version);
    if (x->library && find_all(x->library, &x->call))
        x->handle = x->call.init();
    if (x->handle)
        return x;
    xenstat_close(x);
    return NULL;
}

bool xenstat_look(struct xenstat *x, unsigned domain, uint64_t *cpu_ns, bool *paused)
{
    void *node = x->call.get_node(x->handle, 0);
    void *of = node ? x->call.node_domain(node, domain) : NULL;
    uint64_t ns = of ? x->call.domain_cpu_ns(of) : 0;
    if (of)
        *paused = x->call.domain_paused(of);
    if (node)
        x->call.free_node(node);
    if (!of || ns > COUNTER_VALUE_MAX)
        return false;
    *cpu_ns = ns;
    return true;
}

void xenstat_close(struct xenstat *x)
{
    if (!x)
        return;
    if (x->handle)
        x->call.uninit(x->handle);
    if (x->library)
        dlclose(x->library);
    free(x);
}
