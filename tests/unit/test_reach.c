/* Ways to guests that exist already: the table, names and words, and the commands that come of
 * them. The programs are empty files in a directory that is all of $PATH. */
#include "config.h"

#include "target/reach.h"
#include "target/undo.h"
#include "unit.h"

#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char home[PATH_MAX];

static void make_program(const char *name)
{
    char path[PATH_MAX + 64];
    snprintf(path, sizeof path, "%s/%s", home, name);
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0755);
    assert_true(fd >= 0);
    close(fd);
}

static int set_up(void **state)
{
    (void)state;
    snprintf(home, sizeof home, "/tmp/vmtax-test-XXXXXX");
    if (!mkdtemp(home))
        return -1;
    make_program("sh");
    make_program("tool");
    for (const struct reach *way = reach_ways; way->id; way++)
        if (way->program)
            make_program(way->program);
    signal(SIGPIPE, SIG_IGN); /* as the program does */
    return setenv("PATH", home, 1);
}

static int tear_down(void **state)
{
    (void)state;
    return undo_directory(home, NULL);
}

static void each_way_has_its_guest(void **state)
{
    (void)state;
    for (const struct reach *way = reach_ways; way->id; way++) {
        int guests = 0, options = 0, words = 0;
        for (const char *const *w = way->words; w && *w; w++, words++) {
            guests += strcmp(*w, "%s") == 0;
            options += strcmp(*w, "%o") == 0;
        }
        assert_ptr_equal(reach_find(way->id), way);
        /* Of a way that is a kind, too, the kind is what is made anew. */
        assert_true(!target_find(way->id) || strcmp(way->id, "openvz") == 0 ||
                    strcmp(way->id, "xen") == 0);
        assert_int_equal(guests, way->words ? 1 : 0);
        assert_in_range(options, 0, way->words ? 1 : 0); /* vzctl has none */
        assert_true(words + REACH_WORDS_MAX / 2 < REACH_WORDS_MAX);
        assert_true(way->where && way->what);
        assert_true((way->words == NULL) == (way->program == NULL));
    }
    assert_ptr_equal(reach_find("ssh:box"), &reach_ways[0]);
    assert_null(reach_find("sshx:box"));
    assert_null(reach_find("ss"));
    assert_null(reach_find("box"));
    assert_null(reach_find(""));
    assert_null(reach_find(":"));
}

