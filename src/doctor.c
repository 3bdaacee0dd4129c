/* What the targets and workloads need: which programs are here, and the table of all checks. */
#include <config.h>

#include "doctor_look.h"

#include "executable.h"
#include "spec.h"
#include "target/boot_files.h"
#include "target/kernel.h"
#include "target/kinds.h"
#include "target/kvm_probe.h"
#include "target/qemu.h"
#include "target/spawn.h"
#include "text.h"
#include "tree.h"
#include "workloads/database/mix.h"
#include "workloads/jbb/answer.h"
#include "workloads/jbb/java.h"
#include "workloads/payload/httpd.h"
#include "workloads/payload/linpack.h"
#include "workloads/payload/oltp.h"
#include "xalloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The kernel that virtual machines would boot. */
static void look_guest_kernel(const struct target_options *o, struct finding *f)
{
    struct kernel_roots roots;
    struct kernel *k = xcalloc(1, sizeof *k);
    struct error e = {0};
    kernel_private_roots(&roots);
    if (kernel_find(o->machine.kernel, roots.list, k, &e) == 0) {
        doctor_say(f, FINDING_OK, NULL, "Linux %s for virtual machines: %s", k->version, k->source);
    } else {
        /* "what is wrong: what to do" */
        const char *colon = strstr(e.text, ": ");
        doctor_say(f, FINDING_NOTE, colon ? colon + 2 : NULL, "%.*s",
                   colon ? (int)(colon - e.text) : (int)sizeof e.text, e.text);
    }
    free(k);
}

static void look_qemu(const struct target_options *o, struct finding *f)
{
    char program[4096], version[32];
    if (!qemu_find(o->machine.qemu, program, sizeof program))
        doctor_say(
            f, FINDING_NOTE,
            "apt-get install qemu-system-x86 (Fedora: qemu-system-x86-core, Arch: qemu-base)",
            o->machine.qemu ? "--qemu names no program that can be executed"
                            : "QEMU is not installed: no virtual machines");
    else if (!boot_ask_version(program, version, sizeof version))
        doctor_say(f, FINDING_NOTE, NULL, "%s does not tell its version", program);
    else
        doctor_say(f, FINDING_OK, NULL, "QEMU %s, %s", version, program);
}

static void look_spec(const struct target_options *o, struct finding *f)
{
    struct spec spec;
    struct error e;
    if (!o->spec)
        doctor_say(f, FINDING_NOTE, "--spec DIR", "no SPEC CPU was named: spec.* are not measured");
    else if (spec_find(o->spec, o->spec_config, &spec, &e) < 0)
        doctor_say(f, FINDING_CANNOT, NULL, "%s", e.text);
    else if (!spec.built)
        doctor_say(f, FINDING_CANNOT, "in its directory: . ./shrc, then build with --action=build",
                   "%s, %s: none of its benchmarks is built", spec.product, spec.config);
    else
        doctor_say(f, FINDING_OK, NULL, "%s, %s: %zu of %zu benchmarks are built", spec.product,
                   spec.config, spec.built, spec.members);
}

/* The program for linpack beside the agent, and whether its library is here. */
static void look_openblas(const struct target_options *o, struct finding *f)
{
    char program[4096], said[64];
    f->lacks = "linpack";
    if (!local_find_program(LINPACK_PROGRAM, o->agent_path, program, sizeof program)) {
        doctor_say(f, FINDING_NOTE,
                   "apt-get install libopenblas-dev, then configure and make vmtax anew",
                   "vmtax was built without OpenBLAS: no linpack");
    } else if (!boot_ask_program(program, said, sizeof said)) {
        doctor_say(f, FINDING_NOTE, "apt-get install libopenblas0-pthread",
                   LINPACK_PROGRAM " cannot be started, as OpenBLAS is not installed: no linpack");
    } else {
        said[strcspn(said, "\n")] = '\0';
        f->lacks = NULL;
        doctor_say(f, FINDING_OK, NULL, "%s, for linpack", said);
    }
}

#define PLACES_MAX 240 /* where a program is looked for, in a sentence */

/* A file of that name which is no such program, or cannot be loaded. The run takes it all the same,
 * and has no figure then. */
static void look_mute(const char *program, const char *workload, const char *remedy,
                      struct finding *f)
{
    f->lacks = workload;
    doctor_say(f, FINDING_NOTE, remedy, "%s does not answer with a version: no %s", program,
               workload);
}

/* nginx, or the program on libmicrohttpd beside the agent. */
static void look_web(const struct target_options *o, struct finding *f)
{
    char program[4096], said[64], places[PLACES_MAX];
    const char *nginx = executable_first(web_servers);
    const char *const ask[] = {nginx, "-v", NULL};
    if (nginx && !boot_ask_aside(ask, "nginx version: ", said, sizeof said))
        look_mute(nginx, "web", "apt-get install --reinstall nginx", f);
    else if (nginx)
        doctor_say(f, FINDING_OK, NULL, "nginx %s (%s), for web", said, nginx);
    else if (local_find_program(HTTPD_PROGRAM, o->agent_path, program, sizeof program) &&
             boot_ask_program(program, said, sizeof said))
        doctor_say(f, FINDING_NOTE, "apt-get install nginx",
                   "nginx is not installed: web runs on %.*s (looked for: %s)",
                   (int)strcspn(said, "\n"), said,
                   executable_places(web_servers, places, sizeof places));
    else {
        f->lacks = "web";
        doctor_say(f, FINDING_NOTE, "apt-get install nginx",
                   "nginx is not installed, nor libmicrohttpd: no web (looked for: %s)",
                   executable_places(web_servers, places, sizeof places));
    }
}

