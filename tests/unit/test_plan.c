#include "plan.h"
#include "target/disk.h"
#include "target/reach.h"
#include "unit.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static struct plan quick(void)
{
    struct plan p;
    plan_init(&p);
    p.profile = PROFILE_QUICK;
    p.targets[0] = p.targets[1] = NULL; /* planning never looks at them */
    p.target_count = 2;
    return p;
}

static void words_name_workloads(void **state)
{
    (void)state;
    static const struct {
        const char *word, *first, *last;
        bool several;
    } cases[] = {
        {"sys.read", "sys.read", "sys.read", false}, {"sys.*", "sys.syscall", "sys.pipe", true},
        {"sys", "sys.syscall", "sys.pipe", true},    {"sysops", "sys.syscall", "sys.pipe", true},
        {"ctx.2p?k", "ctx.2p0k", "ctx.2p0k", false}, {"null", "null", "null", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct plan p = quick();
        struct error e;
        assert_int_equal(plan_add(&p, cases[i].word, &e), 0);
        assert_true(p.row_count > 0);
        assert_string_equal(p.rows[0].workload->id, cases[i].first);
        assert_string_equal(p.rows[p.row_count - 1].workload->id, cases[i].last);
        if (cases[i].several)
            assert_true(p.row_count > 1);
        plan_release(&p);
    }
}

static void all_leaves_null_out_and_keeps_order(void **state)
{
    (void)state;
    struct plan p = quick();
    struct error e;
    assert_int_equal(plan_add(&p, "ctx.2p0k", &e), 0);
    assert_int_equal(plan_add(&p, "all", &e), 0);
    size_t before = p.row_count;
    assert_int_equal(plan_add(&p, "all", &e), 0);
    assert_int_equal(p.row_count, before); /* nothing twice */
    for (size_t i = 0; i < p.row_count; i++) {
        assert_string_not_equal(p.rows[i].workload->id, "null");
        if (i)
            assert_false(workload_before(p.rows[i].workload, p.rows[i - 1].workload));
    }
    plan_release(&p);
}

/* What is in no profile is measured when it is named, and only then. */
static void exits_are_measured_by_name(void **state)
{
    (void)state;
    static const struct {
        const char *word;
        size_t rows;
    } cases[] = {{"exits", 4},   {"exit", 4},     {"exit.*", 4},
                 {"exits.*", 4}, {"exit.hlt", 1}, {"exit.hlt:placement=cross", 1}};
    struct error e;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct plan p = quick();
        assert_int_equal(plan_add(&p, cases[i].word, &e), 0);
        assert_int_equal(p.row_count, cases[i].rows);
        for (size_t k = 0; k < p.row_count; k++)
            assert_int_equal(p.rows[k].workload->subsystem, SUBSYSTEM_EXITS);
        plan_release(&p);
    }
    struct plan p = quick();
    p.profile = PROFILE_PAPER;
    assert_int_equal(plan_add(&p, "all", &e), 0);
    for (size_t k = 0; k < p.row_count; k++)
        assert_int_not_equal(p.rows[k].workload->subsystem, SUBSYSTEM_EXITS);
    plan_release(&p);
}

static void parameters_are_canonical(void **state)
{
    (void)state;
    struct plan p = quick();
    struct error e;
    assert_int_equal(plan_add(&p, "membw.frd:size=65536", &e), 0);
    assert_int_equal(plan_add(&p, "membw.frd:size=64K", &e), 0);
    assert_int_equal(p.row_count, 1);
    assert_non_null(strstr(p.rows[0].params, "64K"));
    assert_int_equal(plan_add(&p, "membw.frd:size=3", &e), -1);
    assert_int_equal(e.kind, ERROR_USAGE);
    assert_int_equal(plan_add(&p, "membw.frd:sise=64K", &e), -1);
    assert_non_null(strstr(e.text, "size"));
    size_t before = p.row_count;
    static const char *const empty[] = {"file.write:", "file.write:,,", "file.write: ,"};
    for (size_t i = 0; i < sizeof empty / sizeof *empty; i++) {
        assert_int_equal(plan_add(&p, empty[i], &e), -1);
        assert_int_equal(e.kind, ERROR_USAGE);
        assert_non_null(strstr(e.text, "no parameters stand after the colon"));
    }
    assert_int_equal(plan_add(&p, "file.write:size=4K", &e), -1);
    assert_int_equal(e.kind, ERROR_USAGE);
    assert_non_null(strstr(e.text, "size=4K is no multiple of record=64K"));
    assert_int_equal(p.row_count, before);
    plan_release(&p);
}

