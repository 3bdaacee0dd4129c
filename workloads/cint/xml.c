/* Stands in for 483.xalancbmk: an XML document is parsed to a tree, transformed by templates,
 * sorted and written again.
 *
 * The document is a list of orders with items. A parser makes a tree of nodes, names by way of a
 * hash table of symbols, entities decoded. Then templates are applied, as in XSLT: one function per
 * element name, called through the symbol; elements without one pass on to their children. The
 * result is a second tree: each order with its items sorted and its sum, then an index of all
 * goods: all items sorted by key, one entry a group. It is written with what must be escaped
 * escaped.
 *
 * Working set: 41 MiB: two trees of nodes of 128 bytes, each with its short text inside; the
 * document, the output and the lists to be sorted.
 * Checked: the output is well formed, has as many lines as the document has items, and the sums of
 * the orders and those of the index are both what the items cost. */
#include <config.h>

#include "workloads/program/program.h"

#include <stdbool.h>

#define XML_ORDERS  4300u
#define XML_INPUT   (3u << 20)
#define XML_OUTPUT  (4u << 20)
#define XML_NODES   (5u << 16)
#define XML_ITEMS   (1u << 15)
#define XML_SYMBOLS 256u /* slots of the hash table */
#define XML_TEXT    83u  /* bytes inside a node; longer text takes several nodes */
#define XML_NAME    24u
#define XML_GOODS   800u

enum xml_kind { XML_ELEMENT, XML_ATTRIBUTE, XML_CHARACTERS };

struct xml_node { /* 0 as an index: none; what does not fit is written to node 0 */
    uint32_t parent, next;
    uint32_t first, last; /* children */
    uint32_t attribute, attribute_last;
    uint32_t order;  /* place in the document */
    uint32_t amount; /* an item's price times its count */
    uint16_t symbol;
    uint16_t length;
    uint8_t kind;
    char text[XML_TEXT];
    uint8_t unused[8];
};

struct xml_state;
typedef void xml_template(struct xml_state *s, uint32_t source, uint32_t result);

struct xml_symbol {
    char name[XML_NAME];
    uint32_t length; /* 0: slot is free */
    xml_template *apply;
};

struct xml_state {
    uint32_t input_length, output_length;
    uint32_t nodes, failed;
    uint32_t items, expected_items;
    uint64_t expected_amount;
    struct xml_symbol symbol[XML_SYMBOLS];
    uint32_t item[XML_ITEMS], sorted[XML_ITEMS]; /* all items; room for sorting */
    char input[XML_INPUT];
    char output[XML_OUTPUT];
    struct xml_node node[XML_NODES];
};

/* The symbol of a name; a new one if it is not there yet. */
WORK_TIMED static uint16_t xml_intern(struct xml_state *s, const char *name, uint32_t length)
{
    uint32_t hash = 5381;
    if (length > XML_NAME) {
        s->failed++;
        length = XML_NAME;
    }
    for (uint32_t i = 0; i < length; i++)
        hash = hash * 33 ^ (uint8_t)name[i];
    for (uint32_t tries = 0; tries < XML_SYMBOLS; tries++) {
        uint32_t slot = (hash + tries) % XML_SYMBOLS, i = 0;
        struct xml_symbol *y = &s->symbol[slot];
        if (!y->length) {
            for (; i < length; i++)
                y->name[i] = name[i];
            y->length = length;
            return (uint16_t)slot;
        }
        while (i < length && y->name[i] == name[i])
            i++;
        if (y->length == length && i == length)
            return (uint16_t)slot;
    }
    s->failed++;
    return 0;
}

/* The symbol of a string constant. */
WORK_TIMED static uint16_t xml_symbol(struct xml_state *s, const char *name)
{
    uint32_t length = 0;
    while (name[length])
        length++;
    return xml_intern(s, name, length);
}

/* A new node at the end of its parent's children or attributes. */
WORK_TIMED static uint32_t xml_append(struct xml_state *s, uint32_t parent, enum xml_kind kind,
                                      uint16_t symbol)
{
    if (s->nodes == XML_NODES) {
        s->failed++;
        return 0;
    }
    uint32_t n = s->nodes++;
    struct xml_node *node = &s->node[n], *up = &s->node[parent];
    node->parent = parent;
    node->next = node->first = node->last = node->attribute = node->attribute_last = 0;
    node->order = n;
    node->amount = 0;
    node->symbol = symbol;
    node->length = 0;
    node->kind = (uint8_t)kind;
    uint32_t *first = kind == XML_ATTRIBUTE ? &up->attribute : &up->first;
    uint32_t *last = kind == XML_ATTRIBUTE ? &up->attribute_last : &up->last;
    if (*last)
        s->node[*last].next = n;
    else
        *first = n;
    *last = n;
    return n;
}

