/* java.h - where the system's JVM is; linked into vmtax and into the agent. */
#ifndef VMTAX_JBB_JAVA_H
#define VMTAX_JBB_JAVA_H

/* The files that it may be, up to NULL. */
extern const char *const jbb_places[];
/* The program java; NULL: there is none. */
const char *jbb_java(void);

#endif
