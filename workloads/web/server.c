#include <config.h>

#include "workloads/web/server.h"

#include "executable.h"
#include "text.h"
#include "workloads/child.h"
#include "workloads/payload/httpd.h"
#include "workloads/remove.h"
#include "workloads/web/document.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define DIRECTORY   "web"
#define LOG         "server.log"
#define LOG_MAX     8192
#define PORT_TRIES  3
#define READY_TRIES 1200 /* of 25 ms: an emulated guest is slow */

struct server {
    struct server_plan plan;
    int scratch, directory; /* directory: its own, below scratch */
    int life;               /* at its end when no process of the server is left */
    pid_t pid;
    unsigned user; /* whom root makes it */
    uint16_t port;
    bool nginx;
    char program[PATH_MAX];
};

static int cannot(struct error *e, const char *what)
{
    return error_errno(e, errno, "cannot %s for the web server", what);
}

/* ---- what it needs ---- */

static int find_program(struct server *s, struct error *e)
{
    const char *nginx = s->nginx ? executable_first(web_servers) : NULL;
    const char *payloads = s->plan.payloads ? s->plan.payloads : "";
    int n = nginx ? snprintf(s->program, sizeof s->program, "%s", nginx)
                  : snprintf(s->program, sizeof s->program, "%s/" HTTPD_PROGRAM, payloads);
    if (n > 0 && (size_t)n < sizeof s->program && access(s->program, X_OK) == 0)
        return 0;
    char places[160];
    return error_set(e, ERROR_SYSTEM,
                     "there is no web server here: apt install nginx, which is looked for as %s "
                     "(or libmicrohttpd-dev, and build vmtax anew)",
                     executable_places(web_servers, places, sizeof places));
}

static int write_file(const struct server *s, const char *name, const void *bytes, size_t size,
                      struct error *e)
{
    int fd = openat(s->directory, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    const char *at = bytes;
    int rc = fd < 0 ? -1 : 0;
    while (rc == 0 && size > 0) {
        ssize_t n = write(fd, at, size);
        if (n < 0 && errno == EINTR)
            continue;
        rc = n < 0 ? -1 : 0;
        at += n > 0 ? n : 0;
        size -= n > 0 ? (size_t)n : 0;
    }
    if (rc < 0)
        cannot(e, "write the page and the configuration");
    if (fd >= 0)
        close(fd);
    return rc;
}

/* The user is that of the master process, if that is root: then it could not become another. */
static int write_configuration(const struct server *s, struct error *e)
{
    char text[1024];
    int n = snprintf(text, sizeof text,
                     "daemon off;\n"
                     "user root root;\n"
                     "worker_processes %u;\n"
                     "pid " HTTPD_READY ";\n"
                     "error_log stderr error;\n"
                     "events { worker_connections 2048; }\n"
                     "http {\n"
                     "  access_log off;\n"
                     "  sendfile on;\n"
                     "  tcp_nopush on;\n"
                     "  keepalive_timeout 600s;\n"
                     "  keepalive_requests 1000000000;\n"
                     "  default_type text/html;\n"
                     "  client_body_temp_path t1;\n"
                     "  proxy_temp_path t2;\n"
                     "  fastcgi_temp_path t3;\n"
                     "  uwsgi_temp_path t4;\n"
                     "  scgi_temp_path t5;\n"
                     "  server { listen %s:%u; root www; }\n"
                     "}\n",
                     s->plan.workers, s->plan.address, s->port);
    unlinkat(s->directory, "nginx.conf", 0);
    return write_file(s, "nginx.conf", text, (size_t)n, e);
}

static int make_directory(struct server *s, struct error *e)
{
    s->scratch = open(s->plan.scratch, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (s->scratch < 0 || mkdirat(s->scratch, DIRECTORY, 0700) < 0)
        return cannot(e, "make a directory in the scratch directory");
    s->directory = openat(s->scratch, DIRECTORY, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (s->directory < 0 || mkdirat(s->directory, "www", 0755) < 0)
        return cannot(e, "make a directory in the scratch directory");
    s->user = child_user();
    if (geteuid() == 0 && fchown(s->directory, s->user, s->user) < 0 && errno != EINVAL &&
        errno != EPERM)
        return cannot(e, "give away the directory");
    unsigned char *page = malloc(s->plan.page);
    if (!page)
        return cannot(e, "get memory");
    document_fill(page, s->plan.page);
    int rc = write_file(s, "www/" DOCUMENT_NAME, page, s->plan.page, e);
    free(page);
    return rc;
}

static struct sockaddr_in address_of(const struct server *s)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(s->port)};
    inet_pton(AF_INET, s->plan.address, &a.sin_addr);
    return a;
}

/* A port that is free now. */
static int choose_port(struct server *s, struct error *e)
{
    s->port = 0;
    struct sockaddr_in a = address_of(s);
    socklen_t size = sizeof a;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int rc = fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof a) < 0 ||
                     getsockname(fd, (struct sockaddr *)&a, &size) < 0
                 ? cannot(e, "find a free port")
                 : 0;
    if (fd >= 0)
        close(fd);
    s->port = ntohs(a.sin_port);
    return rc;
}

