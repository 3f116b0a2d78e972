/*
 * accept_text - the text of a scenario file with other calls and violations in "expect"
 */
#ifndef HA_EDGE_ACCEPT_TEXT_H
#define HA_EDGE_ACCEPT_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"
#include "edge/tree.h"

/* What one member is to say: strings behind one another, each terminated. */
struct ha_accept_list {
    const char *strings;
    size_t count;
    bool replaces;              /* also one that is there; otherwise only one that is missing */
};

/*
 * Append the text of a scenario in which "expect" says this. All else stays byte for byte; what
 * is added follows the file's own indentation and line ends.
 *
 *   tree        of a text that was loaded as a scenario
 */
void ha_accept_text(const struct ha_tree *tree, const struct ha_accept_list *violations,
                    const struct ha_accept_list *calls, struct ha_text *made);

#endif
