/* The web workload's parts: the parser of answers, the load against servers that do what they like,
 * and a real server's life. */
#include <config.h>

#include "tests/unit/unit.h"
#include "workloads/payload/httpd.h"
#include "workloads/web/document.h"
#include "workloads/web/load.h"
#include "workloads/web/server.h"
#include "workloads/workload.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define PAGE 1000

static unsigned char page[PAGE];
static const char good_head[] =
    "HTTP/1.1 200 OK\r\nServer: test/1.0\r\ncontent-LENGTH:  1000\r\n\r\n";

static int fill_page(void **state)
{
    (void)state;
    document_fill(page, sizeof page);
    return 0;
}

/* ---- the parser ---- */

/* What comes of a head and a page, fed in pieces of so many bytes. */
static enum response_fault parse(const char *head, const unsigned char *body, size_t size,
                                 size_t piece, struct response *r)
{
    char all[16384];
    size_t head_size = strlen(head), n = head_size + size;
    assert_true(n <= sizeof all);
    memcpy(all, head, head_size);
    if (size)
        memcpy(all + head_size, body, size);
    response_begin(r, page, PAGE);
    for (size_t at = 0; at < n; at += piece)
        if (!response_feed(r, (unsigned char *)all + at, n - at < piece ? n - at : piece))
            return r->fault;
    response_end(r);
    return r->fault;
}

static void test_good_answer_in_any_pieces(void **state)
{
    struct response r;
    (void)state;
    for (size_t piece = 1; piece < 1100; piece++) {
        assert_int_equal(parse(good_head, page, PAGE, piece, &r), RESPONSE_FINE);
        assert_true(r.done);
        assert_int_equal(r.status, 200);
        assert_string_equal(r.server, "test/1.0");
        assert_false(r.closes);
    }
    assert_int_equal(parse("HTTP/1.0 200\r\nContent-Length: 1000\r\nConnection: Close\r\n\r\n",
                           page, PAGE, 7, &r),
                     RESPONSE_FINE);
    assert_true(r.closes);
}

static void test_bad_heads(void **state)
{
    static const struct {
        const char *head;
        enum response_fault fault;
    } rows[] = {
        {"\r\n\r\n", RESPONSE_GARBAGE},
        {"HTTP/2 200\r\n\r\n", RESPONSE_GARBAGE},
        {"HTTP/1.1 2x0 OK\r\n\r\n", RESPONSE_GARBAGE},
        {"HTTP/1.1 2000 OK\r\n\r\n", RESPONSE_GARBAGE},
        {"HTTP/1.1 200 OK\nContent-Length: 1000\n\n", RESPONSE_GARBAGE},
        {"HTTP/1.1 200 OK\r\r\n", RESPONSE_GARBAGE},
        {"HTTP/1.1 200 O\x80K\r\n\r\n", RESPONSE_GARBAGE},
        {"HTTP/1.1 200 OK\r\nServer: \x1b[2J\r\n\r\n", RESPONSE_GARBAGE},
        {"HTTP/1.1 404 Not Found\r\nContent-Length: 1000\r\n\r\n", RESPONSE_STATUS},
        {"HTTP/1.1 000 \r\n\r\n", RESPONSE_STATUS},
        {"HTTP/1.1 100 Continue\r\n\r\n", RESPONSE_STATUS},
        {"HTTP/1.1 200 OK\r\n\r\n", RESPONSE_LENGTH},
        {"HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n", RESPONSE_LENGTH},
        {"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", RESPONSE_LENGTH},
        {"HTTP/1.1 200 OK\r\nContent-Length: 18446744073709552616\r\n\r\n", RESPONSE_LENGTH},
        {"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\nContent-Length: 7\r\n\r\n", RESPONSE_LENGTH},
        {"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\nTransfer-Encoding: chunked\r\n\r\n",
         RESPONSE_LENGTH},
    };
    struct response r;
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (size_t piece = 1; piece < 20; piece++)
            assert_int_equal(parse(rows[i].head, page, 0, piece, &r), rows[i].fault);
}

