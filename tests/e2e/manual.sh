#!/bin/sh
# The manual says what the program can do: every command and every option of it, and none that does
# not exist. The program is asked, not its source.
# shellcheck source=tests/e2e/lib.sh
. "${abs_top_srcdir:-.}/tests/e2e/lib.sh"
man=${abs_top_srcdir:-.}/man

# same WHAT: the two sorted lists $work/program and $work/manual agree.
same() {
    [ -s "$work/program" ] || fail "$1: the program names nothing"
    missing=$(comm -23 "$work/program" "$work/manual" | tr '\n' ' ')
    invented=$(comm -13 "$work/program" "$work/manual" | tr '\n' ' ')
    [ -z "$missing" ] || fail "$1: the manual does not have $missing"
    [ -z "$invented" ] || fail "$1: only the manual has $invented"
}

# Options of a help text: "  -o, --on TARGET,...  where to measure".
options_of_help() {
    sed -n 's/^  \(-[a-zA-Z0-9], \|    \)--\([a-z0-9-]*\).*/\2/p' "$out" | sort
}

# Options in the subsection of a command: lines ".Fl -on , -profile ,".
options_of_section() {
    sed -n "/^\.Ss $1\$/,/^\.S[sh] [^$]*\$/p" "$man/vmtax.1" | sed '1d' |
        sed -n '/^\.S[sh]/q; s/^\.Fl //p' | tr ' ' '\n' | sed -n 's/^-\([a-z0-9]\)/\1/p' | sort -u
}

run 0 --help
cp "$out" "$work/help"
sed -n 's/^  \([a-z]\{1,\}\)  *[^ ].*/\1/p' "$work/help" | sort >"$work/program"
sed -n 's/^\.Ss \([a-z]*\)$/\1/p' "$man/vmtax.1" | sort >"$work/manual"
same commands
cp "$work/program" "$work/commands"

cp "$work/help" "$out"
options_of_help >"$work/program"
cat "$work/program" >"$work/all"
options_of_section 'The dashboard' >"$work/manual"
same "options of the dashboard"
while read -r command; do
    run 0 "$command" --help
    options_of_help >"$work/program"
    cat "$work/program" >>"$work/all"
    options_of_section "$command" >"$work/manual"
    same "options of $command"
done <"$work/commands"

sort -u "$work/all" >"$work/program"
sed -n 's/^\.It Fl \([a-zA-Z] , Fl \)\{0,1\}-\([a-z0-9-]*\).*/\2/p' "$man/vmtax.1" | sort >"$work/manual"
same options
# Letters stand beside the right names.
for command in '' $(cat "$work/commands"); do
    run 0 ${command:+"$command"} --help
    sed -n 's/^  -\([a-zA-Z0-9]\), --\([a-z0-9-]*\).*/\1 \2/p' "$out"
done | sort -u >"$work/program"
sed -n 's/^\.It Fl \([a-zA-Z]\) , Fl -\([a-z0-9-]*\).*/\1 \2/p' "$man/vmtax.1" | sort >"$work/manual"
same letters

# A setting is what the file may have: one that the program takes for none, or only on the command
# line, is told; a value that is impossible is told otherwise.
mkdir -p "$HOME/.config/vmtax"
sort -u "$work/all" | while read -r name; do
    printf '%s = \n' "$name" >"$HOME/.config/vmtax/vmtax.conf"
    run 0 list themes
    grep -Eq 'no setting|on the command line' "$err" || echo "$name"
done >"$work/program"
rm "$HOME/.config/vmtax/vmtax.conf"
sed -n 's/^\.It Cm \([a-z0-9-]*\) No = .*/\1/p' "$man/vmtax.conf.5" | sort >"$work/manual"
same settings

# What can be listed, and the formats of reports.
run 0 list --help
sed -n 's/^usage: vmtax list \([a-z|]*\).*/\1/p' "$out" | tr '|' '\n' | sort >"$work/program"
sed -n 's/^\.Cm \(workloads .*\)/\1/p' "$man/vmtax.1" | tr -d ' ' | tr '|' '\n' | sort >"$work/manual"
same lists
run 2 report nosuch --format nothing-like-it
sed -n 's/.*there are //p' "$err" | tr -d ' ' | tr ',' '\n' | sort >"$work/program"
sed -n 's/^\.It Fl f , Fl -format Cm //p' "$man/vmtax.1" | tr -d ' ' | tr '|' '\n' | sort >"$work/manual"
same formats

