/*
 * who - names in words
 *
 * Owns what stands in for a name that the trace did not give.
 */
#include "check/who.h"

#include <stdbool.h>
#include <stdio.h>

#include "base/names.h"

void ha_driver_words(const struct ha_cast *cast, uint16_t driver, struct ha_text *words)
{
    const char *name = ha_cast_name(cast, HA_NS_DRIVER, driver);

    if (name)
        ha_text_add(words, name);
    else
        ha_text_addf(words, "driver%u", driver);
}

void ha_client_words(const struct ha_cast *cast, uint16_t driver, uint32_t registration,
                     struct ha_text *words)
{
    const char *name = ha_cast_name(cast, HA_NS_REGISTRATION, registration);

    ha_driver_words(cast, driver ? driver : ha_cast_owner(cast, registration), words);
    if (name)
        ha_text_addf(words, ".%s", name);
    else
        ha_text_addf(words, ".#%u", (unsigned)registration);
}

void ha_registration_words(const struct ha_cast *cast, uint32_t registration,
                           struct ha_text *words)
{
    if (registration)
        ha_client_words(cast, 0, registration, words);
    else
        ha_text_add(words, "an unknown handle");
}

void ha_thread_words(const struct ha_cast *cast, uint32_t thread, struct ha_text *words)
{
    const char *name = ha_cast_name(cast, HA_NS_THREAD, thread);
    char usual[HA_THREAD_NAME_SIZE];

    if (!thread)
        return;
    ha_thread_usual_name(ha_cast_thread_kind(cast, thread), thread, usual);
    ha_text_add(words, name ? name : usual);
}

void ha_object_words(const struct ha_cast *cast, uint32_t object, struct ha_text *words)
{
    const char *name = ha_cast_name(cast, HA_NS_OBJECT, object);

    if (name)
        ha_text_addf(words, "\"%s\"", name);
    else
        ha_text_addf(words, "object %u", (unsigned)object);
}

void ha_awaited_words(const struct ha_cast *cast, uint32_t object, struct ha_text *words)
{
    const char *name = ha_cast_name(cast, HA_NS_OBJECT, object);
    if (!object) {
        ha_text_add(words, "time to pass");
        return;
    }
    bool drivers = ha_cast_is_drivers(cast, object);

    if (drivers)
        ha_text_add(words, "event ");
    if (drivers || !name)
        ha_object_words(cast, object, words);
    else
        ha_text_add(words, name);
}

/* Source: WDK reference, wdm.h, KIRQL on 64-bit systems. */
const char *ha_irql_text(uint32_t irql, char buffer[HA_IRQL_TEXT])
{
    switch (irql) {
    case 0:  return "PASSIVE_LEVEL";
    case 1:  return "APC_LEVEL";
    case 2:  return "DISPATCH_LEVEL";
    case 15: return "HIGH_LEVEL";
    default: break;
    }
    snprintf(buffer, HA_IRQL_TEXT, "IRQL %u", (unsigned)irql);
    return buffer;
}

/* The lowest byte comes first. Source: WDK, ExAllocatePool2, Tag. */
void ha_tag_text(uint32_t tag, char text[HA_TAG_TEXT])
{
    for (unsigned i = 0; i < HA_TAG_TEXT - 1; i++) {
        unsigned char letter = (unsigned char)(tag >> 8 * i);
        text[i] = letter > ' ' && letter < 0x7f ? (char)letter : '.';
    }
    text[HA_TAG_TEXT - 1] = '\0';
}

const char *ha_end_words(uint32_t routine)
{
    switch (routine) {
    case HA_RT_TERMINATE_THREAD:
        return "a thread ends";
    case HA_RT_QUEUE_WORK:
        return "a work item is done";
    case HA_RT_INSERT_DPC:
        return "a DPC routine returns";
    case HA_RT_IPI_CALL:
        return "a function that is broadcast returns";
    case HA_RT_REGISTER_PROCESSOR_CHANGE:
    case HA_RT_REGISTER_PNP:
    case HA_RT_NOTIFY_CALLBACK:
        return "a callback returns";
    case HA_NO_ROUTINE:
        return "an entry point returns";
    default:
        return NULL;
    }
}
