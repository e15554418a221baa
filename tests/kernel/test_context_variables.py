"""What a cell sets in Python's context variables holds in it and in the cells behind it, of each language."""

from __future__ import annotations

from kernels import Kernel


def test_cells_find_what_others_have_set(kernel: Kernel) -> None:
    kernel.run("%%py\nimport contextvars, decimal\nplace = contextvars.ContextVar('place', default=0)")
    kernel.run('(def place (py.eval "place")) (def dec (py.eval "decimal"))')
    for code, value in (
        ("(do (.set place 5) (.get place))", "5"),
        ("(.get place)", "5"),
        ("%%py\nplace.get()", "5"),
        ("%%py\nplace.set(6)\nplace.get()", "6"),
        ("(.get place)", "6"),
        ("(do (await (sleep 1)) (.set place 7) (await (sleep 1)) (.get place))", "7"),
        ("%%py\nimport asyncio\nawait asyncio.sleep(0)\nplace.get()", "7"),
        ("%%js\npy.place.set(8); py.place.get()", "8"),
        ("(.get place)", "8"),
        ("(with [c (dec.localcontext :prec 4)] (str (/ (dec.Decimal 1) 3)))", '"0.3333"'),
        ("(with [c (dec.localcontext :prec 4)] (await (sleep 1)) (str (/ (dec.Decimal 1) 3)))", '"0.3333"'),
        ("(do (def t (.set place 1)) (await (sleep 1)) (.reset place t) (.get place))", "8"),
    ):
        cell = kernel.run(code)
        assert cell.result == value, (code, cell)


def test_what_comes_late_is_still_its_own_cells(kernel: Kernel) -> None:
    """Variables that the kernel sets for each cell (whose output it is) are no other cell's."""
    kernel.run("%%py\ndef say(what): print(what)")
    kernel.run('(def say (py.eval "say"))')
    first = kernel.run("(do (say 1) (setTimeout (fn [] (say 2)) 1000) nil)")
    second = kernel.run("(say 3)")
    assert (first.text(), second.text()) == ("1\n", "3\n")
    kernel.wait_for_text("2\n", first.id)