static void unknown_words_suggest_the_nearest(void **state)
{
    (void)state;
    static const struct {
        const char *word, *suggests;
    } cases[] = {{"sys.raed", "sys.read"},
                 {"memroy", "memory"},
                 {"sys.raed:size=1", "sys.read"},
                 {"syss", "\"sys\""},
                 {"fiel", "\"file\""}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct plan p = quick();
        struct error e;
        assert_int_equal(plan_add(&p, cases[i].word, &e), -1);
        assert_int_equal(e.kind, ERROR_USAGE);
        assert_non_null(strstr(e.text, cases[i].suggests));
        assert_int_equal(p.row_count, 0);
        plan_release(&p);
    }
    struct plan p = quick();
    struct error e;
    assert_int_equal(plan_add(&p, "\033[31mx", &e), -1);
    assert_null(strchr(e.text, '\033'));
    plan_release(&p);
}

static void blocks_are_mirrored(void **state)
{
    (void)state;
    static const struct {
        size_t targets;
        uint32_t block;
        const char *order;
    } cases[] = {
        {1, 0, "N1 N2 "},       {2, 0, "N1 G1 G2 N2 "},       {2, 1, "G1 N1 N2 G2 "},
        {2, 6, "N1 G1 G2 N2 "}, {3, 0, "N1 G1 H1 H2 G2 N2 "}, {3, 1, "H1 G1 N1 N2 G2 H2 "},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct plan_slot slots[2 * TARGETS_MAX];
        char text[64] = "";
        size_t n = plan_block_order(cases[i].targets, cases[i].block, slots), used = 0;
        for (size_t k = 0; k < n; k++) {
            used += (size_t)snprintf(text + used, sizeof text - used, "%s ", slots[k].position);
            assert_true(used < sizeof text);
            assert_int_equal(slots[k].target,
                             slots[k].position[0] == 'N' ? 0 : slots[k].position[0] - 'G' + 1);
        }
        assert_string_equal(text, cases[i].order);
    }
}

static void seconds_add_up(void **state)
{
    (void)state;
    struct plan p = quick();
    struct error e;
    assert_int_equal(plan_add(&p, "sys.read", &e), 0);
    p.blocks = 8;
    p.slot_s = 0.5;
    double block = plan_block_seconds(&p, &p.rows[0]);
    assert_true(block > 4 * 0.5);
    assert_true(block < 4 * 0.5 + 1);
    assert_true(plan_seconds(&p) >= 8 * block);
    p.two_stage = true;
    p.blocks = 2;
    p.budget_s = 10;
    assert_true(plan_seconds(&p) <= 10);
    p.two_stage = false;
    p.blocks = 100;
    assert_true(plan_seconds(&p) <= 10);
    p.two_stage = true; /* even the first stage is more than the budget */
    assert_true(plan_seconds(&p) <= 10);
    plan_release(&p);
}

/* An operation that takes the slot's time takes the one that was asked for; others their own. */
static void operations_have_their_time(void **state)
{
    (void)state;
    struct plan p = quick();
    p.slot_s = 7;
    const struct workload *oltp = workload_find("oltp"), *kbuild = workload_find("kbuild");
    assert_true(fabs(plan_slot_seconds(&p, oltp) - 7) < 1e-9);
    assert_true(fabs(plan_slot_seconds(&p, kbuild) - kbuild->slot_s) < 1e-9);
    plan_release(&p);
}

/* All nine subsystems have a row before any has its second, but for the two that have only dear
 * ones: those come last. Otherwise rows are measured as planned. */
