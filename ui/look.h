/* look.h - from the options to how the dashboard looks: characters, colours, theme, mouse. */
#ifndef VMTAX_LOOK_H
#define VMTAX_LOOK_H

#include "option.h"
#include "ui/app.h"

/* Fills screen, theme and mouse; texts stay those of o. */
void look_of(const struct options *o, struct app_options *app);

#endif
