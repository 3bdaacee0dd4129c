#!/bin/sh
# The dashboard in a real terminal: it opens, follows the size of the terminal, and leaves the
# terminal as it was however it ends.
# shellcheck source=tests/e2e/lib.sh
. "${abs_top_srcdir:-.}/tests/e2e/lib.sh"
need_tool tmux

sane() {
    wait_for 20 test -s "$work/stty"
    for mode in echo icanon; do
        grep -Eq "(^| )$mode( |;|\$)" "$work/stty" || fail "the terminal is left without $mode"
    done
}

for size in 80x24 120x40 160x48; do
    rm -f "$work/stty"
    terminal "$size" "$vmtax"
    wait_for 20 shows '1Over'
    press q
    # It may ask whether a running comparison shall be ended.
    ended 0
    sane
    tmux -S "$work/tmux" kill-server
    leftovers
done

# Storm of sizes, down to where nothing fits.
rm -f "$work/stty"
terminal 120x40 "$vmtax"
wait_for 20 shows '1Over'
for size in 10x3 80x24 1x1 40x10 200x60 79x23 20x5 120x40; do
    resize "$size"
done
wait_for 20 shows '1Over'
press q
ended 0
sane
tmux -S "$work/tmux" kill-server

# One that is larger than curses has memory for names its size.
code=0
python3 - "$vmtax" >"$out" 2>&1 <<'HUGE' || code=$?
import fcntl, os, pty, struct, sys, termios
pid, master = pty.fork()
if pid == 0:
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 65535, 65535, 0, 0))
    os.environ["TERM"] = "xterm-256color"
    os.execv(sys.argv[1], sys.argv[1:])
said = b""
try:
    while len(said) < 1 << 20:
        data = os.read(master, 4096)
        if not data:
            break
        said += data
except OSError:
    pass
print(said.decode(errors="replace"))
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
HUGE
says "$out" 'cannot use this terminal of 65535 columns and 65535 rows'
[ $code = 2 ] || fail "a terminal that is too large ends with $code"

# A terminal that nobody knows, and a locale of C.
rm -f "$work/stty"
rm -f "$work/stty"
terminal 80x24 env TERM=nosuchterm LC_ALL=C "$vmtax"
ended_or_open() {
    [ -f "$work/code" ] || shows '1Over'
}
wait_for 20 ended_or_open
[ -f "$work/code" ] || press q
wait_for 30 test -f "$work/code"
sane
leftovers

# The mouse is the terminal's own with --no-mouse.
for option in '' --no-mouse; do
    rm -f "$work/stty" "$work/code"
    # shellcheck disable=SC2086 # no word where there is no option
    terminal 80x24 "$vmtax" $option
    wait_for 20 shows '1Over'
    taken=$(tmux -S "$work/tmux" display-message -p '#{mouse_any_flag}')
    wanted=1
    [ -z "$option" ] || wanted=0
    [ "$taken" = "$wanted" ] || fail "vmtax $option: the mouse is taken: '$taken'"
    press q
    ended 0
    sane
    tmux -S "$work/tmux" kill-server
done

# The terminal's cursor is hidden, or with --reader on what is selected, whoever writes.
cursor() {
    tmux -S "$work/tmux" display-message -p "#{$1}"
}
rests_on() {
    tmux -S "$work/tmux" capture-pane -p | sed -n "$(($(cursor cursor_y) + 1))p" | grep -qe "[▌>]$1"
}
for term in screen-256color linux; do
    rm -f "$work/stty" "$work/code"
    terminal 80x24 env TERM=$term "$vmtax" --reader
    wait_for 20 shows '1Over'
    press Escape
    wait_for 20 rests_on Processor
    [ "$(cursor cursor_flag)" = 1 ] || fail "--reader on $term: no cursor is shown"
    press Down
    wait_for 20 rests_on Memory
    press q
    ended 0
    tmux -S "$work/tmux" kill-server
done
rm -f "$work/stty" "$work/code"
terminal 80x24 "$vmtax"
wait_for 20 shows '1Over'
[ "$(cursor cursor_flag)" = 0 ] || fail "the terminal's cursor is shown without --reader"
press q
ended 0
sane
tmux -S "$work/tmux" kill-server

# A run that cannot start says why, where the user looks.
rm -f "$work/stty" "$work/code"
mkdir "$work/broken"
cp "$vmtax" "$work/broken/vmtax"
printf '#!/bin/sh\necho no such luck >&2\nexit 3\n' >"$work/broken/vmtax-agent"
chmod +x "$work/broken/vmtax-agent"
terminal 120x40 env XDG_STATE_HOME="$work/broken/state" "$work/broken/vmtax"
wait_for 20 shows 'a quick comparison'
press Enter
wait_for 20 shows 'ended with exit code 3: no such luck'
press q
ended 0
sane
leftovers

