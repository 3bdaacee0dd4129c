/* The catalogue's rows, and the text form of parameters.
 *
 * Which parameter sets a profile measures follows from its time. `quick` shares three minutes among
 * all subsystems, so it takes the ends and one middle of every sweep: a cache-resident and a
 * memory-bound size, two processes and sixty-four. `standard` walks the sweeps in coarse steps;
 * `paper` walks them as the paper did, on one processor and on all. */
#include <config.h>

#include "coretype.h"
#include "text.h"
#include "workloads/catalog.h"
#include "workloads/payload/linpack.h"
#include "workloads/spec/suite.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

const struct subsystem_info subsystems[SUBSYSTEM_COUNT] = {
    [SUBSYSTEM_PROCESSOR] = {"processor", "Processor", "SPEC·LINPACK", 0.03},
    [SUBSYSTEM_MEMORY] = {"memory", "Memory", "RAMspeed·lmbench", 0.03},
    [SUBSYSTEM_DISK] = {"disk", "Disk", "IOzone·Bonnie++", 0.05},
    [SUBSYSTEM_NETWORK] = {"network", "Network", "NetIO", 0.05},
    [SUBSYSTEM_WEB] = {"web", "Web", "WebBench", 0.05},
    [SUBSYSTEM_DATABASE] = {"database", "Database", "SysBench OLTP", 0.05},
    [SUBSYSTEM_JAVA] = {"java", "JVM", "SPECjbb", 0.05},
    [SUBSYSTEM_SYSOPS] = {"sysops", "SysOps", "lmbench lat", 0.03},
    [SUBSYSTEM_CTXSW] = {"ctxsw", "CtxSwitch", "lmbench ctx", 0.03},
    [SUBSYSTEM_EXITS] = {"exits", "Exits", "white box", 0.03},
};

#define KIB(n) ((uint64_t)(n) << 10)
#define MIB(n) ((uint64_t)(n) << 20)
#define GIB(n) ((uint64_t)(n) << 30)

enum {
    QSP = PROFILE_QUICK | PROFILE_STANDARD | PROFILE_PAPER,
    SP = PROFILE_STANDARD | PROFILE_PAPER,
    P = PROFILE_PAPER,
};

#define PARAM_CPUS                                                                \
    {                                                                             \
        .name = "cpus", .type = PARAM_COUNT, .min = 0, .max = 1024, .initial = 1, \
        .help = "threads, each on a processor of its own; 0 = one per processor"  \
    }
#define PARAM_PLACEMENT                                                                         \
    {                                                                                           \
        .name = "placement", .type = PARAM_CHOICE, .choices = "same|cross", .max = 1,           \
        .initial = 0, .help = "all processes on one processor, or neighbours on different ones" \
    }

static const struct param placement_params[] = {PARAM_PLACEMENT, {.name = NULL}};

static const struct param program_params[] = {PARAM_CPUS, {.name = NULL}};

static const struct param linpack_params[] = {
    {.name = "size",
     .type = PARAM_COUNT,
     .min = 100,
     .max = 40000,
     .initial = 2000,
     .help = "order of the system of equations: its matrix has 8*size*size bytes"},
    PARAM_CPUS,
    {.name = "core",
     .type = PARAM_CHOICE,
     .choices = CORETYPE_CHOICES,
     .max = CORETYPE_LAST,
     .initial = CORETYPE_AUTO,
     .help = "whose code OpenBLAS runs; auto: the best that all targets can run"},
    {.name = NULL},
};
static const struct param kbuild_params[] = {
    {.name = "part",
     .type = PARAM_CHOICE,
     .choices = "quick|whole",
     .max = 1,
     .initial = 0,
     .help = "quick: the directory lib of the kernel; whole: vmlinux"},
    {.name = "cpus",
     .type = PARAM_COUNT,
     .min = 0,
     .max = 1024,
     .initial = 1,
     .help = "jobs of make, on as many processors; 0 = one per processor"},
    {.name = NULL},
};
static const double kbuild_estimates_s[] = {8, 60};
static const struct point kbuild_points[] = {
    {"part=quick cpus=1", SP}, {"part=whole cpus=1", P}, {"part=whole cpus=0", P}, {NULL, 0}};

