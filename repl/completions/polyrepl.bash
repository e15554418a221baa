# bash completion for polyrepl. Kept in step with `polyrepl --help` by tests/repl/test_shell_completion.py.

_polyrepl() {
    local cur=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
    local options="-e --eval -i --interactive -m --no-init --json --keep-going --full --version -h --help --"
    local commands="compile fmt npm node doctor kernel web completion"
    COMPREPLY=()
    if [[ $COMP_CWORD -eq 2 ]]; then
        case $previous in
            kernel) mapfile -t COMPREPLY < <(compgen -W "install uninstall list" -- "$cur"); return ;;
            web) mapfile -t COMPREPLY < <(compgen -W "build serve" -- "$cur"); return ;;
            completion) mapfile -t COMPREPLY < <(compgen -W "bash zsh fish" -- "$cur"); return ;;
            npm) mapfile -t COMPREPLY < <(compgen -W "install uninstall update list run" -- "$cur"); return ;;
        esac
    fi
    case ${COMP_WORDS[1]} in
        npm | doctor | kernel | completion) [[ $COMP_CWORD -gt 1 ]] && return ;;
        node | compile | fmt | web)
            if [[ $COMP_CWORD -gt 1 ]]; then
                mapfile -t COMPREPLY < <(compgen -f -- "$cur")
                return
            fi
            ;;
    esac
    case $previous in
        -e | --eval | -m) return ;;
    esac
    if [[ $cur == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$options" -- "$cur")
        return
    fi
    [[ $COMP_CWORD -eq 1 ]] && mapfile -t COMPREPLY < <(compgen -W "$commands" -- "$cur")
    local path
    while IFS= read -r path; do
        COMPREPLY+=("$path")
    done < <(compgen -f -X '!*.lisp' -- "$cur"; compgen -d -S / -- "$cur")
}
complete -o filenames -o nospace -o bashdefault -F _polyrepl polyrepl
