#include <config.h>

#include "workloads/memory.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

void *memory_map(struct work *w, size_t bytes)
{
    long page = sysconf(_SC_PAGESIZE), pages = sysconf(_SC_PHYS_PAGES);
    if (page > 0 && pages > 0 && bytes / (size_t)page >= (size_t)pages) {
        error_set(w->error, ERROR_USAGE,
                  "%s: an array of %zu MiB does not fit this target's memory", w->workload->id,
                  bytes >> 20);
        return NULL;
    }
    void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (p == MAP_FAILED) {
        error_errno(w->error, errno, "%s: no memory for an array of %zu KiB; take a smaller size",
                    w->workload->id, bytes >> 10);
        return NULL;
    }
    /* Pages of the usual size in every target, whatever its kernel's setting for huge ones is: else
     * a guest whose distribution has another default would differ by that. */
    madvise(p, bytes, MADV_NOHUGEPAGE); /* fails on a kernel that has no huge pages */
#ifdef MADV_POPULATE_WRITE
    if (madvise(p, bytes, MADV_POPULATE_WRITE) == 0)
        return p;
#endif
    for (size_t i = 0; i < bytes; i += (size_t)page) /* kernels before 5.14 */
        ((volatile char *)p)[i] = 0;
    return p;
}

void memory_unmap(void *p, size_t bytes)
{
    if (p)
        munmap(p, bytes);
}
