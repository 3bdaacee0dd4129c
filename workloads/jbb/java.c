#include <config.h>

#include "workloads/jbb/java.h"

#include "executable.h"

#include <stddef.h>

const char *const jbb_places[] = {"/usr/bin/java",
                                  "/usr/local/bin/java",
                                  "/usr/lib/jvm/default-java/bin/java",
                                  "/usr/lib/jvm/default/bin/java",
                                  "/usr/lib/jvm/jre/bin/java",
                                  NULL};

const char *jbb_java(void)
{
    return executable_first(jbb_places);
}
