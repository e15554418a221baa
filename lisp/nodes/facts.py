"""What a node surely is, asked by the analyzer and by the lowering.

In: a node, or the frame of a function. Out: a bool; nothing here asks inferred types.
"""

from __future__ import annotations

from ..forms import Symbol
from . import core_facts
from .define import Await, Fn, PyFn
from .values import (
    ArrayLit,
    Call,
    CoreRef,
    DataLit,
    Frame,
    GlobalRef,
    Index,
    JsRef,
    Lit,
    LocalRef,
    MethodCall,
    Node,
    ObjectLit,
    Prop,
    PyCall,
    SetLit,
)

SYNCHRONOUS = ("constructor", "getter", "field")  # frames that JavaScript runs without a chance to wait


def is_python(node: Node) -> bool:
    """Does the node surely give a Python module, builtin or `$py` result?"""
    match node:
        case LocalRef():
            return node.local.is_python and not node.local.assigned
        case GlobalRef():
            return node.is_python
        case JsRef():
            return node.name == "$py.builtins"
        case PyFn():
            return True
        case Call():
            return type(node.fn) is JsRef and node.fn.name == "$py"
    return False


def is_async_fn(node: Node) -> bool:
    """Is it a function whose call gives a promise?"""
    return type(node) is Fn and node.frame.has_await and not node.frame.has_yield


def is_collection(node: Node, depth: int = 0) -> bool:
    """Is the value surely something to look keys up in (or nil), never a function?"""
    match node:
        case ArrayLit() | ObjectLit() | SetLit():
            return True
        case Call(fn=CoreRef(name=name)):
            return name in core_facts.COLLECTIONS
        case LocalRef(local=local) if local.sources and depth < 8:
            return all(is_collection(source, depth + 1) for source in local.sources)
    return False


def is_object(node: ObjectLit) -> bool:
    """Is every key that is written out a name? `{1 :a}` and `{[1] :a}` are Maps."""
    for key, _ in node.pairs:
        if isinstance(key, (ArrayLit, ObjectLit, SetLit)) or (type(key) is Lit and key.ty != "str"):
            return False
        if type(key) is DataLit and type(key.form) is not Symbol:
            return False
    return True


def may_be_data(node: Node) -> bool:
    """Is the value of unknown make, so that it may be a map, a set or an array as well as a function?"""
    return isinstance(node, (Await, Call, Index, LocalRef, MethodCall, Prop, PyCall))


def in_class(frame: Frame | None) -> bool:
    """Does the function stand in a member of a class, at any depth?"""
    while frame is not None:
        if frame.kind in ("constructor", "method", "getter", "field"):
            return True
        frame = frame.parent
    return False
