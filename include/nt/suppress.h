/*
 * suppress.h - numbers of warnings for prefast pragmas, which nobody reads here
 */
#ifndef HOTADD_SUPPRESS_H
#define HOTADD_SUPPRESS_H
#endif
