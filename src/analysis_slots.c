#include "analysis_slots.h"

#include "xalloc.h"

#include <math.h>
#include <stdlib.h>

static int by_block(const void *a, const void *b)
{
    const struct place *x = a, *y = b;
    if (x->stage != y->stage)
        return x->stage < y->stage ? -1 : 1;
    if (x->block != y->block)
        return x->block < y->block ? -1 : 1;
    return (x->slot > y->slot) - (x->slot < y->slot);
}

void slots_add(struct slot_list *list, const struct result *r, size_t slot)
{
    XGROW(list->places, list->count, list->room);
    list->places[list->count++] = (struct place){r->slots[slot].stage, r->slots[slot].block, slot};
}

static void slots_sort(struct slot_list *list)
{
    if (list->count)
        qsort(list->places, list->count, sizeof *list->places, by_block);
}

struct slot_list *slots_by_metric(const struct result *r, uint8_t stage)
{
    struct slot_list *lists = xcalloc(r->metric_count, sizeof *lists);
    for (size_t i = 0; i < r->slot_count; i++)
        if (r->slots[i].metric < r->metric_count && r->slots[i].target < r->target_count &&
            (!stage || r->slots[i].stage == stage))
            slots_add(&lists[r->slots[i].metric], r, i);
    for (size_t m = 0; m < r->metric_count; m++)
        slots_sort(&lists[m]);
    return lists;
}

void slots_by_metric_free(struct slot_list *lists, size_t count)
{
    for (size_t m = 0; m < count; m++)
        free(lists[m].places);
    free(lists);
}

size_t slots_block_end(const struct slot_list *list, size_t from)
{
    size_t end = from + 1;
    while (end < list->count && list->places[end].stage == list->places[from].stage &&
           list->places[end].block == list->places[from].block)
        end++;
    return end;
}

bool slots_usable(const struct slot *s)
{
    return s->measured && isfinite(s->value) && s->value > 0;
}

double slots_performance(const struct workload *row, const struct slot *s)
{
    return workload_lower_is_better(row) ? -log(s->value) : log(s->value);
}

struct slot_list slots_of_metric(const struct result *r, size_t metric)
{
    struct slot_list list = {0};
    for (size_t i = 0; i < r->slot_count; i++)
        if (r->slots[i].metric == metric && r->slots[i].target < r->target_count)
            slots_add(&list, r, i);
    slots_sort(&list);
    return list;
}
