#include "conf.h"
#include "option.h"
#include "unit.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int parse(struct options *o, unsigned command, const char *line, struct error *e)
{
    static char text[512];
    static char name[] = "vmtax";
    char *argv[32] = {name};
    int argc = 1;
    snprintf(text, sizeof text, "%s", line);
    for (char *word = strtok(text, " "); word; word = strtok(NULL, " "))
        argv[argc++] = word;
    option_init(o);
    return option_parse(o, command, 1, argc, argv, e);
}

static void good_lines(void **state)
{
    (void)state;
    struct options o;
    struct error e;
    assert_int_equal(parse(&o, FOR_RUN,
                           "sys.read --on native,container -b 6 --seconds=0.2 ram.*"
                           " --memory 1536M --json",
                           &e),
                     0);
    assert_string_equal(o.on, "native,container");
    assert_int_equal(o.blocks, 6);
    assert_true(o.seconds == 0.2);
    assert_int_equal(o.memory, UINT64_C(1536) << 20);
    assert_true(o.json);
    assert_int_equal(o.word_count, 2);
    assert_string_equal(o.words[0], "sys.read");
    assert_string_equal(o.words[1], "ram.*");
    option_release(&o);
    assert_int_equal(parse(&o, FOR_RUN, "-- --json", &e), 0);
    assert_false(o.json);
    assert_string_equal(o.words[0], "--json");
    option_release(&o);
    assert_int_equal(parse(&o, FOR_RUN, "x --seconds 2s -c2", &e), 0);
    assert_true(o.seconds == 2);
    assert_int_equal(o.cpus, 2);
    option_release(&o);
}

/* The beginning of a recording is one of its moments. */
static void zero_is_a_moment(void **state)
{
    (void)state;
    struct options o;
    struct error e;
    assert_int_equal(parse(&o, FOR_SCREEN, "overview last", &e), 0);
    assert_true(o.at > 1e9);
    option_release(&o);
    assert_int_equal(parse(&o, FOR_SCREEN, "overview last --at 0", &e), 0);
    assert_true(o.at <= 0);
    option_release(&o);
}

