/*
 * worker_parts - what the files that make up a worker's parent know of each other
 */
#ifndef HA_EDGE_WORKER_PARTS_H
#define HA_EDGE_WORKER_PARTS_H

#include <sys/types.h>

#include "edge/worker.h"
#include "edge/worker_wire.h"

struct ha_worker {
    struct ha_playing playing;      /* first */
    struct ha_worker_shared *shared;
    pid_t process;                  /* 0 when it has ended */
    int life;                       /* of the other stream to the child; negative when closed */
    int status;                     /* what waitpid() said of it then */
    uint32_t waited;                /* beats for which it had work to do and recorded nothing */
    uint32_t counted;               /* beats, when it was looked at last ... */
    size_t seen;                    /* ... and how far it had come */
    uint64_t called_ns;             /* since when it is called off; 0: it is not */
    uint64_t next_seq;              /* number of the first record that was not taken */
    struct ha_record last;          /* the newest that was */
};

/* What came of waiting for the child. */
enum ha_arrival { HA_ARRIVED, HA_GONE, HA_HUNG, HA_CALLED_OFF, HA_NOT_YET };

/* The next answer of the child; records that it sends before that are taken. */
enum ha_arrival ha_worker_receive(struct ha_worker *worker, struct ha_answer_of_worker *what);

/* What has become of a child that has closed its end, or is made to end now: as waitpid() says. */
int ha_worker_reap(struct ha_worker *worker, enum ha_arrival arrival);

/* What such a status holds; 0 where it is of the other kind. */
uint32_t ha_worker_signal(int status);
uint32_t ha_worker_exit_code(int status);

extern const struct ha_playing_operations ha_worker_operations;

#endif
