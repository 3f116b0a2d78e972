/*
 * fuzz - what a fuzzer calls, and what each target does with it
 *
 * A target is one file. libFuzzer brings its own main; AFL++ and the tests use main.c, which plays
 * files. A target that finds a promise broken stops by an assertion.
 */
#ifndef HA_FUZZ_FUZZ_H
#define HA_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>

/* The name is libFuzzer's. Always 0; the bytes are not terminated. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

#endif
