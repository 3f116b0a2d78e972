/*
 * story_callback - the wording of what a story tells about callback objects
 *
 * Owns the sentences for their making, their clients and their speaking. Hot-adds' calls of
 * clients are told as other calls are.
 */
#include "base/names.h"
#include "check/story_words.h"
#include "check/who.h"

static void create_words(const struct ha_cast *cast, const struct ha_record *record,
                         struct ha_text *words)
{
    const int name_room = (int)sizeof record->as.ex_create.name;
    char status[HA_STATUS_TEXT];

    ha_text_add(words, record->as.ex_create.create ? "makes or opens " : "opens ");
    if (record->id)
        ha_object_words(cast, record->id, words);
    else if (record->as.ex_create.named)
        ha_text_addf(words, "\"%.*s\"", name_room, record->as.ex_create.name);
    else
        ha_text_add(words, "a callback object without a name");
    if (record->as.ex_create.status)
        ha_text_addf(words, ": %s", ha_status_text(record->as.ex_create.status, status));
}

enum ha_paint ha_story_callback(const struct ha_cast *cast, const struct ha_record *record,
                                struct ha_text *words)
{
    switch (record->kind) {
    case HA_EX_CREATE:
        ha_story_subject(cast, record, words);
        create_words(cast, record, words);
        return record->as.ex_create.status ? HA_YELLOW : HA_PLAIN;
    case HA_EX_REG:
        ha_registration_words(cast, record->id, words);
        ha_text_add(words, record->as.ex_reg.handle ? " registered with "
                                                    : " not registered with ");
        if (record->as.ex_reg.object)
            ha_object_words(cast, record->as.ex_reg.object, words);
        else
            ha_text_add(words, "what is no callback object");
        return record->as.ex_reg.handle ? HA_PLAIN : HA_YELLOW;
    case HA_EX_UNREG:
        if (!record->id) {
            ha_story_subject(cast, record, words);
            ha_text_add(words, "removes no client of a callback object");
            return HA_YELLOW;
        }
        ha_registration_words(cast, record->id, words);
        ha_text_add(words, record->flags & HA_EX_WAITS ? " is removed; its call still runs"
                                                       : " removed");
        return HA_PLAIN;
    case HA_EX_NOTIFY:
        ha_story_subject(cast, record, words);
        ha_text_add(words, "has notified ");
        ha_object_words(cast, record->id, words);
        ha_text_addf(words, ": %u called", (unsigned)record->as.ex_notify.called);
        return record->flags & HA_EX_PROCESSOR_ADD ? HA_YELLOW : HA_PLAIN;
    default:
        ha_registration_words(cast, record->id, words);
        ha_text_add(words, " returns");
        return HA_PLAIN;
    }
}
