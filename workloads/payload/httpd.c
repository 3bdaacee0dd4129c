#include <config.h>

#include "workloads/payload/httpd.h"

#include "workloads/web/document.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SIZE_MAX_BYTES (UINT64_C(1) << 30)

static enum MHD_Result answer(void *context, struct MHD_Connection *connection, const char *url,
                              const char *method, const char *version, const char *upload,
                              size_t *upload_size, void **state)
{
    struct MHD_Response *page = context;
    (void)version;
    (void)upload;
    (void)upload_size;
    (void)state;
    bool known = strcmp(url, "/" DOCUMENT_NAME) == 0 && strcmp(method, "GET") == 0;
    if (known)
        return MHD_queue_response(connection, MHD_HTTP_OK, page);
    return MHD_NO;
}

static bool number(const char *text, uint64_t max, uint64_t *out)
{
    char *end;
    errno = 0;
    *out = strtoull(text, &end, 10);
    return errno == 0 && end != text && !*end && *out > 0 && *out <= max;
}

static struct MHD_Response *make_page(size_t size)
{
    char name[64];
    unsigned char *bytes = malloc(size);
    if (!bytes)
        return NULL;
    document_fill(bytes, size);
    struct MHD_Response *page = MHD_create_response_from_buffer(size, bytes, MHD_RESPMEM_MUST_FREE);
    snprintf(name, sizeof name, "libmicrohttpd/%s", MHD_get_version());
    if (page)
        MHD_add_response_header(page, MHD_HTTP_HEADER_SERVER, name);
    return page;
}

/* A pool takes two threads at least; a single one is the daemon's own. */
static struct MHD_Daemon *serve(const struct sockaddr_in *at, uint64_t workers,
                                struct MHD_Response *page)
{
    unsigned pool = workers > 1 ? (unsigned)workers : 0;
    return MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_ERROR_LOG, ntohs(at->sin_port),
                            NULL, NULL, &answer, page, MHD_OPTION_THREAD_POOL_SIZE, pool,
                            MHD_OPTION_CONNECTION_LIMIT, 2048U, MHD_OPTION_SOCK_ADDR, at,
                            MHD_OPTION_END);
}

int main(int argc, char **argv)
{
    struct sockaddr_in at = {.sin_family = AF_INET};
    uint64_t port, size, workers;
    sigset_t signals;
    int signal_number;
    if (argc == 2 && strcmp(argv[1], "--version") == 0)
        return printf("libmicrohttpd %s\n", MHD_get_version()) < 0;
    if (argc != 5 || inet_pton(AF_INET, argv[1], &at.sin_addr) != 1 ||
        !number(argv[2], UINT16_MAX, &port) || !number(argv[3], SIZE_MAX_BYTES, &size) ||
        !number(argv[4], 1024, &workers)) {
        fputs("vmtax-httpd is started by vmtax-agent; see vmtax-agent(8)\n", stderr);
        return 2;
    }
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    sigprocmask(SIG_BLOCK, &signals, NULL); /* before there are threads */

    struct MHD_Response *page = make_page((size_t)size);
    at.sin_port = htons((uint16_t)port);
    struct MHD_Daemon *daemon = page ? serve(&at, workers, page) : NULL;
    if (!daemon) {
        fprintf(stderr, "cannot listen at %s port %s: %s\n", argv[1], argv[2], strerror(errno));
        return 1;
    }
    int ready = open(HTTPD_READY, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    if (ready < 0) {
        fprintf(stderr, "cannot write %s: %s\n", HTTPD_READY, strerror(errno));
        return 1;
    }
    close(ready);
    sigwait(&signals, &signal_number);
    MHD_stop_daemon(daemon);
    MHD_destroy_response(page);
    return 0;
}