/* What ssh reaches, or a command that may be an ssh; no container's runtime, and no console. */
static void what_can_be_the_peer(void **state)
{
    (void)state;
    static const struct {
        const char *spec;
        bool can;
    } cases[] = {
        {"ssh:box", true},       {"virsh:box", true},        {"xen:box", true},
        {"exec:tool box", true}, {"xen:box console", false}, {"docker:box", false},
        {"podman:box", false},   {"lxc:box", false},         {"incus:box", false},
        {"pct:100", false},      {"nspawn:box", false},      {"nsenter:1", false},
        {"kubectl:box", false},  {"openvz:100", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct error e = {0};
        const struct target_kind *kind = reach_new(NULL, cases[i].spec, &e);
        assert_non_null(kind);
        if (reach_by_wire(kind) != cases[i].can)
            fail_msg("%s", cases[i].spec);
        reach_free(kind);
    }
    assert_false(reach_by_wire(target_find("container")));
}

/* The words after the program, each in brackets. */
static const char *words_of(const char *spec, char *out, size_t size)
{
    struct error e = {0};
    const struct target_kind *kind = reach_new(NULL, spec, &e);
    struct reach_command c;
    size_t used = 0, prefix = strlen(home);
    if (!kind)
        fail_msg("%s: %s", spec, e.text);
    if (reach_command(kind, &c, &e) < 0)
        fail_msg("%s: %s", spec, e.text);
    assert_string_equal(kind->id, spec);
    assert_memory_equal(c.words[0], home, prefix);
    *out = '\0';
    for (size_t i = 0; c.words[i]; i++)
        used += (size_t)snprintf(out + used, size - used, "%s%s", i ? "|" : "",
                                 i ? c.words[i] : c.words[0] + prefix + 1);
    reach_free(kind);
    return out;
}

static void commands_are_made(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"ssh:box", "ssh|-T|-e|none|-o|BatchMode=yes|-o|ConnectTimeout=10|--|box|/bin/sh"},
        {"ssh:me@box -p 22 -F '/a b/c'",
         "ssh|-T|-e|none|-o|BatchMode=yes|-o|ConnectTimeout=10|-p|22|-F|/a b/c|--|me@box|/bin/sh"},
        {"docker:web", "docker|exec|-i|web|/bin/sh"},
        {"docker:web -u nobody", "docker|exec|-i|-u|nobody|web|/bin/sh"},
        {"podman:web", "podman|exec|-i|web|/bin/sh"},
        {"lxc:c1", "lxc-attach|-n|c1|--clear-env|--|/bin/sh"},
        {"incus:c1 --project p", "incus|exec|c1|-T|--project|p|--|/bin/sh"},
        {"pct:101", "pct|exec|101|--keep-env|0|--|/bin/sh"},
        {"nspawn:m", "systemd-run|-q|-M|m|--pipe|--wait|--collect|/bin/sh"},
        {"nsenter:42", "nsenter|-t|42|-a|--|/bin/sh"},
        {"kubectl:pod -n space -c one", "kubectl|exec|-i|-n|space|-c|one|pod|--|/bin/sh"},
        {"exec:tool", "tool|/bin/sh"},
        {"exec:tool  a\tb", "tool|a|b|/bin/sh"},
        {"exec: tool 'a b' \"c'd\" e\\ f ''", "tool|a b|c'd|e f||/bin/sh"},
        {"exec:tool $HOME;`x`|y>z *", "tool|$HOME;`x`|y>z|*|/bin/sh"},
        {"exec:tool x\\", "tool|x\\|/bin/sh"},
    };
    char out[2048];
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_string_equal(words_of(cases[i][0], out, sizeof out), cases[i][1]);
    /* libvirt's has a script, which gets the domain and then what is the user's. */
    const char *words = words_of("virsh:vm1 -l root", out, sizeof out);
    assert_memory_equal(words, "sh|-c|", 6);
    assert_non_null(strstr(words, "BatchMode=yes"));
    assert_non_null(strstr(words, "|virsh|vm1|-l|root|/bin/sh"));
    words = words_of("xen:dom -l root", out, sizeof out);
    assert_memory_equal(words, "sh|-c|", 6);
    assert_non_null(strstr(words, "BatchMode=yes"));
    assert_non_null(strstr(words, "|xen|dom|-l|root|/bin/sh"));
}

static void refuse(const char *name, const char *spec, const char *says)
{
    struct error e = {0};
    assert_null(reach_new(name, spec, &e));
    if (!strstr(e.text, says))
        fail_msg("%s: \"%s\" lacks \"%s\"", spec, e.text, says);
    assert_int_equal(e.kind, ERROR_USAGE);
}

static void bad_names_are_refused(void **state)
{
    (void)state;
    char many[200] = "exec:tool", longest[1200] = "exec:";
    static const char *const names[] = {"",
                                        "-x",
                                        ".x",
                                        "a b",
                                        "a,b",
                                        "a:b",
                                        "a/b",
                                        "native",
                                        "docker",
                                        "peer",
                                        "kvm",
                                        "\033x",
                                        "n12345678901234567890123456789012"};
    refuse(NULL, "ssh", "needs a guest: ssh:HOST");
    refuse(NULL, "ssh:", "needs a guest");
    refuse(NULL, "docker: ", "needs a guest: docker:CONTAINER");
    refuse(NULL, "exec:", "needs a guest: exec:COMMAND");
    refuse(NULL, "what:ever", "begins with no way to a guest, as ssh:HOST");
    refuse(NULL, "dokcer:web", "did you mean \"docker\"?");
    refuse(NULL, "", "begins with no way");
    refuse(NULL, "ssh:-oProxyCommand=x", "no name of a guest");
    refuse(NULL, "ssh:'-oProxyCommand=x'", "no name of a guest");
    refuse(NULL, "docker:\\-x", "no name of a guest");
    refuse(NULL, "docker:''", "no name of a guest");
    refuse(NULL, "docker:a\033[31mb", "no name of a guest");
    refuse(NULL, "docker:a\nb", "no name of a guest");
    refuse(NULL, "docker:a\x7f", "no name of a guest");
    refuse(NULL, "exec:tool 'a", "each quote needs another");
    refuse(NULL, "exec:tool \"a\\\"", "each quote needs another");
    for (size_t i = 0, used = strlen(many); i < REACH_WORDS_MAX / 2; i++)
        used += (size_t)snprintf(many + used, sizeof many - used, " x");
    refuse(NULL, many, "at most 16 words");
    memset(longest + 5, 'x', 100);
    refuse(NULL, longest, "give it a name in vmtax.conf");
    memset(longest + 5, 'x', 1100);
    refuse("long", longest, "too long");
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        refuse(names[i], "exec:tool",
               names[i][0] && strstr("native docker peer kvm", names[i])
                   ? "is a kind of target"
                   : "is no name for a target");
}