static void test_endless_head(void **state)
{
    struct response r;
    (void)state;
    response_begin(&r, page, PAGE);
    assert_true(response_feed(&r, (const unsigned char *)"HTTP/1.1 200 OK\r\n", 17));
    size_t fed = 17;
    while (response_feed(&r, (const unsigned char *)"x", 1))
        fed++;
    assert_int_equal(r.fault, RESPONSE_LONG);
    assert_int_equal(fed, RESPONSE_HEAD_MAX);
    /* And it stays so. */
    assert_false(response_feed(&r, (const unsigned char *)"\r\n\r\n", 4));
    assert_false(response_end(&r));
}

static void test_bad_bodies(void **state)
{
    struct response r;
    unsigned char other[PAGE + 1];
    (void)state;
    memcpy(other, page, PAGE);
    other[PAGE] = '\n';
    assert_int_equal(parse(good_head, other, PAGE + 1, 8192, &r), RESPONSE_EXTRA);
    assert_int_equal(parse(good_head, other, PAGE + 1, 1, &r), RESPONSE_EXTRA);
    assert_int_equal(parse(good_head, page, PAGE - 1, 100, &r), RESPONSE_CUT);
    assert_int_equal(parse(good_head, page, 0, 100, &r), RESPONSE_CUT);
    for (size_t i = 0; i < PAGE; i += 37) {
        other[i] ^= 1;
        assert_int_equal(parse(good_head, other, PAGE, 129, &r), RESPONSE_CONTENT);
        other[i] ^= 1;
    }
    for (int i = RESPONSE_FINE; i < RESPONSE_FAULTS; i++)
        assert_non_null(response_fault_text((enum response_fault)i));
}

/* ---- the load, against a server of a few lines ---- */

enum manner {
    WELL,
    CLOSES,
    DRIPS,
    GARBAGE,
    WRONG,
    CUTS,
    ENDLESS,
    SILENT,
    CRAWLS,
    MANNERS,
    BUSY,  /* another status */
    STALLS /* once, for STALL_MS */
};

#define STALL_MS 300

struct mock {
    int listener;
    enum manner manner;
    unsigned good; /* answers before the manners show */
    unsigned nth;  /* not 0: every so many they show, and else not */
    pthread_t thread;
    struct load_plan plan;
};

/* So many bytes at a time, with a pause after each; what is not to end begins anew. */
static void answer_slowly(int fd, const char *bytes, size_t size, size_t piece, unsigned pause_us,
                          bool endless)
{
    int yes = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    for (size_t at = 0; at < size; at = endless && at + piece >= size ? 0 : at + piece) {
        if (send(fd, bytes + at, size - at < piece ? size - at : piece, MSG_NOSIGNAL) < 0)
            return; /* the load has gone */
        usleep(pause_us);
    }
}

static void answer(int fd, enum manner manner, bool well)
{
    char buffer[sizeof good_head + PAGE];
    size_t head = strlen(good_head), size = head + PAGE;
    memcpy(buffer, good_head, head);
    memcpy(buffer + head, page, PAGE);
    if (!well && manner == GARBAGE)
        buffer[3] = '\0';
    if (!well && manner == BUSY)
        memcpy(buffer + strlen("HTTP/1.1 "), "503", 3);
    if (!well && manner == WRONG)
        buffer[size - 500] ^= 1;
    if (!well && manner == CUTS)
        size -= 300;
    if (manner == DRIPS)
        answer_slowly(fd, buffer, size, 7, 100, false);
    else if (!well && manner == ENDLESS) /* a good status, then headers */
        answer_slowly(fd, good_head, head - 2, head - 2, 0, true);
    else if (!well && manner == CRAWLS) /* good so far, but it would take a minute */
        answer_slowly(fd, buffer, size, 1, 60000, false);
    else if (send(fd, buffer, size, MSG_NOSIGNAL) < 0)
        return; /* the load has gone */
}

/* One connection at a time, until the listener is shut. */
static void *mock_main(void *argument)
{
    struct mock *m = argument;
    char request[512];
    for (int fd; (fd = accept(m->listener, NULL, NULL)) >= 0; close(fd)) {
        while (recv(fd, request, sizeof request, 0) > 0) {
            bool well = m->good > 0;
            m->good -= well;
            if (m->nth)
                well = m->good % m->nth != 0;
            if (!well && m->manner == STALLS) {
                usleep(STALL_MS * 1000);
                m->good = UINT32_MAX;
            }
            if (well || m->manner != SILENT)
                answer(fd, m->manner, well);
            if (!m->plan.keep || (!well && (m->manner == CUTS || m->manner == BUSY)))
                break;
        }
    }
    return NULL;
}

