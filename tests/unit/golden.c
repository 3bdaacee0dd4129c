#include <config.h>

#include "tests/unit/golden.h"

#include "tests/unit/fixture_files.h"

#include "xalloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool golden_matches(const char *name, const char *extension, const char *text)
{
    char *path = xasprintf("%s/%s.%s", GOLDEN_DIR, name, extension);
    bool same = true;
    if (getenv("VMTAX_GOLDEN_UPDATE")) {
        fixture_text(path, text);
    } else if (access(path, F_OK) < 0) {
        same = false;
        fprintf(stderr, "%s is missing: make golden-update\n", path);
    } else {
        char *want = fixture_slurp(path);
        same = strcmp(want, text) == 0;
        if (!same)
            fprintf(stderr, "differs from %s; it should be\n%s\nand is\n%s\n", path, want, text);
        free(want);
    }
    free(path);
    return same;
}
