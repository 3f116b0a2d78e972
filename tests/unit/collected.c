/* collected - see collected.h */
#include "unit/collected.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "hotadd/scenario.h"

static void play_all(struct collected *all)
{
    static const char *const path[] = {HA_TESTS_DIR "/../scenarios"};
    FILE *out = tmpfile(), *log = tmpfile();
    const struct ha_play_options options = {
        .path = path, .path_count = 1, .modules = HA_DRIVERS, .output = HA_OUTPUT_JSONL,
        .hang_s = 60, .out = out, .log = log,
    };
    long length;

    assert_non_null(out);
    assert_non_null(log);
    assert_int_equal(ha_play(&options), HA_EXIT_OK);
    length = ftell(out);
    assert_true(length > 0);
    all->length = (size_t)length;
    all->bytes = malloc(all->length + 1);
    assert_non_null(all->bytes);
    rewind(out);
    assert_int_equal(fread(all->bytes, 1, all->length, out), all->length);
    all->bytes[all->length] = '\0';
    fclose(out);
    fclose(log);
}

enum ha_line collected_read(struct collected *all, const char *line, size_t length,
                            struct ha_record *record)
{
    enum ha_line is = ha_jsonl_read(all->reader, line, length, record);
    if (is == HA_LINE_WRONG)
        fail_msg("%s: %.*s", ha_jsonl_reader_wrong(all->reader)->message, (int)length, line);
    return is;
}

/* Keep every record. */
static void read_all(struct collected *all)
{
    size_t lines = 0;

    for (const char *at = all->bytes; (at = strchr(at, '\n')) != NULL; at++)
        lines++;
    all->record = malloc((lines + 1) * sizeof *all->record);
    assert_non_null(all->record);
    for (const char *at = all->bytes, *feed; *at; at = feed + 1) {
        struct ha_record *record = &all->record[all->count];
        feed = strchr(at, '\n');
        if (collected_read(all, at, (size_t)(feed - at), record) != HA_LINE_RECORD)
            continue;
        if (record->kind == HA_TRACE_BEGIN) {
            assert_true(all->traces < MOST_TRACES);
            all->first[all->traces++] = all->count;
        }
        all->count++;
    }
    all->first[all->traces] = all->count;
}

void collected_open(struct collected *all)
{
    play_all(all);
    all->reader = ha_jsonl_reader_create();
    assert_non_null(all->reader);
    read_all(all);
}

void collected_close(struct collected *all)
{
    ha_jsonl_reader_destroy(all->reader);
    free(all->bytes);
    free(all->record);
}
