/* The same as C++. */
#include "recorder.c"
