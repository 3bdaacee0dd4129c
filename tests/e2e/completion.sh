#!/bin/sh
# Completion: what `vmtax complete` offers is what the program takes, and bash, zsh and fish show it.
# shellcheck source=tests/e2e/lib.sh
. "${abs_top_srcdir:-.}/tests/e2e/lib.sh"
completion=$(cd "${abs_top_srcdir:-.}" && pwd)/data/completion

# offers WORD… : the candidates, without what they are, in $work/offered.
offers() {
    run 0 complete -- "$@"
    empty "$err"
    cut -f 1 "$out" | grep . >"$work/offered" || :
}

# same WHAT: $work/offered names exactly what the program does.
same() {
    sort "$work/offered" >"$work/sorted"
    sort -o "$work/program" "$work/program"
    [ -s "$work/program" ] || fail "$1: the program names nothing"
    diff "$work/program" "$work/sorted" >"$out" || fail "$1: offered is not what there is"
}

run 0 --help
sed -n 's/^  \([a-z]\{1,\}\)  *[^ ].*/\1/p' "$out" >"$work/program"
cp "$work/program" "$work/commands"
offers help ''
same 'help of commands'
offers help run ''
[ ! -s "$work/offered" ] || fail "help of a second command is offered"
cp "$work/commands" "$work/program"
echo help >>"$work/program"
offers ''
same commands

# Every option of every command, and something for each value that has a name; numbers, sizes and
# words of the user's own have none.
# shellcheck disable=SC2013 # words
for command in '' $(cat "$work/commands"); do
    run 0 ${command:+"$command"} --help
    sed -n 's/^  \(-[a-zA-Z0-9], \|    \)--\([a-z0-9-]*\)\( \([^ ]*\)\)\{0,1\}\( .*\)\{0,1\}$/\2 \4/p' "$out" >"$work/rows"
    sed 's/\([^ ]*\) ./--\1=/; t; s/\([^ ]*\) /--\1/' "$work/rows" | cut -d= -f1 >"$work/program"
    offers ${command:+"$command"} --
    sed -i 's/=$//' "$work/offered"
    same "options of vmtax $command"
    while read -r name argument; do
        case $argument in
        '' | N | S | SIZE | PERCENT | WxH | WORDS | CONFIG) continue ;;
        esac
        run 0 complete -- ${command:+"$command"} "--$name="
        if [ ! -s "$out" ] && [ "$argument" != NAME ]; then
            fail "vmtax $command: nothing is offered for --$name $argument"
        fi
    done <"$work/rows"
done

# Words: what the lists name.
run 0 list workloads
sed -n 's/^  \([a-z][a-z0-9_.]*\)\( .*\)\{0,1\}$/\1/p' "$out" >"$work/ids"
offers run ''
while read -r id; do
    grep -qx -e "$id" "$work/offered" || fail "the workload $id is not offered"
done <"$work/ids"
[ "$(grep -c . "$work/ids")" -ge 60 ] || fail "few workloads"
grep -qx all "$work/offered" || fail "all is not offered"
grep -qx memory "$work/offered" || fail "the subsystem memory is not offered"
for what in targets themes; do
    run 0 list $what --json
    if [ $what = targets ]; then
        "$jsonpath" "$out" '*.id' >"$work/program"
        offers run --on ''
        sed -i 's/:$//' "$work/offered"
        sed -i 's/:.*//' "$work/program"
    else
        "$jsonpath" "$out" '*' | tr -d '"' >"$work/program"
        offers --theme ''
    fi
    same $what
done
run 0 list --help
sed -n 's/^usage: vmtax list \([a-z|]*\).*/\1/p' "$out" | tr '|' '\n' >"$work/program"
offers list ''
same lists
run 2 screen nosuchpanel
sed -n 's/.*there are //p' "$err" | tr -d ' ' | tr ',' '\n' >"$work/program"
offers screen ''
same panels
run 2 report nosuch --format nothing-like-it
sed -n 's/.*there are //p' "$err" | tr -d ' ' | tr ',' '\n' >"$work/program"
offers report x -f ''
same formats

# What is stored, and what vmtax.conf names. A strange name of a file breaks no line.
mkdir -p "$HOME/.config/vmtax"
echo 'target.box = ssh:me@box' >"$HOME/.config/vmtax/vmtax.conf"
mkdir -p "$state/results" "$state/baselines/before" "$state/recordings"
stored=20261122T101824Z-quick
: >"$state/results/$stored.json"
: >"$state/results/$stored.json.damaged"
: >"$state/results/$(printf 'odd\tname').json"
: >"$state/recordings/20261122T101824Z-session.rec"
for words in 'report' 'compare x' 'screen overview'; do
    # shellcheck disable=SC2086 # words
    offers $words ''
    for name in last "$stored" before; do
        grep -qx -e "$name" "$work/offered" || fail "vmtax $words: $name is not offered"
    done
    says_not "$work/offered" 'odd|damaged'
    says "$out" "^	files	$"
