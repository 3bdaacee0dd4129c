/* boot_files.h - what a virtual machine of vmtax is started from: the helper program, QEMU, a
 * kernel, an initramfs with the modules that its devices need. */
#ifndef VMTAX_BOOT_FILES_H
#define VMTAX_BOOT_FILES_H

#include "target/kernel.h"
#include "target/qemu.h"
#include "target/target.h"

#include <limits.h>

/* Makes what QEMU may not make itself and becomes QEMU (src/machine/main.c). */
#define BOOT_PROGRAM "vmtax-machine"

struct boot_files {
    char program[PATH_MAX], qemu[PATH_MAX];
    struct kernel kernel;
    char image[PATH_MAX], initramfs[PATH_MAX]; /* of boot_files_make() */
};

/* program, qemu, kernel. -1 with a sentence: what is missing, and the package that has it. */
int boot_files_find(const struct target_options *o, struct boot_files *f, struct error *e);
/* The same, and all else, into the user's cache; takes a second or two the first time. */
int boot_files_make(const struct target_options *o, struct boot_files *f, struct error *e);

/* What of these is no affair of QEMU's: the kernel, and whether memory and --append will do. */
int boot_kernel_find(const struct target_options *o, struct kernel *k, struct error *e);
/* The kernel's image and its initramfs with these sets of modules (modules.h). */
int boot_kernel_make(const struct target_options *o, const struct kernel *k, unsigned sets,
                     char image[PATH_MAX], char initramfs[PATH_MAX], struct error *e);

/* What a program prints when asked for its version, by running it, for a few seconds at most; cut
 * to size. False: nothing. */
bool boot_ask_program(const char *program, char *said, size_t size);
/* The version in the line that a program of these words says on standard error, as nginx and JVMs
 * do, behind the words before it, which are a constant; cut to size. False: it says none within
 * seconds. */
bool boot_ask_aside(const char *const *argv, const char *before, char *version, size_t size);
/* The version that a program tells when asked as QEMU is, by running it. False: it tells none, or
 * not within seconds. */
bool boot_ask_version(const char *program, char *out, size_t size);

/* The machine type that the options ask for. */
enum qemu_machine boot_machine(const struct target_options *o);
/* Is this choice of an option, which may be NULL, that word? */
bool boot_is(const char *value, const char *word);
/* An error "what is wrong: what to do" as a probe's reason and remedy. */
void boot_tell_probe(const struct error *e, struct target_probe *out);
/* Tell whoever waits: what for, and what boots. */
void boot_stage(const struct target_options *o, const char *text);
void boot_made(const struct target_options *o, const struct target_facts *facts,
               const struct kernel *k);

#endif
