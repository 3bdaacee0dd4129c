#!/bin/sh
# One screen of what is stored: as text, with colours, as a picture that an XML parser of others reads;
# it is what the dashboard shows.
# shellcheck source=tests/e2e/lib.sh
. "${abs_top_srcdir:-.}/tests/e2e/lib.sh"
need_tool tmux
need_tool python3
example=$abs_top_srcdir/data/example.rec.gz

run 2 screen
says "$err" 'none is stored yet'
run 2 screen overveiw
says "$err" 'did you mean "overview"'
run 2 screen overview --size 5x500
says "$err" 'from 20x3 to 500x200'
run 2 screen overview --format pdf
says "$err" 'text, ansi or svg'
run 2 screen overview nosuch
says "$err" 'there is no result or baseline "nosuch"'

# A result, by its name, by its file, and the last one: as large as asked for, and always the same.
run 0 run sys.syscall sys.read membw.frd:size=4K membw.frd:size=64K --on native --blocks 2 \
    --seconds 0.05 --rec
run 0 screen sysops --size 90x30
[ "$(wc -l <"$out")" = 30 ] || fail "not 30 lines"
says "$out" 'syscall'
! LC_ALL=C grep -q "$(printf '\033')" "$out" || fail "a screen has escape sequences"
cp "$out" "$work/screen"
result=$(echo "$state"/results/*.json)
name=${result##*/}
for word in last "$result" "${name%.json}"; do
    run 0 screen sysops "$word" --size 90x30
    cmp -s "$out" "$work/screen" || fail "the screen of $word differs"
done
run 0 screen jvm --size 90x30
says "$out" 'jbb-like'
run 0 screen --ascii --format ansi --color 16
[ "$(wc -l <"$out")" = 24 ] || fail "not 24 lines"
grep -q "$(printf '\033')\[0" "$out" || fail "no colours in ansi"
! LC_ALL=C grep -q '[^ -~[:cntrl:]]' "$out" || fail "not ASCII"

# README's screen is this one.
run 0 screen overview "$example" --size 100x24
sed 's/ *$//' "$out" >"$work/now"
awk '/^```$/ { if (inside++) exit; next } inside' "$abs_top_srcdir/README.md" | sed 's/ *$//' >"$work/shown"
cmp -s "$work/now" "$work/shown" || fail "README shows another screen: $(diff "$work/now" "$work/shown" | head -4)"

# A copy that was cut off shows what it has, or says what is wrong with it.
head -c 50000 "$example" >"$work/cut.rec.gz"
run 0 screen overview "$work/cut.rec.gz"
says "$err" 'cut.rec.gz: cut off after 0:[0-9]+: what follows is missing'
head -c 1000 "$example" >"$work/cut.rec.gz"
run 2 screen overview "$work/cut.rec.gz"
says "$err" 'cut.rec.gz: its gzip data is damaged'

# So are those of the manual: a comment before each says what it is of.
pages=0
for page in "$abs_top_srcdir"/man/*.[1-8]; do
    awk '/^\.\\" screen: / { told = 1 } /^\.Bd/ { inside = 1; known = told; told = 0 } /^\.Ed/ { inside = 0 }
        inside && !known && /^(\\&)?\+-.*-\+$/ { exit 1 }' "$page" ||
        fail "${page##*/}: a screen without a comment that says of what"
    number=0
    grep '^\.\\" screen: ' "$page" >"$work/screens" || continue
    while read -r _ _ panel options <&3; do
        number=$((number + 1))
        pages=$((pages + 1))
        # shellcheck disable=SC2086 # several words
        run 0 screen "$panel" "$example" $options
        sed 's/ *$//' "$out" >"$work/now"
        awk -v n="$number" '/^\.\\" screen: / { k++ } k == n && /^\.Ed/ { exit }
            k == n && inside; k == n && /^\.Bd/ { inside = 1 }' "$page" |
            sed 's/^\\&//; s/\\(ti/~/g; s/\\(ha/^/g; s/\\e/\\/g; s/ *$//' >"$work/shown"
        cmp -s "$work/now" "$work/shown" ||
            fail "${page##*/} shows another screen than $panel: $(diff "$work/now" "$work/shown" | head -4)"
    done 3<"$work/screens"
done
[ "$pages" -gt 0 ] || fail "no page of the manual shows a screen"

# A recording, by its name and by its file.
run 0 list recordings
name=$(sed -n 's/^\([^ ]*-session\).*/\1/p' "$out")
run 0 screen sysops "$name"
says "$out" 'recording: '
says "$out" 'syscall'

# The picture's rows are the text's, whatever the panel, and its glyphs do not need the locale.
cat >"$work/rows.py" <<'END'
import sys, xml.etree.ElementTree as tree
name = "{http://www.w3.org/2000/svg}"
root = tree.parse(sys.argv[1]).getroot()
assert root.tag == name + "svg" and root.find(name + "title").text
assert {e.tag for e in root.iter()} == {name + t for t in ("svg", "title", "path", "text", "tspan")}
sys.stdout.buffer.write("".join("".join(t.itertext()) + "\n" for t in root.iter(name + "text")).encode())
END
for panel in overview live processor memory disk network web database java sysops ctxsw host whitebox log; do
    run 0 screen "$panel" "$example" --at 60 --size 120x40
    cp "$out" "$work/text"
    LC_ALL=C run 0 screen "$panel" "$example" --at 60 --size 120x40 --format svg
    /usr/bin/python3 "$work/rows.py" "$out" >"$work/rows" || fail "$panel: no picture that can be parsed"
    cmp -s "$work/rows" "$work/text" || fail "$panel: the picture has other rows"
