/* telling - a tale and the story that must come of it, for the tests of the story */
#ifndef HA_TEST_TELLING_H
#define HA_TEST_TELLING_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "check/story.h"
#include "unit/tale.h"

/* What a story begins with that is told of a tale. */
#define HEAD "4 of 8 processors in 1 group, profile documented\n" \
             "    0.000 ms  system-3  calm.sync registered\n"     \
             "    0.000 ms  system-3  broken.sync registered\n"

struct bench {
    struct tale tale;
    struct ha_story *story;
};

static inline int set_up(void **state)
{
    struct bench *b = calloc(1, sizeof *b);
    assert_non_null(b);
    tale_begin(&b->tale);
    b->story = ha_story_create(false);
    assert_non_null(b->story);
    *state = b;
    return 0;
}

static inline int tear_down(void **state)
{
    struct bench *b = *state;
    ha_story_destroy(b->story);
    free(b);
    return 0;
}

static inline void expect_story(struct bench *b, const char *expected)
{
    tale_tell(&b->tale, ha_story_sink(b->story));
    assert_string_equal(ha_text_string(ha_story_text(b->story)), expected);
    assert_false(ha_story_text(b->story)->lost);
}

static inline struct ha_record *by_broken(struct ha_record *record)
{
    record->driver = BROKEN;
    return record;
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

#endif