static void bad_lines_say_what(void **state)
{
    (void)state;
    static const struct {
        unsigned command;
        const char *line, *says;
    } cases[] = {
        {FOR_RUN, "x --blcoks 6", "--blocks"},
        {FOR_RUN, "x --blocks", "needs a value"},
        {FOR_RUN, "x --blocks six", "2 to 200"},
        {FOR_RUN, "x --blocks 3", "--blocks 3: an even number"},
        {FOR_RUN, "x --blocks -4", "2 to 200"},
        {FOR_RUN, "x --blocks 6.5", "even number"},
        {FOR_RUN, "x --blocks 6s", "even number"},
        {FOR_RUN, "x --cpus 1.5", "whole number"},
        {FOR_RUN, "x --blocks 1e99", "2 to 200"},
        {FOR_RUN, "x --seconds nan", "0.01 to 600"},
        {FOR_RUN, "x --seconds inf", "0.01 to 600"},
        {FOR_RUN, "x --seconds 0", "0.01 to 600"},
        {FOR_RUN, "x --memory 12Q", "1536M"},
        {FOR_RUN, "x --memory 1K", "1536M"},
        {FOR_RUN, "x --profile slow", "quick|standard|paper"},
        {FOR_RUN, "x --profile q", "quick|standard|paper"},
        {FOR_RUN, "x --profile=", "quick|standard|paper"},
        {FOR_RUN, "x --json=1", "takes no value"},
        {FOR_RUN, "x --theme dark", "means nothing"},
        {FOR_LIST, "x --blocks 6", "means nothing"},
        {FOR_RUN, "x -Z", "no option"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct options o;
        struct error e;
        assert_int_equal(parse(&o, cases[i].command, cases[i].line, &e), -1);
        assert_int_equal(e.kind, ERROR_USAGE);
        if (!strstr(e.text, cases[i].says))
            fail_msg("%s: %s", cases[i].line, e.text);
        option_release(&o);
    }
}

static void conf_file(void **state)
{
    (void)state;
    char path[] = "/tmp/vmtax-test-conf-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    FILE *f = fdopen(fd, "w");
    fputs("# comment\n\n theme = light # mine\nblocks=10\nbolcks = 4\nascii = yes\nnonsense\n"
          "seconds = -1\nblocks = 3\nprofile = slow\n",
          f);
    fclose(f);
    char *warnings = NULL;
    size_t size = 0;
    FILE *w = open_memstream(&warnings, &size);
    struct options o;
    struct error e;
    option_init(&o);
    assert_int_equal(conf_read_file(&o, path, w, &e), 0);
    fclose(w);
    assert_string_equal(o.theme, "light");
    assert_int_equal(o.blocks, 10);
    assert_true(o.ascii);
    assert_true(o.seconds == 0);
    assert_non_null(strstr(warnings, "line 5"));
    assert_non_null(strstr(warnings, "line 7"));
    assert_non_null(strstr(warnings, "line 8 is ignored: seconds -1: a number"));
    assert_non_null(strstr(warnings, "line 9 is ignored: blocks 3: an even number"));
    assert_non_null(strstr(warnings, "line 10 is ignored: profile slow: one of"));
    assert_null(strstr(warnings, "--"));
    assert_null(strstr(warnings, "line 3"));
    /* Where a value is from is known. */
    char source[128], want[128];
    snprintf(want, sizeof want, "%s, line 4: blocks", path);
    assert_string_equal(option_source(&o, option_find("blocks", 6), source, sizeof source), want);
    option_source(&o, option_find("cpus", 4), source, sizeof source);
    assert_string_equal(source, "--cpus");
    /* A sentence about it, too, and only about it. */
    error_set(&e, ERROR_USAGE, "--blocks 10: no");
    snprintf(want, sizeof want, "%s, line 4: blocks 10: no", path);
    assert_int_equal(option_blame(&o, &e), -1);
    assert_string_equal(e.text, want);
    error_set(&e, ERROR_USAGE, "--cpus 10: no");
    option_blame(&o, &e);
    assert_string_equal(e.text, "--cpus 10: no");
    error_set(&e, ERROR_USAGE, "--block: no");
    option_blame(&o, &e);
    assert_string_equal(e.text, "--block: no");
    error_set(&e, ERROR_USAGE, "there is none");
    snprintf(want, sizeof want, "%s, line 4: blocks: there is none", path);
    option_blame_row(&o, "blocks", &e);
    assert_string_equal(e.text, want);
    error_set(&e, ERROR_USAGE, "there is none");
    option_blame_row(&o, "cpus", &e);
    assert_string_equal(e.text, "there is none");
    /* The command line wins over the file. */
    char name[] = "vmtax", option[] = "--theme", value[] = "dark";
    char *argv[] = {name, option, value};
    assert_int_equal(option_parse(&o, FOR_DASHBOARD, 1, 3, argv, &e), 0);
    assert_string_equal(o.theme, "dark");
    assert_int_equal(o.blocks, 10);
    free(warnings);
    option_release(&o);
    unlink(path);
    assert_int_equal(conf_read_file(&o, path, stderr, &e), -1);
    assert_int_equal(conf_read_file(&o, "/", stderr, &e), -1);
    assert_non_null(strstr(e.text, "/ is not a file"));
    assert_null(o.conf_file);
}

/* Reads bytes as a vmtax.conf; what is told is the caller's to free. */
static char *read_bytes(struct options *o, const char *bytes, size_t length, int want)
{
    char path[] = "/tmp/vmtax-test-conf-XXXXXX", *warnings = NULL;
    size_t size = 0;
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, length), length);
    close(fd);
    FILE *w = open_memstream(&warnings, &size);
    struct error e;
    option_init(o);
    assert_int_equal(conf_read_file(o, path, w, &e), want);
    fclose(w);
    unlink(path);
    return warnings;
}

