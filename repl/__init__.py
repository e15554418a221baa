"""polyrepl.repl: Session, the read-eval-print core, and the terminal around it."""
