#include "config.h"

#include "room.h"

#include <inttypes.h>
#include <stdio.h>

/* What the rest of the machine may come to need meanwhile. */
#define RESERVE (UINT64_C(128) << 20)

uint64_t room_available(void)
{
    char line[128];
    uint64_t kib = 0;
    FILE *f = fopen("/proc/meminfo", "re");
    while (f && fgets(line, sizeof line, f))
        if (sscanf(line, "MemAvailable: %" SCNu64 " kB", &kib) == 1)
            break;
    if (f)
        fclose(f);
    return kib << 10;
}

bool room_for_others(uint64_t before, uint64_t now, size_t others)
{
    uint64_t took = before > now ? before - now : 0;
    return before == 0 || now == 0 || others == 0 || now >= took * others + RESERVE;
}