static void mock_start(struct mock *m, enum manner manner, unsigned good)
{
    socklen_t size = sizeof m->plan.server;
    *m = (struct mock){
        .manner = manner,
        .good = good,
        .plan = {.server = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}},
                 .clients = 1,
                 .threads = 1,
                 .keep = manner != CLOSES,
                 .page = page,
                 .size = PAGE}};
    m->listener = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(m->listener, (struct sockaddr *)&m->plan.server, size), 0);
    assert_int_equal(getsockname(m->listener, (struct sockaddr *)&m->plan.server, &size), 0);
    assert_int_equal(listen(m->listener, 64), 0);
    assert_int_equal(pthread_create(&m->thread, NULL, mock_main, m), 0);
}

static void mock_end(struct mock *m)
{
    shutdown(m->listener, SHUT_RDWR);
    pthread_join(m->thread, NULL);
    close(m->listener);
}

static void test_load_counts(void **state)
{
    static const enum manner manners[] = {WELL, CLOSES, DRIPS};
    (void)state;
    for (size_t i = 0; i < sizeof manners / sizeof *manners; i++) {
        struct mock m;
        struct error e = {ERROR_NONE, ""};
        struct histogram *h = calloc(1, sizeof *h);
        assert_non_null(h);
        mock_start(&m, manners[i], UINT32_MAX);
        struct load *l = load_open(&m.plan, &e);
        assert_non_null(l);
        assert_int_equal(load_run(l, 10, false, &e), 0);
        assert_int_equal(load_run(l, 100, true, &e), 0);
        assert_string_equal(load_server(l), "test/1.0");
        load_close(l, h);
        assert_in_range(atomic_load(&h->count), 100, 101);
        free(h);
        mock_end(&m);
    }
}

static void test_load_meets_faults(void **state)
{
    static const char *const says[MANNERS] = {[GARBAGE] = "not HTTP",
                                              [WRONG] = "something else",
                                              [CUTS] = "before the page was complete",
                                              [ENDLESS] = "does not end"};
    (void)state;
    for (int i = 0; i < MANNERS; i++) {
        struct mock m;
        struct error e = {ERROR_NONE, ""};
        if (!says[i])
            continue;
        mock_start(&m, (enum manner)i, 5);
        struct load *l = load_open(&m.plan, &e);
        assert_non_null(l);
        assert_int_equal(load_run(l, 5, false, &e), 0);
        assert_int_equal(load_run(l, 5, false, &e), -1);
        assert_non_null(strstr(e.text, says[i]));
        load_close(l, NULL);
        mock_end(&m);
    }
}

/* A few requests without their page are counted, and asked again. */
static void test_load_counts_errors(void **state)
{
    static const enum manner manners[] = {CUTS, BUSY};
    static const uint64_t rates[] = {0, 2000};
    (void)state;
    for (size_t i = 0; i < 4; i++) {
        struct mock m;
        struct error e = {ERROR_NONE, ""};
        uint64_t errors = 0;
        mock_start(&m, manners[i % 2], UINT32_MAX);
        m.nth = 200;
        m.plan.rate = rates[i / 2];
        struct load *l = load_open(&m.plan, &e);
        assert_non_null(l);
        assert_int_equal(load_run(l, 1000, true, &e), 0);
        assert_int_equal(load_errors(l, &errors, &e), 0);
        assert_in_range(errors, 4, 6);
        load_close(l, NULL);
        mock_end(&m);
    }
}

