/** Returns the completion script for fish. `call` is the command line that starts hansard, quoted for the shell. */
export function fishScript(call: string): string {
  return `# fish completion for hansard, made by \`hansard completion fish\`

function __hansard_complete
    set -l words (commandline -opc)
    set -l word (commandline -ct)
    set -l lines (${call} __complete fish $words[2..] "$word" 2>/dev/null)
    set -l prefix (string match -r -- '^--[^=]+=' "$word")
    set -l path (string replace -r -- '^--[^=]+=' '' "$word")
    switch "$lines[1]"
        case files
            printf "%s\\n" "$prefix"(__fish_complete_path "$path")
        case folders
            printf "%s\\n" "$prefix"(__fish_complete_directories "$path")
        case '*'
            printf "%s\\n" $lines[2..]
    end
end

complete -c hansard -e
complete -c hansard -f -k -a '(__hansard_complete)'
`
}
