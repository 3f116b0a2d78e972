/*
 * accept_text - see accept_text.h. Owns the layout of what is written.
 *
 * A list stands on one line if it fits there. Longer ones begin a new line wherever the second
 * word of a call, its state, is another one than before: so each round of calls can be seen.
 */
#include "edge/accept_text.h"

#include <string.h>

#define LONGEST_LINE 100u       /* columns */

/* A piece of the file's text, not terminated. */
struct piece {
    const char *bytes;
    size_t length;
};

struct writer {
    const struct ha_tree *tree;
    struct ha_text *made;
    size_t copied;              /* so much of the file's text has been copied or left out */
    struct piece step;          /* by which the file indents */
    const char *line_end;
};

static const char *line_start(const struct ha_source *source, size_t offset)
{
    const char *at = source->bytes + offset;
    while (at > source->bytes && at[-1] != '\n')
        at--;
    return at;
}

/* The blanks with which the line begins that a byte is on. */
static struct piece indent_at(const struct ha_source *source, size_t offset)
{
    const char *start = line_start(source, offset);
    return (struct piece){start, strspn(start, " \t")};
}

static bool begins_line(const struct ha_source *source, size_t offset)
{
    struct piece indent = indent_at(source, offset);
    return indent.bytes + indent.length == source->bytes + offset;
}

/* The offset of the bracket that closes the list which begins at `at`. */
static size_t list_end(const struct ha_source *source, size_t at)
{
    unsigned depth = 0;
    bool quoted = false;
    for (;; at++) {
        char c = source->bytes[at];
        if (quoted && c == '\\')
            at++;
        else if (c == '"')
            quoted = !quoted;
        else if (!quoted && (c == '[' || c == '{'))
            depth++;
        else if (!quoted && (c == ']' || c == '}') && --depth == 0)
            return at;
    }
}

static struct ha_node find_member(const struct ha_tree *tree, struct ha_node object,
                                  const char *key)
{
    struct ha_node node = ha_node_first(object);
    while (node.json && strcmp(ha_node_key(node), key) != 0)
        node = ha_node_next(tree, node);
    return node;
}

static void copy_until(struct writer *w, size_t offset)
{
    ha_text_add_bytes(w->made, w->tree->source.bytes + w->copied, offset - w->copied);
    w->copied = offset;
}

static void begin_line(struct writer *w, struct piece indent, unsigned steps)
{
    ha_text_add(w->made, w->line_end);
    ha_text_add_bytes(w->made, indent.bytes, indent.length);
    while (steps--)
        ha_text_add_bytes(w->made, w->step.bytes, w->step.length);
}

/* Bytes of the line that is being written. */
static size_t column(const struct ha_text *text)
{
    size_t length = 0;
    while (length < text->length && text->bytes[text->length - length - 1] != '\n')
        length++;
    return length;
}

/* The length of the list on a line of its own; the words of calls need no escape. */
static size_t width(const struct ha_accept_list *list)
{
    const char *string = list->strings;
    size_t sum = list->count ? strlen("[ ]") : strlen("[]");
    for (size_t i = 0; i < list->count; i++, string += strlen(string) + 1)
        sum += strlen(string) + strlen("\"\", ");
    return sum;
}

static struct piece second_word(const char *string)
{
    const char *word = string + strcspn(string, " ");
    word += *word == ' ';
    return (struct piece){word, strcspn(word, " ")};
}

static bool is_same(struct piece a, struct piece b)
{
    return a.length == b.length && !memcmp(a.bytes, b.bytes, a.length);
}

/* The list as a value, in a line that begins with `indent` and has `behind` bytes after it. */
static void add_list(struct writer *w, const struct ha_accept_list *list, struct piece indent,
                     size_t behind)
{
    struct ha_text *made = w->made;
    bool in_line = column(made) + width(list) + behind <= LONGEST_LINE;
    struct piece before = {"", 0};
    const char *string = list->strings;

    ha_text_add(made, "[");
    for (size_t i = 0; i < list->count; i++, string += strlen(string) + 1) {
        struct piece state = second_word(string);
        size_t length = strlen(string);
        if (i)
            ha_text_add(made, ",");
        if (!in_line && (!i || !is_same(state, before) ||
                         column(made) + length + strlen(" \"\",") > LONGEST_LINE))
            begin_line(w, indent, 1);
        else
            ha_text_add(made, " ");
        ha_text_add_json(made, string, length);
        before = state;
    }
    if (!in_line)
        begin_line(w, indent, 0);
    else if (list->count)
        ha_text_add(made, " ");
    ha_text_add(made, "]");
}

/* Bytes from an offset to the end of its line. */
static size_t rest_of_line(const struct ha_source *source, size_t offset)
{
    size_t length = 0;
    while (offset + length < source->length && !memchr("\r\n", source->bytes[offset + length], 2))
        length++;
    return length;
}