static void names_and_copies(void **state)
{
    (void)state;
    struct error e = {0};
    const struct target_kind *kind = reach_new("box.1", "ssh:me@box -p 2222", &e);
    const struct target_kind *copy = reach_copy(kind);
    assert_ptr_not_equal(copy, kind);
    reach_free(kind);
    assert_string_equal(copy->id, "box.1");
    assert_string_equal(copy->where, "me@box -p 2222");
    assert_string_equal(target_kind_name(copy), "ssh");
    assert_true(copy->only_by_name);
    reach_free(copy);
    assert_ptr_equal(reach_copy(target_kinds[0]), target_kinds[0]);
    reach_free(target_kinds[0]);
    reach_free(NULL);
}

/* What is missing is told by the probe, with the package, and starts nothing. */
static void programs_that_are_missing(void **state)
{
    (void)state;
    struct target_options o = {.cpu_count = 1};
    struct target_probe p;
    struct error e = {0};
    char path[PATH_MAX + 64];
    snprintf(path, sizeof path, "%s/podman", home);
    unlink(path);
    struct target_kind podman = reach_kind(reach_find("podman"));
    podman.probe(&podman, &o, &p);
    assert_int_equal(p.use, TARGET_UNUSABLE);
    assert_string_equal(p.reason, "there is no podman here");
    assert_string_equal(p.remedy, "apt install podman");
    struct target_kind docker = reach_kind(reach_find("docker"));
    docker.probe(&docker, &o, &p);
    assert_int_equal(p.use, TARGET_LIMITED);
    snprintf(path, sizeof path, "%s/docker", home);
    assert_string_equal(p.how, path);
    const struct target_kind *kind = reach_new(NULL, "exec:nonsuch -x", &e);
    assert_non_null(kind);
    reach_try(&kind, 1, &o, 5, &p);
    assert_int_equal(p.use, TARGET_UNUSABLE);
    assert_string_equal(p.reason, "there is no program nonsuch in $PATH");
    reach_free(kind);
    kind = reach_new(NULL, "exec:./tool", &e);
    kind->probe(kind, &o, &p);
    assert_string_equal(p.reason,
                        "there is no program ./tool that can be run; its absolute path is wanted");
    reach_free(kind);
}

/* Several at once: one that is slow costs what it may, and once. */
static void guests_are_tried_together(void **state)
{
    (void)state;
    static const char *const specs[] = {"exec:sh -c 'sleep 60'", "exec:sh -c 'exit 3'",
                                        "exec:sh -c 'sleep 70'", "exec:env"};
    enum { COUNT = sizeof specs / sizeof *specs };
    const struct target_kind *kinds[COUNT + 1];
    struct target_probe p[COUNT + 1];
    struct target_options o = {.cpu_count = 1};
    struct error e = {0};
    for (size_t i = 0; i < COUNT; i++)
        assert_non_null(kinds[i] = reach_new(NULL, specs[i], &e));
    kinds[COUNT] = target_kinds[0]; /* by its probe */
    setenv("PATH", "/usr/bin:/bin", 1);
    reach_try(kinds, COUNT + 1, &o, 2, p);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(p[i].use, TARGET_UNUSABLE);
    assert_true(p[0].silent && p[2].silent && !p[1].silent);
    assert_non_null(strstr(p[1].reason, "ended with exit code 3"));
    if (p[3].use != TARGET_LIMITED)
        fail_msg("%s", p[3].reason);
    assert_true(p[COUNT].use != TARGET_UNUSABLE);
    for (size_t i = 0; i <= COUNT; i++)
        reach_free(kinds[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_way_has_its_guest),    cmocka_unit_test(what_can_be_the_peer),
        cmocka_unit_test(commands_are_made),         cmocka_unit_test(bad_names_are_refused),
        cmocka_unit_test(names_and_copies),          cmocka_unit_test(programs_that_are_missing),
        cmocka_unit_test(guests_are_tried_together),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
