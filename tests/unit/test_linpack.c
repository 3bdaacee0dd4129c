/* The workload `linpack` and its payload: a right solution is taken, a spoiled one is not; and
 * whatever goes wrong with the payload is a sentence, never a hang. Payloads that go wrong are
 * this program itself, by a link of the payload's name in a directory of the test. The payload
 * itself is inside, too, with a slow library of its own. */
#include <config.h>

#include "unit.h"

#include "coretype.h"
#include "workloads/payload/dense.h"
#include "workloads/payload/linpack.h"
#include "workloads/workload.h"

#include <limits.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int payload_main(int argc, char **argv);
#define main payload_main
#include "workloads/payload/linpack.c"
#undef main

#define ORDER "120"

/* --- a library ------------------------------------------------------------------------------- */

/* Gauss with partial pivoting: slow, simple, and by nobody's library. n columns of a side by side;
 * x has the right side, then the solution. */
static void gauss(size_t n, double *a, double *x)
{
    for (size_t k = 0; k < n; k++) {
        size_t pivot = k;
        for (size_t i = k + 1; i < n; i++)
            if (fabs(a[k * n + i]) > fabs(a[k * n + pivot]))
                pivot = i;
        for (size_t j = 0; j < n; j++) {
            double kept = a[j * n + k];
            a[j * n + k] = a[j * n + pivot];
            a[j * n + pivot] = kept;
        }
        double kept = x[k];
        x[k] = x[pivot];
        x[pivot] = kept;
        for (size_t i = k + 1; i < n; i++) {
            double factor = a[k * n + i] / a[k * n + k];
            for (size_t j = k; j < n; j++)
                a[j * n + i] -= factor * a[j * n + k];
            x[i] -= factor * x[k];
        }
    }
    for (size_t k = n; k-- > 0;) {
        for (size_t j = k + 1; j < n; j++)
            x[k] -= a[j * n + k] * x[j];
        x[k] /= a[k * n + k];
    }
}

/* Where the payload asks OpenBLAS. */
char *openblas_get_config(void)
{
    static char name[] = "Gauss 1.0 SLOW";
    return name;
}
char *openblas_get_corename(void)
{
    static char name[] = "Prescott";
    return name;
}
int openblas_get_num_threads(void)
{
    return 1;
}
int openblas_get_parallel(void)
{
    return 1;
}

static unsigned library_calls, library_errs_in; /* a call; 0: in none */

void dgesv_(const int *n, const int *columns, double *a, const int *a_step, int *pivots, double *b,
            const int *b_step, int *info)
{
    size_t order = (size_t)*n;
    for (size_t j = 1; j < order; j++)
        memmove(a + j * order, a + j * (size_t)*a_step, order * sizeof *a);
    gauss(order, a, b);
    pivots[0] = 1;
    *info = *columns != 1 || *b_step != *n;
    if (++library_calls == library_errs_in)
        b[order / 3] *= 1 + 1e-9;
}

/* --- the residual --------------------------------------------------------------------------- */

static void solution(size_t n, uint64_t seed, double *x)
{
    double *a = malloc(n * n * sizeof *a);
    assert_non_null(a);
    for (size_t j = 0; j < n; j++)
        dense_column(a + j * n, n, seed, j);
    dense_column(x, n, seed, n);
    gauss(n, a, x);
    free(a);
}

static double residual(size_t n, uint64_t seed, const double *x)
{
    double scaled = NAN;
    assert_int_equal(dense_residual(n, seed, x, &scaled), 0);
    return scaled;
}

static void a_spoiled_solution_is_noticed(void **state)
{
    (void)state;
    enum { N = 150 };
    double x[N];
    solution(N, 7, x);
    double right = residual(N, 7, x);
    assert_true(right > 0 && right < 1);
    assert_true(residual(N, 8, x) > LINPACK_RESIDUAL_MAX); /* of another system */
    double kept = x[N / 2];
    x[N / 2] *= 1 + 1e-9;
    assert_true(residual(N, 7, x) > LINPACK_RESIDUAL_MAX);
    x[N / 2] = NAN;
    assert_false(residual(N, 7, x) < LINPACK_RESIDUAL_MAX);
    x[N / 2] = INFINITY;
    assert_false(residual(N, 7, x) < LINPACK_RESIDUAL_MAX);
    x[N / 2] = kept;
    assert_true(residual(N, 7, x) == right);
    memset(x, 0, sizeof x);
    assert_true(residual(N, 7, x) > LINPACK_RESIDUAL_MAX);
}