/* Of SPEC's three sizes `ref` is the one that its times are defined by, and the paper's; `test`
 * only shows that a program works, and is over before it is warm. */
#define SPEC_PARAMS(members, last)                                                             \
    {                                                                                          \
        {.name = "size",                                                                       \
         .type = PARAM_CHOICE,                                                                 \
         .choices = "test|train|ref",                                                          \
         .max = 2,                                                                             \
         .initial = 2,                                                                         \
         .help = "SPEC's input; a ref takes many minutes, and test measures hardly anything"}, \
            {.name = "benchmark",                                                              \
             .type = PARAM_CHOICE,                                                             \
             .choices = members,                                                               \
             .max = last,                                                                      \
             .each = true,                                                                     \
             .help = "member of SPEC's suite; all of them where none is named"},               \
            {.name = "cpus",                                                                   \
             .type = PARAM_COUNT,                                                              \
             .max = 1024,                                                                      \
             .initial = 1,                                                                     \
             .help = "copies, on as many processors; 0 = one per processor"},                  \
        {                                                                                      \
            .name = NULL                                                                       \
        }                                                                                      \
    }
static const struct param spec_int2006_params[] = SPEC_PARAMS(SUITE_INT2006, 11);
static const struct param spec_fp2006_params[] = SPEC_PARAMS(SUITE_FP2006, 16);
static const struct param spec_int2017_params[] = SPEC_PARAMS(SUITE_INT2017, 9);
static const struct param spec_fp2017_params[] = SPEC_PARAMS(SUITE_FP2017, 12);
static const double spec_estimates_s[] = {10, 90, 600};

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

static const struct param membw_params[] = {
    {.name = "size",
     .type = PARAM_SIZE,
     .min = 512,
     .max = GIB(8),
     .initial = MIB(256),
     .help = "bytes of the block that each thread sweeps, a multiple of 512"},
    PARAM_CPUS,
    {.name = NULL},
};

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

static const struct point ctx_points_quick[] = {
    {"placement=same", QSP}, {"placement=cross", SP}, {NULL, 0}};
static const struct point ctx_points_both[] = {
    {"placement=same", QSP}, {"placement=cross", QSP}, {NULL, 0}};
static const struct point ctx_points_standard[] = {
    {"placement=same", SP}, {"placement=cross", SP}, {NULL, 0}};

static const struct point ram_points_quick[] = {
    {"size=128M cpus=1", QSP}, {"size=128M cpus=0", SP}, {NULL, 0}};
static const struct point ram_points_standard[] = {
    {"size=128M cpus=1", SP}, {"size=128M cpus=0", SP}, {NULL, 0}};

static const struct point program_points_quick[] = {{"cpus=1", QSP}, {"cpus=0", P}, {NULL, 0}};
static const struct point program_points_standard[] = {{"cpus=1", SP}, {"cpus=0", P}, {NULL, 0}};

/* To the order that a memory of 1536 MiB, the paper's, still has room for beside its kernel. */
#define LINPACK_SIZE(n, one, all)          \
    {"size=" n " cpus=1 core=auto", one},  \
    {                                      \
        "size=" n " cpus=0 core=auto", all \
    }
static const struct point linpack_points[] = {
    LINPACK_SIZE("500", P, P),
    LINPACK_SIZE("1000", QSP, SP),
    LINPACK_SIZE("2000", SP, SP),
    LINPACK_SIZE("4000", SP, SP),
    LINPACK_SIZE("6000", P, P),
    LINPACK_SIZE("8000", P, P),
    {NULL, 0},
};

/* The paper's own axis ends below 2 MiB, where its processor's cache ended; today's last caches
 * are of the order of 100 MiB. */