# Targets, and the workloads that no glob finds: they have to be named, so the manual names them.
run 0 list targets
sed -n 's/^\([a-z][a-z0-9]*\) .*/\1/p' "$out" | sort >"$work/program"
sed -n '/^\.Sh TARGETS/,/^\.Sh VIRTUAL/s/^\.It Cm //p' "$man/vmtax.1" | sort >"$work/manual"
same targets
run 0 list workloads
sed -n 's/^ *\(exit\.[a-z]*\)\( .*\)\{0,1\}$/\1/p' "$out" | sort -u >"$work/program"
sed -n 's/^\.Pq Cm \(exit\.[a-z]*\).*/\1/p' "$man/vmtax.1" | sort >"$work/manual"
same exits
# What a shell can be had in.
run 0 shell --help
sed -n 's/^usage: vmtax shell \[\([a-z|]*\)\].*/\1/p' "$out" | tr '|' '\n' | sort >"$work/program"
sed -n '/^\.Cm shell/{n;s/^\.Op Cm //p;}' "$man/vmtax.1" | tr -d ' ' | tr '|' '\n' | sort >"$work/manual"
same shells
# The keys of counters, by a run that has some; a machine counts what a container does not.
run 0 list workloads
if container_works; then
    run 0 run sys.syscall --on container --blocks 2 --seconds 0.05 --json
    "$jsonpath" "$out" 'slots.*' | grep -o '"counters":{[^}]*' | grep -o '"[a-z_]*":' | tr -d '":' |
        grep -vx counters | sort -u >"$work/program"
    sed -n '/^\.Sh WHITE-BOX/,/^\.Sh VERDICTS/s/^\.It Cm //p' "$man/vmtax.1" | tr -d ' ' | tr ',' '\n' | sort >"$work/manual"
    echo window_s >>"$work/manual"
    sort -o "$work/manual" "$work/manual"
    unknown=$(comm -23 "$work/program" "$work/manual" | tr '\n' ' ')
    [ -s "$work/program" ] || fail "a container's slots have no counters"
    [ -z "$unknown" ] || fail "counters: the manual does not have $unknown"
fi
# Where things are kept that may be removed.
for file in .cache/vmtax/ guest-kernel/; do
    grep -q "^\.It Pa .*$file" "$man/vmtax.1" || fail "FILES does not have $file"
done

# The agent's records and requests: those of a conversation. A guest's first process says boot.
agent=${vmtax%/*}/vmtax-agent
if [ -x "$agent" ]; then
    mkfifo "$work/requests"
    "$agent" <"$work/requests" >"$work/records" &
    exec 3>"$work/requests"
    heard() {
        grep -q "^$1" "$work/records"
    }
    echo clock id=1 >&3
    echo run slot=1 workload=null lead_us=20000 time_us=1000000 tick_us=20000 fresh=1 seed=1 >&3
    wait_for 30 heard 'result .*slot=1'
    echo run slot=2 workload=nothing lead_us=20000 time_us=100000 tick_us=0 fresh=1 seed=1 >&3
    echo nonsense >&3
    echo run slot=3 workload=net.rr role=serve lead_us=0 time_us=1000 tick_us=0 fresh=1 seed=1 >&3
    wait_for 30 heard 'serving .*slot=3'
    echo count id=3 >&3
    wait_for 30 heard 'count .*id=3'
    echo rest id=2 >&3
    wait_for 30 heard 'rest .*id=2'
    exec 3>&-
    wait
    {
        echo boot
        sed 's/ .*//' "$work/records"
    } | sort -u >"$work/program"
    sed -n '/^\.Ss Records/,$s/^\.It Ic \([a-z]*\).*/\1/p' "$man/vmtax-agent.8" | sort >"$work/manual"
    same "records of the agent"
fi

# No line of the sources is too long for who edits them, and none ends in blanks.
for page in vmtax.1 vmtax.conf.5 vmtax-method.7 vmtax-agent.8; do
    [ -z "$(awk 'length($0) > 100 || / $/' "$man/$page")" ] || fail "$page: a line is too long or ends in blanks"
done
if has mandoc; then
    for page in vmtax.1 vmtax.conf.5 vmtax-method.7 vmtax-agent.8; do
        mandoc -Tlint -W warning "$man/$page" >"$out" || fail "$page: $(cat "$out")"
    done
fi