/* ---- its process ---- */

/* A child in a PID namespace of its own, whose processes all die with it; where that is not allowed
 * a plain child. A user who is not root gets one inside a user namespace. */
static pid_t fork_apart(void)
{
    static const unsigned long ways[] = {CLONE_NEWPID, CLONE_NEWPID | CLONE_NEWUSER, 0};
    long pid = -1;
    for (size_t i = 0; i < sizeof ways / sizeof *ways && pid < 0; i++)
        pid = syscall(SYS_clone, ways[i] | SIGCHLD, NULL, NULL, NULL, 0UL);
    return (pid_t)pid;
}

static void take_processors(const struct server_plan *p)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    for (size_t i = 0; i < p->workers && i < p->cpu_count; i++)
        if (p->cpus[i] < CPU_SETSIZE)
            CPU_SET(p->cpus[i], &set);
    if (CPU_COUNT(&set))
        sched_setaffinity(0, sizeof set, &set);
}

/* The writing end is what all processes of the server hold, and nothing else of ours. */
static _Noreturn void become_server(const struct server *s, const int ends[2])
{
    int life = ends[1];
    close(ends[0]);
    char port[16], page[24], workers[16];
    char prefix_option[] = "-p", here[] = "./", file_option[] = "-c", file[] = "nginx.conf";
    char *program = (char *)(uintptr_t)s->program, locale[] = "LC_ALL=C";
    char *nginx[] = {program, prefix_option, here, file_option, file, NULL};
    char *httpd[] = {program, (char *)(uintptr_t)s->plan.address, port, page, workers, NULL};
    char *environment[] = {locale, NULL};
    snprintf(port, sizeof port, "%u", s->port);
    snprintf(page, sizeof page, "%zu", s->plan.page);
    snprintf(workers, sizeof workers, "%u", s->plan.workers);

    int log = openat(s->directory, LOG, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (log < 0 || fchdir(s->directory) < 0 || dup2(log, STDOUT_FILENO) < 0 ||
        dup2(log, STDERR_FILENO) < 0 || fcntl(life, F_SETFD, 0) < 0)
        child_exit(126);
    take_processors(&s->plan);
    /* Opened as who we are: whose it will be may not get to where it lies (below /root, say). */
    int image = open(s->program, O_PATH | O_CLOEXEC);
    if (geteuid() == 0 && !child_give_up_root(s->user))
        child_exit(126);
    /* After the change of user, which undoes it. The parent may be outside of this namespace: then
     * its id cannot be asked for, but its end of the pipe can. */
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    struct pollfd p = {.fd = life};
    if (poll(&p, 1, 0) < 0 || (p.revents & POLLERR))
        child_exit(1);
    fexecve(image, s->nginx ? nginx : httpd, environment);
    child_exit(127);
}

/* The line of its log that says why: the last of the worst. */
static void read_log(const struct server *s, char *out, size_t size)
{
    char text[LOG_MAX + 1], *rest = NULL;
    int fd = openat(s->directory, LOG, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    off_t end = fd >= 0 ? lseek(fd, 0, SEEK_END) : 0;
    ssize_t n = fd < 0 ? -1 : pread(fd, text, LOG_MAX, end > LOG_MAX ? end - LOG_MAX : 0);
    if (fd >= 0)
        close(fd);
    text[n > 0 ? n : 0] = '\0';
    text_copy(out, size, "it gave no reason");
    bool found = false;
    for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        char *worst = strstr(line, "[emerg]");
        if (worst || (!found && !strstr(line, "[warn]") && !strstr(line, "[alert] could not open")))
            text_clean(out, size, worst ? worst + strlen("[emerg] ") : line);
        found = found || worst;
    }
}

/* Its first process may still have others: of nginx that is the master, and they go on to answer.
 */
static int has_ended(const struct server *s, struct error *e)
{
    char why[200], how[CHILD_END_TEXT];
    siginfo_t info = {.si_pid = 0};
    int status = 0;
    /* The last descriptor is closed a moment before. It is waited for, and reaped, by end(). */
    for (int i = 0; i < 10 && info.si_pid == 0; i++) {
        poll(NULL, 0, i ? 10 : 0);
        if (waitid(P_PID, (id_t)s->pid, &info, WEXITED | WNOHANG | WNOWAIT) < 0)
            break;
    }
    read_log(s, why, sizeof why);
    if (info.si_pid == 0)
        return error_set(e, ERROR_SYSTEM, "the web server %s has ended: %s", s->program, why);
    status = info.si_code == CLD_EXITED ? info.si_status << 8 : info.si_status & 0x7f;
    return error_set(e, ERROR_SYSTEM, "the web server %s %s: %s", s->program,
                     child_end_words(status, how),
                     child_was_killed(status) ? "is there enough memory?" : why);
}

/* Does it listen? It says so by a file, as whoever has taken its port does not. */
static bool answers(const struct server *s)
{
    if (faccessat(s->directory, HTTPD_READY, F_OK, 0) < 0)
        return false;
    struct sockaddr_in a = address_of(s);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool yes = fd >= 0 && connect(fd, (struct sockaddr *)&a, sizeof a) == 0;
    if (fd >= 0)
        close(fd);
    return yes;
}

static int await_server(const struct server *s, struct error *e)
{
    for (int i = 0; i < READY_TRIES; i++) {
        struct pollfd p = {.fd = s->life, .events = POLLIN};
        if (poll(&p, 1, i ? 25 : 5) != 0 && p.revents)
            return has_ended(s, e);
        if (answers(s))
            return 0;
    }
    return error_set(e, ERROR_SYSTEM, "the web server %s does not listen after %d seconds",
                     s->program, READY_TRIES / 40);
}

static int start(struct server *s, struct error *e)
{
    int life[2];
    if (choose_port(s, e) < 0 || (s->nginx && write_configuration(s, e) < 0))
        return -1;
    unlinkat(s->directory, LOG, 0);
    if (pipe2(life, O_CLOEXEC) < 0)
        return cannot(e, "make a pipe");
    s->pid = fork_apart();
    if (s->pid == 0)
        become_server(s, life);
    close(life[1]);
    s->life = life[0];
    if (s->pid < 0)
        return cannot(e, "start a process (is there a limit?)");
    return await_server(s, e);
}

static void end(struct server *s)
{
    /* The first process of a PID namespace; elsewhere the workers of nginx end when its master asks
     * them to, and the process group is swept after this worker. */
    if (s->pid > 0)
        kill(s->pid, SIGTERM);
    struct pollfd p = {.fd = s->life, .events = POLLIN};
    if (s->pid > 0)
        poll(&p, 1, 1000);
    child_end(&s->pid);
    child_close(&s->life);
}

/* ---- all of it ---- */

struct server *server_open(const struct server_plan *plan, struct error *e)
{
    return server_open_kind(plan, executable_first(web_servers) != NULL, e);
}

struct server *server_open_kind(const struct server_plan *plan, bool nginx, struct error *e)
{
    struct server *s = calloc(1, sizeof *s);
    if (!s) {
        error_set(e, ERROR_SYSTEM, "no memory for a web server");
        return NULL;
    }
    s->plan = *plan;
    s->nginx = nginx;
    s->scratch = s->directory = s->life = -1;
    int rc = find_program(s, e) < 0 || make_directory(s, e) < 0 ? -1 : start(s, e);
    /* Somebody may have taken the port since. */
    for (int i = 1; i < PORT_TRIES && rc < 0 && strstr(e->text, "Address already in use"); i++) {
        end(s);
        rc = start(s, e);
    }
    if (rc == 0)
        return s;
    server_close(s);
    return NULL;
}

uint16_t server_port(const struct server *s)
{
    return s->port;
}

/* Has its first process ended? It is not reaped. */
static bool first_ended(const struct server *s)
{
    siginfo_t info = {.si_pid = 0};
    return waitid(P_PID, (id_t)s->pid, &info, WEXITED | WNOHANG | WNOWAIT) < 0 || info.si_pid != 0;
}

/* The pipe ends with the last process of the server, a signal tells of the first: what that leaves
 * behind, as a master of nginx does that has no PID namespace, would answer on. */
static int attend(const struct server *s, int end_fd, int signal_fd, struct error *e)
{
    for (;;) {
        struct signalfd_siginfo told;
        struct pollfd p[] = {{.fd = end_fd, .events = POLLIN},
                             {.fd = s->life, .events = POLLIN},
                             {.fd = signal_fd, .events = POLLIN}};
        if (first_ended(s))
            return has_ended(s, e);
        if (poll(p, 3, -1) < 0 && errno != EINTR)
            return cannot(e, "wait");
        if (p[0].revents)
            return 0;
        if (p[1].revents)
            return has_ended(s, e);
        if (p[2].revents && read(signal_fd, &told, sizeof told) < 0 && errno != EAGAIN)
            return cannot(e, "wait");
    }
}

int server_attend(struct server *s, int end_fd, struct error *e)
{
    sigset_t set, before;
    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    sigprocmask(SIG_BLOCK, &set, &before);
    int fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    int rc = fd < 0 ? cannot(e, "learn of the end of a process") : attend(s, end_fd, fd, e);
    child_close(&fd);
    sigprocmask(SIG_SETMASK, &before, NULL);
    return rc;
}

void server_close(struct server *s)
{
    if (!s)
        return;
    end(s);
    child_close(&s->directory);
    if (s->scratch >= 0)
        remove_tree(s->scratch, DIRECTORY);
    child_close(&s->scratch);
    free(s);
}
