#include <config.h>

#include "workloads/net/transfer.h"

#include <stdlib.h>

WORK_TIMED static void echo(int fd, unsigned char *record, size_t size)
{
    while (wire_receive(fd, record, size) == 0 && wire_send(fd, record, size) == 0)
        ;
}

void transfer(int fd, const struct wire_hello *hello)
{
    struct wire_answer answer = {.magic = WIRE_MAGIC};
    unsigned char *record = malloc(hello->size);
    if (!record || wire_send(fd, &answer, sizeof answer) < 0)
        return;
    switch (hello->kind) {
    case WIRE_ECHO:
        echo(fd, record, hello->size);
        break;
    default:
        break;
    }
}
