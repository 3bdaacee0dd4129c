/* Disk: IOzone (figures 7 and 8). */
#include <config.h>

#include "workloads/catalog/rows.h"

static const struct param file_params[] = {
    {.name = "size",
     .type = PARAM_SIZE,
     .min = KIB(4),
     .max = GIB(64),
     .initial = MIB(64),
     .help = "bytes of the file, a multiple of record"},
    {.name = "record",
     .type = PARAM_SIZE,
     .min = 512,
     .max = MIB(16),
     .initial = KIB(64),
     .help = "bytes of one read or write"},
    {.name = "sync",
     .type = PARAM_CHOICE,
     .choices = "none|fsync",
     .max = 1,
     .initial = 0,
     .help = "fsync: the flush after the last write counts, too"},
    {.name = "direct",
     .type = PARAM_CHOICE,
     .choices = "no|yes",
     .max = 1,
     .initial = 0,
     .help = "yes: past the page cache (O_DIRECT)"},
    {.name = NULL},
};

#define FILE_SWEEP(record)                                   \
    {"size=64M record=" record " sync=none direct=no", P},   \
    {                                                        \
        "size=64M record=" record " sync=none direct=yes", P \
    }
static const struct point file_write_points[] = {
    {"size=64M record=64K sync=none direct=no", QSP},
    {"size=64M record=64K sync=fsync direct=no", SP},
    {"size=64M record=64K sync=none direct=yes", QSP},
    {"size=512M record=64K sync=none direct=no", P},
    FILE_SWEEP("4K"),
    FILE_SWEEP("16K"),
    FILE_SWEEP("256K"),
    FILE_SWEEP("1M"),
    FILE_SWEEP("4M"),
    {NULL, 0},
};
static const struct point file_read_points[] = {
    {"size=64M record=64K sync=none direct=no", QSP},
    {"size=64M record=64K sync=none direct=yes", QSP},
    {"size=512M record=64K sync=none direct=no", P},
    FILE_SWEEP("4K"),
    FILE_SWEEP("16K"),
    FILE_SWEEP("256K"),
    FILE_SWEEP("1M"),
    FILE_SWEEP("4M"),
    {NULL, 0},
};
static const struct point file_rewrite_points[] = {
    {"size=64M record=64K sync=none direct=no", SP},
    {"size=64M record=64K sync=fsync direct=no", SP},
    {"size=64M record=64K sync=none direct=yes", SP},
    {NULL, 0},
};

#define FILE_ROW(op, label, figure_name, how, row_points)                                       \
    {                                                                                           \
        .id = "file." op, .subsystem = SUBSYSTEM_DISK, .title = label, .mirrors = figure_name,  \
        .method = how, .figure = FIGURE_MB_PER_S, .params = file_params, .points = row_points,  \
        .needs = NEED_SCRATCH, .slot_s = 0.25, .lead_s = 0.03, .latency = true, .profiles = QSP \
    }

const struct workload disk_workloads[] = {
    FILE_ROW("write", "file write", "Fig. 8 IOzone write",
             "IOzone write: a new file by records; its creation and close do not count",
             file_write_points),
    FILE_ROW("rewrite", "file rewrite", "IOzone rewrite",
             "IOzone rewrite: an existing file by records; open and close do not count",
             file_rewrite_points),
    FILE_ROW("read", "file read", "Fig. 7 IOzone read",
             "IOzone read: a written file by records; open and close do not count",
             file_read_points),

    {.id = NULL},
};
