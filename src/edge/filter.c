/* filter - see filter.h */
#include "edge/filter.h"

#include <fnmatch.h>

#include "edge/place.h"

bool ha_filter_matches(const char *filter, const struct ha_scenario *scenario, bool *lost)
{
    struct ha_text path = {0};
    if (!filter)
        return true;
    ha_add_file_name(&path, scenario->file);
    *lost |= path.lost;
    bool matches = !fnmatch(filter, ha_text_string(&path), 0) ||
                   !fnmatch(filter, scenario->name, 0);
    ha_text_close(&path);
    return matches;
}
