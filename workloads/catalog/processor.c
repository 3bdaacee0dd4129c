/* The processor: stand-ins for SPEC CPU2006 (figures 1 and 2), LINPACK, the compile of a kernel. */
#include <config.h>

#include "coretype.h"
#include "workloads/catalog/rows.h"
#include "workloads/payload/linpack.h"
#include "workloads/spec/suite.h"

static const struct param program_params[] = {PARAM_CPUS, {.name = NULL}};

static const struct point program_points_quick[] = {{"cpus=1", QSP}, {"cpus=0", P}, {NULL, 0}};
static const struct point program_points_standard[] = {{"cpus=1", SP}, {"cpus=0", P}, {NULL, 0}};

/* A stand-in for a member of SPEC CPU2006, named by what it computes, with the MiB that it works
 * in. */
#define PROGRAM(suite, fig, name, member, mib, row_points, how)                                   \
    {                                                                                             \
        .id = suite "." name, .subsystem = SUBSYSTEM_PROCESSOR, .title = name,                    \
        .mirrors = "Fig. " fig " stand-in for " member, .paper = member, .method = how,           \
        .figure = FIGURE_TIME_MS, .params = program_params, .points = row_points, .slot_s = 0.25, \
        .lead_s = 0.04, .set_mib = mib, .profiles = QSP                                           \
    }
#define CINT(name, member, mib, row_points, how) \
    PROGRAM("cint", "1", name, member, mib, row_points, how)
#define CFP(name, member, mib, row_points, how) \
    PROGRAM("cfp", "2", name, member, mib, row_points, how)

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

/* As far as the targets' memory goes (WORKLOAD_SWEEP_SHARE): with 1536 MiB, the paper's, to 11000.
 * From there on each matrix has twice the one before. */
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
    LINPACK_SIZE("11000", P, P),
    LINPACK_SIZE("16000", P, P),
    LINPACK_SIZE("22000", P, P),
    LINPACK_SIZE("32000", P, P),
    {NULL, 0},
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
/* Seconds that Linux 6.1 takes gcc 12 with one job, between what was seen: 70 and 450 on a shared
 * core of an EPYC, 22 for the quick part on a newer Xeon. A run goes by what its first block took.
 */
static const double kbuild_estimates_s[] = {40, 260};
static const struct point kbuild_points[] = {
    {"part=quick cpus=1", SP},
    {"part=quick cpus=0", P},
    {"part=whole cpus=1", P},
    {"part=whole cpus=0", P},
    {NULL, 0},
};

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