static void replace(struct writer *w, struct ha_node member, const struct ha_accept_list *list)
{
    const struct ha_source *source = &w->tree->source;
    size_t start = ha_node_place(w->tree, member), end = list_end(source, start) + 1;
    copy_until(w, start);
    w->copied = end;
    add_list(w, list, indent_at(source, start), rest_of_line(source, end));
}

/* Both members, or the one of them that is missing, behind what an object holds. */
static void insert(struct writer *w, const struct ha_accept_list *violations,
                   const struct ha_accept_list *calls, struct piece indent, unsigned steps,
                   bool is_first)
{
    static const char *const keys[] = {"violations", "calls"};
    const struct ha_accept_list *lists[] = {violations, calls};
    struct ha_text line = {0};
    ha_text_add_bytes(&line, indent.bytes, indent.length);
    while (steps--)
        ha_text_add_bytes(&line, w->step.bytes, w->step.length);
    for (size_t i = 0; i < 2; i++) {
        if (!lists[i])
            continue;
        if (!is_first)
            ha_text_add(w->made, ",");
        is_first = false;
        struct piece own = {ha_text_string(&line), line.length};
        begin_line(w, own, 0);
        ha_text_addf(w->made, "\"%s\": ", keys[i]);
        add_list(w, lists[i], own, strlen(","));
    }
    w->made->lost |= line.lost;
    ha_text_close(&line);
}

/* Leave what separates the last member of an object from its closing bracket for later. */
static void copy_members(struct writer *w, size_t closing)
{
    const char *bytes = w->tree->source.bytes;
    while (memchr(" \t\r\n", bytes[closing - 1], 4))
        closing--;
    copy_until(w, closing);
}

static void edit_expect(struct writer *w, struct ha_node expect,
                        const struct ha_accept_list *violations,
                        const struct ha_accept_list *calls)
{
    const struct ha_tree *tree = w->tree;
    const struct ha_source *source = &tree->source;
    struct ha_node first = ha_node_first(expect);
    bool has_violations = false, has_calls = false;

    for (struct ha_node member = first; member.json; member = ha_node_next(tree, member)) {
        bool is_violations = !strcmp(ha_node_key(member), "violations");
        bool is_calls = !strcmp(ha_node_key(member), "calls");
        has_violations |= is_violations;
        has_calls |= is_calls;
        if (is_violations && violations->replaces)
            replace(w, member, violations);
        else if (is_calls && calls->replaces)
            replace(w, member, calls);
    }
    if (has_violations && has_calls)
        return;

    size_t closing = list_end(source, ha_node_place(tree, expect));
    bool in_lines = first.json && begins_line(source, ha_node_key_place(tree, first));
    struct piece indent = indent_at(source, in_lines ? ha_node_key_place(tree, first)
                                                     : ha_node_key_place(tree, expect));
    copy_members(w, closing);
    insert(w, has_violations ? NULL : violations, has_calls ? NULL : calls, indent, !in_lines,
           !first.json);
    /* The line breaks of an object that was empty stay as they were. */
    if (first.json || memchr(source->bytes + w->copied, '\n', closing - w->copied))
        return;
    w->copied = closing;
    begin_line(w, indent, 0);
}

static void add_expect(struct writer *w, struct ha_node root,
                       const struct ha_accept_list *violations, const struct ha_accept_list *calls)
{
    const struct ha_source *source = &w->tree->source;
    struct ha_node first = ha_node_first(root);
    bool in_lines = begins_line(source, ha_node_key_place(w->tree, first));
    struct piece indent = in_lines ? indent_at(source, ha_node_key_place(w->tree, first))
                                   : w->step;
    copy_members(w, list_end(source, ha_node_place(w->tree, root)));
    ha_text_add(w->made, ",");
    begin_line(w, indent, 0);
    ha_text_add(w->made, "\"expect\": {");
    insert(w, violations, calls, indent, 1, true);
    begin_line(w, indent, 0);
    ha_text_add(w->made, "}");
}

void ha_accept_text(const struct ha_tree *tree, const struct ha_accept_list *violations,
                    const struct ha_accept_list *calls, struct ha_text *made)
{
    const struct ha_source *source = &tree->source;
    struct ha_node root = ha_tree_root(tree), expect = find_member(tree, root, "expect");
    size_t first = ha_node_key_place(tree, ha_node_first(root));
    const char *feed = memchr(source->bytes, '\n', source->length);
    struct writer w = {
        .tree = tree, .made = made,
        .step = indent_at(source, first),
        .line_end = feed && feed > source->bytes && feed[-1] == '\r' ? "\r\n" : "\n",
    };
    if (!w.step.length || !begins_line(source, first))
        w.step = (struct piece){"  ", 2};
    if (expect.json)
        edit_expect(&w, expect, violations, calls);
    else
        add_expect(&w, root, violations, calls);
    copy_until(&w, source->length);
}
