/** Returns the completion script for bash. `call` is the command line that starts hansard, quoted for the shell. */
export function bashScript(call: string): string {
  return `# bash completion for hansard, made by \`hansard completion bash\`

_hansard() {
  local kind line
  COMPREPLY=()
  {
    IFS= read -r kind
    while IFS= read -r line; do COMPREPLY+=("$line"); done
  } < <(${call} __complete bash "$2" "\${COMP_LINE:0:$COMP_POINT}" 2>/dev/null)
  case $kind in
    files) compopt -o default ;;
    folders) compopt -o dirnames ;;
    *) compopt -o nosort ;;
  esac 2>/dev/null
  return 0
}

complete -F _hansard hansard
`
}