/* Where a text of the document ends: its bytes go to the node, entities decoded; characters beyond
 * a node's room go to further nodes. */
WORK_TIMED static uint32_t xml_text(struct xml_state *s, uint32_t at, char end, uint32_t n)
{
    struct xml_node *node = &s->node[n];
    while (at < s->input_length && s->input[at] != end) {
        char c = s->input[at++];
        if (c == '&') { /* &lt; &gt; &amp; &quot; */
            char kind = s->input[at];
            c = kind == 'l' ? '<' : kind == 'g' ? '>' : kind == 'q' ? '"' : '&';
            while (at < s->input_length && s->input[at++] != ';')
                ;
        }
        if (node->length == XML_TEXT) {
            if (node->kind == XML_ATTRIBUTE) {
                s->failed++;
                continue;
            }
            n = xml_append(s, node->parent, XML_CHARACTERS, 0);
            node = &s->node[n];
        }
        node->text[node->length++] = c;
    }
    return at;
}

static inline __attribute__((always_inline)) bool xml_in_name(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
}

WORK_TIMED static uint32_t xml_name(const struct xml_state *s, uint32_t at)
{
    while (at < s->input_length && xml_in_name(s->input[at]))
        at++;
    return at;
}

/* <name attribute="value" ...>: makes the element; returns the place after it. */
WORK_TIMED static uint32_t xml_start_tag(struct xml_state *s, uint32_t at, uint32_t parent,
                                         uint32_t *element)
{
    uint32_t end = xml_name(s, at);
    *element = xml_append(s, parent, XML_ELEMENT, xml_intern(s, s->input + at, end - at));
    at = end;
    while (at < s->input_length && s->input[at] == ' ') {
        end = xml_name(s, ++at);
        uint16_t symbol = xml_intern(s, s->input + at, end - at);
        uint32_t a = xml_append(s, *element, XML_ATTRIBUTE, symbol);
        at = xml_text(s, end + 2, '"', a) + 1;
    }
    return at + 1;
}

/* The whole document under a root node; returns that. */
WORK_TIMED static uint32_t xml_parse(struct xml_state *s)
{
    uint32_t root = xml_append(s, 0, XML_ELEMENT, 0), open = root, at = 0;
    while (at < s->input_length) {
        if (s->input[at] != '<') {
            at = xml_text(s, at, '<', xml_append(s, open, XML_CHARACTERS, 0));
        } else if (s->input[at + 1] != '/') {
            at = xml_start_tag(s, at + 1, open, &open);
        } else {
            uint32_t end = xml_name(s, at + 2);
            if (xml_intern(s, s->input + at + 2, end - at - 2) != s->node[open].symbol)
                s->failed++;
            open = s->node[open].parent;
            at = end + 1;
        }
    }
    s->failed += open != root;
    return root;
}

/* An element's attribute of this name, or child element; 0: none. */
WORK_TIMED static uint32_t xml_find(const struct xml_state *s, uint32_t from, uint16_t symbol)
{
    while (from && (s->node[from].symbol != symbol || s->node[from].kind == XML_CHARACTERS))
        from = s->node[from].next;
    return from;
}

WORK_TIMED static uint32_t xml_number(const struct xml_state *s, uint32_t n)
{
    uint32_t value = 0;
    for (uint32_t i = 0; i < s->node[n].length; i++)
        value = value * 10 + (uint32_t)(s->node[n].text[i] - '0');
    return value;
}

WORK_TIMED static void xml_copy_text(struct xml_state *s, uint32_t from, uint32_t to)
{
    const struct xml_node *a = &s->node[from];
    struct xml_node *b = &s->node[to];
    b->length = a->length;
    for (uint32_t i = 0; i < a->length; i++)
        b->text[i] = a->text[i];
}

WORK_TIMED static void xml_attribute_copy(struct xml_state *s, uint32_t element, const char *name,
                                          uint32_t from)
{
    xml_copy_text(s, from, xml_append(s, element, XML_ATTRIBUTE, xml_symbol(s, name)));
}

WORK_TIMED static void xml_attribute_number(struct xml_state *s, uint32_t element, const char *name,
                                            uint64_t value)
{
    struct xml_node *a = &s->node[xml_append(s, element, XML_ATTRIBUTE, xml_symbol(s, name))];
    char digits[20];
    uint32_t n = 0;
    do {
        digits[n++] = (char)('0' + value % 10);
        value /= 10;
    } while (value);
    while (n)
        a->text[a->length++] = digits[--n];
}