static void dear_rows_come_last(void **state)
{
    (void)state;
    struct plan p = quick();
    struct error e;
    size_t order[128], seen[SUBSYSTEM_COUNT] = {0}, dear = 0;
    p.two_stage = true;
    p.blocks = 2;
    assert_int_equal(plan_add(&p, "all", &e), 0);
    assert_true(p.row_count > SUBSYSTEM_COUNT && p.row_count < 128);
    plan_order(&p, order);
    for (size_t i = 0; i < p.row_count; i++) {
        for (size_t k = 0; k < i; k++)
            assert_int_not_equal(order[k], order[i]);
        const struct plan_row *row = &p.rows[order[i]];
        enum subsystem s = row->workload->subsystem;
        seen[s]++;
        if (i < 7)
            assert_int_equal(seen[s], 1);
        dear += plan_dear(row);
        assert_int_equal(plan_dear(row), s == SUBSYSTEM_DATABASE || s == SUBSYSTEM_JAVA);
        assert_true(dear == 0 || plan_dear(row));
    }
    for (int s = 0; s < SUBSYSTEM_COUNT; s++)
        assert_true((seen[s] > 0) == (s != SUBSYSTEM_EXITS));
    p.two_stage = false;
    plan_order(&p, order);
    for (size_t i = 0; i < p.row_count; i++)
        assert_int_equal(order[i], i);
    plan_release(&p);
}

/* All rows of the first stage, on two targets. */
static struct plan first_stage(void)
{
    struct plan p = quick();
    struct error e;
    p.blocks = 2;
    p.slot_scale = 0.5;
    assert_int_equal(plan_add(&p, "all", &e), 0);
    return p;
}

/* What does not fit is left out so that each subsystem keeps a row until only such are left, of
 * which the dearest goes first. */
static void every_subsystem_keeps_a_row(void **state)
{
    (void)state;
    struct plan p = first_stage();
    while (p.row_count > SUBSYSTEM_COUNT - 1) { /* exits are not among them */
        size_t row = plan_dispensable(&p), same = 0, rows = p.row_count;
        struct plan_row gone = p.rows[row];
        for (size_t i = 0; i < p.row_count; i++)
            same += p.rows[i].workload->subsystem == gone.workload->subsystem;
        assert_true(same > 1);
        plan_remove(&p, row);
        assert_int_equal(p.row_count, rows - 1);
        for (size_t i = 0; i < p.row_count; i++)
            assert_true(p.rows[i].workload != gone.workload ||
                        strcmp(p.rows[i].params, gone.params) != 0);
    }
    double last = INFINITY;
    while (p.row_count) {
        size_t row = plan_dispensable(&p);
        double cost = plan_block_seconds(&p, &p.rows[row]);
        assert_true(cost <= last);
        last = cost;
        plan_remove(&p, row);
    }
    plan_release(&p);
}

/* Of two targets: the first stage leaves a third of two minutes for the second, and two sessions of
 * it are within a check's three minutes. */
static void quick_fits(void **state)
{
    (void)state;
    struct plan p = first_stage();
    assert_in_range(plan_seconds(&p), 50, 85);
    plan_release(&p);
}

/* A server starts once for all blocks where time is short, and else as often as its catalogue says;
 * its slots are never too short. */
static void servers_start_as_often_as_they_must(void **state)
{
    (void)state;
    struct plan p = quick();
    struct error e;
    const struct workload *oltp = workload_find("oltp"), *jbb = workload_find("jbb");
    assert_int_equal(plan_add(&p, "oltp", &e), 0);
    p.target_count = 1;
    p.blocks = 4;
    p.slot_scale = 0.5;
    double quickly = plan_block_seconds(&p, &p.rows[0]);
    assert_true(plan_keeps_worker(&p, oltp) && plan_keeps_worker(&p, jbb));
    assert_false(plan_keeps_worker(&p, workload_find("web")));
    assert_true(fabs(plan_slot_seconds(&p, oltp) - 1) < 1e-9);
    assert_true(fabs(plan_slot_seconds(&p, jbb) - 1) < 1e-9);
    assert_true(plan_slot_seconds(&p, workload_find("sys.read")) < 0.1);
    p.profile = PROFILE_STANDARD;
    assert_false(plan_keeps_worker(&p, oltp));
    assert_true(plan_keeps_worker(&p, jbb));
    double each = plan_block_seconds(&p, &p.rows[0]);
    assert_true(fabs(each - quickly - oltp->start_s * 3 / 4) < 1e-9);
    p.slot_s = 0.3;
    assert_true(fabs(plan_slot_seconds(&p, jbb) - 0.3) < 1e-9);
    plan_release(&p);
}

