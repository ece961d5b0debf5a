/** Returns the completion script for fish. `call` is the command line that starts hansard, quoted for the shell. */
export function fishScript(call: string): string {
  return `# fish completion for hansard, made by \`hansard completion fish\`

function __hansard_complete
    set -l words (commandline -opc)
    set -l word (commandline -ct)
    set -l lines (${call} __complete fish $words[2..] "$word" 2>/dev/null)
    switch "$lines[1]"
        case files
            __hansard_paths __fish_complete_path "$word"
        case folders
            __hansard_paths __fish_complete_directories "$word"
        case '*'
            printf "%s\\n" $lines[2..]
    end
end

function __hansard_paths --argument-names list word
    set -l prefix (string match -r -- '^--[^=]+=' "$word")
    set -l path (string replace -r -- '^--[^=]+=' '' "$word")
    set path (string unescape -- "$path"; or echo "$path")
    set -l found ($list (string replace -r -- '^~/' "$HOME/" "$path"))
    string match -q -- '~/*' "$path"; and set found (string replace -- "$HOME/" '~/' $found)
    printf "%s\\n" "$prefix"$found
end

complete -c hansard -e
complete -c hansard -f -k -a '(__hansard_complete)'
`
}
