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

# What the dashboard shows at the recording's end, but for the lower edge with the speed.
terminal 120x40 "$vmtax" replay "$example"
wait_for 20 shows 'recording: '
press '>' '>' '>' '>' '>' '>'
wait_for 20 shows 'at its end'
screen | sed '$d; s/ *$//' >"$work/replayed"
press q
ended 0
run 0 screen overview "$example" --size 120x40
sed '$d; s/ *$//' "$out" >"$work/screen"
cmp "$work/screen" "$work/replayed" || fail "the screen is not that of the replay: $(
    diff "$work/screen" "$work/replayed" | head -n 20
)"
leftovers

# All sessions of a baseline are one recording, and so are those of a check.
recordings() {
    find "$state/recordings" -name '*.rec' | wc -l
}
rm -rf "$state"
run 0 record sys.read --on native --sessions 3 --blocks 2 --seconds 0.02 --quiet --rec
[ "$(recordings)" = 1 ] || fail "record --rec: $(recordings) recordings, not 1"
"$vmtax" check --seconds 0.05 --budget 20 --quiet --rec >"$out" 2>"$err" || :
[ "$(recordings)" = 2 ] || fail "check --rec: $(recordings) recordings, not 2"
run 0 screen log "$(find "$state/recordings" -name '*.rec' | sort | tail -n 1)" --size 120x40
says "$out" 'recording: '

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
