#include "target/ledger.h"