/* So many are no figure, while there are few in all, and none in the end. */
static void test_load_gives_up_by_errors(void **state)
{
    struct mock m;
    struct error e = {ERROR_NONE, ""};
    uint64_t errors = 0;
    (void)state;
    mock_start(&m, BUSY, UINT32_MAX);
    m.nth = 20;
    struct load *l = load_open(&m.plan, &e);
    assert_non_null(l);
    assert_int_equal(load_run(l, 100, true, &e), 0);
    assert_int_equal(load_errors(l, &errors, &e), -1);
    assert_in_range(errors, 4, 6);
    assert_non_null(strstr(e.text, " requests to the web server were refused"));
    assert_int_equal(load_run(l, 1000, true, &e), -1);
    assert_int_equal(load_errors(l, &errors, &e), -1);
    assert_in_range(errors, LOAD_ERRORS_FEW + 1, LOAD_ERRORS_FEW + 5);
    load_close(l, NULL);
    mock_end(&m);
}

static void test_load_does_not_wait_for_ever(void **state)
{
    static const enum manner manners[2] = {SILENT, CRAWLS};
    struct mock m[2];
    struct load *l[2];
    struct error e = {ERROR_NONE, ""};
    (void)state;
    for (int i = 0; i < 2; i++) {
        mock_start(&m[i], manners[i], 1);
        l[i] = load_open(&m[i].plan, &e);
        assert_non_null(l[i]);
        assert_int_equal(load_run(l[i], 1, false, &e), 0);
    }
    uint64_t from = work_now_ns();
    for (int i = 0; i < 2; i++) {
        assert_int_equal(load_run(l[i], 1, false, &e), -1);
        assert_non_null(strstr(e.text, "has not answered for"));
    }
    assert_in_range((work_now_ns() - from) / 1000000, 7000, 12000);
    for (int i = 0; i < 2; i++) {
        load_close(l[i], NULL);
        mock_end(&m[i]);
    }
}

/* How many took longer than so long. */
static uint64_t longer_than(const struct histogram *h, uint64_t ms)
{
    uint64_t count = 0;
    for (size_t i = histogram_bucket(ms * 1000000) + 1; i < HISTOGRAM_BUCKETS; i++)
        count += atomic_load(&h->bucket[i]);
    return count;
}

/* At a fixed rate a stall is not one slow request: all that were due while it lasted waited for its
 * end, those that came first the longest. A load that counts from the moment at which it asks, or
 * that asks less while nobody answers, sees one, or as many as it has clients. */
static void test_stall_shows_in_what_was_due(void **state)
{
    static const struct {
        unsigned clients;
        bool keep;
    } rows[] = {{1, true}, {8, false}};
    const uint64_t rate = 500;
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct mock m;
        struct error e = {ERROR_NONE, ""};
        struct histogram *h = calloc(1, sizeof *h);
        assert_non_null(h);
        mock_start(&m, STALLS, 50);
        m.plan.clients = rows[i].clients;
        m.plan.keep = rows[i].keep;
        m.plan.rate = rate;
        struct load *l = load_open(&m.plan, &e);
        assert_non_null(l);
        if (load_run(l, 400, true, &e) < 0)
            fail_msg("%s", e.text);
        load_close(l, h);
        mock_end(&m);
        /* Of 300 ms at 500 a second: those that were due in the first 250, 200, 100 ms. A machine
         * that is busy itself adds to them, but never takes one away. */
        for (uint64_t ms = 50; ms <= 200; ms += 50) {
            uint64_t due = rate * (STALL_MS - ms) / 1000;
            assert_in_range(longer_than(h, ms), due - due / 20 - 1, due + due / 4 + 5);
        }
        assert_true(atomic_load(&h->max) >= STALL_MS * UINT64_C(1000000));
        free(h);
    }
}

static void test_load_without_server(void **state)
{
    struct mock m;
    struct error e = {ERROR_NONE, ""};
    (void)state;
    mock_start(&m, WELL, 0);
    mock_end(&m);
    struct load *l = load_open(&m.plan, &e);
    assert_true(!l || load_run(l, 1, false, &e) < 0);
    assert_non_null(strstr(e.text, "connection to the web server failed"));
    load_close(l, NULL);
}

/* ---- a real one ---- */

