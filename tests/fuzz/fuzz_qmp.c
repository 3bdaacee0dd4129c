/* fuzz_qmp.c - one line from QEMU's monitor.
 *
 * Held beside "no sanitizer complains": what is refused has a sentence and leaves nothing behind;
 * what is understood has clean names, and a body that belongs to it; whatever is returned may be
 * taken for statistics. */
#include <config.h>

#include "src/target/kvm_stats.h"
#include "src/target/qmp_message.h"
#include "src/text.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

static void require_clean(const char *text)
{
    char again[300];
    require(strcmp(text_clean(again, sizeof again, text), text) == 0);
}

static void check_statistics(const cJSON *body)
{
    struct counters c = {.known = 0}, sum;
    struct error e = {.kind = ERROR_NONE};
    if (kvm_stats_add(&c, body, &e) < 0) {
        require(e.kind == ERROR_GUEST && e.text[0] && !c.known && !c.reason_count);
        require_clean(e.text);
        return;
    }
    require(c.reason_count <= COUNTER_REASONS_MAX);
    for (size_t i = 0; i < c.reason_count; i++)
        require(strspn(c.reasons[i].name, "abcdefghijklmnopqrstuvwxyz0123456789_.-") ==
                strlen(c.reasons[i].name));
    sum = c;
    require(kvm_stats_add(&sum, body, &e) == 0 && sum.known == c.known);
    counters_between(&c, &sum, &sum);
    for (enum counter i = 0; i < COUNTER_COUNT; i++)
        require(!counters_have(&c, i) || sum.value[i] == c.value[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct qmp_message m;
    struct error e = {.kind = ERROR_NONE};
    if (qmp_message_parse(&m, (const char *)data, size, &e) < 0) {
        require(e.kind == ERROR_GUEST && e.text[0] && !m.root && !m.body);
        require_clean(e.text);
        return 0;
    }
    require(m.root != NULL);
    require_clean(m.name);
    require_clean(m.text);
    switch (m.kind) {
    case QMP_GREETING:
        require(!m.body && m.version[0] <= 9999 && m.version[1] <= 9999 && m.version[2] <= 9999);
        break;
    case QMP_RETURN: {
        /* As the client takes it. */
        cJSON *body = cJSON_DetachItemViaPointer(m.root, m.body);
        require(body != NULL && body == m.body);
        check_statistics(body);
        cJSON_Delete(body);
        break;
    }
    case QMP_ERROR:
        require(!m.body);
        break;
    case QMP_EVENT:
        require(!m.body || cJSON_IsObject(m.body));
        break;
    }
    require(!m.has_id || m.id <= (UINT64_C(1) << 53));
    qmp_message_release(&m);
    return 0;
}