/* By an item's key, then by place in the document. */
WORK_TIMED static int xml_compare_keys(const struct xml_state *s, uint32_t a, uint32_t b)
{
    const struct xml_node *x = &s->node[s->node[a].attribute];
    const struct xml_node *y = &s->node[s->node[b].attribute];
    for (uint32_t i = 0; i < x->length && i < y->length; i++)
        if (x->text[i] != y->text[i])
            return (uint8_t)x->text[i] < (uint8_t)y->text[i] ? -1 : 1;
    return x->length < y->length ? -1 : x->length > y->length;
}

/* Merge sort, stable, from short runs upwards; room for n in both. */
WORK_TIMED static void xml_sort(const struct xml_state *s, uint32_t *list, uint32_t *room,
                                uint32_t n)
{
    for (uint32_t width = 1; width < n; width *= 2) {
        for (uint32_t from = 0; from < n; from += 2 * width) {
            uint32_t middle = from + width < n ? from + width : n;
            uint32_t end = from + 2 * width < n ? from + 2 * width : n;
            uint32_t a = from, b = middle;
            for (uint32_t k = from; k < end; k++) {
                bool left = a < middle && (b == end || xml_compare_keys(s, list[a], list[b]) <= 0);
                room[k] = left ? list[a++] : list[b++];
            }
        }
        for (uint32_t k = 0; k < n; k++)
            list[k] = room[k];
    }
}

/* The template of an element, by its name; without one, those of its children. */
WORK_TIMED static void xml_apply(struct xml_state *s, uint32_t source, uint32_t result)
{
    const struct xml_node *n = &s->node[source];
    if (n->kind == XML_CHARACTERS) {
        xml_copy_text(s, source, xml_append(s, result, XML_CHARACTERS, 0));
        return;
    }
    xml_template *apply = s->symbol[n->symbol].apply;
    if (apply) {
        apply(s, source, result);
        return;
    }
    for (uint32_t child = n->first; child; child = s->node[child].next)
        xml_apply(s, child, result);
}

/* Not in the result: read by the templates that need it. */
WORK_TIMED static void xml_silent(struct xml_state *s, uint32_t source, uint32_t result)
{
    (void)s;
    (void)source;
    (void)result;
}

/* The element itself, with what its children become. */
WORK_TIMED static void xml_template_copy(struct xml_state *s, uint32_t source, uint32_t result)
{
    uint32_t copy = xml_append(s, result, XML_ELEMENT, s->node[source].symbol);
    for (uint32_t child = s->node[source].first; child; child = s->node[child].next)
        xml_apply(s, child, copy);
}

WORK_TIMED static void xml_template_item(struct xml_state *s, uint32_t source, uint32_t result)
{
    uint32_t line = xml_append(s, result, XML_ELEMENT, xml_symbol(s, "line"));
    xml_attribute_copy(s, line, "sku", s->node[source].attribute);
    xml_attribute_number(s, line, "amount", s->node[source].amount);
    for (uint32_t child = s->node[source].first; child; child = s->node[child].next)
        xml_apply(s, child, line);
}

/* Items sorted by key, and their sum. */
WORK_TIMED static void xml_template_order(struct xml_state *s, uint32_t source, uint32_t result)
{
    const struct xml_node *order = &s->node[source];
    uint16_t item = xml_symbol(s, "item"), price = xml_symbol(s, "price");
    uint16_t count = xml_symbol(s, "count");
    uint32_t *list = s->item + s->items, n = 0;
    uint64_t sum = 0;
    for (uint32_t c = xml_find(s, order->first, item); c && s->items + n < XML_ITEMS;
         c = xml_find(s, s->node[c].next, item)) {
        struct xml_node *i = &s->node[c];
        uint32_t each = xml_number(s, s->node[xml_find(s, i->first, price)].first);
        i->amount = each * xml_number(s, xml_find(s, i->attribute, count));
        sum += i->amount;
        list[n++] = c;
    }
    s->items += n;
    xml_sort(s, list, s->sorted, n);
    uint32_t out = xml_append(s, result, XML_ELEMENT, xml_symbol(s, "order"));
    xml_attribute_copy(s, out, "id", order->attribute);
    uint32_t customer = xml_find(s, order->first, xml_symbol(s, "customer"));
    xml_attribute_copy(s, out, "customer", s->node[customer].first);
    xml_attribute_number(s, out, "total", sum);
    for (uint32_t k = 0; k < n; k++)
        xml_apply(s, list[k], out);
}

