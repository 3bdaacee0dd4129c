/* Context switches: LMbench lat_ctx, Table II. */
#include <config.h>

#include "workloads/catalog/rows.h"

static const struct point ctx_points_quick[] = {
    {"placement=same", QSP}, {"placement=cross", SP}, {NULL, 0}};
static const struct point ctx_points_both[] = {
    {"placement=same", QSP}, {"placement=cross", QSP}, {NULL, 0}};
static const struct point ctx_points_standard[] = {
    {"placement=same", SP}, {"placement=cross", SP}, {NULL, 0}};

/* A cell of the paper's Table II. */
#define CTX(name, what, slot, cell_points)                                                 \
    {                                                                                      \
        .id = "ctx." name, .subsystem = SUBSYSTEM_CTXSW, .title = name,                    \
        .mirrors = "Table II " name, .paper = name, .figure = FIGURE_TIME_US,              \
        .method = "lat_ctx: a token round a ring of " what                                 \
                  "; one hop, less the same pipe and array work in one process",           \
        .params = placement_params, .points = cell_points, .slot_s = slot, .lead_s = 0.03, \
        .profiles = QSP                                                                    \
    }

const struct workload ctxsw_workloads[] = {
    CTX("2p0k", "2 processes", 0.1, ctx_points_both),
    CTX("2p16k", "2 processes that each sum 16 KiB", 0.1, ctx_points_quick),
    CTX("2p64k", "2 processes that each sum 64 KiB", 0.1, ctx_points_quick),
    CTX("4p0k", "4 processes", 0.1, ctx_points_standard),
    CTX("4p16k", "4 processes that each sum 16 KiB", 0.1, ctx_points_standard),
    CTX("4p64k", "4 processes that each sum 64 KiB", 0.1, ctx_points_standard),
    CTX("8p0k", "8 processes", 0.1, ctx_points_quick),
    CTX("8p16k", "8 processes that each sum 16 KiB", 0.1, ctx_points_quick),
    CTX("8p64k", "8 processes that each sum 64 KiB", 0.1, ctx_points_quick),
    CTX("16p16k", "16 processes that each sum 16 KiB", 0.1, ctx_points_standard),
    CTX("16p64k", "16 processes that each sum 64 KiB", 0.15, ctx_points_standard),
    CTX("64p16k", "64 processes that each sum 16 KiB", 0.15, ctx_points_standard),
    CTX("64p64k", "64 processes that each sum 64 KiB", 0.2, ctx_points_quick),

    {.id = NULL},
};
