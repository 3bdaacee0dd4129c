/* Disk: IOzone (figures 7 and 8) and Bonnie++ (figure 9). */
#include <config.h>

#include "workloads/catalog/rows.h"

/* The smallest records, past the cache, on a disk that needs ten milliseconds for each. */
#define LAP_S 60

#define PARAM_FILE_SIZE(unit)                                                                  \
    {                                                                                          \
        .name = "size", .type = PARAM_SIZE, .min = KIB(4), .max = GIB(64), .initial = MIB(64), \
        .help = "bytes of the file, a multiple of " unit, .multiple = unit                     \
    }
#define PARAM_SYNC(how)                                                                      \
    {                                                                                        \
        .name = "sync", .type = PARAM_CHOICE, .choices = "none|fsync", .max = 1, .help = how \
    }
#define PARAM_DIRECT                                                           \
    {                                                                          \
        .name = "direct", .type = PARAM_CHOICE, .choices = "no|yes", .max = 1, \
        .help = "yes: past the page cache (O_DIRECT)"                          \
    }

static const struct param file_params[] = {
    PARAM_FILE_SIZE("record"),
    {.name = "record",
     .type = PARAM_SIZE,
     .min = 512,
     .max = MIB(16),
     .initial = KIB(64),
     .help = "bytes of one read or write, a multiple of 4K (of 512 below)",
     .grain = KIB(4)},
    PARAM_SYNC("fsync: the flush after the last write counts, too"),
    PARAM_DIRECT,
    {.name = NULL},
};

/* IOzone leaves out records below 64 KiB for files above 16 MiB: a pass of those would take long.
 */
#define FILE_SWEEP(record, profiles)                                \
    {"size=16M record=" record " sync=none direct=no", profiles},   \
    {                                                               \
        "size=16M record=" record " sync=none direct=yes", profiles \
    }
#define FILE_POINTS                                                                               \
    {"size=64M record=64K sync=none direct=no", QSP},                                             \
        {"size=64M record=64K sync=none direct=yes", QSP},                                        \
        {"size=512M record=64K sync=none direct=no", P}, FILE_SWEEP("4K", SP),                    \
        FILE_SWEEP("16K", P), FILE_SWEEP("64K", SP), FILE_SWEEP("256K", P), FILE_SWEEP("1M", SP), \
        FILE_SWEEP("4M", P), FILE_SWEEP("16M", P)
/* The other operations are swept by the paper's profile alone. */
#define FILE_SWEEPS                                                                         \
    FILE_SWEEP("4K", P), FILE_SWEEP("16K", P), FILE_SWEEP("64K", P), FILE_SWEEP("256K", P), \
        FILE_SWEEP("1M", P), FILE_SWEEP("4M", P), FILE_SWEEP("16M", P)
static const struct point file_write_points[] = {
    FILE_POINTS,
    {"size=64M record=64K sync=fsync direct=no", SP},
    {NULL, 0},
};
static const struct point file_read_points[] = {FILE_POINTS, {NULL, 0}};
static const struct point file_rewrite_points[] = {
    {"size=64M record=64K sync=none direct=no", SP},
    {"size=64M record=64K sync=fsync direct=no", SP},
    {"size=64M record=64K sync=none direct=yes", SP},
    FILE_SWEEPS,
    {NULL, 0},
};
static const struct point file_reread_points[] = {
    {"size=64M record=64K sync=none direct=no", SP},
    {"size=64M record=64K sync=none direct=yes", P},
    FILE_SWEEPS,
    {NULL, 0},
};
static const struct point file_randread_points[] = {
    {"size=64M record=4K sync=none direct=no", SP},
    {"size=64M record=4K sync=none direct=yes", SP},
    {"size=64M record=64K sync=none direct=no", P},
    {"size=64M record=64K sync=none direct=yes", P},
    FILE_SWEEPS,
    {NULL, 0},
};
static const struct point file_randwrite_points[] = {
    {"size=64M record=4K sync=none direct=no", SP},
    {"size=64M record=4K sync=none direct=yes", SP},
    {"size=16M record=4K sync=fsync direct=no", P},
    {"size=64M record=64K sync=none direct=no", P},
    {"size=64M record=64K sync=none direct=yes", P},
    FILE_SWEEPS,
    {NULL, 0},
};

/* Beyond the 1.5 GB of the paper's guests, which are the usual limit of targets; where that is
 * another one, so is the size (plan.c). */
