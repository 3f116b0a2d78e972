/*
 * crt/malloc.h - not every host has it
 */
#ifndef HOTADD_CRT_MALLOC_H
#define HOTADD_CRT_MALLOC_H

#include "crt/stdlib.h"

#endif
