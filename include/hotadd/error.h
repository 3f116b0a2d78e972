/*
 * hotadd/error.h - how the simulator itself reports trouble
 *
 * These codes speak of the outside: memory, files, arguments. What Windows would refuse is an
 * NTSTATUS, and what a driver does wrong is a fact in the trace; neither is ever an error here.
 */
#ifndef HOTADD_ERROR_H
#define HOTADD_ERROR_H

#ifdef __cplusplus
extern "C" {
#endif

enum ha_err {
    HA_OK = 0,
    HA_ENOMEM = -1,   /* memory is lacking, or an arena is full; each call says what is left */
    HA_EINVAL = -2,   /* an argument is out of its documented range */
    HA_ESTALE = -3,   /* a replay token does not belong to what is being run */
    HA_EREAD = -4,    /* a file could not be read or is wrong; the diagnostics say where */
    HA_EBUSY = -5,    /* the machine is being stepped already, or has ended */
    HA_ETHREAD = -6,  /* the host refused to make a thread, or a process */
    HA_EINTERNAL = -7 /* hotadd itself has made a mistake, and ended the process that it was in */
};

/* A sentence for a person, to go with a code. Always terminated; empty when there is none. */
struct ha_error {
    char text[256];
};

/* The code in words, for instance "out of memory". Never NULL. */
const char *ha_err_text(int err);

#ifdef __cplusplus
}
#endif
#endif
