/* The programs of figure 1, in the order of the suite that they stand in for. */
#include <config.h>

#include "workloads/program/program.h"

extern const struct program cint_interpreter, cint_bzip2, cint_compiler, cint_mincost, cint_go;
extern const struct program cint_viterbi, cint_chess, cint_quantum, cint_video, cint_events;
extern const struct program cint_path, cint_xml;

const struct program *const programs_cint[] = {
    &cint_interpreter, &cint_bzip2, &cint_compiler, &cint_mincost, &cint_go,
    &cint_viterbi,     &cint_chess, &cint_quantum,  &cint_video,   &cint_events,
    &cint_path,        &cint_xml,   NULL,
};
