/* paper.h - the paper's own figures, to be shown beside today's: "A Synthetical Performance
 * Evaluation of OpenVZ, Xen and KVM" (Che, Shi, Yu, Lin), from data/paper.json.
 *
 * They are of another machine and another time: ratios may be compared with ours, absolute figures
 * only looked at. */
#ifndef VMTAX_PAPER_H
#define VMTAX_PAPER_H

#include "error.h"
#include "workloads/catalog.h"

#include <stddef.h>
#include <stdint.h>

enum paper_column { PAPER_NATIVE, PAPER_OPENVZ, PAPER_XEN, PAPER_KVM, PAPER_COLUMNS };
#define PAPER_ROWS_MAX       64
#define PAPER_STATED_MAX     64
#define PAPER_EXPLAINED_MAX  64
#define PAPER_EXPLAINED_ROWS 8

/* One row of Table I or II, microseconds; lower is better. */
struct paper_row {
    char key[24]; /* as in the catalogue's `paper`: "fork+exec", "2p0k" */
    double us[PAPER_COLUMNS];
};

/* A sentence or a figure of the text. */
struct paper_stated {
    enum subsystem subsystem;
    char text[256]; /* the sentence, or what the figure is of */
    char of[24];    /* the rows that it speaks of, as in explanations; of a relation one row, by its
                     * `paper`, its id, or the member of SPEC's suite that it is; "": none */
    enum paper_column column; /* whom the figure is of; PAPER_COLUMNS: of nobody alone */
    double value;             /* NAN: none; of a row and a column: relative to the paper's native */
    double lost;              /* NAN: none; share of the datagrams of ... */
    uint64_t size;            /* ... that many bytes */
};

/* Why a guest was as fast or slow as it was, in the authors' view. */
struct paper_explained {
    /* Rows: an id of the catalogue or its beginning ("net.tcp"), a `paper` of its, a subsystem's
     * id, or "all". */
    char rows[PAPER_EXPLAINED_ROWS][24];
    size_t row_count;
    enum paper_column column; /* PAPER_COLUMNS: of all of them */
    char text[256];
};

struct paper {
    char title[160];
    char machine[160];
    struct paper_row rows[PAPER_ROWS_MAX]; /* Table I, then Table II */
    size_t row_count;
    struct paper_stated stated[PAPER_STATED_MAX];
    size_t stated_count;
    struct paper_explained explained[PAPER_EXPLAINED_MAX];
    size_t explained_count;
};

/* From $VMTAX_DATADIR if it is set, else from the data/ of the sources above the running program (a
 * build tree), else from the installed data directory. -1 with a sentence that names the places; p
 * is then empty. */
int paper_load(struct paper *p, struct error *e);
int paper_load_file(struct paper *p, const char *path, struct error *e);
/* From length bytes of text; name: as sentences call it. */
int paper_parse(struct paper *p, const char *text, size_t length, const char *name,
                struct error *e);

/* The row of a workload in the tables, NULL if they have none. */
const struct paper_row *paper_find(const struct paper *p, const struct workload *w);
/* Performance of a column relative to the paper's native (1 = equal, below 1 slower). */
double paper_ratio(const struct paper_row *row, enum paper_column column);
/* What the text says of a row: of a column its relation, of PAPER_COLUMNS the closest sentence (of
 * the row, its kind or its subsystem). NULL if it says nothing. */
const struct paper_stated *paper_stated_find(const struct paper *p, const struct workload *w,
                                             const char *params, enum paper_column column);
/* Share of datagrams of that size that the column lost, by the text; NAN if it does not say. */
double paper_loss(const struct paper *p, const struct workload *w, enum paper_column column,
                  uint64_t size);
/* Performance of a row on a column relative to the paper's native, from the tables or else from the
 * text, which speaks of one processor; NAN if neither has it. */
double paper_relation(const struct paper *p, const struct workload *w, const char *params,
                      enum paper_column column);
/* What the paper says of the closest to that row and column: of the row rather than of its
 * subsystem, of the column rather than of all. NULL: nothing, not even of everything. */
const struct paper_explained *paper_explain(const struct paper *p, const struct workload *w,
                                            enum paper_column column);
/* The column that a kind of target is shown beside: "container" and "openvz" PAPER_OPENVZ, "xen",
 * "kvm", "native"; PAPER_COLUMNS if none. */
enum paper_column paper_column_of(const char *kind);

#endif