static void load_from(struct server *s, bool keep, unsigned clients, unsigned threads,
                      uint64_t rate, uint64_t count, struct histogram *h)
{
    struct error e = {ERROR_NONE, ""};
    struct load_plan plan = {.server = {.sin_family = AF_INET,
                                        .sin_port = htons(server_port(s)),
                                        .sin_addr = {htonl(INADDR_LOOPBACK)}},
                             .clients = clients,
                             .threads = threads,
                             .keep = keep,
                             .rate = rate,
                             .page = page,
                             .size = PAGE};
    /* The threads begin with load_open(): what they do before load_run() counts, but is not
     * recorded. At a fixed rate that is at most what was due. */
    uint64_t from = work_now_ns();
    struct load *l = load_open(&plan, &e);
    count += rate * (work_now_ns() - from) / 1000000000 + (rate ? clients : 0);
    if (!l || load_run(l, count, true, &e) < 0)
        fail_msg("%s", e.text);
    load_close(l, h);
}

static void server_life(const char *payloads, bool nginx)
{
    char scratch[] = "/tmp/vmtax-test-web-XXXXXX";
    struct error e = {ERROR_NONE, ""};
    struct histogram *h = calloc(1, sizeof *h);
    assert_non_null(h);
    assert_non_null(mkdtemp(scratch));
    struct server_plan plan = {.scratch = scratch,
                               .payloads = payloads,
                               .address = "127.0.0.1",
                               .workers = 2,
                               .page = PAGE};
    struct server *s = server_open_kind(&plan, nginx, &e);
    if (!s)
        fail_msg("%s", e.text);
    load_from(s, true, 3, 1, 0, 300, NULL);
    load_from(s, false, 8, 3, 0, 300, NULL);
    /* At a fixed rate it takes its time, however fast the server is. */
    uint64_t from = work_now_ns();
    load_from(s, true, 8, 2, 1000, 200, h);
    assert_in_range((work_now_ns() - from) / 1000000, 180, 5000);
    assert_true(atomic_load(&h->count) >= 200);
    free(h);

    int ends[2];
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], "", 1), 1);
    assert_int_equal(server_attend(s, ends[0], &e), 0);
    close(ends[0]);
    close(ends[1]);
    server_close(s);
    assert_int_equal(rmdir(scratch), 0); /* nothing is left in it */
}

static void test_nginx(void **state)
{
    (void)state;
    if (access("/usr/sbin/nginx", X_OK) < 0) {
        print_message("SKIP: no nginx here\n");
        skip();
    }
    server_life(NULL, true);
}

/* In a directory that only its owner may enter: root's server is nobody's process. */
static void test_httpd(void **state)
{
    const char *build = getenv("abs_top_builddir");
    char program[4096], private[] = "/tmp/vmtax-test-web-XXXXXX", link[sizeof private + 32];
    (void)state;
    snprintf(program, sizeof program, "%s/" HTTPD_PROGRAM, build ? build : ".");
    if (access(program, X_OK) < 0) {
        print_message("SKIP: this build has no " HTTPD_PROGRAM "\n");
        skip();
    }
    assert_non_null(mkdtemp(private));
    snprintf(link, sizeof link, "%s/" HTTPD_PROGRAM, private);
    assert_int_equal(symlink(program, link), 0);
    server_life(private, false);
    assert_int_equal(unlink(link), 0);
    assert_int_equal(rmdir(private), 0);
}

static void test_no_server(void **state)
{
    struct error e = {ERROR_NONE, ""};
    struct server_plan plan = {.scratch = "/tmp",
                               .payloads = "/nowhere",
                               .address = "127.0.0.1",
                               .workers = 1,
                               .page = PAGE};
    (void)state;
    assert_null(server_open_kind(&plan, false, &e));
    assert_non_null(strstr(e.text, "apt install nginx"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good_answer_in_any_pieces),
        cmocka_unit_test(test_bad_heads),
        cmocka_unit_test(test_endless_head),
        cmocka_unit_test(test_bad_bodies),
        cmocka_unit_test(test_load_counts),
        cmocka_unit_test(test_load_meets_faults),
        cmocka_unit_test(test_load_counts_errors),
        cmocka_unit_test(test_load_gives_up_by_errors),
        cmocka_unit_test(test_load_does_not_wait_for_ever),
        cmocka_unit_test(test_stall_shows_in_what_was_due),
        cmocka_unit_test(test_load_without_server),
        cmocka_unit_test(test_nginx),
        cmocka_unit_test(test_httpd),
        cmocka_unit_test(test_no_server),
    };
    return cmocka_run_group_tests(tests, fill_page, NULL);
}