static size_t lines_of(const char *text)
{
    size_t n = 0;
    for (; (text = strchr(text, '\n')); text++)
        n++;
    return n;
}

/* Each bad line is told once, by the number that an editor shows. */
static void conf_of_strange_bytes(void **state)
{
    (void)state;
    struct options o;
    static const char nul[] = "blocks = 4\0x\ncpus = 1\n# \0\ntheme = light";
    char *said = read_bytes(&o, nul, sizeof nul - 1, 0);
    assert_int_equal(o.blocks, 0);
    assert_int_equal(o.cpus, 1);
    assert_string_equal(o.theme, "light");
    assert_non_null(strstr(said, "line 1 is ignored: it has a NUL"));
    assert_int_equal(lines_of(said), 1);
    free(said);
    option_release(&o);

    static const char marked[] = "\xEF\xBB\xBF"
                                 "blocks = 4\r\n";
    said = read_bytes(&o, marked, sizeof marked - 1, 0);
    assert_int_equal(o.blocks, 4);
    assert_string_equal(said, "");
    free(said);
    option_release(&o);

    char many[2 * CONF_LINE_MAX + 1], lines[sizeof many + CONF_LINE_MAX + 64];
    memset(many, 'x', sizeof many - 1);
    many[sizeof many - 1] = '\0';
    snprintf(lines, sizeof lines, "tree = %s\nbolcks = 4\n# %.*s", many, CONF_LINE_MAX, many);
    said = read_bytes(&o, lines, strlen(lines), 0);
    assert_null(o.tree);
    assert_non_null(strstr(said, "line 1 is ignored: it is longer than 1023"));
    assert_non_null(strstr(said, "line 2 is ignored"));
    assert_int_equal(lines_of(said), 2); /* a comment may be long */
    free(said);
    option_release(&o);

    char *text = calloc(1, ((size_t)1 << 20) + 2);
    assert_non_null(text);
    for (size_t i = 0; i < (size_t)1 << 20; i += 2)
        memcpy(text + i, "x\n", 2);
    said = read_bytes(&o, text, (size_t)1 << 20, 0);
    assert_int_equal(lines_of(said), 21);
    assert_non_null(strstr(said, ": 524268 more lines are ignored\n"));
    free(said);
    option_release(&o);
    text[(size_t)1 << 20] = 'x';
    said = read_bytes(&o, text, ((size_t)1 << 20) + 1, -1);
    assert_string_equal(said, "");
    free(said);
    free(text);
    option_release(&o);
}

/* Neither read nor written, and nobody waits for it. */
static void conf_that_is_no_file(void **state)
{
    (void)state;
    static const struct conf_setting setting = {"theme", "light"};
    char directory[] = "/tmp/vmtax-test-conf-XXXXXX", fifo[64], zero[64];
    assert_non_null(mkdtemp(directory));
    snprintf(fifo, sizeof fifo, "%s/fifo", directory);
    snprintf(zero, sizeof zero, "%s/zero", directory);
    assert_int_equal(mkfifo(fifo, 0600), 0);
    assert_int_equal(symlink("/dev/zero", zero), 0);
    const char *paths[] = {fifo, zero, directory};
    for (size_t i = 0; i < 3; i++) {
        struct options o;
        struct error e;
        option_init(&o);
        assert_int_equal(conf_read_file(&o, paths[i], stderr, &e), -1);
        assert_non_null(strstr(e.text, "is not a file"));
        assert_null(o.conf_file);
        assert_int_equal(conf_write(paths[i], &setting, 1, &e), -1);
        assert_non_null(strstr(e.text, "is not a file"));
        option_release(&o);
    }
    unlink(fifo);
    unlink(zero);
    rmdir(directory);
}