done
[ -f "$state/results/$stored.json" ] || fail "a result was set aside by the completion"
offers replay ''
grep -qx 20261122T101824Z-session "$work/offered" || fail "the recording is not offered"
offers check --against ''
grep -qx before "$work/offered" || fail "check: the baseline is not offered"
offers run null --on native,b
[ "$(cat "$work/offered")" = native,box ] || fail "a target of vmtax.conf is not offered in a list"
offers run membw.frd:
grep -qx membw.frd:size= "$work/offered" || fail "parameters are not offered"
offers run ctx.2p0k:placement=c
[ "$(cat "$work/offered")" = ctx.2p0k:placement=cross ] || fail "choices of a parameter are not offered"
# Nothing for what cannot be.
for words in 'compare a b' 'list themes x' 'nosuch x' 'run --blocks' 'run --nosuch=' 'run nosuch:'; do
    # shellcheck disable=SC2086 # words
    offers $words ${words##*[=:]}
    says_not "$work/offered" '^[^-]'
done

# The shells themselves. The program is found as the user calls it.
mkdir "$work/bin" "$work/files"
ln -s "$vmtax" "$work/bin/vmtax"
PATH=$work/bin:$PATH
export PATH
: >"$work/files/kernel image"
mkdir "$work/files/kernels"

# bash LINE: what it would offer for the line, one a line.
ask_bash() {
    bash --norc --noprofile -c '
        . "$1"
        complete -p vmtax >/dev/null || exit 1
        compopt() { :; }
        COMP_LINE=$2 COMP_POINT=${#2}
        COMP_WORDBREAKS=$'"' \\t\\n\"\\'><=;|&(:'"'
        _vmtax
        printf "%s\n" "${COMPREPLY[@]}"' bash "$completion/bash/vmtax" "$1" >"$out" 2>"$err"
    empty "$err"
}
ask_fish() {
    # shellcheck disable=SC2016 # fish's own
    fish --no-config -c '
        source $argv[1]
        complete -C $argv[2]' "$completion/fish/vmtax.fish" "$1" >"$work/fish" 2>"$err"
    empty "$err"
    cut -f 1 "$work/fish" >"$out"
}
# answers LINE CANDIDATES…
answers() {
    "ask_$shell" "$1"
    sort -o "$out" "$out"
    answers_line=$1
    shift
    printf '%s\n' "$@" | sort >"$work/program"
    diff "$work/program" "$out" >"$work/difference" || fail "$shell: $answers_line: $(cat "$work/difference")"
}
shell=bash
if has bash; then
    answers 'vmtax rep' report replay
    answers 'vmtax run sys.st' sys.stat
    answers 'vmtax run --profile ' quick standard paper
    answers 'vmtax run --profile=' quick standard paper
    answers 'vmtax run null --on native,tw' native,twin
    answers 'vmtax run ctx.2p0k:placement=' same cross
    answers 'vmtax run ctx.2p0k:pl' placement=
    answers "vmtax run --kernel $work/files/k" "$work/files/kernel image" "$work/files/kernels"
    answers "vmtax run --kernel=$work/files/kernels" "$work/files/kernels"
    answers "vmtax run --scratch=$work/files/k" "$work/files/kernels"
    answers "vmtax report $(echo "$stored" | cut -c1-8)" "$stored"
fi
shell=fish
if has fish; then
    answers 'vmtax rep' report replay
    answers 'vmtax run sys.st' sys.stat
    answers 'vmtax run --profile ' quick standard paper
    answers 'vmtax run --profile=' --profile=quick --profile=standard --profile=paper
    answers 'vmtax run null --on native,tw' native,twin
    answers 'vmtax run ctx.2p0k:placement=' ctx.2p0k:placement=same ctx.2p0k:placement=cross
    answers "vmtax run --kernel=$work/files/k" "--kernel=$work/files/kernel image" "--kernel=$work/files/kernels/"
    answers "vmtax run --scratch $work/files/k" "$work/files/kernels/"
    answers "vmtax report $(echo "$stored" | cut -c1-8)" "$stored"
    grep -q "^report	.*as text" "$work/fish" || ask_fish 'vmtax repo'
    grep -q "^report	." "$work/fish" || fail "fish does not tell what it offers"
fi

# In a terminal, as it is typed: the line after TYPED TAB. A shell writes its line to standard error.
typed() {
    press C-u
    press -l "$1"
    press Tab
    wait_for 40 shows "$2"
}
if has tmux && has bash; then
    terminal 100x30 sh -c "exec bash --norc --noprofile -i 2>/dev/tty"
    press -l "PS1='\$ '; . $completion/bash/vmtax; clear"
    press Enter
    wait_for 40 shows '^\$'
    typed 'vmtax run membw.frd:si' '^\$ vmtax run membw\.frd:size=$'
    typed 'vmtax run --profile=sta' '^\$ vmtax run --profile=standard *$'
    typed "vmtax run --kernel=$work/files/kernel\\ " '/kernel\\ image *$'
    press C-u
    press -l exit
    press Enter
    ended 0
fi
if has tmux && has zsh; then
    terminal 100x30 sh -c "exec zsh -f -i 2>/dev/tty"
    press -l "PS1='%% '; fpath=($completion/zsh \$fpath); autoload -Uz compinit; compinit -D; clear"
    press Enter
    wait_for 40 shows '^%'
    typed 'vmtax run sys.sta' '^% vmtax run sys\.stat *$'
    typed 'vmtax run membw.frd:si' '^% vmtax run membw\.frd:size=$'
    typed 'vmtax run --profile=sta' '^% vmtax run --profile=standard *$'
    typed 'vmtax run null --on native,tw' '^% vmtax run null --on native,twin *$'
    typed "vmtax run --kernel=$work/files/kernel\\ " '/kernel\\ image *$'
    typed 'vmtax rep' '^replay  a recorded session'
    press C-u
    press -l exit
    press Enter
    ended 0
fi

leftovers
