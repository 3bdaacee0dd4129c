#include "fingerprint.h"