# The newest result is damaged: the one before it is shown, and the log says so.
rm -f "$work/stty" "$work/code"
tmux -S "$work/tmux" kill-server
"$vmtax" run sys.read --on native --blocks 2 --seconds 0.02 --json --quiet >"$work/good.json"
{
    head -c 600 "$work/good.json"
    echo '}'
} >"$state/results/20990101T000000Z-quick.json"
terminal 120x40 "$vmtax"
wait_for 20 shows 'last run'
press L
wait_for 20 shows '20990101T000000Z-quick'
press q
ended 0
sane
leftovers

# Rows that the last result does not have are those of the one before it, with their age; not if it
# was measured under other conditions.
rm -f "$work/stty" "$work/code"
tmux -S "$work/tmux" kill-server
export XDG_STATE_HOME="$work/ages"
stored() { # stored DAYS WORD…: as if it had been measured so many days ago
    stored_days=$1
    shift
    run 0 run "$@" --on twin --blocks 2 --seconds 0.02 --quiet --json
    stored_at=$(date -u -d "$stored_days days ago" +%Y-%m-%dT%H:%M:%SZ)
    # Other runs of vmtax at those times make no other machine of it.
    grep -q other_vmtax "$out" || sed -i "s/\"host\":[[:space:]]*{/&\"other_vmtax\": \"pid 7$stored_days\",/" "$out"
    grep -q other_vmtax "$out" || fail "no other run is among the facts"
    sed "s/\"started\":[[:space:]]*\"[^\"]*\"/\"started\": \"$stored_at\"/" "$out" \
        >"$work/$(echo "$stored_at" | tr -d ':-')-standard.json"
}
stored 5 sys.stat --cpus 1 --memory 256M # the latter is no limit for an ordinary user
stored 3 sys.read
stored 0 sys.write
rm "$XDG_STATE_HOME"/vmtax/results/*
mv "$work"/*-standard.json "$XDG_STATE_HOME/vmtax/results/"
terminal 120x40 "$vmtax"
wait_for 20 shows 'last run'
press 9
wait_for 20 shows ' age '
wait_for 20 shows '► read .* 3d '
screen >"$out"
says "$out" '► write '
says_not "$out" '► write .* 0m '
says_not "$out" '► stat '
# A start that is stopped before anything was measured brings the stored rows back.
press 1
wait_for 20 shows 'scoreboard of last run'
press R
press x
wait_for 20 shows 'stopping; what was measured'
wait_for 30 shows 'scoreboard of last run'
screen >"$out"
says_not "$out" 'Nothing has been measured'
press q
ended 0
sane
leftovers

# A theme of the user's own is one of those that T goes through; what is wrong in it, and a name that is
# none, is said.
rm -f "$work/stty" "$work/code"
tmux -S "$work/tmux" kill-server
mkdir -p "$HOME/.config/vmtax/themes"
printf 'kvm = bluish\nxen = #ff00ff\nhyperv = red\n' >"$HOME/.config/vmtax/themes/mine.theme"
printf '# mine\ntheme = drak\n' >"$HOME/.config/vmtax/vmtax.conf"
run 0 list themes
says "$out" '^mine$'
terminal 120x40 "$vmtax"
wait_for 20 shows 'no theme is called drak; did you mean dark\? See vmtax.conf, line 2'
press L
wait_for 20 shows 'warn .*/vmtax.conf, line 2: no theme is called drak'
press T T T T
wait_for 20 shows 'theme: mono'
press T
wait_for 20 shows 'theme mine: 2 lines make no sense; the log \(L\) names them'
wait_for 20 shows 'theme mine:1: kvm is no colour'
wait_for 20 shows 'theme mine:3: hyperv is no style'
press T
wait_for 20 shows 'theme: dark'
press q
ended 0
sane
leftovers
bad_theme() { # bad_theme PATTERN ARGUMENT…
    bad_theme_pattern=$1
    shift
    run 2 screen "$@"
    says "$err" "$bad_theme_pattern"
}
bad_theme 'vmtax.conf, line 2: no theme is called drak; did you mean dark'
bad_theme '^vmtax: no theme is called mien; did you mean mine' --theme mien
run 0 screen --theme mine
says "$err" 'theme mine:1: kvm'
says "$err" 'theme mine:3: hyperv'
rm -r "$HOME/.config/vmtax"
