#include "target/cgroup.h"
