/*++

Module Name:

    replaced_setting_races.c

Abstract:

    replaced_setting.c with a mistake: the callback replaces the setting at once, as an exchange of
    pointers takes no time. The thread may have read the old pointer, whose setting is given back.

--*/

#define KEEP_USERS_OUT()
#define LET_USERS_IN()

#include "replaced_setting.c"
