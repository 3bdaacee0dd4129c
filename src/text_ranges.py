#!/usr/bin/env python3
"""Writes text_ranges.h: which characters may be shown, and how many cells each takes.

Run by hand when a newer Unicode is wanted (the table follows Python's unicodedata):
    python3 src/text_ranges.py > src/text_ranges.h
"""
import unicodedata

NARROW, COMBINING, WIDE, HIDDEN = "0123"

# Printable by category, yet nothing is seen, or the cells differ between terminals.
HIDDEN_SPANS = [(0x034F, 0x034F), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F),
                (0x3164, 0x3164), (0xFE00, 0xFE0F), (0xFFA0, 0xFFA0), (0xE0000, 0xE0FFF)]


def kind(code):
    c = chr(code)
    category = unicodedata.category(c)
    if category in ("Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"):
        return HIDDEN
    if any(first <= code <= last for first, last in HIDDEN_SPANS):
        return HIDDEN
    if category in ("Mn", "Me") or 0x1160 <= code <= 0x11FF or 0xD7B0 <= code <= 0xD7FF:
        return COMBINING  # the Jamo join the syllable before them
    if unicodedata.east_asian_width(c) in "WF":
        return WIDE
    return NARROW


rows, before = [], None
for code in range(0x110000):
    now = kind(code)
    if now != before:
        rows.append(f"0x{code << 2 | int(now):07x},")
        before = now

print(f"""/* text_ranges.h - written by text_ranges.py from Unicode {unicodedata.unidata_version}; do not edit.
 *
 * Each entry is first character << 2 | class and holds up to the next entry. Classes: 0 one cell,
 * 1 combining, 2 two cells, 3 never shown (controls, formats, private use, not assigned). */
/* clang-format off */""")
for i in range(0, len(rows), 9):
    print("    " + " ".join(rows[i:i + 9]))
print("/* clang-format on */")