#define MEMBW_POINTS(ends, middle)                                                        \
    {                                                                                     \
        {"size=512 cpus=1", SP}, {"size=1K cpus=1", P}, {"size=2K cpus=1", P},            \
            {"size=4K cpus=1", SP}, {"size=8K cpus=1", P}, {"size=16K cpus=1", ends},     \
            {"size=32K cpus=1", P}, {"size=64K cpus=1", P}, {"size=128K cpus=1", SP},     \
            {"size=256K cpus=1", P}, {"size=512K cpus=1", P}, {"size=1M cpus=1", middle}, \
            {"size=2M cpus=1", P}, {"size=4M cpus=1", P}, {"size=8M cpus=1", SP},         \
            {"size=16M cpus=1", P}, {"size=32M cpus=1", P}, {"size=64M cpus=1", SP},      \
            {"size=128M cpus=1", P}, {"size=256M cpus=1", ends}, {"size=512M cpus=1", P}, \
            {"size=256M cpus=0", P}, {NULL, 0},                                           \
    }
static const struct point membw_points_frd[] = MEMBW_POINTS(QSP, QSP);
static const struct point membw_points_fwr[] = MEMBW_POINTS(QSP, SP);
static const struct point membw_points[] = MEMBW_POINTS(SP, SP);

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
static const struct point pipe_points[] = {
    {"placement=same", QSP}, {"placement=cross", QSP}, {NULL, 0}};

/* A stand-in for a member of SPEC CPU2006, named by what it computes. */
#define PROGRAM(suite, fig, name, member, row_points, how)                                        \
    {                                                                                             \
        .id = suite "." name, .subsystem = SUBSYSTEM_PROCESSOR, .title = name,                    \
        .mirrors = "Fig. " fig " stand-in for " member, .paper = member, .method = how,           \
        .figure = FIGURE_TIME_MS, .params = program_params, .points = row_points, .slot_s = 0.25, \
        .lead_s = 0.04, .profiles = QSP                                                           \
    }
#define CINT(name, member, row_points, how) PROGRAM("cint", "1", name, member, row_points, how)
#define CFP(name, member, row_points, how)  PROGRAM("cfp", "2", name, member, row_points, how)

/* A suite of the user's own SPEC CPU. SPEC's rules call such figures estimates. */
#define SPEC(name, what, row_params)                                                             \
    {                                                                                            \
        .id = "spec." name, .subsystem = SUBSYSTEM_PROCESSOR, .title = "SPEC est.",              \
        .mirrors = what ", SPEC's own, estimate",                                                \
        .method = "SPEC's own time, an estimate and no SPEC score: the user's SPEC CPU, run by " \
                  "its tools, one iteration with base tuning, not reportable",                   \
        .figure = FIGURE_TIME_S, .params = row_params, .needs = NEED_SCRATCH | NEED_SPEC,        \
        .slot_s = 600, .own_threads = true, .patience_s = 14400, .estimates_s = spec_estimates_s \
    }

/* A row of the paper's Table I. */
#define SYS(name, label, slot, ...)                                                            \
    {                                                                                          \
        .id = "sys." name, .subsystem = SUBSYSTEM_SYSOPS, .title = label,                      \
        .mirrors = "Table I " label, .paper = label, .figure = FIGURE_TIME_US, .slot_s = slot, \
        .lead_s = 0.02, .profiles = QSP, __VA_ARGS__                                           \
    }

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

/* A bar of the paper's figure 5, or its vectorised relative. */
#define RAM(kind, op, label, how, row_points, ...)                                              \
    {                                                                                           \
        .id = "ram." kind "." op, .subsystem = SUBSYSTEM_MEMORY, .title = label, .method = how, \
        .figure = FIGURE_MB_PER_S, .params = ram_params, .points = row_points, .slot_s = 0.15,  \
        .lead_s = 0.03, .profiles = QSP, __VA_ARGS__                                            \
    }

#define MEMBW(op, label, how, row_points)                                             \
    {                                                                                 \
        .id = "membw." op, .subsystem = SUBSYSTEM_MEMORY, .title = label,             \
        .mirrors = "Fig. 6 LMbench " label, .method = how, .figure = FIGURE_MB_PER_S, \
        .params = membw_params, .points = row_points, .slot_s = 0.1, .lead_s = 0.02,  \
        .profiles = QSP                                                               \
    }

#define FILE_ROW(op, label, figure_name, how, row_points)                                       \
    {                                                                                           \
        .id = "file." op, .subsystem = SUBSYSTEM_DISK, .title = label, .mirrors = figure_name,  \
        .method = how, .figure = FIGURE_MB_PER_S, .params = file_params, .points = row_points,  \
        .needs = NEED_SCRATCH, .slot_s = 0.25, .lead_s = 0.03, .latency = true, .profiles = QSP \
    }

