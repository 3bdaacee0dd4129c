# Theme files as C strings, so that the program has them wherever it runs.
# Usage: awk -f theme_data.awk dark.theme ...
BEGIN { print "static const struct builtin { const char *name, *text; } builtins[] = {" }
FNR == 1 {
    if (NR > 1) print "    },"
    name = FILENAME
    sub(/.*\//, "", name)
    sub(/\.theme$/, "", name)
    printf "    {\"%s\",\n", name
}
{
    gsub(/\\/, "\\\\")
    gsub(/"/, "\\\"")
    printf "     \"%s\\n\"\n", $0
}
END { print "    },"; print "};" }