static void elements_are_known_and_differ(void **state)
{
    (void)state;
    enum { N = 2000 };
    static double a[N], b[N], other[N];
    double sum = 0;
    dense_column(a, N, 5, 3);
    dense_column(b, N, 5, 3);
    assert_memory_equal(a, b, sizeof a);
    dense_column(b, N, 5, 4);
    dense_column(other, N, 6, 3);
    for (size_t i = 0; i < N; i++) {
        assert_true(a[i] >= -0.5 && a[i] < 0.5 && a[i] != b[i] && a[i] != other[i]);
        sum += a[i];
    }
    assert_true(fabs(sum / (double)N) < 0.05);
}

/* --- payloads that go wrong ------------------------------------------------------------------- */

static void say(const struct linpack_answer *a)
{
    if (send(STDOUT_FILENO, a, sizeof *a, MSG_NOSIGNAL) < 0)
        _exit(3);
}

/* The seed says how, and is odd: it is the one thing that a test can tell through the workload. */
enum fault {
    FAULT_NONE = 1,
    FAULT_WRONG = 3,
    FAULT_KILLED = 5,
    FAULT_NAN = 7,
    FAULT_CUT = 9,
    FAULT_UNLOADED = 11,
    FAULT_FAST = 13,
    FAULT_WORDS = 15,
    FAULT_EARLY = 17,
    /* Of the library below the payload itself: */
    FAULT_LIBRARY_NONE = 101,
    FAULT_LIBRARY_FIRST = 103,
    FAULT_LIBRARY_SECOND = 105,
};

static int pretend(enum fault fault)
{
    char request;
    unsigned asked = 0;
    if (fault == FAULT_UNLOADED)
        return 127; /* as the dynamic linker ends */
    if (fault == FAULT_CUT)
        return send(STDOUT_FILENO, "short", 5, MSG_NOSIGNAL) == 5 ? 0 : 3;
    if (fault == FAULT_EARLY)
        return 9;
    say(&(struct linpack_answer){.kind = LINPACK_READY, .text = "Pretence 1.0"});
    while (recv(STDIN_FILENO, &request, 1, 0) == 1) {
        if (fault == FAULT_KILLED)
            raise(SIGKILL);
        if (fault == FAULT_WORDS) {
            say(&(struct linpack_answer){.kind = LINPACK_FAILED, .text = "no memory, it says"});
            return 1;
        }
        if (request != LINPACK_SOLVE)
            return 4;
        double residual = fault == FAULT_NAN ? (double)NAN : fault == FAULT_WRONG ? 16.0 : 0.01;
        say(&(struct linpack_answer){.kind = LINPACK_SOLVED,
                                     .ns = fault == FAULT_FAST ? UINT64_MAX : 1,
                                     .residual = asked++ == 0 ? residual : 0.01});
    }
    return 0;
}

/* --- the workload --------------------------------------------------------------------------- */

struct rig {
    struct work work;
    struct error error;
    const struct workload_ops *ops;
    char directory[PATH_MAX], program[PATH_MAX + 32];
    int cpus[1];
};

static int rig_new(void **state)
{
    struct rig *r = calloc(1, sizeof *r);
    char name[] = "linpack-XXXXXX", self[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    if (!r || n <= 0 || !mkdtemp(name) || !realpath(name, r->directory))
        return -1;
    self[n] = '\0';
    snprintf(r->program, sizeof r->program, "%s/" LINPACK_PROGRAM, r->directory);
    *state = r;
    return symlink(self, r->program);
}

static int rig_free(void **state)
{
    struct rig *r = *state;
    unlink(r->program);
    int rc = rmdir(r->directory);
    free(r);
    return rc;
}

static int prepare(struct rig *r, const char *params, uint64_t seed)
{
    r->error.text[0] = '\0';
    r->work = (struct work){.workload = workload_find("linpack"),
                            .payloads = r->directory,
                            .lanes = 1,
                            .cpus = r->cpus,
                            .seed = seed,
                            .error = &r->error};
    r->ops = workload_ops_find("linpack");
    assert_non_null(r->ops);
    assert_int_equal(params_parse(r->work.workload, params, r->work.param, NULL), 0);
    return r->ops->prepare(&r->work);
}

#define PARAMS "size=" ORDER " cpus=1 core=Prescott"

static void refused(struct rig *r, int result, const char *says)
{
    assert_int_equal(result, -1);
    if (!strstr(r->error.text, says))
        fail_msg("it says: %s", r->error.text);
    r->ops->release(&r->work);
    assert_null(r->work.state);
}

static void a_payload_is_asked_and_believed(void **state)
{
    struct rig *r = *state;
    assert_int_equal(prepare(r, PARAMS, FAULT_NONE), 0);
    assert_string_equal(r->work.engine, "Pretence 1.0");
    assert_int_equal(r->ops->run(&r->work, 3), 0);
    assert_int_equal(r->work.bytes, 3 * (uint64_t)(2.0 / 3 * 120 * 120 * 120 + 2 * 120 * 120));
    assert_true(r->work.excluded_ns > 0);
    assert_int_equal(r->ops->verify(&r->work), 0);
    refused(r, r->ops->verify(&r->work), "solved no system");
}

static void what_goes_wrong_is_a_sentence(void **state)
{
    struct rig *r = *state;
    refused(r, prepare(r, PARAMS, FAULT_UNLOADED), "libopenblas0-pthread");
    refused(r, prepare(r, PARAMS, FAULT_CUT), "not of this version");
    refused(r, prepare(r, PARAMS, FAULT_EARLY), "status 9");
    refused(r, prepare(r, "size=" ORDER " cpus=1", FAULT_NONE), "core=auto");
    assert_int_equal(prepare(r, PARAMS, FAULT_KILLED), 0);
    refused(r, r->ops->run(&r->work, 1), "killed by signal 9");
    assert_int_equal(prepare(r, PARAMS, FAULT_WORDS), 0);
    refused(r, r->ops->run(&r->work, 1), "no memory, it says");
    assert_int_equal(prepare(r, PARAMS, FAULT_FAST), 0);
    refused(r, r->ops->run(&r->work, 1), "says that it solved");
    static const uint64_t wrong[] = {FAULT_WRONG, FAULT_NAN};
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(prepare(r, PARAMS, wrong[i]), 0);
        assert_int_equal(r->ops->run(&r->work, 2), 0);
        refused(r, r->ops->verify(&r->work), "1 of linpack's 2 solutions are wrong");
    }
}

