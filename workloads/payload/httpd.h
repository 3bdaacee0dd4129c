/* httpd.h - vmtax-httpd: a web server on libmicrohttpd, for where there is no nginx.
 *
 * It is started as
 *     vmtax-httpd PORT SIZE WORKERS
 * in a directory of its own, makes HTTPD_READY there when it listens, and hands out one page
 * (web/document.h) of SIZE bytes. It ends by a signal. What goes wrong it says on standard error.
 * With --version it names the library and ends. */
#ifndef VMTAX_PAYLOAD_HTTPD_H
#define VMTAX_PAYLOAD_HTTPD_H

#define HTTPD_PROGRAM "vmtax-httpd"
#define HTTPD_READY   "server.pid"

/* The files that nginx may be, in the catalogue, for all who ask whether it is there; ends with
 * NULL. */
extern const char *const web_servers[];

#endif
