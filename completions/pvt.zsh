#compdef pvt pvt.cjs
# Completion of pvt for zsh. Install:
#   pvt completion zsh > <a folder of $fpath>/_pvt
# or, after compinit, in ~/.zshrc: source <(pvt completion zsh)

_pvt() {
  local program=${(Q)words[1]} line header
  local -a answer before typed space
  # The pvt that is being typed; for an alias the one of the PATH.
  [[ $program == '~'/* ]] && program=$HOME/${program#\~/}
  (( $+commands[$program] )) || [[ $program == */* && -x $program ]] || program=pvt
  line="${(j: :)words[1,CURRENT-1]} $QIPREFIX$IPREFIX$PREFIX"
  # Assignments in front of the program are not among the words.
  typed=(${(z)LBUFFER})
  integer first=$(( $#typed - CURRENT + 1 ))
  [[ $LBUFFER == *[[:blank:]] ]] && (( first++ ))
  while (( --first > 0 )) && [[ $typed[first] == PVT_[A-Z]##=* || $typed[first] == [A-Za-z_]*=* ]]; do
    before=($typed[first] $before)
  done
  answer=("${(@f)$($program __complete zsh "${(j: :)before} $line" 2>/dev/null </dev/null)}")
  header=$answer[1]
  shift answer
  [[ $header == *nospace ]] && space=(-S '')
  local found=1
  (( $#answer )) && _describe -V pvt answer $space && found=0
  case $header in
    files*|folders*)
      [[ $PREFIX == --*=* ]] && compset -P '*='
      if [[ $header == files* ]]; then _files; else _files -/; fi && found=0
      ;;
  esac
  return found
}

if [[ $funcstack[1] == _pvt ]]; then
  _pvt "$@"
elif (( $+functions[compdef] )); then
  compdef _pvt pvt pvt.cjs
fi
