#!/bin/sh
# The playbooks of examples/fleet on three machines: network namespaces, each with an SSH server and
# a state of its own, on a private network that nothing else is on. One of them was faster once, one
# has no baseline.
if [ -z "${FLEET_NETWORK:-}" ]; then
    [ "$(id -u)" = 0 ] || { echo "needs root"; exit 77; }
    unshare --net true 2>/dev/null || { echo "needs network namespaces"; exit 77; }
    # All of the network ends with the last process in it.
    FLEET_NETWORK=1 exec unshare --net sh "$0"
fi
# shellcheck source=tests/e2e/lib.sh
. "${abs_top_srcdir:-.}/tests/e2e/lib.sh"
# shellcheck source=tests/e2e/sshd.sh
. "${abs_top_srcdir:-.}/tests/e2e/sshd.sh"
PATH=$PATH:/usr/sbin:/sbin

for tool in ansible-playbook ssh ip python3; do
    need_tool $tool
done
ssh_works || skip "$why"

# --- the machines ----------------------------------------------------------------------------------

fleet=$work/fleet
mkdir -m 700 "$fleet"
ssh-keygen -q -t ed25519 -N '' -f "$fleet/key"

# enter DIRECTORY ADDRESS: becomes the server of a machine once its link is there.
cat >"$fleet/enter" <<'END'
directory=$1 address=$2
hostname "${directory##*/}"
until ip link show eth0 >/dev/null 2>&1; do sleep 0.05; done
ip link set lo up && ip address add "$address/24" dev eth0 && ip link set eth0 up || exit 1
exec sh "$directory/serve" 22
END

ip link set lo up
number=1
servers=''
machines='alpha beta gamma'
for machine in $machines; do
    number=$((number + 1))
    address=10.77.$number.2
    directory=$fleet/$machine
    ssh=$directory
    sshd_make "$address"
    cp "$fleet/key.pub" "$directory/authorized"
    echo 'Subsystem sftp internal-sftp' >>"$directory/config"
    mkdir -m 700 "$directory/state" "$directory/run"
    unshare --net --mount --uts sh "$fleet/enter" "$directory" "$address" 2>"$directory/log" &
    servers="$servers $!"
    wait_for 5 sh -c "[ \$(readlink /proc/$!/ns/net) != \$(readlink /proc/$$/ns/net) ]"
    ip link add "to-$machine" type veth peer name eth0 netns $!
    ip address add 10.77.$number.1/24 dev "to-$machine"
    ip link set "to-$machine" up
    echo "$address $(cut -d' ' -f1,2 "$directory/host.pub")" >>"$fleet/known"
    echo "$machine ansible_host=$address vmtax_environment='{\"XDG_STATE_HOME\": \"$directory/state\"," \
        "\"XDG_RUNTIME_DIR\": \"$directory/run\", \"HOME\": \"$directory\"}' vmtax_metrics=$directory/vmtax.prom" \
        >>"$fleet/hosts"
done
for machine in $machines; do
    wait_for 10 grep -q 'Server listening' "$fleet/$machine/log"
done
stop_servers() {
    for server in $servers; do
        kill "$server" 2>/dev/null || :
        wait "$server" 2>/dev/null || :
    done
}

# --- the playbooks ---------------------------------------------------------------------------------

cp "$abs_top_srcdir"/examples/fleet/*.yml "$fleet/"
{
    echo '[machines]'
    cat "$fleet/hosts"
    cat <<END
[machines:vars]
ansible_user=root
ansible_python_interpreter=/usr/bin/python3
ansible_remote_tmp=$fleet/ansible
ansible_ssh_private_key_file=$fleet/key
ansible_ssh_common_args=-F none -o ControlMaster=no -o UserKnownHostsFile=$fleet/known
vmtax_program=$vmtax
vmtax_at_once=1
vmtax_arguments=["--seconds", "0.05"]
END
} >"$fleet/inventory.ini"

# play CODE PLAYBOOK ARGUMENT...
play() {
    play_want=$1
    play_book=$2
    shift 2
    play_got=0
    ANSIBLE_LOCALHOST_WARNING=False ANSIBLE_NOCOLOR=1 ansible-playbook -i "$fleet/inventory.ini" \
        "$fleet/$play_book" "$@" >"$out" 2>"$err" </dev/null || play_got=$?
    [ $play_got = "$play_want" ] || fail "$play_book ends with $play_got, not $play_want"
}

play 0 record.yml --limit alpha,beta \
    -e '{"vmtax_record_arguments": ["sys.syscall", "sys.read", "sys.write", "sys.fstat", "sys.sig_install", "--on", "native", "--seconds", "0.05"]}'
for machine in alpha beta; do
    [ "$(find "$fleet/$machine/state/vmtax/baselines/default" -name '*.json' | wc -l)" = 3 ] ||
        fail "$machine has not three sessions"
done

# Beta was twice as fast.
python3 - "$fleet/beta/state/vmtax/baselines/default" <<'EDIT'
import json, os, sys
for name in os.listdir(sys.argv[1]):
    path = os.path.join(sys.argv[1], name)
    with open(path) as f:
        session = json.load(f)
    for slot in session["slots"]:
        if slot["value"]:
            slot["value"] *= 0.5
    with open(path, "w") as f:
        json.dump(session, f)
EDIT

play 2 check.yml -e '{"vmtax_arguments": ["--seconds", "0.05", "--find", "99", "--budget", "20"]}'
says "$out" 'beta: something became slower; see '
says "$out" 'there is no baseline'
says "$out" '^gamma .*failed=1'
reports=$fleet/reports
for machine in alpha beta; do
    [ "$("$jsonpath" "$reports/$machine.json" schema)" = vmtax.check/1 ] || fail "no verdict of $machine"
    code=$("$jsonpath" "$reports/$machine.json" exit)
    grep -qx "vmtax_check_exit_code $code" "$reports/$machine.prom" || fail "$machine: another code in the metrics"
    [ "$(stat -c %a "$fleet/$machine/vmtax.prom")" = 644 ] || fail "the collector cannot read the metrics"
done
[ "$code" = 1 ] || fail "beta is not worse"
# Of alpha, which did not change, it depends on what else the machine does.
says "$out" 'alpha: (nothing worse|inconclusive|something became slower)'
[ ! -e "$reports/gamma.json" ] || fail "a report of a machine that was not checked"
if /usr/bin/python3 -c 'import prometheus_client' 2>/dev/null; then
    /usr/bin/python3 -c 'import sys
from prometheus_client.openmetrics.parser import text_string_to_metric_families as read
for file in sys.argv[1:]:
    assert len(list(read(open(file, encoding="utf-8").read()))) > 8' "$reports"/*.prom ||
        fail "the metrics are none"
fi
stop_servers
leftovers
