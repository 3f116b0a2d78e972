/* many_events - the text of a scenario with as many events as a benchmark asks for */
#include "many_events.h"

struct ha_text bench_many_events(size_t events)
{
    static const char *const what[] = {
        "\"add_processor\": {}",
        "\"run\": \"mine\", \"do\": [ { \"deregister\": \"sync\" } ]",
        "\"add_processor\": { \"group\": 1, \"hardware_start\": \"STATUS_IO_TIMEOUT\" }",
    };
    struct ha_text text = {0};
    ha_text_add(&text, "{\n  \"format\": 1,\n  \"name\": \"very many events\",\n"
                       "  \"partition\": { \"groups\": [ { \"maximum\": 64, \"active\": 4 },\n"
                       "                               { \"maximum\": 64, \"active\": 2 } ] },\n"
                       "  \"drivers\": [ { \"name\": \"mine\", \"entry\": [\n"
                       "    { \"register\": \"processor-change\", \"as\": \"sync\" } ] } ],\n"
                       "  \"events\": [");
    for (size_t i = 0; i < events; i++)
        ha_text_addf(&text, "%s\n    { \"at\": \"%zuus\", %s }", i ? "," : "", i,
                     what[i % (sizeof what / sizeof what[0])]);
    ha_text_add(&text, "\n  ]\n}\n");
    return text;
}
