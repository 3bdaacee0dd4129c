#include <config.h>

#include "workloads/jbb/java.h"

#include <stddef.h>
#include <unistd.h>

const char *jbb_java(void)
{
    static const char *const places[] = {"/usr/bin/java",
                                         "/usr/local/bin/java",
                                         "/usr/lib/jvm/default-java/bin/java",
                                         "/usr/lib/jvm/default/bin/java",
                                         "/usr/lib/jvm/jre/bin/java",
                                         NULL};
    size_t i = 0;
    while (places[i] && access(places[i], X_OK) < 0)
        i++;
    return places[i];
}