done

# What the dashboard shows of each panel at the recording's end, in a terminal of others: all but the
# lower edge with the speed, sign by sign and colour by colour. On vt100 it is curses that writes.
cat >"$work/cells.py" <<'END'
import re, sys, unicodedata

def cells(path):
    """One (sign, colour, ground, attributes) for each cell; of a blank only the ground counts."""
    rows, fg, bg, attr = [], None, None, set()
    for line in open(path, encoding="utf-8").read().split("\n")[:-1]:
        row = []
        for sequence, sign in re.findall("\033\\[([0-9;:]*)m|([^\033\r\017])", line):
            if sign:
                shown = attr & {4, 7}
                row.append((sign, fg, bg, frozenset(attr)) if sign != " " or shown else (" ", 0, bg, 0))
                if unicodedata.east_asian_width(sign) in "WF":
                    row.append(None)
                continue
            codes = [int(n or 0) for n in re.split("[;:]", sequence)]
            while codes:
                n = codes.pop(0)
                if n == 0:
                    fg, bg, attr = None, None, set()
                elif n in (38, 48):
                    kind, value = codes.pop(0), codes.pop(0)
                    assert kind == 5, "a colour of no palette"
                    fg, bg = (value, bg) if n == 38 else (fg, value)
                elif n in (39, 49):
                    fg, bg = (None, bg) if n == 39 else (fg, None)
                elif n in (22, 24, 27):
                    attr -= {22: {1, 2}, 24: {4}, 27: {7}}[n]
                elif n < 10:
                    attr = attr | {n}
                else:
                    base = 30 if n < 40 else 40 if n < 50 else 82 if n < 100 else 92
                    fg, bg = (n - base, bg) if base in (30, 82) else (fg, n - base)
        rows.append(row)
    return rows[:-1]

want, have = cells(sys.argv[1]), cells(sys.argv[2])
assert len(want) == len(have) > 20, "%d rows and %d" % (len(want), len(have))
for y, (one, other) in enumerate(zip(want, have)):
    other += [(" ", 0, None, 0)] * (len(one) - len(other))
    for x, (a, b) in enumerate(zip(one, other)):
        assert a == b, "row %d column %d: %s is shown as %s" % (y, x, a, b)
END
in_terminal() { # in_terminal TERM CAPTURE FORMAT: each panel, as tmux has it and as a screen
    terminal 120x40 env TERM="$1" "$vmtax" replay "$example"
    wait_for 20 shows 'recording: '
    press '>' '>' '>' '>' '>' '>'
    wait_for 20 shows 'at its end'
    press P # a screen has the paper's figures
    for word in 1:overview 2:processor 3:memory 4:disk 5:network 6:web 7:database 8:java 9:sysops \
        0:ctxsw H:host W:whitebox L:log; do
        panel=${word#*:}
        run 0 screen "$panel" "$example" --size 120x40 --format "$3"
        cp "$out" "$work/want"
        press "${word%%:*}"
        deadline=$(($(date +%s) + 20))
        until same_screen "$2"; do
            [ "$(date +%s)" -lt "$deadline" ] || fail "$panel on $1: $(tail -n 1 "$work/differs")"
            sleep 0.1
        done
    done
    press q
    ended 0
    tmux -S "$work/tmux" kill-server
}
same_screen() {
    # shellcheck disable=SC2086 # several words
    tmux -S "$work/tmux" capture-pane -p $1 >"$work/have"
    /usr/bin/python3 "$work/cells.py" "$work/want" "$work/have" 2>"$work/differs"
}
in_terminal screen-256color '-e -N' ansi
in_terminal vt100 -N text
leftovers

# All sessions of a baseline are one recording, and so are those of a check.
recordings() {
    find "$state/recordings" -name '*.rec' | wc -l
}
rm -rf "$state"
run 0 record sys.read --on native --sessions 3 --blocks 2 --seconds 0.02 --quiet --rec
[ "$(recordings)" = 1 ] || fail "record --rec: $(recordings) recordings, not 1"
"$vmtax" check --seconds 0.05 --budget 20 --quiet --rec --redact >"$out" 2>"$err" || :
[ "$(recordings)" = 2 ] || fail "check --rec: $(recordings) recordings, not 2"
file=$(find "$state/recordings" -name '*.rec' | sort | tail -n 1)
run 0 screen log "$file" --size 120x40
says "$out" 'recording: '
# Nothing in it tells whose machine it was.
says "$file" '"host.name":"\(redacted\)"'
says_not "$file" "(^|[^[:alnum:]])$(uname -n)([^[:alnum:]]|\$)"
says_not "$file" "$HOME"

# The first moment of a recording is none of its last.
run 0 screen overview "$example" --at 0
says "$out" ' 0:00/'
says "$out" 'This is a recording'

# The sessions of a check are kept: their verdict is a screen, too.
run 0 screen verdict last last --size 120x40
says "$out" 'check after upgrade'
says "$out" 'baseline "default": 3 sessions'
says "$out" '2 sessions now'
run 2 screen verdict last last last last
says "$err" 'one word too many'
run 2 screen overview last last
says "$err" 'one word too many'
run 2 screen verdict --against nobody
says "$err" 'nobody'
