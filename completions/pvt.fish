# Completion of pvt for fish. Install:
#   pvt completion fish > ~/.config/fish/completions/pvt.fish

function __pvt_candidates
    set -l line (commandline -cp | string collect)
    set -l words (string match -rv '^[A-Za-z_]\w*=' -- (commandline -opc))
    # The pvt that is being typed; for an alias the one of the PATH.
    set -l program pvt
    set -q words[1]; and command -sq -- $words[1]; and set program $words[1]
    set -l answer (command $program __complete fish "$line" 2>/dev/null </dev/null)
    set -q answer[2]; and printf '%s\n' $answer[2..-1]
    set -l token (commandline -ct)
    set -l head (string match -r '^--[^=]+=' -- $token)
    set -l rest (string replace -r '^--[^=]+=' '' -- $token)
    # What fish offers for a command that it does not know are files.
    string match -qr '^(files|folders)' -- "$answer[1]"; or return 0
    set -l paths (complete -C "__pvt_of_files $rest")
    string match -q 'folders*' -- "$answer[1]"; and set paths (string match -r '.*/$' -- $paths)
    for path in $paths
        echo "$head$path"
    end
end

complete -c pvt -f -k -a '(__pvt_candidates)'
complete -c pvt.cjs -f -k -a '(__pvt_candidates)'
