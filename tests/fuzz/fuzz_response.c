/* fuzz_response.c - what a web server in a guest answers to the load generator.
 *
 * The first byte says in pieces of which length the rest arrives. Held beside "no sanitizer
 * complains": the length of the pieces decides at most which fault is seen first; only the page
 * itself, announced with its length by a status of 200, is complete; the server's name may be
 * shown. */
#include <config.h>

#include "tests/fuzz/fuzz.h"
#include "workloads/web/response.h"

#include <string.h>

static const unsigned char page[] = "<html>a page</html>\n";
#define PAGE (sizeof page - 1)

static void feed(struct response *r, const uint8_t *data, size_t size, size_t piece)
{
    response_begin(r, page, PAGE);
    for (size_t at = 0; at < size; at += piece)
        if (!response_feed(r, data + at, size - at < piece ? size - at : piece))
            break;
    require(r->received <= PAGE && r->head <= RESPONSE_HEAD_MAX + 1);
    if (!r->fault && r->done)
        require(r->headed && r->status == 200 && r->has_length && r->received == PAGE);
    require(response_end(r) == (r->fault == RESPONSE_FINE));
    require_shown(r->server);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct response whole, pieces;
    if (size == 0)
        return 0;
    feed(&whole, data + 1, size - 1, size);
    feed(&pieces, data + 1, size - 1, 1u + data[0]);
    require(!whole.fault == !pieces.fault);
    require(response_fault_text(whole.fault) != NULL);
    if (!whole.fault)
        require(memmem(data, size, page, PAGE) != NULL);
    return 0;
}
