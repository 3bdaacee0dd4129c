/* suite.h - the suites of SPEC CPU that a user may own: what their tools are called and what is in
 * them. Nothing of SPEC's is here but names; the programs are the user's.
 *
 * Of CPU2017 these are the rate suites: their members run on one processor or as copies, as all of
 * CPU2006 does. The speed suites want up to 16 GB of memory and their own threads. */
#ifndef VMTAX_SUITE_H
#define VMTAX_SUITE_H

#include <stddef.h>

#define SUITE_INT2006                                                        \
    "400.perlbench|401.bzip2|403.gcc|429.mcf|445.gobmk|456.hmmer|458.sjeng|" \
    "462.libquantum|464.h264ref|471.omnetpp|473.astar|483.xalancbmk"
#define SUITE_FP2006                                                       \
    "410.bwaves|416.gamess|433.milc|434.zeusmp|435.gromacs|436.cactusADM|" \
    "437.leslie3d|444.namd|447.dealII|450.soplex|453.povray|454.calculix|" \
    "459.GemsFDTD|465.tonto|470.lbm|481.wrf|482.sphinx3"
#define SUITE_INT2017                                                    \
    "500.perlbench_r|502.gcc_r|505.mcf_r|520.omnetpp_r|523.xalancbmk_r|" \
    "525.x264_r|531.deepsjeng_r|541.leela_r|548.exchange2_r|557.xz_r"
#define SUITE_FP2017                                                        \
    "503.bwaves_r|507.cactuBSSN_r|508.namd_r|510.parest_r|511.povray_r|"    \
    "519.lbm_r|521.wrf_r|526.blender_r|527.cam4_r|538.imagick_r|544.nab_r|" \
    "549.fotonik3d_r|554.roms_r"

/* What a workload's benchmark is a member of. */
struct spec_suite {
    const char *workload;  /* "spec.int2006" */
    const char *product;   /* "SPEC CPU2006" */
    const char *runner;    /* SPEC's tool, in bin of its tree */
    const char *directory; /* of the benchmarks, in benchspec */
    const char *copies;    /* option that takes the number of copies */
    const char *members;   /* separated by '|' */
};

/* Ends with workload NULL. */
extern const struct spec_suite spec_suites[];
/* NULL if the workload is none of SPEC's. */
const struct spec_suite *spec_suite_find(const char *workload);

#endif
