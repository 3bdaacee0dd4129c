#include "config.h"

#include "target/rights.h"

#include <linux/capability.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

bool rights_have(int capability)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];
    memset(data, 0, sizeof data);
    return syscall(SYS_capget, &header, data) == 0 && (data[0].effective >> capability & 1);
}

bool rights_for_container(void)
{
    return rights_have(CAP_SYS_ADMIN) && rights_have(CAP_NET_ADMIN);
}