/* A load warms each target's server once, however many blocks follow. */
static void warming_is_paid_once(void **state)
{
    (void)state;
    struct plan p = quick();
    struct error e;
    assert_int_equal(plan_add(&p, "web:clients=8,cpus=1", &e), 0);
    double warm = p.rows[0].workload->warm_s;
    assert_true(warm >= 0.3 && warm < 3); /* three windows at least */
    p.target_count = 2;
    double all[2];
    for (unsigned i = 0; i < 2; i++) {
        p.blocks = i ? 10 : 2;
        all[i] = p.blocks * plan_block_seconds(&p, &p.rows[0]);
    }
    double slots = (all[1] - all[0]) / 8; /* what a block more takes */
    assert_true(fabs(all[0] - 2 * slots - 2 * warm) < 1e-9);
    plan_release(&p);
}

/* A file is filled, passed over whole and checked: that is what a row of a large one takes, the
 * longer where a disk has to move it. */
static void large_files_take_their_time(void **state)
{
    (void)state;
    struct error e;
    static const char *const rows[] = {"file.write:size=64M", "file.write:size=512M",
                                       "file.write:size=512M,direct=yes", "file.write:size=64G"};
    double seconds[4];
    for (size_t i = 0; i < 4; i++) {
        struct plan p = quick();
        assert_int_equal(plan_add(&p, rows[i], &e), 0);
        p.options.memory_bytes = UINT64_C(1536) << 20;
        p.target_count = 1;
        p.blocks = 2;
        seconds[i] = plan_seconds(&p);
        plan_release(&p);
    }
    assert_true(seconds[0] < 4);
    /* 4 slots of 3 passes and 2 fillings, 448 MiB more each. */
    assert_true(fabs(seconds[1] - seconds[0] - 14 * 448 * 1.048576e-3) < 1e-6);
    assert_true(fabs(seconds[2] - seconds[0] - 14 * 448 * 1.048576e-3 / 0.3) < 1e-6);
    assert_true(seconds[3] > 1800 && seconds[3] < 7200);
}

/* The largest order of a sweep over systems of equations with so much memory; on one processor and
 * on all there are the same. */
static uint64_t largest_order(uint64_t memory, const char *word)
{
    struct plan p = quick();
    struct error e;
    uint64_t largest[2] = {0, 0};
    p.profile = PROFILE_PAPER;
    p.options.memory_bytes = memory;
    assert_int_equal(plan_add(&p, word, &e), 0);
    for (size_t i = 0; i < p.row_count; i++) {
        const struct plan_row *row = &p.rows[i];
        bool all = params_value(row->workload, row->params, "cpus", 1) == 0;
        if (strcmp(row->workload->id, "linpack") == 0)
            largest[all] = params_value(row->workload, row->params, "size", 0);
    }
    assert_int_equal(largest[0], largest[1]);
    plan_release(&p);
    return largest[0];
}

