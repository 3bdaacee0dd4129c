#!/bin/sh
# The Java program of jbb: a fixed number of transactions has the same digest with every JVM,
# collector and compiler, and books in which a cent, a piece of stock, a line, an order or a delivery
# is wrong are found out.
set -eu
jar=${abs_top_builddir:-.}/vmtax-jbb.jar
[ -f "$jar" ] || { echo "this build has no jbb (no JDK when it was configured)"; exit 77; }
command -v java >/dev/null || { echo "there is no JVM (Debian: default-jre-headless)"; exit 77; }

is() { # WANTED ARGUMENTS
    wanted=$1
    shift
    got=$(java -Xmx512m -XX:-UsePerfData "$@") || :
    # shellcheck disable=SC2254 # wanted is a pattern
    case $got in
    $wanted) ;;
    *)
        echo "java $* said: $got"
        exit 1
        ;;
    esac
}
is d608413c10991c01 -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -jar "$jar" --digest 2 5000
is d608413c10991c01 -XX:+UseParallelGC -jar "$jar" --digest 2 5000
is 'failed text=warehouse*balance*' -jar "$jar" --digest 1 500 balance
is 'failed text=*pieces*were*ordered*left*the*stocks*' -jar "$jar" --digest 2 500 stock
is 'failed text=*ordered*lines*left*the*stocks*' -jar "$jar" --digest 2 500 lines
is 'failed text=warehouse*orders*were*made*are*there*' -jar "$jar" --digest 1 500 order
is 'failed text=warehouse*orders*were*made*delivered*' -jar "$jar" --digest 1 500 delivery
is 'failed text=warehouse*orders*were*made*by*transactions*' -jar "$jar" --digest 1 500 count
is 'failed text=nothing*' -jar "$jar" --digest 1 1 other
is 'failed text=*warehouses' -jar "$jar" --digest 9 1
is 'failed text=*memory*' -Xmx8m -jar "$jar" --digest 8 1
