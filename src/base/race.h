/*
 * race - what ThreadSanitizer is told, in builds with it; elsewhere all of this is nothing
 *
 * Between ha_race_hide() and ha_race_show() the calling host thread does the simulator's work: what
 * it reads and writes is no access of a driver, and its locks order no two drivers' accesses. What
 * Windows documents as an order is told with the other two.
 */
#ifndef HA_BASE_RACE_H
#define HA_BASE_RACE_H

#include <stddef.h>

/* Nothing is hidden where tests watch the simulator itself, whose locks then are the order. */
#if defined(HA_WATCH_SELF)
#define HA_RACES_ARE_WATCHED 0
#elif defined(__SANITIZE_THREAD__)
#define HA_RACES_ARE_WATCHED 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define HA_RACES_ARE_WATCHED 1
#endif
#endif

#ifndef HA_RACES_ARE_WATCHED
#define HA_RACES_ARE_WATCHED 0
#endif

/* Of a function that looks at the simulator's own while the thread is not hidden. */
#if HA_RACES_ARE_WATCHED
#define HA_RACE_UNSEEN __attribute__((no_sanitize("thread")))
#else
#define HA_RACE_UNSEEN
#endif

/*
 * From the start of the program on, have what ThreadSanitizer finds written into the traces. For
 * programs that leave its __tsan_on_report() to us.
 */
void ha_race_listen(void);

#if HA_RACES_ARE_WATCHED
/* Of the run-time library of ThreadSanitizer, which brings no header for all of them. */
void AnnotateIgnoreReadsBegin(const char *file, int line);
void AnnotateIgnoreReadsEnd(const char *file, int line);
void AnnotateIgnoreWritesBegin(const char *file, int line);
void AnnotateIgnoreWritesEnd(const char *file, int line);
void AnnotateIgnoreSyncBegin(const char *file, int line);
void AnnotateIgnoreSyncEnd(const char *file, int line);
void __tsan_acquire(void *address);
void __tsan_release(void *address);
void __tsan_read_range(void *address, long size);       /* as gcc declares it, which knows it */
void __tsan_write_range(void *address, long size);
void __tsan_mutex_destroy(void *address, unsigned flags);

static inline void ha_race_hide(void)
{
    AnnotateIgnoreSyncBegin(__FILE__, __LINE__);
    AnnotateIgnoreWritesBegin(__FILE__, __LINE__);
    AnnotateIgnoreReadsBegin(__FILE__, __LINE__);
}

static inline void ha_race_show(void)
{
    AnnotateIgnoreReadsEnd(__FILE__, __LINE__);
    AnnotateIgnoreWritesEnd(__FILE__, __LINE__);
    AnnotateIgnoreSyncEnd(__FILE__, __LINE__);
}

/* On a thread that is not hidden: both of the next two. */
static inline void ha_race_meet(void *place)
{
    __tsan_acquire(place);
    __tsan_release(place);
}

/* On a hidden thread: what it did before comes before what others do who take this place later. */
static inline void ha_race_give(const void *place)
{
    AnnotateIgnoreSyncEnd(__FILE__, __LINE__);
    __tsan_release((void *)(size_t)place);
    AnnotateIgnoreSyncBegin(__FILE__, __LINE__);
}

static inline void ha_race_take(const void *place)
{
    AnnotateIgnoreSyncEnd(__FILE__, __LINE__);
    __tsan_acquire((void *)(size_t)place);
    AnnotateIgnoreSyncBegin(__FILE__, __LINE__);
}

/* On a hidden thread: nobody comes after what was given here before. */
static inline void ha_race_forget(const void *place)
{
    __tsan_mutex_destroy((void *)(size_t)place, 0);
}

/* On a hidden thread: a read of all these bytes, which others must not write at the same time. */
static inline void ha_race_read(const void *memory, size_t size)
{
    AnnotateIgnoreReadsEnd(__FILE__, __LINE__);
    AnnotateIgnoreWritesEnd(__FILE__, __LINE__);
    __tsan_read_range((void *)(size_t)memory, (long)size);
    AnnotateIgnoreWritesBegin(__FILE__, __LINE__);
    AnnotateIgnoreReadsBegin(__FILE__, __LINE__);
}

/* On a hidden thread: a write of all these bytes, which others must not access at the same time. */
static inline void ha_race_write(const void *memory, size_t size)
{
    AnnotateIgnoreReadsEnd(__FILE__, __LINE__);
    AnnotateIgnoreWritesEnd(__FILE__, __LINE__);
    __tsan_write_range((void *)(size_t)memory, (long)size);
    AnnotateIgnoreWritesBegin(__FILE__, __LINE__);
    AnnotateIgnoreReadsBegin(__FILE__, __LINE__);
}
#else
static inline void ha_race_hide(void)
{
}

static inline void ha_race_meet(void *place)
{
    (void)place;
}

static inline void ha_race_show(void)
{
}

static inline void ha_race_give(const void *place)
{
    (void)place;
}

static inline void ha_race_take(const void *place)
{
    (void)place;
}

static inline void ha_race_forget(const void *place)
{
    (void)place;
}

static inline void ha_race_read(const void *memory, size_t size)
{
    (void)memory, (void)size;
}

static inline void ha_race_write(const void *memory, size_t size)
{
    (void)memory, (void)size;
}
#endif

#endif