/* White box: no row of the paper. In no profile, because a machine without KVM is no failure:
 * whoever wants to know names them. */
#define EXIT(name, label, how, ...)                                                                \
    {                                                                                              \
        .id = "exit." name, .subsystem = SUBSYSTEM_EXITS, .title = label,                          \
        .mirrors = "not in the paper", .method = how, .figure = FIGURE_TIME_NS, .needs = NEED_KVM, \
        .slot_s = 0.05, .lead_s = 0.02, __VA_ARGS__                                                \
    }

const struct workload workloads[] = {
    {.id = "null",
     .subsystem = SUBSYSTEM_PROCESSOR,
     .title = "nothing",
     .mirrors = "not in the paper",
     .method = "an empty loop: no work, no figure; it tests the tool",
     .figure = FIGURE_NONE,
     .slot_s = 0.1,
     .lead_s = 0.02},

    CINT(
        "interpreter", "400.perlbench", program_points_quick,
        "a bytecode interpreter runs a text program: tokens, hash tables, pattern matching, sorting"),
    CINT(
        "bzip2", "401.bzip2", program_points_standard,
        "libbz2 compresses and decompresses text, picture-like and random data; the round trip must be exact"),
    CINT(
        "compiler", "403.gcc", program_points_standard,
        "an optimising compiler in small: control-flow graphs to SSA, value numbering, liveness, register allocation"),
    CINT(
        "mincost", "429.mcf", program_points_quick,
        "minimum-cost flow by the network simplex method on a vehicle-scheduling graph; pointer chasing"),
    CINT("go", "445.gobmk", program_points_standard,
         "Go: chains and liberties, patterns, tactical reading and playouts on 19x19"),
    CINT("viterbi", "456.hmmer", program_points_standard,
         "sequences against a profile hidden Markov model by Viterbi's algorithm, in integers"),
    CINT("chess", "458.sjeng", program_points_standard,
         "chess: move generation and alpha-beta search with a transposition table"),
    CINT(
        "quantum", "462.libquantum", program_points_standard,
        "a quantum register under Hadamard, CNOT and Toffoli gates: Grover's search; streaming sweeps"),
    CINT(
        "video", "464.h264ref", program_points_standard,
        "video coding: motion search, 4x4 integer transform, quantisation, exponential-Golomb codes"),
    CINT(
        "events", "471.omnetpp", program_points_standard,
        "a discrete-event simulation of a packet network: an event heap and many small allocations"),
    CINT("path", "473.astar", program_points_quick,
         "shortest paths on a grid of costs by A* with a heap; irregular reads"),
    CINT("xml", "483.xalancbmk", program_points_standard,
         "an XML document is parsed to a tree, transformed by templates, sorted and written"),

    CFP("implicit", "410.bwaves", program_points_quick,
        "implicit step of a 3-D viscous flow: 5x5-block seven-point systems solved by BiCGstab"),
    CFP("scf", "416.gamess", program_points_standard,
        "Hartree-Fock: two-electron integrals of Gaussians, Fock matrix, diagonalisation; compute bound"),
    CFP("lattice", "433.milc", program_points_standard,
        "lattice QCD: staggered D-slash and conjugate gradients with SU(3) links"),
    CFP("mhd", "434.zeusmp", program_points_standard,
        "3-D ideal magnetohydrodynamics: a blast wave by finite volumes with constrained transport"),
    CFP("water", "435.gromacs", program_points_standard,
        "molecular dynamics in single precision: a box of water-like molecules with pair lists"),
    CFP("relativity", "436.cactusADM", program_points_standard,
        "a system of coupled Einstein-like wave equations: one huge loop body with mixed derivatives"),
    CFP("euler", "437.leslie3d", program_points_standard,
        "compressible flow by MacCormack's predictor and corrector: a vortex carried along"),
    CFP("atoms", "444.namd", program_points_standard,
        "molecular dynamics in double precision: cells, pair lists, exclusions"),
    CFP("fem", "447.dealII", program_points_standard,
        "finite elements for Poisson's equation in 3-D: assembly to sparse rows, preconditioned CG"),
    CFP("lp", "450.soplex", program_points_standard,
        "linear programming: the revised simplex method on sparse columns, its basis in dense LU factors"),
    CFP("raytrace", "453.povray", program_points_standard,
        "ray tracing: spheres, planes, reflections and shadows by recursion"),
    CFP("elastic", "454.calculix", program_points_standard,
        "structural mechanics: a cantilever of hexahedra solved by a skyline LDL^T factorisation"),
    CFP("fdtd", "459.GemsFDTD", program_points_standard,
        "Maxwell's equations by Yee's scheme in a conducting box; streaming stencils"),
    CFP("density", "465.tonto", program_points_standard,
        "quantum crystallography: integrals of s and p Gaussians, density matrix, structure factors"),
    CFP("lbm", "470.lbm", program_points_quick,
        "lattice Boltzmann, D3Q19: a flow between plates; bound by memory bandwidth"),
    CFP("weather", "481.wrf", program_points_standard,
        "weather: fifth-order advection in three Runge-Kutta steps and column physics"),
    CFP("speech", "482.sphinx3", program_points_standard,
        "speech: Gaussian mixture scores and a beam search over hidden Markov models"),

    {.id = "linpack",
     .subsystem = SUBSYSTEM_PROCESSOR,
     .title = "LINPACK",
     .mirrors = "Fig. 3 LINPACK",
     .method = "a dense system of linear equations solved by OpenBLAS, as HPL counts and checks it",
     .figure = FIGURE_GFLOPS,
     .needs = NEED_OPENBLAS,
     .params = linpack_params,
     .points = linpack_points,
     .slot_s = 0.25,
     .lead_s = 0.04,
     .own_threads = true,
     .profiles = QSP},
    {.id = "kbuild",
     .subsystem = SUBSYSTEM_PROCESSOR,
     .title = "kernel compile",
     .mirrors = "Fig. 4 kernel compile",
     .method = "make of a Linux kernel in its smallest configuration by the target's own tools; "
               "unpacking and configuring are not timed",
     .figure = FIGURE_TIME_S,
     .params = kbuild_params,
     .points = kbuild_points,
     .needs = NEED_SCRATCH | NEED_TREE,
     .slot_s = 8,
     .own_threads = true,
     .patience_s = 1800,
     .estimates_s = kbuild_estimates_s,
     .profiles = SP},

    SPEC("int2006", "Fig. 1", spec_int2006_params),
    SPEC("fp2006", "Fig. 2", spec_fp2006_params),
    SPEC("int2017", "2017 int", spec_int2017_params),
    SPEC("fp2017", "2017 fp", spec_fp2017_params),

    SYS("syscall", "syscall", 0.1, .method = "lat_syscall null: getppid()"),
    SYS("read", "read", 0.1, .method = "lat_syscall read: one byte from /dev/zero"),
    SYS("write", "write", 0.1, .method = "lat_syscall write: one byte to /dev/null"),
    SYS("stat", "stat", 0.1, .needs = NEED_SCRATCH,
        .method = "lat_syscall stat: of a file in the working directory"),
    SYS("fstat", "fstat", 0.1, .needs = NEED_SCRATCH,
        .method = "lat_syscall fstat: of an open file in the working directory"),
    SYS("open_close", "open/close", 0.1, .needs = NEED_SCRATCH,
        .method = "lat_syscall open: open and close a file in the working directory"),
    SYS("fork_exit", "fork+exit", 0.15, .latency = true,
        .method = "lat_proc fork: a child that ends at once, waited for"),
    SYS("fork_exec", "fork+exec", 0.2, .latency = true,
        .method = "lat_proc exec: a child that executes a static program of one write"),
    SYS("fork_sh", "fork+sh", 0.3, .latency = true,
        .method = "lat_proc shell: a child that runs that program by /bin/sh -c"),
    SYS("sig_install", "signal install", 0.1, .method = "lat_sig install: sigaction(SIGUSR1)"),
    SYS("sig_handle", "signal handle", 0.1,
        .method = "lat_sig catch: kill() of itself with a handler, less kill() with signal 0"),
    SYS("pipe", "pipe", 0.1, .latency = true, .params = placement_params, .points = pipe_points,
        .method = "lat_pipe: one byte to another process and back, the whole round trip"),

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

    FILE_ROW("write", "file write", "Fig. 8 IOzone write",
             "IOzone write: a new file by records; its creation and close do not count",
             file_write_points),
    FILE_ROW("rewrite", "file rewrite", "IOzone rewrite",
             "IOzone rewrite: an existing file by records; open and close do not count",
             file_rewrite_points),
    FILE_ROW("read", "file read", "Fig. 7 IOzone read",
             "IOzone read: a written file by records; open and close do not count",
             file_read_points),

    EXIT("pio", "port write",
         "round trip of a port write to user space, from a guest of three instructions",
         .latency = true),
    EXIT("mmio", "MMIO write", "round trip of a write to an address without memory to user space",
         .latency = true),
    EXIT("hlt", "halt and wake",
         "a guest rings another thread and halts in the kernel; its interrupt wakes it",
         .params = placement_params),
    EXIT("cpuid", "CPUID",
         "CPUID in a loop in the guest, answered in the kernel, less the loop without it", ),

    {.id = NULL},
};

