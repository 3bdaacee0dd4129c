/* conf.h - vmtax.conf: `name = value`, one a line; # begins a comment. Names are those of the
 * options (option.h), `target.NAME` for guests that exist (reach.h), and `key.NAME` for keys of the
 * dashboard. */
#ifndef VMTAX_CONF_H
#define VMTAX_CONF_H

#include "error.h"
#include "option.h"

#include <stdio.h>

#define CONF_LINE_MAX 1024

/* Read $XDG_CONFIG_HOME/vmtax/vmtax.conf if it is there. A bad line is told on warnings and
 * skipped. */
void conf_read(struct options *o, FILE *warnings);
/* The same from a named file. */
int conf_read_file(struct options *o, const char *path, FILE *warnings, struct error *e);

/* The file's name; -1 with a sentence if there is no place for it. */
int conf_path(char *out, size_t size, struct error *e);

struct conf_setting {
    const char *name;
    const char *value; /* "": the file is not to set it */
};
/* Write settings into a file, or into a new one (its directory is made): lines that set them are
 * replaced in their places, new ones are added at the end, everything else stays as it is. Through
 * a temporary name, so that the file is the old or the new one; a link stays a link. Targets may
 * name hosts and users: whatever the mode was, it is 0600 afterwards. */
int conf_write(const char *path, const struct conf_setting *settings, size_t count,
               struct error *e);

/* The options of these commands as they are now, into the user's vmtax.conf; path gets its name.
 * What was not given is not set there; where nothing was no file is made, which is an error. */
int conf_save(const struct options *o, unsigned commands, char *path, size_t size, struct error *e);

#endif