/* All orders, then the index: a group for each key. */
WORK_TIMED static void xml_template_catalogue(struct xml_state *s, uint32_t source, uint32_t result)
{
    uint32_t report = xml_append(s, result, XML_ELEMENT, xml_symbol(s, "report"));
    for (uint32_t child = s->node[source].first; child; child = s->node[child].next)
        xml_apply(s, child, report);
    uint32_t index = xml_append(s, report, XML_ELEMENT, xml_symbol(s, "index"));
    xml_sort(s, s->item, s->sorted, s->items);
    for (uint32_t from = 0, to; from < s->items; from = to) {
        uint64_t sum = 0;
        for (to = from; to < s->items && xml_compare_keys(s, s->item[from], s->item[to]) == 0; to++)
            sum += s->node[s->item[to]].amount;
        uint32_t entry = xml_append(s, index, XML_ELEMENT, xml_symbol(s, "entry"));
        xml_attribute_copy(s, entry, "sku", s->node[s->item[from]].attribute);
        xml_attribute_number(s, entry, "lines", to - from);
        xml_attribute_number(s, entry, "total", sum);
    }
}

static const struct {
    const char *match;
    xml_template *apply;
} xml_templates[] = {
    {"catalogue", xml_template_catalogue},
    {"order", xml_template_order},
    {"item", xml_template_item},
    {"note", xml_template_copy},
    {"price", xml_silent},
    {"customer", xml_silent},
};

WORK_TIMED static void xml_put(struct xml_state *s, const char *text, uint32_t length)
{
    if (s->output_length + length > XML_OUTPUT) {
        s->failed++;
        return;
    }
    for (uint32_t i = 0; i < length; i++)
        s->output[s->output_length++] = text[i];
}

/* A node's text, escaped. */
WORK_TIMED static void xml_put_text(struct xml_state *s, const struct xml_node *n)
{
    for (uint32_t i = 0; i < n->length; i++) {
        char c = n->text[i];
        if (c == '<')
            xml_put(s, "&lt;", 4);
        else if (c == '>')
            xml_put(s, "&gt;", 4);
        else if (c == '&')
            xml_put(s, "&amp;", 5);
        else if (c == '"')
            xml_put(s, "&quot;", 6);
        else
            xml_put(s, &c, 1);
    }
}

WORK_TIMED static void xml_write(struct xml_state *s, uint32_t n)
{
    const struct xml_node *node = &s->node[n];
    if (node->kind == XML_CHARACTERS) {
        xml_put_text(s, node);
        return;
    }
    const struct xml_symbol *name = &s->symbol[node->symbol];
    xml_put(s, "<", 1);
    xml_put(s, name->name, name->length);
    for (uint32_t a = node->attribute; a; a = s->node[a].next) {
        xml_put(s, " ", 1);
        xml_put(s, s->symbol[s->node[a].symbol].name, s->symbol[s->node[a].symbol].length);
        xml_put(s, "=\"", 2);
        xml_put_text(s, &s->node[a]);
        xml_put(s, "\"", 1);
    }
    xml_put(s, ">", 1);
    for (uint32_t child = node->first; child; child = s->node[child].next)
        xml_write(s, child);
    xml_put(s, "</", 2);
    xml_put(s, name->name, name->length);
    xml_put(s, ">", 1);
}

WORK_TIMED static uint64_t xml_execute(void *state)
{
    struct xml_state *s = state;
    s->nodes = 1;
    s->failed = s->items = s->output_length = 0;
    for (uint32_t i = 0; i < XML_SYMBOLS; i++) {
        s->symbol[i].length = 0;
        s->symbol[i].apply = NULL;
    }
    for (uint32_t i = 0; i < sizeof xml_templates / sizeof xml_templates[0]; i++)
        s->symbol[xml_symbol(s, xml_templates[i].match)].apply = xml_templates[i].apply;
    uint32_t document = xml_parse(s), result = xml_append(s, 0, XML_ELEMENT, 0);
    xml_apply(s, s->node[document].first, result);
    xml_write(s, s->node[result].first);
    uint64_t digest = digest_fold(s->failed, s->output_length), word = 0;
    for (uint32_t i = 0; i < s->output_length; i++) {
        word = word << 8 | (uint8_t)s->output[i];
        if (i % 8 == 7)
            digest = digest_fold(digest, word);
    }
    return digest_fold(digest, word);
}

