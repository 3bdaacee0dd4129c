/* Memory: RAMspeed (figure 5) and LMbench bandwidth (figure 6). */
#include <config.h>

#include "workloads/catalog/rows.h"

static const struct param ram_params[] = {
    {.name = "size",
     .type = PARAM_SIZE,
     .min = KIB(4),
     .max = GIB(8),
     .initial = MIB(128),
     .help = "bytes of each array, shared out among the threads"},
    PARAM_CPUS,
    {.name = NULL},
};

static const struct point ram_points_quick[] = {
    {"size=128M cpus=1", QSP}, {"size=128M cpus=0", SP}, {NULL, 0}};
static const struct point ram_points_standard[] = {
    {"size=128M cpus=1", SP}, {"size=128M cpus=0", SP}, {NULL, 0}};

/* A bar of the paper's figure 5, or its vectorised relative. */
#define RAM(kind, op, label, how, row_points, ...)                                              \
    {                                                                                           \
        .id = "ram." kind "." op, .subsystem = SUBSYSTEM_MEMORY, .title = label, .method = how, \
        .figure = FIGURE_MB_PER_S, .params = ram_params, .points = row_points, .slot_s = 0.15,  \
        .lead_s = 0.03, .profiles = QSP, __VA_ARGS__                                            \
    }

static const struct param membw_params[] = {
    {.name = "size",
     .type = PARAM_SIZE,
     .min = 512,
     .max = GIB(8),
     .initial = MIB(256),
     .help = "bytes of the block that each thread sweeps, a multiple of 512",
     .grain = 512},
    PARAM_CPUS,
    {.name = NULL},
};

/* The paper's own axis ends below 2 MiB, where its processor's cache ended; today's last caches
 * are of the order of 100 MiB. */
#define MEMBW_POINTS(ends, middle)                                                         \
    {                                                                                      \
        {"size=512 cpus=1", SP}, {"size=1K cpus=1", P}, {"size=2K cpus=1", P},             \
            {"size=4K cpus=1", SP}, {"size=8K cpus=1", P}, {"size=16K cpus=1", ends},      \
            {"size=32K cpus=1", P}, {"size=64K cpus=1", P}, {"size=128K cpus=1", SP},      \
            {"size=256K cpus=1", P}, {"size=512K cpus=1", P}, {"size=1M cpus=1", middle},  \
            {"size=2M cpus=1", P}, {"size=4M cpus=1", P}, {"size=8M cpus=1", SP},          \
            {"size=16M cpus=1", P}, {"size=32M cpus=1", P}, {"size=64M cpus=1", SP},       \
            {"size=128M cpus=1", P}, {"size=256M cpus=1", ends}, {"size=512M cpus=1", SP}, \
            {"size=256M cpus=0", P}, {NULL, 0},                                            \
    }
static const struct point membw_points_frd[] = MEMBW_POINTS(QSP, QSP);
static const struct point membw_points_fwr[] = MEMBW_POINTS(QSP, SP);
static const struct point membw_points[] = MEMBW_POINTS(SP, SP);

#define MEMBW(op, label, how, row_points)                                             \
    {                                                                                 \
        .id = "membw." op, .subsystem = SUBSYSTEM_MEMORY, .title = label,             \
        .mirrors = "Fig. 6 LMbench " label, .method = how, .figure = FIGURE_MB_PER_S, \
        .params = membw_params, .points = row_points, .slot_s = 0.1, .lead_s = 0.02,  \
        .profiles = QSP                                                               \
    }

const struct workload memory_workloads[] = {
    RAM("int", "copy", "integer copy", "RAMspeed INTmem: b = a, 64-bit integers", ram_points_quick,
        .mirrors = "Fig. 5 RAMSPEED INT copy"),
    RAM("int", "scale", "integer scale", "RAMspeed INTmem: b = 77 a, 64-bit integers",
        ram_points_standard, .mirrors = "Fig. 5 RAMSPEED INT scale"),
    RAM("int", "add", "integer add", "RAMspeed INTmem: c = a + b, 64-bit integers",
        ram_points_standard, .mirrors = "Fig. 5 RAMSPEED INT add"),
    RAM("int", "triad", "integer triad", "RAMspeed INTmem: c = a + 77 b, 64-bit integers",
        ram_points_quick, .mirrors = "Fig. 5 RAMSPEED INT triad"),
    RAM("float", "copy", "float copy", "RAMspeed FLOATmem: b = a, doubles", ram_points_standard,
        .mirrors = "Fig. 5 RAMSPEED FLOAT copy"),
    RAM("float", "scale", "float scale", "RAMspeed FLOATmem: b = a ln 2, doubles",
        ram_points_standard, .mirrors = "Fig. 5 RAMSPEED FLOAT scale"),
    RAM("float", "add", "float add", "RAMspeed FLOATmem: c = a + b, doubles", ram_points_standard,
        .mirrors = "Fig. 5 RAMSPEED FLOAT add"),
    RAM("float", "triad", "float triad", "RAMspeed FLOATmem: c = a + b ln 2, doubles",
        ram_points_quick, .mirrors = "Fig. 5 RAMSPEED FLOAT triad"),
    RAM("vector", "copy", "vector copy", "b = a, vectors of doubles, non-temporal stores",
        ram_points_standard, .mirrors = "not in the paper"),
    RAM("vector", "scale", "vector scale", "b = a ln 2, vectors of doubles, non-temporal stores",
        ram_points_standard, .mirrors = "not in the paper"),
    RAM("vector", "add", "vector add", "c = a + b, vectors of doubles, non-temporal stores",
        ram_points_standard, .mirrors = "not in the paper"),
    RAM("vector", "triad", "vector triad",
        "c = a + b ln 2, vectors of doubles, non-temporal stores", ram_points_quick,
        .mirrors = "not in the paper"),

    MEMBW("frd", "full read", "bw_mem frd: every 4-byte word of a block is summed",
          membw_points_frd),
    MEMBW("fwr", "full write", "bw_mem fwr: every 4-byte word of a block is stored",
          membw_points_fwr),
    MEMBW("rd", "strided read",
          "bw_mem rd: every fourth word of a block is summed; all its bytes count", membw_points),
    MEMBW("wr", "strided write",
          "bw_mem wr: every fourth word of a block is stored; all its bytes count", membw_points),

    {.id = NULL},
};