/* Orders go on to two thirds of the memory, and their rows take as long as their solutions. */
static void orders_follow_the_memory(void **state)
{
    (void)state;
    static const struct {
        uint64_t mib, order;
    } cases[] = {{256, 4000},   {1536, 11000},  {2929, 11000}, {2930, 16000},
                 {6144, 22000}, {16384, 32000}, {0, 32000}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint64_t memory = cases[i].mib << 20;
        assert_int_equal(largest_order(memory, "processor"), cases[i].order);
        assert_int_equal(largest_order(memory, "linpack"), cases[i].order);
    }
    struct error e;
    static const char *const rows[] = {"linpack:size=500", "linpack:size=11000",
                                       "linpack:size=11000,cpus=0"};
    double seconds[3];
    for (size_t i = 0; i < 3; i++) {
        struct plan p = quick();
        p.options.memory_bytes = UINT64_C(1) << 28; /* who names an order gets it */
        p.options.cpu_count = 4;
        assert_int_equal(plan_add(&p, rows[i], &e), 0);
        assert_int_equal(p.row_count, 1);
        seconds[i] = plan_block_seconds(&p, &p.rows[0]);
        plan_release(&p);
    }
    /* two targets, two slots, in each a solution before the time and one in it */
    double solution = (2.0 / 3 * 11000 + 2) * 11000 * 11000 / 2e10;
    assert_true(seconds[0] < 2);
    assert_true(fabs(seconds[1] - 8 * solution) < 2 && fabs(seconds[2] - 2 * solution) < 2);
}

/* The disk of a machine has room for what its rows write. */
static void scratch_is_what_the_largest_row_writes(void **state)
{
    (void)state;
    struct plan p = quick();
    struct error e;
    uint64_t bytes;
    assert_int_equal(plan_add(&p, "sys.read", &e), 0);
    assert_false(plan_scratch(&p, &bytes));
    assert_int_equal(plan_add(&p, "file.read:size=8M", &e), 0);
    assert_true(plan_scratch(&p, &bytes));
    assert_int_equal(bytes, 8 << 20);
    assert_int_equal(plan_add(&p, "oltp:rows=1000000", &e), 0);
    assert_true(plan_scratch(&p, &bytes));
    assert_true(bytes > (UINT64_C(64) << 20) + 1000000 * 250);
    plan_release(&p);
}

/* What is announced of the host's directory counts the image of a machine, whole, and nothing for a
 * guest that was there already. */
static void announced_is_what_all_targets_take(void **state)
{
    (void)state;
    static const struct target_kind files = {.id = "files"};
    static const struct target_kind machine = {.id = "machine", .own_disk = true};
    static const struct target_kind other = {.id = "other", .way = &reach_ways[0], .where = "x"};
    const uint64_t mib = UINT64_C(1) << 20;
    struct plan p = quick();
    p.targets[0] = p.targets[1] = &files;
    assert_true(plan_scratch_total(&p, 64 * mib) == 128 * mib);
    p.targets[1] = &other;
    assert_true(plan_scratch_total(&p, 64 * mib) == 64 * mib);
    p.targets[1] = &machine;
    assert_true(plan_scratch_total(&p, 64 * mib) == 64 * mib + disk_bytes(64 * mib));
    assert_true(disk_bytes(64 * mib) > 64 * mib);
    /* One row of two that fits is enough to begin, and so is one guest. */
    struct error e;
    const uint64_t disk = disk_bytes(64 * mib) + disk_bytes(64 * mib) / 10;
    assert_int_equal(plan_add(&p, "file.read:size=8M", &e), 0);
    assert_int_equal(plan_add(&p, "file.read:size=64M", &e), 0);
    assert_true(plan_fits(&p, 64 * mib, disk));
    assert_false(plan_fits(&p, 64 * mib, disk - 1));
    p.targets[1] = &files;
    assert_true(plan_fits(&p, 64 * mib, 8 * mib));
    assert_false(plan_fits(&p, 64 * mib, 8 * mib - 1));
    assert_int_equal(plan_add(&p, "sys.read", &e), 0);
    assert_true(plan_fits(&p, 64 * mib, 0));
    p.targets[0] = p.targets[1] = NULL;
    plan_release(&p);
}

