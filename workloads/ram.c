#include <config.h>

#include "workloads/workload.h"

const struct workload_ops *const workload_ops_ram[] = {NULL};
