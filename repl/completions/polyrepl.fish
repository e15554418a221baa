# fish completion for polyrepl. Kept in step with `polyrepl --help` by tests/repl/test_shell_completion.py.

set -l commands compile fmt npm node doctor kernel web completion
complete -c polyrepl -f
complete -c polyrepl -n "not __fish_seen_subcommand_from $commands" -k -a "(__fish_complete_suffix .lisp)"
complete -c polyrepl -n __fish_use_subcommand -a compile -d "make an ES module of a file"
complete -c polyrepl -n __fish_use_subcommand -a fmt -d "rewrite files in the canonical layout"
complete -c polyrepl -n __fish_use_subcommand -a npm -d "add JavaScript packages with the bundled npm"
complete -c polyrepl -n __fish_use_subcommand -a node -d "run the bundled Node"
complete -c polyrepl -n __fish_use_subcommand -a doctor -d "say what is installed and what is wrong"
complete -c polyrepl -n __fish_use_subcommand -a kernel -d "register the Jupyter kernel, or remove it"
complete -c polyrepl -n __fish_use_subcommand -a web -d "build a page for the browser, or serve it"
complete -c polyrepl -n __fish_use_subcommand -a completion -d "print the completion file of a shell"
complete -c polyrepl -n "__fish_seen_subcommand_from kernel" -a "install uninstall list"
complete -c polyrepl -n "__fish_seen_subcommand_from web" -a "build serve" -F
complete -c polyrepl -n "__fish_seen_subcommand_from completion" -a "bash zsh fish"
complete -c polyrepl -n "__fish_seen_subcommand_from npm" -a "install uninstall update list run"
complete -c polyrepl -n "__fish_seen_subcommand_from node compile fmt" -F
complete -c polyrepl -n "not __fish_seen_subcommand_from $commands" -s e -l eval -x -d "run a form"
complete -c polyrepl -n "not __fish_seen_subcommand_from $commands" -s i -l interactive -d "go to the prompt afterwards"
complete -c polyrepl -n "not __fish_seen_subcommand_from $commands" -s m -x -d "run NAME.lisp, looked for like a module"
complete -c polyrepl -n "not __fish_seen_subcommand_from $commands" -l no-init -d "read neither config.toml nor init.lisp"
complete -c polyrepl -n "not __fish_seen_subcommand_from $commands" -l json -d "print each result as one line of JSON"
complete -c polyrepl -n "not __fish_seen_subcommand_from $commands" -l keep-going -d "go on after an error"
complete -c polyrepl -n "not __fish_seen_subcommand_from $commands" -l full -d "show values of any size whole"
complete -c polyrepl -n "not __fish_seen_subcommand_from $commands" -l version -d "print versions"
complete -c polyrepl -n "not __fish_seen_subcommand_from $commands" -s h -l help -d "print help"
