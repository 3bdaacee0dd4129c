# shellcheck shell=sh
# Sourced by tests that let kbuild compile something: a tree that looks like a kernel's from afar. One
# object has debug information, which names the directory of its worker.

# no_compiler: says what is missing, or fails.
no_compiler() {
    for tool in make gcc ld flex bison bc awk sed; do
        command -v "$tool" >/dev/null 2>&1 || { echo "needs $tool"; return 0; }
    done
    [ -r /usr/include/elf.h ] || { echo "needs the headers of the C library (libc6-dev)"; return 0; }
    return 1
}

# small_tree DIRECTORY
small_tree() {
    mkdir -p "$1/lib"
    for i in 1 2 3; do
        echo "int f$i(int x) { return x + $i; }" >"$1/lib/f$i.c"
    done
    echo 'int main(void) { return 0; }' >"$1/main.c"
    : >"$1/Kconfig"
    cat >"$1/Makefile" <<'EOF'
objects = $(O)/lib/f1.o $(O)/lib/f2.o $(O)/lib/f3.o
.PHONY: tinyconfig prepare lib/ vmlinux
tinyconfig: ; mkdir -p $(O)/lib && : >$(O)/.config
prepare: ; test -f $(O)/.config
$(O)/%.o: %.c ; mkdir -p $(@D) && gcc $(SALT) $(DEBUG) -c -o $@ $<
$(O)/lib/f1.o: DEBUG = -g
$(O)/lib/built-in.a: $(objects) ; ar cDPrsT $@ $^
lib/: $(O)/lib/built-in.a
vmlinux: $(O)/main.o $(O)/lib/built-in.a ; gcc -s -o $(O)/vmlinux $^
EOF
}
