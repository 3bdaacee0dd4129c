#include "workloads/catalog.h"
