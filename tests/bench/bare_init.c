/* The least first process of a guest: it writes one byte to the console, and powers off. bench_boot
 * measures ours against it. */
#include <sys/reboot.h>
#include <unistd.h>

int main(void)
{
    if (write(STDOUT_FILENO, "!", 1) != 1)
        return 1; /* a panic, which the bench notices */
    reboot(RB_POWER_OFF);
    return 1;
}
