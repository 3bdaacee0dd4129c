#include "config.h"

#include "target/rights.h"

#include <linux/capability.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

bool rights_have(int capability)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];
    memset(data, 0, sizeof data);
    return syscall(SYS_capget, &header, data) == 0 && (data[0].effective >> capability & 1);
}

void rights_give_up(void)
{
    static const int unneeded[] = {CAP_SYS_TIME, CAP_SYS_BOOT, CAP_SYS_PACCT, CAP_MAC_ADMIN,
                                   CAP_MAC_OVERRIDE, CAP_SYSLOG, CAP_WAKE_ALARM, CAP_BLOCK_SUSPEND,
                                   CAP_AUDIT_READ, CAP_AUDIT_CONTROL, CAP_SYS_RAWIO,
                                   /* What a mount or an interface wants the kernel loads itself. */
                                   CAP_SYS_MODULE};
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];
    if (!rights_have(CAP_SETPCAP) || syscall(SYS_capget, &header, data) < 0)
        return;
    for (size_t i = 0; i < sizeof unneeded / sizeof unneeded[0]; i++) {
        uint32_t keep = ~CAP_TO_MASK(unneeded[i]);
        struct __user_cap_data_struct *word = &data[CAP_TO_INDEX(unneeded[i])];
        /* So that a program that is executed does not get it back. */
        (void)prctl(PR_CAPBSET_DROP, unneeded[i], 0, 0, 0); /* unknown to an old kernel */
        word->effective &= keep;
        word->permitted &= keep;
        word->inheritable &= keep;
    }
    (void)syscall(SYS_capset, &header, data); /* fewer are always allowed */
}

bool rights_for_container(void)
{
    return rights_have(CAP_SYS_ADMIN) && rights_have(CAP_NET_ADMIN);
}
