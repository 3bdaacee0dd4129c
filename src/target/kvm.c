/* Full virtualization: QEMU runs a kernel of this machine with an initramfs of our own whose /init
 * is the agent. The guest's files are the host's, read-only under a layer in its memory.
 *
 * A guest counts as KVM only when QEMU's monitor confirms the accelerator and the guest's first
 * process has spoken. Where the device is missing, forbidden, or there but of no use, the reason is
 * found by a probe of some milliseconds (kvm_probe.h) or, if that was satisfied, by what QEMU's
 * monitor says while the guest does not get anywhere (machine.c); then the same guest runs by TCG,
 * which is a kind of its own: emulated figures are never stored under the name of KVM. A guest that
 * is only slow is waited for. */
#include "config.h"

#include "target/kvm_probe.h"
#include "target/machine.h"

#include <stdio.h>
#include <string.h>

static bool wants(const struct target_options *o, const char *accel)
{
    return o->machine.accel && strcmp(o->machine.accel, accel) == 0;
}

static void probe_kvm(const struct target_kind *kind, const struct target_options *o,
                      struct target_probe *out)
{
    (void)kind;
    memset(out, 0, sizeof *out);
    snprintf(out->how, sizeof out->how, "none");
    out->use = TARGET_UNUSABLE;
    if (machine_look(o, out) < 0)
        return;
    out->limits = true;
    struct kvm_probe kvm;
    if (wants(o, "tcg")) {
        out->use = TARGET_LIMITED;
        out->emulated = true;
        snprintf(out->reason, sizeof out->reason, "emulated, as --accel tcg asks for.");
        return;
    }
    kvm_probe(o->agent_path, &kvm);
    if (kvm.usable) {
        out->use = TARGET_USABLE;
        return;
    }
    out->emulated = true;
    out->use = wants(o, "kvm") ? TARGET_UNUSABLE : TARGET_LIMITED;
    snprintf(out->reason, sizeof out->reason, "%s", kvm.reason);
    snprintf(out->remedy, sizeof out->remedy, "%s", kvm.remedy);
}

/* Emulation asked for by name and refused by an option is no request that can be met. */
static bool contradicts(const struct target_options *o, struct error *e)
{
    if (!wants(o, "kvm"))
        return false;
    error_set(e, ERROR_USAGE, "tcg is emulation, which --accel kvm refuses: leave one of them out");
    return true;
}

static void probe_tcg(const struct target_kind *kind, const struct target_options *o,
                      struct target_probe *out)
{
    (void)kind;
    memset(out, 0, sizeof *out);
    snprintf(out->how, sizeof out->how, "none");
    out->use = TARGET_UNUSABLE;
    if (machine_look(o, out) < 0)
        return;
    out->limits = out->emulated = true;
    struct error e;
    if (contradicts(o, &e)) {
        snprintf(out->reason, sizeof out->reason, "%.250s.", e.text);
        return;
    }
    out->use = TARGET_LIMITED;
    snprintf(out->reason, sizeof out->reason,
             "every instruction is translated: no hypervisor's figures");
}

static struct target *emulate(const struct target_options *o, const struct machine_terminal *term,
                              struct ledger *ledger, struct error *e)
{
    enum machine_failure failure;
    return machine_start(&target_tcg, o, QEMU_TCG, term, ledger, &failure, e);
}

/* Emulated, with the reason. */
static struct target *fall_back(const struct target_options *o, const struct machine_terminal *term,
                                struct ledger *ledger, const char *why, struct error *e)
{
    if (o->waiter && o->waiter->emulated)
        o->waiter->emulated(o->waiter->context, why);
    struct target *t = emulate(o, term, ledger, e);
    if (t)
        snprintf(t->facts.remark, sizeof t->facts.remark, "EMULATED, because %.230s", why);
    else if (e && e->kind != ERROR_INTERRUPTED && e->kind != ERROR_USAGE) {
        struct error first = *e;
        error_set(e, first.kind, "%s (emulated, because %s)", first.text, why);
    }
    return t;
}

struct target *kvm_start(const struct target_options *o, const struct machine_terminal *term,
                         struct ledger *ledger, struct error *e)
{
    if (wants(o, "tcg"))
        return emulate(o, term, ledger, e);
    struct kvm_probe kvm;
    kvm_probe(o->agent_path, &kvm);
    if (!kvm.usable) {
        if (!wants(o, "kvm"))
            return fall_back(o, term, ledger, kvm.reason, e);
        error_set(e, ERROR_SYSTEM, "%s%s%s", kvm.reason, kvm.remedy[0] ? ": " : "", kvm.remedy);
        return NULL;
    }
    enum machine_failure failure;
    struct error first = {0};
    struct target *t = machine_start(&target_kvm, o, QEMU_KVM, term, ledger, &failure, &first);
    if (!t && failure == MACHINE_ACCEL && !wants(o, "kvm"))
        return fall_back(o, term, ledger, first.text, e);
    if (!t && e)
        *e = first;
    return t;
}

static struct target *start_kvm(const struct target_kind *kind, const struct target_options *o,
                                struct ledger *ledger, struct error *e)
{
    (void)kind;
    return kvm_start(o, NULL, ledger, e);
}

static struct target *start_tcg(const struct target_kind *kind, const struct target_options *o,
                                struct ledger *ledger, struct error *e)
{
    (void)kind;
    return contradicts(o, e) ? NULL : emulate(o, NULL, ledger, e);
}

const struct target_kind target_kvm = {
    .id = "kvm",
    .title = "KVM",
    .what = "full virtualization: a QEMU machine of the host's own files",
    .own_disk = true,
    .start_s = 3,
    .probe = probe_kvm,
    .start = start_kvm,
    .counters = machine_counters,
    .last_words = machine_last_words,
    .stop = machine_stop,
};

const struct target_kind target_tcg = {
    .id = "tcg",
    .title = "QEMU TCG",
    .what = "the machine of kvm without the hardware's help: EMULATED, never judged",
    .only_by_name = true,
    .own_disk = true,
    .start_s = 15,
    .probe = probe_tcg,
    .start = start_tcg,
    .counters = machine_counters,
    .last_words = machine_last_words,
    .stop = machine_stop,
};