#undef PROGRAM
#undef CINT
#undef CFP
#undef SPEC
#undef SPEC_PARAMS
#undef SYS
#undef CTX
#undef RAM
#undef MEMBW
#undef FILE_ROW
#undef EXIT

enum subsystem subsystem_find(const char *id)
{
    size_t i = 0;
    while (i < SUBSYSTEM_COUNT && strcmp(subsystems[i].id, id) != 0)
        i++;
    return (enum subsystem)i;
}

const struct workload *workload_find(const char *id)
{
    for (const struct workload *w = workloads; w->id; w++)
        if (strcmp(w->id, id) == 0)
            return w;
    return NULL;
}

const char *const payload_programs[] = {LINPACK_PROGRAM, NULL};

const char *workload_unit(const struct workload *w)
{
    switch (w->figure) {
    case FIGURE_TIME_S:
        return "s";
    case FIGURE_TIME_MS:
        return "ms";
    case FIGURE_TIME_US:
        return "µs";
    case FIGURE_TIME_NS:
        return "ns";
    case FIGURE_OPS_PER_S:
        return "op/s";
    case FIGURE_MB_PER_S:
        return "MB/s";
    case FIGURE_GFLOPS:
        return "GFLOPS";
    case FIGURE_NONE:
        break;
    }
    return "";
}

