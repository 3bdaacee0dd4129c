# shellcheck shell=sh
# Sourced by tests that reach a guest by ssh: a real SSH server with keys of its own in $ssh, which
# sees a /run and a user that nobody else does.
# shellcheck disable=SC2154,SC2034 # of lib.sh, and for the tests

ssh=$work/ssh
server=

# Can there be one here? If not, $why says why.
ssh_works() {
    why="needs root, ssh and sshd"
    sshd=/usr/sbin/sshd
    sshd_libraries=
    if [ ! -x $sshd ]; then
        sshd=$abs_top_builddir/sshd/usr/sbin/sshd
        sshd_libraries=$(find "$abs_top_builddir/sshd" -name 'libwrap.so.0' -exec dirname {} \; 2>/dev/null || :)
    fi
    [ -x "$sshd" ] && command -v ssh >/dev/null && [ "$(id -u)" = 0 ]
}

# sshd_make ADDRESS: its files.
sshd_make() {
    mkdir -m 700 "$ssh"
    ssh-keygen -q -t ed25519 -N '' -f "$ssh/host"
    ssh-keygen -q -t ed25519 -N '' -f "$ssh/key"
    cp "$ssh/key.pub" "$ssh/authorized"
    {
        grep -v '^sshd:' /etc/passwd
        echo 'sshd:x:65534:65534::/run/sshd:/usr/sbin/nologin'
    } >"$ssh/passwd"
    cat >"$ssh/serve" <<END
mount --bind $ssh/passwd /etc/passwd && mount -t tmpfs tmpfs /run && mkdir /run/sshd || exit 1
export LD_LIBRARY_PATH=$sshd_libraries
exec $sshd -D -e -f $ssh/config -p \$1
END
    cat >"$ssh/config" <<END
ListenAddress $1
HostKey $ssh/host
PidFile none
AuthorizedKeysFile $ssh/authorized
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
StrictModes no
PermitRootLogin yes
UseDNS no
END
}

# sshd_serve PORT [COMMAND…]: starts it, by a command that runs it elsewhere. Its process is $server.
sshd_serve() {
    sshd_port=$1
    shift
    "$@" unshare --mount sh "$ssh/serve" "$sshd_port" 2>"$ssh/log" &
    server=$!
    for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
        ! grep -q 'Server listening' "$ssh/log" || return 0
        kill -0 "$server" 2>/dev/null || return 1
        sleep 0.1
    done
    sshd_end
    return 1
}

sshd_end() {
    [ -z "$server" ] || kill "$server" 2>/dev/null || :
    [ -z "$server" ] || wait "$server" 2>/dev/null || :
    server=
}
