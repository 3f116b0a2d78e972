/* story: callback objects and their clients */
#include "unit/telling.h"

enum { OBJECT = 7 };

static struct ha_record *create(struct bench *b, const char *name, int32_t status)
{
    struct ha_record *record =
        by_broken(tale_add(&b->tale, HA_EX_CREATE, LOADER, status ? 0 : OBJECT));
    record->as.ex_create.status = status;
    record->as.ex_create.named = name != NULL;
    if (name)
        memcpy(record->as.ex_create.name, name, strlen(name));
    return record;
}

static struct ha_record *client(struct bench *b, enum ha_kind kind)
{
    return by_broken(tale_add(&b->tale, kind, LOADER, BROKEN_SYNC));
}

static void objects_are_opened_or_made_or_not(void **state)
{
    struct bench *b = *state;

    tale_name(&b->tale, HA_NS_OBJECT, OBJECT, "\\Callback\\ProcessorAdd");
    create(b, "\\callback\\processoradd", 0);
    create(b, "\\Callback\\Mine", 0)->as.ex_create.create = 1;
    create(b, "\\Callback\\Nobody", (int32_t)0xC0000034u);
    create(b, NULL, (int32_t)0xC0000001u);

    expect_story(b, HEAD
                 "    1.000 ms  system-3  broken opens \"\\Callback\\ProcessorAdd\"\n"
                 "    1.000 ms  system-3  broken makes or opens \"\\Callback\\ProcessorAdd\"\n"
                 "    1.000 ms  system-3  broken opens \"\\Callback\\Nobody\": "
                 "STATUS_OBJECT_NAME_NOT_FOUND\n"
                 "    1.000 ms  system-3  broken opens a callback object without a name: "
                 "STATUS_UNSUCCESSFUL\n");
}

static void clients_come_and_go(void **state)
{
    struct bench *b = *state;

    tale_name(&b->tale, HA_NS_OBJECT, OBJECT, "\\Callback\\ProcessorAdd");
    client(b, HA_EX_REG)->as.ex_reg.object = OBJECT;
    client(b, HA_EX_REG)->as.ex_reg.handle = BROKEN_SYNC;
    client(b, HA_EX_UNREG)->flags = HA_EX_WAITS;
    client(b, HA_EX_UNREG);
    by_broken(tale_add(&b->tale, HA_EX_UNREG, LOADER, 0));

    expect_story(b, HEAD
                 "    1.000 ms  system-3  broken.sync not registered with "
                 "\"\\Callback\\ProcessorAdd\"\n"
                 "    1.000 ms  system-3  broken.sync registered with what is no callback object\n"
                 "    1.000 ms  system-3  broken.sync is removed; its call still runs\n"
                 "    1.000 ms  system-3  broken.sync removed\n"
                 "    1.000 ms  system-3  broken removes no client of a callback object\n");
}

static void what_an_object_says_is_told_with_the_calls_it_makes(void **state)
{
    struct bench *b = *state;

    tale_name(&b->tale, HA_NS_OBJECT, OBJECT, "\\Callback\\Mine");
    client(b, HA_EX_CALL_ENTER);
    client(b, HA_EX_UNREG);
    client(b, HA_EX_CALL_LEAVE);
    by_broken(tale_add(&b->tale, HA_EX_NOTIFY, LOADER, OBJECT))->as.ex_notify.called = 1;

    expect_story(b, HEAD
                 "    1.000 ms  system-3  calls broken.sync\n"
                 "    1.000 ms  system-3    broken.sync removed\n"
                 "    1.000 ms  system-3  broken.sync returns\n"
                 "    1.000 ms  system-3  broken has notified \"\\Callback\\Mine\": 1 called\n");
}

static void a_client_of_a_drivers_object_that_is_gone_speaks_of_no_processor(void **state)
{
    struct bench *b = *state;

    client(b, HA_DEAD_CALL)->flags = HA_CB_OBJECT | HA_CB_NONE;

    expect_story(b, HEAD
                 "    1.000 ms  system-3  broken.sync not called: the driver is gone\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(objects_are_opened_or_made_or_not),
        CASE(clients_come_and_go),
        CASE(what_an_object_says_is_told_with_the_calls_it_makes),
        CASE(a_client_of_a_drivers_object_that_is_gone_speaks_of_no_processor),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