bool workload_lower_is_better(const struct workload *w)
{
    return w->figure == FIGURE_TIME_S || w->figure == FIGURE_TIME_MS ||
           w->figure == FIGURE_TIME_US || w->figure == FIGURE_TIME_NS;
}

double workload_margin(const struct workload *w)
{
    return w->margin > 0 ? w->margin : subsystems[w->subsystem].margin;
}

double workload_slot_s(const struct workload *w, const uint64_t values[PARAMS_MAX])
{
    return w->estimates_s ? w->estimates_s[values[0]] : w->slot_s;
}

unsigned workload_needs(const struct workload *w, const uint64_t values[PARAMS_MAX])
{
    unsigned needs = w->needs;
    for (size_t i = 0; w->params && w->params[i].name; i++) {
        bool placement = strcmp(w->params[i].name, "placement") == 0;
        bool cpus = strcmp(w->params[i].name, "cpus") == 0;
        if ((placement && values[i] == 1) || (cpus && values[i] >= 2))
            needs |= NEED_TWO_CPUS;
    }
    return needs;
}

double workload_value(const struct workload *w, double ops, double bytes, double seconds)
{
    switch (w->figure) {
    case FIGURE_TIME_S:
        return ops > 0 && seconds > 0 ? seconds / ops : (double)NAN;
    case FIGURE_TIME_MS:
        return ops > 0 && seconds > 0 ? seconds * 1e3 / ops : (double)NAN;
    case FIGURE_TIME_US:
        return ops > 0 && seconds > 0 ? seconds * 1e6 / ops : (double)NAN;
    case FIGURE_TIME_NS:
        return ops > 0 && seconds > 0 ? seconds * 1e9 / ops : (double)NAN;
    case FIGURE_OPS_PER_S:
        return ops > 0 && seconds > 0 ? ops / seconds : (double)NAN;
    case FIGURE_MB_PER_S:
        return bytes > 0 && seconds > 0 ? bytes / seconds / 1e6 : (double)NAN;
    case FIGURE_GFLOPS:
        return bytes > 0 && seconds > 0 ? bytes / seconds / 1e9 : (double)NAN;
    case FIGURE_NONE:
        break;
    }
    return (double)NAN;
}