/* MariaDB and sysbench, or the program for SQLite beside the agent. */
static void look_database(const struct target_options *o, struct finding *f)
{
    char program[4096], said[64], places[PLACES_MAX];
    static const char known[] = "sysbench " MIX_LOAD_KNOWN;
    const char *server = executable_first(mix_servers), *load = executable_first(mix_loads);
    const char *missing = !server && !load ? "MariaDB and sysbench are"
                          : !server        ? "MariaDB is"
                                           : "sysbench is";
    /* The run asks for the version, too, and does without a figure then. */
    if (server && load && !boot_ask_program(load, said, sizeof said))
        text_copy(said, sizeof said, "sysbench that does not tell its version");
    if (server && load && strncmp(said, known, sizeof known - 1) != 0) {
        size_t length = strcspn(said, "(\n");
        while (length > 0 && said[length - 1] == ' ')
            length--;
        f->lacks = "oltp";
        doctor_say(f, FINDING_NOTE, "apt-get install sysbench",
                   "%s is %.*s, whose output is not known, as that of " MIX_LOAD_KNOWN
                   "x is: no oltp but with engine=sqlite",
                   load, (int)length, said);
        return;
    }
    executable_places(server ? mix_loads : mix_servers, places, sizeof places);
    if (server && load)
        doctor_say(f, FINDING_OK, NULL, "MariaDB (%s) and sysbench, for oltp", server);
    else if (local_find_program(OLTP_PROGRAM, o->agent_path, program, sizeof program) &&
             boot_ask_program(program, said, sizeof said))
        doctor_say(f, FINDING_NOTE, "apt-get install mariadb-server-core sysbench",
                   "%s not installed: oltp runs on %.*s (looked for: %s)", missing,
                   (int)strcspn(said, "\n"), said, places);
    else {
        f->lacks = "oltp";
        doctor_say(f, FINDING_NOTE, "apt-get install mariadb-server-core sysbench",
                   "%s not installed, nor SQLite: no oltp (looked for: %s)", missing, places);
    }
}

/* The program for jbb beside the agent, and a JVM for it. */
static void look_java(const struct target_options *o, struct finding *f)
{
    char jar[4096], places[PLACES_MAX], version[64];
    const char *java = jbb_java();
    const char *const ask[] = {java, "-version", NULL};
    bool built = local_find_program(JBB_PROGRAM, o->agent_path, jar, sizeof jar);
    if (!built || !java)
        f->lacks = "jbb";
    if (!built)
        doctor_say(f, FINDING_NOTE,
                   "apt-get install default-jdk-headless, then configure and make vmtax anew",
                   "vmtax was built without a JDK: no jbb");
    else if (!java)
        doctor_say(f, FINDING_NOTE, "apt-get install default-jre-headless",
                   "there is no JVM: no jbb (looked for: %s)",
                   executable_places(jbb_places, places, sizeof places));
    else if (!boot_ask_aside(ask, " version \"", version, sizeof version))
        look_mute(java, "jbb", "apt-get install default-jre-headless", f);
    else
        doctor_say(f, FINDING_OK, NULL, "Java %s (%s), for jbb", version, java);
}

static void look_compile(const struct target_options *o, struct finding *f)
{
    char packages[TREE_PACKAGES_MAX], remedy[TREE_PACKAGES_MAX + 32];
    if (tree_missing(o->tree, packages)) {
        f->lacks = "kbuild";
        snprintf(remedy, sizeof remedy, "apt-get install %s", packages);
        doctor_say(f, FINDING_NOTE, remedy, "no kernel can be compiled: no kbuild%s",
                   strcmp(packages, "linux-source") == 0 ? " without --tree DIR" : "");
    } else {
        doctor_say(f, FINDING_OK, NULL, "the tools and sources for kbuild are here");
    }
}

/* Exits are measured from a guest of our own on /dev/kvm. */
static void look_exits(const struct target_options *o, struct finding *f)
{
    struct kvm_probe probe;
    kvm_probe(o->agent_path, &probe);
    if (probe.usable) {
        doctor_say(f, FINDING_OK, NULL, "/dev/kvm works, for exit.*");
        return;
    }
    if (probe.runs) {
        doctor_say(f, FINDING_NOTE, probe.remedy, "exit.* are not a processor's exits: %s",
                   probe.reason);
        return;
    }
    f->lacks = "exit";
    doctor_say(f, FINDING_NOTE, probe.remedy, "no exit.*: %s", probe.reason);
}

const struct doctor_check doctor_checks[] = {
    {"processors", "processors", doctor_look_processors},
    {"nodes", "memory nodes", doctor_look_nodes},
    {"caches", "caches", doctor_look_caches},
    {"nested", "below this machine", doctor_look_nested},
    {"governor", "frequency governor", doctor_look_governor},
    {"epp", "energy preference", doctor_look_epp},
    {"boost", "boost", doctor_look_boost},
    {"heat", "heat", doctor_look_heat},
    {"quota", "quota", doctor_look_quota},
    {"load", "load", doctor_look_load},
    {"steal", "steal", doctor_look_steal},
    {"swap", "swap", doctor_look_swap},
    {"huge-pages", "huge pages", doctor_look_huge_pages},
    {"merging", "merged pages", doctor_look_merging},
    {"clock", "clock", doctor_look_clock},
    {"scratch", "scratch disk", doctor_look_scratch},
    {"left", "left by killed runs", doctor_look_left},
    {"qemu", "QEMU", look_qemu},
    {"guest-kernel", "guests' kernel", look_guest_kernel},
    {"spec", "SPEC CPU", look_spec},
    {"openblas", "OpenBLAS", look_openblas},
    {"web", "web server", look_web},
    {"database", "database", look_database},
    {"java", "Java", look_java},
    {"compile", "kernel compile", look_compile},
    {"exits", "exits", look_exits},
    {0},
};
