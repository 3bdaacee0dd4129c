/* board_host.h - of the board: the machine, and what vmtax itself takes of it. */
#ifndef VMTAX_BOARD_HOST_H
#define VMTAX_BOARD_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BOARD_HOST_MAX  240 /* samples, one a second */
#define BOARD_CORES_MAX 256
#define BOARD_CACHES    3 /* levels: data caches of the first processor */

struct board_host {
    bool known;
    char name[64];
    char cpu_model[64], kernel[64], governor[24], virt[32];
    size_t cores; /* 1 + the highest number of a processor in use; those from BOARD_CORES_MAX on
                     have no share here */
    /* rings of one-second samples, oldest first from first */
    size_t first, count;
    float cpu[BOARD_HOST_MAX];    /* share 0..1 of all processors */
    float steal[BOARD_HOST_MAX];  /* share 0..1 */
    float memory[BOARD_HOST_MAX]; /* share used, 0..1 */
    float disk[BOARD_HOST_MAX];   /* bytes/s */
    float net[BOARD_HOST_MAX];    /* bytes/s */
    float core[BOARD_CORES_MAX];  /* latest share of each; NAN: not in use */
    uint64_t memory_used, memory_total, swap_used, swap_total; /* bytes */
    double load1, load5, load15;
    double mhz;                         /* NAN unknown */
    uint64_t cache_bytes[BOARD_CACHES]; /* level 1 (data), 2, 3; 0 unknown */
    bool quiet_known;                   /* one look tells nothing, nor does a strange /proc/stat */
    bool quiet;                         /* nothing but vmtax is using the machine */
    char quiet_why[96];
    double uptime_s;
    size_t processes;
};

struct board_self {
    double ui_share; /* of one core, last 2 s: the thread that draws; NAN unknown */
    double share;    /* all threads of vmtax; what it started (load, guests) is not in it */
    double frames_per_s;
    uint64_t frames, bytes, rss_kib;
    bool recording; /* what is shown is being written to a file, too */
};

#endif