/* Parameters as text. Sizes are written with the largest power of 1024 that divides them, so that
 * one value has one text. */

static const char size_suffixes[] = "KMGT";

static size_t size_format(char *out, size_t room, uint64_t bytes)
{
    int suffix = -1;
    while (suffix < 3 && bytes >= 1024 && bytes % 1024 == 0) {
        bytes /= 1024;
        suffix++;
    }
    int length = suffix < 0 ? snprintf(out, room, "%" PRIu64, bytes)
                            : snprintf(out, room, "%" PRIu64 "%c", bytes, size_suffixes[suffix]);
    return (size_t)length;
}

/* A number, for sizes with an optional suffix. False if it is none or does not fit 64 bits. */
static bool number_parse(const char *text, size_t length, bool size, uint64_t *value)
{
    size_t i = 0;
    uint64_t n = 0;
    for (; i < length && text[i] >= '0' && text[i] <= '9'; i++) {
        uint64_t digit = (uint64_t)(text[i] - '0');
        if (n > (UINT64_MAX - digit) / 10)
            return false;
        n = n * 10 + digit;
    }
    if (i == 0)
        return false;
    if (size && i + 1 == length) {
        char upper = text[i] >= 'a' && text[i] <= 'z' ? (char)(text[i] - 'a' + 'A') : text[i];
        const char *suffix = strchr(size_suffixes, upper);
        if (!suffix || !upper)
            return false;
        unsigned shift = 10 * (unsigned)(suffix - size_suffixes + 1);
        if (n > UINT64_MAX >> shift)
            return false;
        n <<= shift;
        i++;
    }
    *value = n;
    return i == length;
}

/* The index of a word among "a|b|c", or -1. */
static int choice_find(const char *choices, const char *word, size_t length)
{
    for (int index = 0;; index++) {
        size_t n = strcspn(choices, "|");
        if (n == length && memcmp(choices, word, n) == 0)
            return index;
        if (!choices[n])
            return -1;
        choices += n + 1;
    }
}

static size_t choice_format(char *out, size_t room, const char *choices, uint64_t index)
{
    while (index-- && strchr(choices, '|'))
        choices = strchr(choices, '|') + 1;
    int length = snprintf(out, room, "%.*s", (int)strcspn(choices, "|"), choices);
    return (size_t)length;
}

static size_t value_format(char *out, size_t room, const struct param *p, uint64_t value)
{
    switch (p->type) {
    case PARAM_SIZE:
        return size_format(out, room, value);
    case PARAM_CHOICE:
        return choice_format(out, room, p->choices, value);
    case PARAM_COUNT:
        break;
    }
    return (size_t)snprintf(out, room, "%" PRIu64, value);
}

static int value_parse(const struct workload *w, const struct param *p, const char *text,
                       size_t length, uint64_t *value, struct error *e)
{
    char shown[PARAMS_TEXT];
    snprintf(shown, sizeof shown, "%.*s", length < 40 ? (int)length : 40, text);
    if (p->type == PARAM_CHOICE) {
        int index = choice_find(p->choices, text, length);
        if (index < 0)
            return error_set(e, ERROR_USAGE, "parameter %s of %s must be one of %s, not \"%s\"",
                             p->name, w->id, p->choices, shown);
        *value = (uint64_t)index;
        return 0;
    }
    char low[32], high[32];
    value_format(low, sizeof low, p, p->min);
    value_format(high, sizeof high, p, p->max);
    if (!number_parse(text, length, p->type == PARAM_SIZE, value))
        return error_set(e, ERROR_USAGE,
                         "parameter %s of %s must be a %s from %s to %s, not \"%s\"", p->name,
                         w->id, p->type == PARAM_SIZE ? "size such as 512, 64K or 8M" : "number",
                         low, high, shown);
    if (*value < p->min || *value > p->max)
        return error_set(e, ERROR_USAGE, "parameter %s=%s of %s is outside its range %s to %s",
                         p->name, shown, w->id, low, high);
    return 0;
}

