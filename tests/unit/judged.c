/* judged - see judged.h */
#include "unit/judged.h"

#include "unit/records.h"

void judge_text(struct ha_judge *judge, const char *text)
{
    struct records records;

    records_make(&records, text);
    ha_judge_reset(judge);
    ha_judge_sink(judge)->take(ha_judge_sink(judge), records.record, records.count);
    records_close(&records);
}

void judged_in_short(const struct ha_finding *finding, struct ha_text *text)
{
    ha_text_addf(text, "%s%s%s", text->length ? " " : "",
                 finding->severity == HA_NOTE ? "note " : "", finding->rule->id);
    if (finding->driver)
        ha_text_addf(text, "(%c)", "?abcx"[finding->driver % 5]);
    if (finding->count > 1)
        ha_text_addf(text, "*%d", (int)finding->count);
}
