/*
 * token - any bytes as the argument of --replay
 *
 * A token that is read can be written, and what is written is read as the same answers. One that
 * is not read is refused with a sentence, and leaves the input alone.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "core/tape.h"
#include "fuzz/fuzz.h"

#define SCENARIO 0x12345678u    /* as the files of corpus/token have them */
#define PROFILE 0x9abcdef0u

static void read_again(const struct ha_tape_input *input)
{
    struct ha_text text = {0};
    struct ha_tape_input again;

    ha_tape_write(&text, input, SCENARIO, PROFILE);
    int err = ha_tape_read(&again, ha_text_string(&text), SCENARIO, PROFILE, NULL);
    assert(err == HA_OK && again.count == input->count);
    for (size_t i = 0; i < input->count; i++) {
        assert(again.answer[i].question == input->answer[i].question);
        assert(again.answer[i].answer == input->answer[i].answer);
    }
    ha_tape_close(&again);
    ha_text_close(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    struct ha_tape_input input = {0};
    struct ha_error error = {""};
    char *token = malloc(length + 1);

    if (!token)
        return 0;
    memcpy(token, bytes, length);
    token[length] = '\0';

    int err = ha_tape_read(&input, token, SCENARIO, PROFILE, &error);
    if (err == HA_OK) {
        for (size_t i = 0; i < input.count; i++) {
            assert(input.answer[i].answer != 0);
            assert(i == 0 || input.answer[i - 1].question < input.answer[i].question);
        }
        read_again(&input);
    } else {
        assert(err == HA_EINVAL || err == HA_ESTALE);
        assert(error.text[0] && !input.answer && !input.count);
    }
    ha_tape_close(&input);
    free(token);
    return 0;
}