/* The document's writer: untimed, into s->input. */
static void xml_add(struct xml_state *s, const char *text)
{
    while (*text && s->input_length < XML_INPUT - 1)
        s->input[s->input_length++] = *text++;
}
static void xml_add_number(struct xml_state *s, uint64_t value)
{
    if (value > 9)
        xml_add_number(s, value / 10);
    xml_add(s, (const char[]){(char)('0' + value % 10), '\0'});
}

static void xml_document(struct xml_state *s, uint32_t orders, uint64_t seed)
{
    static const char *const words[] = {"iron",         "copper", "nuts &amp; bolts",
                                        "glass",        "large",  "size &lt; 10",
                                        "\xc3\xa4rger", "paper",  "&quot;new&quot;",
                                        "cloth",        "thread", "wire",
                                        "green",        "dark",   "round"};
    const size_t count = sizeof words / sizeof words[0];
    xml_add(s, "<catalogue>");
    for (uint32_t o = 0; o < orders; o++) {
        xml_add(s, "<order id=\"o");
        xml_add_number(s, o);
        xml_add(s, "\"><customer>");
        xml_add(s, words[fixed_below(&seed, count)]);
        xml_add(s, " works</customer>");
        for (uint64_t items = 1 + fixed_below(&seed, 9); items; items--) {
            uint64_t each = 1 + fixed_below(&seed, 9999), many = 1 + fixed_below(&seed, 12);
            s->expected_items++;
            s->expected_amount += each * many;
            xml_add(s, "<item sku=\"k");
            xml_add_number(s, fixed_below(&seed, XML_GOODS));
            xml_add(s, "\" count=\"");
            xml_add_number(s, many);
            xml_add(s, "\"><price>");
            xml_add_number(s, each);
            xml_add(s, "</price><note>");
            for (uint64_t k = 1 + fixed_below(&seed, 12); k; k--) {
                xml_add(s, words[fixed_below(&seed, count)]);
                xml_add(s, " ");
            }
            xml_add(s, "</note></item>");
        }
        xml_add(s, "</order>");
    }
    xml_add(s, "</catalogue>");
}

static int xml_make(struct work *w, void *state)
{
    (void)w;
    xml_document(state, XML_ORDERS, 483);
    return 0;
}

/* What stands in the output, read without a tree. */
struct xml_reading {
    uint32_t lines;
    uint64_t orders, index; /* sums of total="" */
    bool well_formed;
};

static bool xml_starts(const struct xml_state *s, uint32_t at, const char *word)
{
    for (; *word; word++, at++)
        if (at >= s->output_length || s->output[at] != *word)
            return false;
    return true;
}

static struct xml_reading xml_read(const struct xml_state *s)
{
    struct xml_reading r = {.well_formed = true};
    uint32_t open[16], depth = 0;
    uint64_t *sum = &r.orders;
    for (uint32_t at = 0; at < s->output_length; at++) {
        if (xml_starts(s, at, " total=\"")) {
            uint64_t value = 0;
            for (uint32_t k = at + 8; k < s->output_length && s->output[k] != '"'; k++)
                value = value * 10 + (uint64_t)(s->output[k] - '0');
            *sum += value;
        }
        if (s->output[at] != '<')
            continue;
        if (xml_starts(s, at, "</")) {
            uint32_t a = depth ? open[--depth] + 1 : 0, b = at + 2;
            while (xml_in_name(s->output[a]) && s->output[a] == s->output[b])
                a++, b++;
            r.well_formed &= s->output[b] == '>' && !xml_in_name(s->output[a]);
            continue;
        }
        r.lines += xml_starts(s, at, "<line ");
        if (xml_starts(s, at, "<index>"))
            sum = &r.index;
        if (depth == 16) {
            r.well_formed = false;
            return r;
        }
        open[depth++] = at;
    }
    r.well_formed &= depth == 0;
    return r;
}

static int xml_check(struct work *w, const void *state)
{
    const struct xml_state *s = state;
    struct xml_reading r = xml_read(s);
    if (s->failed || !r.well_formed)
        return error_set(w->error, ERROR_SYSTEM, "%s: the output is not well formed",
                         w->workload->id);
    if (r.lines != s->expected_items || r.orders != s->expected_amount ||
        r.index != s->expected_amount)
        return error_set(w->error, ERROR_SYSTEM,
                         "%s: the output has %u lines instead of %u, or its sums are wrong",
                         w->workload->id, r.lines, s->expected_items);
    return 0;
}

const struct program cint_xml = {
    .id = "cint.xml",
    .state_bytes = sizeof(struct xml_state),
    .digest = UINT64_C(0xa91b43f5fcdf5c4f),
    .make = xml_make,
    .execute = xml_execute,
    .check = xml_check,
};
