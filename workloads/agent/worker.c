#include "workloads/workload.h"
