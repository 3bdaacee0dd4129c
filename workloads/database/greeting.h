/* greeting.h - the first packet that a MariaDB server sends to who connects. */
#ifndef VMTAX_DATABASE_GREETING_H
#define VMTAX_DATABASE_GREETING_H

#include <stdbool.h>
#include <stddef.h>

#define GREETING_VERSION 24

/* The server's version, of "5.5.5-10.11.19-MariaDB-0+deb12u1" it is 10.11.19; false, and "", if the
 * packet is none of MariaDB's. */
bool greeting_version(const unsigned char *packet, size_t length, char version[GREETING_VERSION]);

#endif
