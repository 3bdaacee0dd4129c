/* remove.h - a directory and what is in it, gone. */
#ifndef VMTAX_WORKLOADS_REMOVE_H
#define VMTAX_WORKLOADS_REMOVE_H

/* Follows no link, and goes down 32 levels at most; what cannot be removed stays, without a word.
 * name is below the open directory parent, or AT_FDCWD. */
void remove_tree(int parent, const char *name);

#endif