/* One wrong solution of three spoils its slot, whichever it is, and that slot alone. */
static void every_solution_is_checked(void **state)
{
    struct rig *r = *state;
    static const uint64_t wrong[] = {FAULT_LIBRARY_FIRST, FAULT_LIBRARY_SECOND};
    assert_int_equal(prepare(r, PARAMS, FAULT_LIBRARY_NONE), 0);
    assert_string_equal(r->work.engine, "Gauss 1.0");
    assert_int_equal(r->ops->run(&r->work, 3), 0);
    assert_int_equal(r->ops->verify(&r->work), 0);
    r->ops->release(&r->work);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(prepare(r, PARAMS, wrong[i]), 0);
        assert_int_equal(r->ops->run(&r->work, 1), 0);
        assert_int_equal(r->ops->run(&r->work, 2), 0);
        assert_int_equal(r->ops->verify(&r->work), -1);
        assert_non_null(strstr(r->error.text, "1 of linpack's 3 solutions are wrong"));
        assert_int_equal(r->ops->run(&r->work, 3), 0);
        assert_int_equal(r->ops->verify(&r->work), 0);
        r->ops->release(&r->work);
    }
}

static void a_missing_payload_names_the_package(void **state)
{
    struct rig *r = *state;
    assert_int_equal(unlink(r->program), 0);
    refused(r, prepare(r, PARAMS, FAULT_NONE), "libopenblas-dev");
    assert_int_equal(symlink("/nowhere", r->program), 0);
    refused(r, prepare(r, PARAMS, FAULT_NONE), "libopenblas-dev");
}

/* As the payload that the workload starts, in the environment that it is to have. */
static int payload(int argc, char **argv)
{
    const char *core = getenv("OPENBLAS_CORETYPE"), *threads = getenv("OPENBLAS_NUM_THREADS");
    if (argc != 5 || strcmp(argv[1], ORDER) != 0 || strcmp(argv[3], "Prescott") != 0 ||
        strcmp(argv[4], "1") != 0 || !core || strcmp(core, "Prescott") != 0 || !threads ||
        strcmp(threads, "1") != 0)
        return 99;
    int fault = (int)strtol(argv[2], NULL, 10);
    if (fault < FAULT_LIBRARY_NONE)
        return pretend((enum fault)fault);
    library_errs_in = (unsigned)(fault - FAULT_LIBRARY_NONE) / 2;
    return payload_main(argc, argv);
}

int main(int argc, char **argv)
{
    const char *name = strrchr(argv[0], '/');
    if (strcmp(name ? name + 1 : argv[0], LINPACK_PROGRAM) == 0)
        return payload(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_spoiled_solution_is_noticed),
        cmocka_unit_test(elements_are_known_and_differ),
        cmocka_unit_test_setup_teardown(a_payload_is_asked_and_believed, rig_new, rig_free),
        cmocka_unit_test_setup_teardown(what_goes_wrong_is_a_sentence, rig_new, rig_free),
        cmocka_unit_test_setup_teardown(every_solution_is_checked, rig_new, rig_free),
        cmocka_unit_test_setup_teardown(a_missing_payload_names_the_package, rig_new, rig_free),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