/* What is set by hand reads back as the same text, and unset as none. */
static void every_value_is_a_text(void **state)
{
    (void)state;
    static const struct {
        const char *name, *value, *reads;
    } cases[] = {{"memory", "1536M", "1536M"},
                 {"memory", "2048m", "2G"},
                 {"memory", "3000MiB", "3000M"},
                 {"blocks", "12", "12"},
                 {"seconds", "0.25s", "0.25"},
                 {"find", "5%", "5"},
                 {"ascii", "yes", "yes"},
                 {"ascii", "no", ""},
                 {"theme", "light", "light"},
                 {"profile", "paper", "paper"},
                 {"scratch", "/srv/a b", "/srv/a b"}};
    struct options o, borrowed;
    struct error e;
    char text[64];
    option_init(&o);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct option_row *r = option_find(cases[i].name, strlen(cases[i].name));
        assert_non_null(r);
        assert_int_equal(option_set(&o, r, cases[i].value, &e), 0);
        assert_string_equal(option_text(&o, r, text, sizeof text), cases[i].reads);
        option_borrow(&borrowed, &o);
        option_unset(&borrowed, r);
        assert_string_equal(option_text(&borrowed, r, text, sizeof text), "");
        assert_string_equal(option_text(&o, r, text, sizeof text), cases[i].reads);
        option_release(&borrowed);
    }
    const struct option_row *profile = option_find("profile", 7);
    assert_int_equal(option_set(&o, profile, "slow", &e), -1);
    assert_string_equal(o.profile, "paper"); /* as it was */
    assert_int_equal(option_set(&o, option_find("ascii", 5), "perhaps", &e), -1);
    assert_null(option_find("asci", 4));
    option_release(&o);
}

static void expect_file(const char *path, const char *want)
{
    char text[4096];
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    text[fread(text, 1, sizeof text - 1, f)] = '\0';
    fclose(f);
    assert_string_equal(text, want);
}

static void conf_is_written(void **state)
{
    (void)state;
    char directory[] = "/tmp/vmtax-test-conf-XXXXXX", path[128], link[128], where[128];
    struct error e;
    struct stat st;
    assert_non_null(mkdtemp(directory));
    snprintf(path, sizeof path, "%s/new/vmtax/vmtax.conf", directory);
    snprintf(link, sizeof link, "%s/link.conf", directory);
    static const struct conf_setting first[] = {{"theme", "light"}, {"cpus", "1"}, {"blocks", ""}};
    assert_int_equal(conf_write(path, first, 3, &e), 0);
    expect_file(path, "theme = light\ncpus = 1\n");
    /* places, comments, order and what is not known stay; a setting goes; a last line may have no
       end */
    FILE *f = fopen(path, "w");
    fputs("# mine\n\n cpus=4 # all of them\nquiet = yes\ntheme = dark\nblocks = 6", f);
    fclose(f);
    assert_int_equal(chmod(path, 0640), 0);
    assert_int_equal(symlink(path, link), 0);
    static const struct conf_setting second[] = {{"cpus", "2"}, {"theme", ""}, {"key.sort", "F5"}};
    assert_int_equal(conf_write(link, second, 3, &e), 0);
    static const char wanted[] = "# mine\n\ncpus = 2 # all of them\nquiet = yes\nblocks = 6\n"
                                 "key.sort = F5\n";
    expect_file(path, wanted);
    assert_true(readlink(link, where, sizeof where) > 0);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    /* and is read */
    struct options o;
    option_init(&o);
    assert_int_equal(conf_read_file(&o, path, stderr, &e), 0);
    assert_int_equal(o.cpus, 2);
    assert_int_equal(o.key_count, 1);
    assert_string_equal(o.keys[0].name, "sort");
    assert_string_equal(o.keys[0].value, "F5");
    assert_int_equal(o.keys[0].line, 6);
    option_release(&o);
    /* what cannot be written changes nothing */
    static const struct conf_setting bad[] = {{"append", "a # b"}};
    assert_int_equal(conf_write(path, bad, 1, &e), -1);
    assert_non_null(strstr(e.text, "append"));
    expect_file(path, wanted);
    unlink(path);
    assert_int_equal(conf_write(link, first, 1, &e), -1); /* a link to nowhere */
    unlink(link);
    for (char *slash; (slash = strrchr(path, '/')) && slash > path + 4;) {
        *slash = '\0';
        assert_int_equal(rmdir(path), 0);
        if (strcmp(path, directory) == 0)
            break;
    }
}

