/* Checks the text of a field of every kind: no protocol prints one of each. */
#include "../../csrc/decode/item_list.h"
#include "../../csrc/decode/protocol.h"
#include "../../fuzz/promise.h"
#include <string.h>

static const uint8_t bytes[] = {0x02, 0x04, 0x05, 0xb4, 0x81, 0x7f, 0x41, 0x0a, 0x00,
                                0x00, 0x01, 0x03, 0x03, 0x07, 0xfe, 0x04, 0xaa, 0xbb};

static const struct value_name name_rows[] = {{2, "two"}};
static const struct value_names names = {ROWS(name_rows)};

static const struct field size_fields[] = {
    {.name = "size", .kind = FIELD_UINT, .bits = {16, 16}},
    {.name = "low", .kind = FIELD_UINT, .bits = {24, 8}},
    {.name = "unseen", .kind = FIELD_UINT, .bits = {16, 8}, .hidden = true},
    {.name = "beyond", .kind = FIELD_UINT, .bits = {32, 8}},
};
static const struct item_type item_types[] = {{2, "size", ROWS(size_fields)}, {1, "nothing", NULL, 0}};
static const struct item_format items = {.next = item_next_option, .types = ROWS(item_types)};

static const struct {
    struct field field;
    const char *text;
} samples[] = {
    {{.kind = FIELD_UINT, .bits = {4, 12}}, "516"},
    {{.kind = FIELD_INT, .bits = {32, 8}}, "-127"},
    {{.kind = FIELD_INT, .bits = {40, 8}}, "127"},
    {{.kind = FIELD_FLAGS, .bits = {32, 8}}, "129"},
    {{.kind = FIELD_BOOL, .bits = {32, 1}}, "1"},
    {{.kind = FIELD_NAME, .bits = {0, 8}, .names = &names}, "two"},
    {{.kind = FIELD_NAME, .bits = {8, 8}, .names = &names}, "?"},
    {{.kind = FIELD_MAC, .bits = {0, 48}}, "02:04:05:b4:81:7f"},
    {{.kind = FIELD_IPV4, .bits = {0, 32}}, "2.4.5.180"},
    {{.kind = FIELD_IPV6, .bits = {16, 128}}, "5b4:817f:410a:0:103:307:fe04:aabb"},
    {{.kind = FIELD_BYTES, .bits = {40, 32}}, "\\x7fA\n\\x00"},
    {{.kind = FIELD_BIG_UINT, .bits = {0, 72}}, "37183324366733117952"},
    {{.kind = FIELD_PADDING}, "0 (auto - 0)"},
    {{.kind = FIELD_LIST, .bits = {0, 48}, .element = FIELD_UINT, .element_width = 16}, "516, 1460, 33151"},
    {{.kind = FIELD_ITEMS, .bits = {0, 32}, .items = &items}, "size(size=1460 low=180)"},
    {{.kind = FIELD_ITEMS, .bits = {80, 0}, .items = &items}, "nothing, 3(1 byte), 254(2 bytes)"},
    {{.kind = FIELD_PACKET, .bits = {64, 0}}, "10 bytes"},
};

int main(void)
{
    struct bytes_view view = {bytes, sizeof(bytes)};
    for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
        char text[64];
        struct text_sink sink = {text, sizeof(text), 0};
        field_put_text(&sink, &samples[i].field, view);
        promise(sink.length == strlen(samples[i].text), samples[i].text);
        promise(memcmp(text, samples[i].text, sink.length) == 0, samples[i].text);
    }
    return 0;
}
