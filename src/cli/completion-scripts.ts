/** What each shell reads to complete commands: it asks `countersign complete`, which knows the table of commands. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

export const SCRIPTS: Record<Shell, string> = {
  bash: `# bash: add to ~/.bashrc:  source <(countersign completion bash)
_countersign() {
  local value about
  COMPREPLY=()
  while IFS=$'\\t' read -r value about; do
    case $value in
      :files) compopt -o filenames 2>/dev/null; while IFS= read -r value; do COMPREPLY+=("$value"); done < <(compgen -f -- "$2") ;;
      :folders) compopt -o filenames 2>/dev/null; while IFS= read -r value; do COMPREPLY+=("$value"); done < <(compgen -d -- "$2") ;;
      ?*) COMPREPLY+=("$value") ;;
    esac
  done < <("$1" complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _countersign countersign
`,
  zsh: `#compdef countersign
# zsh: write to a file _countersign in a folder of $fpath, or add to ~/.zshrc:  source <(countersign completion zsh)
_countersign() {
  local -a values
  local line files
  for line in "\${(@f)$("\${(@Q)words[1]}" complete -- "\${(@Q)words[2,CURRENT]}" 2>/dev/null)}"; do
    case $line in
      :files) files=all ;;
      :folders) files=folders ;;
      ?*) values+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}") ;;
    esac
  done
  (( $#values )) && _describe -V countersign values
  case $files in
    all) _files ;;
    folders) _files -/ ;;
  esac
}
if [[ $funcstack[1] == _countersign ]]; then _countersign "$@"; else compdef _countersign countersign; fi
`,
  fish: `# fish: write to ~/.config/fish/completions/countersign.fish
function __countersign_complete
  set -l words (commandline -opc)
  set -l typed (commandline -ct)
  for line in ($words[1] complete -- $words[2..-1] $typed 2>/dev/null)
    switch $line
      case :files
        __fish_complete_path $typed
      case :folders
        __fish_complete_directories $typed
      case '*'
        echo $line
    end
  end
end
complete -c countersign -f -a '(__countersign_complete)'
`,
};
