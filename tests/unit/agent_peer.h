/* agent_peer.h - vmtax's side of a conversation with an agent, for tests: a real process, real
 * pipes, the real protocol. What does not come as asked for fails the test. */
#ifndef VMTAX_TESTS_UNIT_AGENT_PEER_H
#define VMTAX_TESTS_UNIT_AGENT_PEER_H

#include "src/protocol.h"

#include <dirent.h>
#include <sys/types.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define PIDS_MAX     64

struct agent {
    pid_t pid;
    int to, from;
    struct line_reader lines;
    uint64_t next_seq;
    uint64_t last_t;
};

/* scratch NULL: started without --scratch. */
void agent_start(struct agent *a, const char *path, const char *scratch);
/* The same, and its hello has been heard. */
void agent_start_greeted(struct agent *a, const char *path, const char *scratch);
/* Wait for the agent to end; its exit status, or -1 if it has to be killed. Releases a. */
int agent_await_end(struct agent *a, double timeout_s);
/* Closes its input: it must end well. */
void agent_finish(struct agent *a);

void agent_say(struct agent *a, const char *text);
void agent_say_bytes(struct agent *a, const char *bytes, size_t length);
/* Asks for a slot with a lead-in of 10 ms. tick_ms 0: without ticks. */
void agent_ask(struct agent *a, unsigned slot, const char *workload, const char *params,
               unsigned time_ms, unsigned tick_ms, bool fresh);

/* Next record; false if none comes in time or the stream ended. Each must be in sequence. */
bool agent_hear(struct agent *a, struct record *r, double timeout_s);
void agent_expect(struct agent *a, struct record *r, const char *verb);
/* Its reason must have this part. Passes over begin, tick and end. */
void agent_expect_fail(struct agent *a, unsigned slot, const char *part);
/* Asks for a slot and hears it to its end: the result in r. */
void agent_run(struct agent *a, struct record *r, unsigned slot, const char *workload,
               const char *params, unsigned time_ms);
/* A field of a record, which must be a number. */
uint64_t agent_number(const struct record *r, const char *key);

/* Of a process or thread in /proc; 0: something else. */
pid_t agent_process_number(const struct dirent *entry);
/* All living descendants of root: their number; pids has room for PIDS_MAX. */
size_t agent_descendants(pid_t root, pid_t *pids);
/* The one worker, once it has executed its file; 0 if there is none. */
pid_t agent_worker(const struct agent *a);
void agent_await_worker(const struct agent *a);
void assert_gone(const pid_t *pids, size_t count, double timeout_s);

/* Of the monotonic clock. */
double now_s(void);

#endif
