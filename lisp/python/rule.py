"""The rule of the lowering for `py.fn`; what writes Python is loaded when the first one comes.

In: a `PyFn` node. Out: what form.py gives.
"""

from __future__ import annotations

from .. import nodes as n
from ..emit.ir import Expr
from ..lower.lowerer import Lowerer, expression


@expression(n.PyFn)
def py_fn(lw: Lowerer, node: n.PyFn) -> Expr:
    from .form import made_in_python  # late: few programs have one, and a start should not wait

    return made_in_python(lw, node)