/* The paper's profile has files that no target's memory holds, whatever its limit. */
static void files_go_beyond_the_memory(void **state)
{
    (void)state;
    static const struct {
        uint64_t memory_mib;
        const char *size;
    } cases[] = {
        {1536, "2G"}, {64, "128M"}, {4096, "5504M"}, {0, "2G"}, {UINT64_C(1) << 20, "64G"}};
    static const char *const ids[] = {
        "file.write",     "file.rewrite",  "file.read",      "file.reread",  "file.randread",
        "file.randwrite", "bonnie.output", "bonnie.rewrite", "bonnie.input", "bonnie.seeks"};
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++)
        for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
            struct plan p = quick();
            struct error e;
            size_t found = 0;
            char word[32];
            snprintf(word, sizeof word, "size=%s ", cases[c].size);
            p.profile = PROFILE_PAPER;
            p.options.memory_bytes = cases[c].memory_mib << 20;
            assert_int_equal(plan_add(&p, ids[i], &e), 0);
            for (size_t k = 0; k < p.row_count; k++)
                found += strncmp(p.rows[k].params, word, strlen(word)) == 0;
            if (found < 1)
                fail_msg("%s has no row of %s", ids[i], word);
            plan_release(&p);
        }
}

/* IOzone's operations are all swept, from 4K to 16M, through the cache and past it. */
static void operations_are_swept(void **state)
{
    (void)state;
    static const char *const ids[] = {"file.write",  "file.rewrite",  "file.read",
                                      "file.reread", "file.randread", "file.randwrite"};
    static const char *const records[] = {"4K", "16K", "64K", "256K", "1M", "4M", "16M"};
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
        struct plan p = quick();
        struct error e;
        p.profile = PROFILE_PAPER;
        assert_int_equal(plan_add(&p, ids[i], &e), 0);
        for (size_t r = 0; r < 2 * sizeof records / sizeof *records; r++) {
            char wanted[PARAMS_TEXT];
            bool found = false;
            snprintf(wanted, sizeof wanted, "size=16M record=%s sync=none direct=%s",
                     records[r / 2], r % 2 ? "yes" : "no");
            for (size_t k = 0; k < p.row_count; k++)
                found |= strcmp(p.rows[k].params, wanted) == 0;
            if (!found)
                fail_msg("%s has no row of %s", ids[i], wanted);
        }
        plan_release(&p);
    }
}

/* A guest's boot is part of the whole, and an emulated one's more so. */
static void a_boot_takes_its_time(void **state)
{
    (void)state;
    static const struct target_kind machine = {.id = "machine", .start_s = 7};
    struct plan p = quick();
    struct error e;
    assert_int_equal(plan_add(&p, "sys.read", &e), 0);
    double without = plan_seconds(&p), start = plan_start_seconds(&p);
    p.targets[1] = &machine;
    assert_true(fabs(plan_seconds(&p) - without - 7) < 1e-9);
    assert_true(fabs(plan_start_seconds(&p) - start - 7) < 1e-9);
    p.emulated_s = 20;
    assert_true(fabs(plan_seconds(&p) - without - 27) < 1e-9);
    plan_release(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(operations_have_their_time),
        cmocka_unit_test(dear_rows_come_last),
        cmocka_unit_test(every_subsystem_keeps_a_row),
        cmocka_unit_test(quick_fits),
        cmocka_unit_test(servers_start_as_often_as_they_must),
        cmocka_unit_test(warming_is_paid_once),
        cmocka_unit_test(large_files_take_their_time),
        cmocka_unit_test(orders_follow_the_memory),
        cmocka_unit_test(scratch_is_what_the_largest_row_writes),
        cmocka_unit_test(announced_is_what_all_targets_take),
        cmocka_unit_test(files_go_beyond_the_memory),
        cmocka_unit_test(operations_are_swept),
        cmocka_unit_test(a_boot_takes_its_time),
        cmocka_unit_test(words_name_workloads),
        cmocka_unit_test(all_leaves_null_out_and_keeps_order),
        cmocka_unit_test(exits_are_measured_by_name),
        cmocka_unit_test(parameters_are_canonical),
        cmocka_unit_test(unknown_words_suggest_the_nearest),
        cmocka_unit_test(blocks_are_mirrored),
        cmocka_unit_test(seconds_add_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
