/* fuzz_modules.c - modules.dep and, behind the first NUL byte, modules.builtin.
 *
 * Held beside "no sanitizer complains": every file lies below the tree, comes once, and has the
 * name of a module; everything that was wanted is there or built in. */
#include <config.h>

#include "target/modules.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

static const struct module_want wants[] = {
    {"9p", false}, {"virtio-pci", true}, {"overlay", true}, {"ext4", true}};

static void check_list(const struct module_list *list, const char *builtin, size_t builtin_size)
{
    bool found = false;
    for (size_t i = 0; i < list->count; i++) {
        char name[MODULE_NAME_MAX], other[MODULE_NAME_MAX];
        const char *path = list->paths[i];
        require(strncmp(path, "/tree/", 6) == 0 && !strstr(path, "/../") && !strstr(path, "//"));
        require(module_name(path, strlen(path), name));
        found = found || strcmp(name, "9p") == 0;
        for (size_t k = 0; k < i; k++) {
            require(module_name(list->paths[k], strlen(list->paths[k]), other));
            require(strcmp(name, other) != 0);
        }
    }
    require(found || memmem(builtin, builtin_size, "9p.ko", 5));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *dep = (const char *)data, *nul = memchr(dep, 0, size);
    size_t dep_size = nul ? (size_t)(nul - dep) : size;
    const char *builtin = nul ? nul + 1 : dep + size;
    size_t builtin_size = nul ? size - dep_size - 1 : 0;
    struct module_list list;
    struct error e = {0};
    if (modules_resolve_texts("/tree", dep, dep_size, builtin, builtin_size, wants,
                              sizeof wants / sizeof *wants, &list, &e) == 0)
        check_list(&list, builtin, builtin_size);
    else
        require(e.text[0] && list.count == 0 && !list.paths);
    modules_release(&list);
    size_t signature = module_signature(data, size);
    require(signature == 0 || (signature >= 40 && signature <= size));
    return 0;
}