static const struct point file_beyond[] = {{"size=2G record=1M sync=none direct=no", P}, {NULL, 0}};
static const struct point file_write_beyond[] = {
    {"size=2G record=1M sync=none direct=no", P},
    {"size=2G record=1M sync=fsync direct=no", P},
    {NULL, 0},
};
static const struct point file_randread_beyond[] = {
    {"size=2G record=4K sync=none direct=no", P},
    {NULL, 0},
};
static const struct point file_randwrite_beyond[] = {
    {"size=2G record=64K sync=none direct=no", P},
    {NULL, 0},
};

#define FILE_ROW(op, label, figure_name, how, row_points, row_beyond, moves)                   \
    {                                                                                          \
        .id = "file." op, .subsystem = SUBSYSTEM_DISK, .title = label, .mirrors = figure_name, \
        .method = how, .figure = FIGURE_MB_PER_S, .params = file_params, .points = row_points, \
        .beyond = row_beyond, .needs = NEED_SCRATCH, .disk = moves, .slot_s = 0.25,            \
        .lead_s = 0.03, .lap_s = LAP_S, .latency = true, .profiles = QSP                       \
    }

static const struct param bonnie_params[] = {
    PARAM_FILE_SIZE("chunk"),
    {.name = "chunk",
     .type = PARAM_SIZE,
     .min = 512,
     .max = MIB(1),
     .initial = KIB(8),
     .help = "bytes of one read or write, a multiple of 4K (of 512 below)",
     .grain = KIB(4)},
    PARAM_SYNC("fsync: flush before the file is closed"),
    PARAM_DIRECT,
    {.name = NULL},
};
static const struct point bonnie_points[] = {
    {"size=64M chunk=8K sync=none direct=no", SP},
    {"size=64M chunk=8K sync=none direct=yes", SP},
    {NULL, 0},
};
static const struct point bonnie_beyond[] = {
    {"size=2G chunk=8K sync=none direct=no", P},
    {NULL, 0},
};

#define BONNIE_ROW(op, label, how, moves, unit, ...)                                          \
    {                                                                                         \
        .id = "bonnie." op, .subsystem = SUBSYSTEM_DISK, .title = "bonnie " label,            \
        .mirrors = "Fig. 9 Bonnie++ " label, .method = how, .figure = unit,                   \
        .params = bonnie_params, .points = bonnie_points, .beyond = bonnie_beyond,            \
        .needs = NEED_SCRATCH, .disk = moves, .slot_s = 0.25, .lead_s = 0.03, .lap_s = LAP_S, \
        .profiles = QSP, __VA_ARGS__                                                          \
    }

const struct workload disk_workloads[] = {
    FILE_ROW("write", "file write", "Fig. 8 IOzone write",
             "IOzone write: a new file by records; its creation and close do not count",
             file_write_points, file_write_beyond, DISK_WRITES),
    FILE_ROW("rewrite", "file rewrite", "IOzone rewrite",
             "IOzone rewrite: an existing file by records; open and close do not count",
             file_rewrite_points, file_beyond, DISK_WRITES),
    FILE_ROW("read", "file read", "Fig. 7 IOzone read",
             "IOzone read: a written file by records; open and close do not count",
             file_read_points, file_beyond, DISK_READS),
    FILE_ROW("reread", "file reread", "IOzone reread",
             "IOzone reread: a file that was read just before, by records", file_reread_points,
             file_beyond, DISK_READS),
    FILE_ROW("randread", "random read", "IOzone random read",
             "IOzone random read: every record of a file once, in random order",
             file_randread_points, file_randread_beyond, DISK_READS),
    FILE_ROW("randwrite", "random write", "IOzone random write",
             "IOzone random write: every record of a file once, in random order",
             file_randwrite_points, file_randwrite_beyond, DISK_WRITES),

    BONNIE_ROW("output", "output",
               "Bonnie++ block output: a new file by chunks; its close counts, too", DISK_WRITES,
               FIGURE_MB_PER_S, .latency = true),
    BONNIE_ROW("rewrite", "rewrite",
               "Bonnie++ rewrite: each chunk of a file is read, changed and written back",
               DISK_READS | DISK_WRITES, FIGURE_MB_PER_S, .latency = true),
    BONNIE_ROW("input", "input", "Bonnie++ block input: a file by chunks; its close counts, too",
               DISK_READS, FIGURE_MB_PER_S, .latency = true),
    BONNIE_ROW("seeks", "seeks",
               "Bonnie++ seeks: three processes read random chunks, every tenth is written back",
               DISK_READS, FIGURE_OPS_PER_S, .latency = false),

    {.id = NULL},
};
