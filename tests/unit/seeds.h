/*
 * seeds - what tests that try one seed after the other share
 */
#ifndef HA_TESTS_SEEDS_H
#define HA_TESTS_SEEDS_H

#include <stdint.h>

/* The number in a variable of the environment. */
uint64_t seeds_setting(const char *name, uint64_t otherwise);
/* This seed is tried now: should the program crash, it says so. */
void seeds_begin(uint64_t seed);
/* No seed is. */
void seeds_end(void);

#endif
