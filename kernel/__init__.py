"""polyrepl.kernel: the same Session behind Jupyter messages."""