static int param_unknown(const struct workload *w, const char *name, size_t length, struct error *e)
{
    char word[PARAMS_TEXT];
    snprintf(word, sizeof word, "%.*s", length < 40 ? (int)length : 40, name);
    if (!w->params || !w->params[0].name)
        return error_set(e, ERROR_USAGE, "%s has no parameters; \"%s\" was given", w->id, word);
    const char *names[PARAMS_MAX + 1] = {NULL};
    char all[PARAMS_TEXT] = "";
    size_t used = 0;
    for (size_t i = 0; w->params[i].name; i++) {
        names[i] = w->params[i].name;
        used += (size_t)snprintf(all + used, sizeof all - used, "%s%s", i ? ", " : "", names[i]);
    }
    const char *near = text_nearest(word, names);
    if (near)
        return error_set(e, ERROR_USAGE, "%s has no parameter \"%s\"; did you mean \"%s\"?", w->id,
                         word, near);
    return error_set(e, ERROR_USAGE, "%s has no parameter \"%s\"; it has: %s", w->id, word, all);
}

int params_parse(const struct workload *w, const char *text, uint64_t values[PARAMS_MAX],
                 struct error *e)
{
    bool given[PARAMS_MAX] = {false};
    for (size_t i = 0; i < PARAMS_MAX; i++)
        values[i] = 0;
    for (size_t i = 0; w->params && w->params[i].name; i++)
        values[i] = w->params[i].initial;

    for (text += strspn(text, " ,"); *text; text += strspn(text, " ,")) {
        size_t length = strcspn(text, " ,");
        size_t name = strcspn(text, "= ,");
        size_t i = 0;
        while (w->params && w->params[i].name &&
               !(strlen(w->params[i].name) == name && memcmp(w->params[i].name, text, name) == 0))
            i++;
        if (!w->params || !w->params[i].name)
            return param_unknown(w, text, name, e);
        const struct param *p = &w->params[i];
        if (name == length)
            return error_set(e, ERROR_USAGE, "parameter %s of %s has no value; write %s=VALUE",
                             p->name, w->id, p->name);
        if (given[i])
            return error_set(e, ERROR_USAGE, "parameter %s of %s is given twice", p->name, w->id);
        given[i] = true;
        if (value_parse(w, p, text + name + 1, length - name - 1, &values[i], e) < 0)
            return -1;
        text += length;
    }
    return 0;
}

const struct param *params_each(const struct workload *w, const char *text)
{
    const struct param *p = w->params;
    while (p && p->name && !p->each)
        p++;
    if (!p || !p->name)
        return NULL;
    for (text += strspn(text, " ,"); *text; text += strspn(text, " ,")) {
        size_t name = strcspn(text, "= ,");
        if (strlen(p->name) == name && memcmp(p->name, text, name) == 0)
            return NULL;
        text += strcspn(text, " ,");
    }
    return p;
}

void param_word(const struct param *p, uint64_t value, char *out, size_t size)
{
    choice_format(out, size, p->choices, value);
}

void params_format(const struct workload *w, const uint64_t values[PARAMS_MAX],
                   char out[PARAMS_TEXT])
{
    size_t used = 0;
    out[0] = '\0';
    for (size_t i = 0; w->params && w->params[i].name; i++) {
        used += (size_t)snprintf(out + used, PARAMS_TEXT - used, "%s%s=", i ? " " : "",
                                 w->params[i].name);
        if (used >= PARAMS_TEXT)
            BUG("the parameters of a workload do not fit PARAMS_TEXT");
        used += value_format(out + used, PARAMS_TEXT - used, &w->params[i], values[i]);
        if (used >= PARAMS_TEXT)
            BUG("the parameters of a workload do not fit PARAMS_TEXT");
    }
}
