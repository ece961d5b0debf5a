/** Returns the completion script for zsh. `call` is the command line that starts hansard, quoted for the shell. */
export function zshScript(call: string): string {
  return `#compdef hansard
# zsh completion for hansard, made by \`hansard completion zsh\`

_hansard() {
  local line
  local -a lines values shown
  lines=("\${(@f)$(${call} __complete zsh "\${(@Q)words[2,CURRENT-1]}" "\${(Q)PREFIX}" 2>/dev/null)}")
  [[ $PREFIX == --*=* ]] && compset -P 1 '*='
  case $lines[1] in
    files) _files ;;
    folders) _files -/ ;;
    *)
      for line in "\${(@)lines[2,-1]}"; do
        values+=("\${line%%$'\\t'*}")
        shown+=("\${(mr:COLUMNS-1:)line/$'\\t'/  }")
      done
      (( $#values )) && compadd -l -V hansard -d shown -a values
      ;;
  esac
}

if [[ $funcstack[1] == _hansard ]]; then
  _hansard "$@"
else
  compdef _hansard hansard
fi
`
}
