# shellcheck shell=sh
# Sourced after lib.sh by tests of the network: a run of native in the background, and its process in the network
# that is the run's own. Loss and faults are made from there.
# shellcheck disable=SC2154,SC2034 # variables are for the tests, or lib.sh's

# The process in the run's own network.
inside() {
    for living in $(ours); do
        [ "$(readlink "/proc/$living/ns/net")" = "$(readlink /proc/self/ns/net)" ] || echo "$living"
    done | tail -n 1
}
is_inside() {
    [ -n "$(inside)" ]
}
start_run() {
    begin run "$@" --on native --json
    wait_for 20 is_inside
}