/* Where nothing is set no file is made; one that is there loses what it set. */
static void nothing_to_save(void **state)
{
    (void)state;
    char directory[] = "/tmp/vmtax-test-conf-XXXXXX", path[PATH_MAX];
    struct options o;
    struct error e;
    assert_non_null(mkdtemp(directory));
    setenv("XDG_CONFIG_HOME", directory, 1);
    option_init(&o);
    assert_int_equal(conf_save(&o, FOR_DASHBOARD, path, sizeof path, &e), -1);
    assert_non_null(strstr(e.text, "everything is at its default"));
    assert_int_equal(access(path, F_OK), -1);
    o.cpus = 1;
    assert_int_equal(conf_save(&o, FOR_DASHBOARD, path, sizeof path, &e), 0);
    expect_file(path, "cpus = 1\n");
    o.cpus = 0;
    assert_int_equal(conf_save(&o, FOR_DASHBOARD, path, sizeof path, &e), 0);
    expect_file(path, "");
    option_release(&o);
    unsetenv("XDG_CONFIG_HOME");
    unlink(path);
    *strrchr(path, '/') = '\0';
    rmdir(path);
    rmdir(directory);
}

static void targets_have_names(void **state)
{
    (void)state;
    char path[] = "/tmp/vmtax-test-XXXXXX", *warnings = NULL;
    size_t size = 0;
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    dprintf(fd, "target.box = ssh:me@box -p 22 # mine\ntarget.box = ssh:other\ntarget.kvm = "
                "exec:x\ntarget. = exec:x\ntarget.a b = exec:x\ntarget.c = box\ntarget.d = "
                "exec:'x\njudge = box\ntarget.web-1 = docker:web\n");
    close(fd);
    FILE *w = open_memstream(&warnings, &size);
    struct options o;
    struct error e;
    option_init(&o);
    assert_int_equal(conf_read_file(&o, path, w, &e), 0);
    fclose(w);
    assert_int_equal(o.target_count, 2);
    assert_string_equal(o.targets[0].name, "box");
    assert_string_equal(o.targets[0].spec, "ssh:me@box -p 22");
    assert_string_equal(o.targets[1].name, "web-1");
    assert_string_equal(o.judge, "box");
    for (int line = 2; line <= 7; line++) {
        char says[16];
        snprintf(says, sizeof says, "line %d is", line);
        assert_non_null(strstr(warnings, says));
    }
    assert_null(strstr(warnings, "line 9"));
    free(warnings);
    option_release(&o);
    unlink(path);
}

static void every_row_is_helped(void **state)
{
    (void)state;
    char *text = NULL;
    size_t size = 0;
    FILE *f = open_memstream(&text, &size);
    option_help(FOR_ALL, f);
    fclose(f);
    for (const struct option_row *r = option_rows; r->name; r++) {
        char want[40];
        snprintf(want, sizeof want, "--%s", r->name);
        assert_non_null(strstr(text, want));
        for (const struct option_row *s = option_rows; s < r; s++)
            assert_false(r->letter && r->letter == s->letter);
    }
    for (const char *line = text; *line;) {
        size_t length = strcspn(line, "\n");
        assert_true(length < 80);
        line += length + (line[length] == '\n');
    }
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_lines),
        cmocka_unit_test(zero_is_a_moment),
        cmocka_unit_test(bad_lines_say_what),
        cmocka_unit_test(conf_file),
        cmocka_unit_test(conf_of_strange_bytes),
        cmocka_unit_test(conf_that_is_no_file),
        cmocka_unit_test(every_value_is_a_text),
        cmocka_unit_test(conf_is_written),
        cmocka_unit_test(nothing_to_save),
        cmocka_unit_test(targets_have_names),
        cmocka_unit_test(every_row_is_helped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
