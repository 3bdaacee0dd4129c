# Completion of vmtax for fish. What there is says `vmtax complete` (ui/cmd_complete.c).

function __vmtax_complete
    set -l words (commandline -opc) (commandline -ct)
    set -l tab (printf '\t')
    for line in ($words[1] complete -- $words[2..] 2>/dev/null)
        set -l fields (string split -- $tab $line)
        if test -n "$fields[1]"
            echo -- $line
            continue
        end
        # The shell's own names, after what stands before them in the word.
        set -l before (string length -- "$fields[3]")
        set -l begun (string sub -s (math $before + 1) -- (commandline -ct))
        set -l own __fish_complete_path
        test "$fields[2]" = directories; and set own __fish_complete_directories
        for name in ($own "$begun")
            echo -- "$fields[3]$name"
        end
    end
end

complete -c vmtax -f -a '(__vmtax_complete)'
