#include "xalloc.h"