const struct workload processor_workloads[] = {
    {.id = "null",
     .subsystem = SUBSYSTEM_PROCESSOR,
     .title = "nothing",
     .mirrors = "not in the paper",
     .method = "an empty loop: no work, no figure; it tests the tool",
     .figure = FIGURE_NONE,
     .slot_s = 0.1,
     .lead_s = 0.02},

    CINT(
        "interpreter", "400.perlbench", 14.1, program_points_quick,
        "a bytecode interpreter runs a text program: tokens, hash tables, pattern matching, sorting"),
    CINT(
        "bzip2", "401.bzip2", 3.9, program_points_standard,
        "libbz2 compresses and decompresses text, picture-like and random data; the round trip must be exact"),
    CINT(
        "compiler", "403.gcc", 41.2, program_points_standard,
        "an optimising compiler in small: control-flow graphs to SSA, value numbering, liveness, register allocation"),
    CINT(
        "mincost", "429.mcf", 104.3, program_points_quick,
        "minimum-cost flow by the network simplex method on a vehicle-scheduling graph; pointer chasing"),
    CINT("go", "445.gobmk", 4.2, program_points_standard,
         "Go: chains and liberties, patterns, tactical reading and playouts on 19x19"),
    CINT("viterbi", "456.hmmer", 0.2, program_points_standard,
         "sequences against a profile hidden Markov model by Viterbi's algorithm, in integers"),
    CINT("chess", "458.sjeng", 59.5, program_points_standard,
         "chess: move generation and alpha-beta search with a transposition table"),
    CINT(
        "quantum", "462.libquantum", 48.0, program_points_standard,
        "a quantum register under Hadamard, CNOT and Toffoli gates: Grover's search, its oracle an adder; joined sweeps"),
    CINT(
        "video", "464.h264ref", 18.0, program_points_standard,
        "video coding: motion search, 4x4 integer transform, quantisation, exponential-Golomb codes"),
    CINT(
        "events", "471.omnetpp", 55.8, program_points_standard,
        "a discrete-event simulation of a packet network: an event heap and many small allocations"),
    CINT("path", "473.astar", 64.0, program_points_quick,
         "shortest paths on a grid of costs by A* with a heap; irregular reads"),
    CINT("xml", "483.xalancbmk", 41.5, program_points_standard,
         "an XML document is parsed to a tree, transformed by templates, sorted and written"),

    CFP("implicit", "410.bwaves", 249.9, program_points_quick,
        "implicit step of a 3-D viscous flow: 5x5-block seven-point systems solved by BiCGstab"),
    CFP("scf", "416.gamess", 0.6, program_points_standard,
        "Hartree-Fock: two-electron integrals of Gaussians, Fock matrix, diagonalisation; compute bound"),
    CFP("lattice", "433.milc", 41.1, program_points_standard,
        "lattice QCD: staggered D-slash and conjugate gradients with SU(3) links"),
    CFP("mhd", "434.zeusmp", 50.0, program_points_standard,
        "3-D ideal magnetohydrodynamics: blast waves by finite volumes with constrained transport"),
    CFP("water", "435.gromacs", 2.0, program_points_standard,
        "molecular dynamics in single precision: a box of water-like molecules with pair lists"),
    CFP("relativity", "436.cactusADM", 61.6, program_points_standard,
        "a system of coupled Einstein-like wave equations: one huge loop body with mixed derivatives"),
    CFP("euler", "437.leslie3d", 67.8, program_points_standard,
        "compressible flow by MacCormack's predictor and corrector: a vortex carried along"),
    CFP("atoms", "444.namd", 4.1, program_points_standard,
        "molecular dynamics in double precision: cells, pair lists, exclusions"),
    CFP("fem", "447.dealII", 14.8, program_points_standard,
        "finite elements for Poisson's equation in 3-D: assembly to sparse rows, preconditioned CG"),
    CFP("lp", "450.soplex", 30.2, program_points_standard,
        "linear programming: the revised simplex method on sparse columns, its basis in dense LU factors"),
    CFP("raytrace", "453.povray", 2.3, program_points_standard,
        "ray tracing: spheres, planes, reflections and shadows by recursion"),
    CFP("elastic", "454.calculix", 20.9, program_points_standard,
        "structural mechanics: a cantilever of hexahedra solved by a skyline LDL^T factorisation"),
    CFP("fdtd", "459.GemsFDTD", 57.9, program_points_standard,
        "Maxwell's equations by Yee's scheme, of fourth order, in a conducting box; two steps a sweep"),
    CFP("density", "465.tonto", 7.8, program_points_standard,
        "quantum crystallography: integrals of s and p Gaussians, density matrix, structure factors"),
    CFP("lbm", "470.lbm", 247.0, program_points_quick,
        "lattice Boltzmann, D3Q19: a flow between plates; bound by memory bandwidth"),
    CFP("weather", "481.wrf", 54.0, program_points_standard,
        "weather: fifth-order advection, and columns of radiation, mixing, rain and condensation"),
    CFP("speech", "482.sphinx3", 20.1, program_points_standard,
        "speech: Gaussian mixture scores and a beam search over hidden Markov models"),

    {.id = "linpack",
     .subsystem = SUBSYSTEM_PROCESSOR,
     .title = "LINPACK",
     .mirrors = "Fig. 3 LINPACK",
     .method = "a dense system of linear equations solved by OpenBLAS, as HPL counts and checks it",
     .figure = FIGURE_GFLOPS,
     .needs = NEED_OPENBLAS,
     .order = "size",
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
     .slot_s = 40,
     .own_threads = true,
     .patience_s = 1800,
     .estimates_s = kbuild_estimates_s,
     .profiles = SP},

    SPEC("int2006", "Fig. 1", spec_int2006_params),
    SPEC("fp2006", "Fig. 2", spec_fp2006_params),
    SPEC("int2017", "2017 int", spec_int2017_params),
    SPEC("fp2017", "2017 fp", spec_fp2017_params),

    {.id = NULL},
};
