"""polyrepl.bridge: two runtimes, one conversation. Knows nothing of Lisp."""
