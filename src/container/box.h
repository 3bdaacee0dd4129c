/* box.h - the parts of vmtax-container, the small single-threaded program in libexec that makes a
 * container and stays as its keeper.
 *
 * It is a program of its own because liblxc is not thread-safe, because namespaces belong to
 * threads, and so that a crash in here takes nothing along. Everything that it mounts is mounted in
 * a mount namespace of its own, on a tmpfs: when it is gone, by whatever cause, so are the mounts,
 * and the kernel kills the container's first process when this one dies. What outlives it (cgroups,
 * the host's end of the network) was made by vmtax itself, which has it in its ledger.
 *
 * Its standard input and output are the agent's; it never touches them. Failures are one line on
 * standard error and exit code 2. */
#ifndef VMTAX_CONTAINER_BOX_H
#define VMTAX_CONTAINER_BOX_H

#include "error.h"
#include "target/network.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct box {
    const char *name;
    const char *directory; /* existing; a tmpfs is mounted on it, in our namespace only */
    const char *agent;
    const char *scratch;   /* or NULL */
    uint64_t memory_bytes; /* bounds the writable layer; 0: half of the machine's memory */
    bool user_namespace;   /* we are not root, or a root with few rights */
    bool has_network;
    struct network_pair network;
    char root[4096]; /* made by rootfs_make(): the container's root */
};

/* Enter a mount namespace (and a user namespace, when asked for). */
int rootfs_enter(const struct box *b, struct error *e);
/* Put the container's root together at b->root: the host's own files with a writable layer over
 * them, the other file systems below / read-only, fresh /tmp and /run, the scratch directory as it
 * is. /proc, /sys and /dev are left to whoever makes the namespaces. */
int rootfs_make(struct box *b, struct error *e);
/* An empty /run in our own namespace, for a library that leaves lock files there. */
int rootfs_private_run(const struct box *b, struct error *e);
/* /dev, in the mount namespace of the container, before its root is entered. */
int rootfs_devices(const struct box *b, struct error *e);

/* The agent's argument vector; out has room for BOX_WORDS. */
#define BOX_WORDS 4
void box_words(const struct box *b, char *out[BOX_WORDS]);

/* A process that lives in namespaces of its own, a pid namespace (always) and others, and dies with
 * the caller. */
struct ward {
    int namespaces; /* CLONE_NEW… besides CLONE_NEWPID */
    /* Its life: returns its exit code, or -1 with a sentence, which it prints. */
    int (*first_process)(struct box *b, struct error *e);
    /* What the caller gives it before it begins; or NULL. -1 ends it. */
    int (*furnish)(const struct box *b, pid_t pid, struct error *e);
};
/* Start it and wait for its end: its exit code, 128 and the signal, or -1. Standard input and
 * output are its alone afterwards. */
int ward_run(struct box *b, const struct ward *w, struct error *e);

/* Run the agent in namespaces made here. Returns its exit code, or -1. An agent of NULL: only try
 * whether it would work. */
int own_run(struct box *b, struct error *e);
/* The same by liblxc. -1 also when it was not built in. */
int lxc_run(struct box *b, struct error *e);
const char *lxc_describe(void); /* "liblxc 5.0.2" */

#endif
