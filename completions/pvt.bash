# Completion of pvt for bash 4 or later. Install:
#   pvt completion bash > ~/.local/share/bash-completion/completions/pvt
# or, without the package bash-completion, in ~/.bashrc: source <(pvt completion bash)
# For an alias: complete -F _pvt <alias>

_pvt() {
  local program=${COMP_WORDS[0]/#\~\//$HOME/} header
  local -a answer=()
  # The pvt that is being typed; for an alias the one of the PATH.
  type -P -- "$program" >/dev/null 2>&1 || program=pvt
  mapfile -t answer < <("$program" __complete bash "${COMP_LINE:0:COMP_POINT}" "$2" 2>/dev/null </dev/null)
  header=${answer[0]-}
  COMPREPLY=("${answer[@]:1}")
  # Newest first, where bash can (4.4).
  compopt -o nosort 2>/dev/null
  case $header in
    files*) compopt -o default ;;
    folders*) compopt -o plusdirs ;;
  esac
  [[ $header != *nospace ]] || compopt -o nospace
}

complete -F _pvt pvt pvt.cjs
