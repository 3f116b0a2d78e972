/*
 * dontuse.h - would forbid functions that Microsoft calls unsafe; forbids none here
 */
#ifndef HOTADD_DONTUSE_H
#define HOTADD_DONTUSE_H
#endif
