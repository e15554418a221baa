"""Literals, references, calls, attributes and assignment.

In: a node. Out: an expression of Python's, as writer.py says. What only JavaScript has is refused, with its
place.
"""

from __future__ import annotations

import ast
import json
import math
import re
from typing import Any

from .. import nodes as n
from ..forms import BigInt, Const, Form, Keyword, List, Map, Number, Set, Str, Vector
from ..lower.types import type_of
from ..nodes import Node
from .core import CORE
from .writer import Writer, box_of, constant, expression, is_stable, locate

_WORDS: dict[str, Any] = {
    "null": None, "undefined": None, "true": True, "false": False, "NaN": math.nan,
    "Infinity": math.inf, "-Infinity": -math.inf,
}  # fmt: skip
_BIG = re.compile(r"-?(0[xX][0-9a-fA-F]+|\d+)n")
_OF_LISTS, _OF_TEXT, _OF_MAPS = dir([]), dir(""), dir({})


def literal(text: str) -> Any:
    """The value of a literal as it is spelled for JavaScript: whole numbers are Python's integers."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] == '"':
        return json.loads(text)
    if _BIG.fullmatch(text):
        return int(text[:-1], 0)
    try:
        return int(text.replace("_", ""), 0)
    except ValueError:
        return float(text.replace("_", ""))


@expression(n.Lit)
def lit(w: Writer, node: n.Lit) -> ast.expr:
    if node.text[0] == "/":
        raise w.refuse(node, "a regex is JavaScript's", '(py.import re), then (re.search "a+" text)')
    value = literal(node.text)
    if isinstance(value, float) and not math.isfinite(value):
        return ast.Call(w.builtin("float"), [constant(repr(value))], [])
    if isinstance(value, (int, float)) and not isinstance(value, bool) and value < 0:
        return ast.UnaryOp(ast.USub(), constant(-value))
    return constant(value)


@expression(n.KeywordLit)
def keyword(w: Writer, node: n.KeywordLit) -> ast.expr:
    return constant(node.name)


@expression(n.LocalRef)
def local_ref(w: Writer, node: n.LocalRef) -> ast.expr:
    return w.load(node.local, node.span)


@expression(n.GlobalRef)
def global_ref(w: Writer, node: n.GlobalRef) -> ast.expr:
    key = ("global", node.js)
    w.outer.captured.setdefault(key, node)
    return w.glob(key, node.name)


@expression(n.CoreRef)
def core_ref(w: Writer, node: n.CoreRef) -> ast.expr:
    if node.name not in CORE:
        name = "this" if node.name.startswith("%") else node.name
        hint = "call it before, and give the function what it gives; or use Python's (py.import ..)"
        raise w.refuse(node, f"{name} is not in the core of Python's functions", hint)
    return w.core(node.name)


@expression(n.JsRef)
def js_ref(w: Writer, node: n.JsRef) -> ast.expr:
    name = node.name
    if name in ("NaN", "Infinity"):
        return ast.Call(w.builtin("float"), [constant(name)], [])
    hint = "a py.fn runs without JavaScript; (py.import ..) or py.NAME has Python's own"
    if name == "Math":
        hint = "(py.import math), then (math.sqrt x)"
    elif name in ("this", "super"):
        hint = "give the object as an argument"
    raise w.refuse(node, f"{name.lstrip('$')} is JavaScript's", hint)


@expression(n.New)
def new(w: Writer, node: n.New) -> ast.expr:
    raise w.refuse(node, "new is JavaScript's", "a class of Python's is called: (Class x)")


@expression(n.Class)
def class_(w: Writer, node: n.Class) -> ast.expr:
    raise w.refuse(node, "a class of the Lisp is JavaScript's", "(py.exec ..) or a module defines Python's")


@expression(n.Define, n.JsImport, n.Nothing)
def define(w: Writer, node: Node) -> ast.expr:
    if isinstance(node, n.Define) and isinstance(node.value, n.Class):
        return class_(w, node.value)
    raise w.refuse(node, "a definition of a global cannot stand in a py.fn", "(define x ..) is local")


# -- data -----------------------------------------------------------------------------------------


@expression(n.DataLit)
def data_lit(w: Writer, node: n.DataLit) -> ast.expr:
    assert node.form is not None
    return data(w, node, node.form)


def data(w: Writer, node: n.DataLit, form: Form) -> ast.expr:
    match form:
        case Number() | BigInt() | Const() | Str():
            return constant(form.value)
        case Keyword(name=name):
            return constant(name)
        case List(items=items) | Vector(items=items):
            return ast.List([data(w, node, item) for item in items], ast.Load())
        case Set(items=items):
            return w.call("hash-set", *[data(w, node, item) for item in items])
        case Map(items=items):
            return w.call("hash-map", *[data(w, node, item) for item in items])
    raise w.refuse(node, "a symbol is the Lisp's", "write a text or a keyword")


@expression(n.ArrayLit)
def array(w: Writer, node: n.ArrayLit) -> ast.expr:
    return ast.List(w.args(node.items), ast.Load())


@expression(n.SetLit)
def set_lit(w: Writer, node: n.SetLit) -> ast.expr:
    made = w.args(node.items)
    if made and all(isinstance(e, ast.Constant) for e in made):
        return ast.Set(made)
    return w.call("hash-set", *made)


@expression(n.ObjectLit)
def obj(w: Writer, node: n.ObjectLit) -> ast.expr:
    made = w.args([part for pair in node.pairs for part in pair])
    keys: list[ast.expr | None] = []
    for (key, _), e in zip(node.pairs, made[::2], strict=True):
        keys.append(e if isinstance(e, ast.Constant) or type_of(key) == "str" else w.call("%frozen", e))
    return ast.Dict(keys, made[1::2])


@expression(n.Template)
def template(w: Writer, node: n.Template) -> ast.expr:
    holes = iter(w.args([part for part in node.parts if not isinstance(part, str)]))
    parts: list[ast.expr] = []
    for part in node.parts:
        if isinstance(part, str):
            parts.append(constant(part))
        else:
            e = next(holes)
            parts.append(e if type_of(part) == "str" else w.call("%interpolate", e))
    if all(isinstance(part, ast.Constant) for part in parts):
        return constant("".join(str(part.value) for part in parts if isinstance(part, ast.Constant)))
    return ast.JoinedStr(
        [part if isinstance(part, ast.Constant) else ast.FormattedValue(part, -1) for part in parts]
    )


@expression(n.Spread)
def spread(w: Writer, node: n.Spread) -> ast.expr:
    return ast.Starred(w.call("%items", w.expr(node.value)), ast.Load())


# -- calls ----------------------------------------------------------------------------------------


def arguments(w: Writer, nodes: list[Node], *, named: bool) -> tuple[list[ast.expr], list[ast.keyword]]:
    """Arguments; where `named`, from the first keyword on `:name value` are Python's keyword arguments."""
    at = (
        next((at for at, arg in enumerate(nodes) if type(arg) is n.KeywordLit), len(nodes))
        if named
        else len(nodes)
    )
    made = w.args(nodes[:at] + nodes[at + 1 :: 2])
    keywords: list[ast.keyword] = []
    for key, e in zip(nodes[at::2], made[at:], strict=False):
        if type(key) is not n.KeywordLit:
            raise w.refuse(key, "keyword arguments are :name value, and stand last", "(f x :name value)")
        keywords.append(ast.keyword(key.name.replace("-", "_"), e))
    last = nodes[-1] if (len(nodes) - at) % 2 else None
    if isinstance(last, n.KeywordLit):  # without a value it is a text
        return [*made[:at], constant(last.name)], keywords
    return made[:at], keywords


_MAKERS = frozenset(("comp", "complement", "constantly", "fnil", "juxt", "memoize", "partial"))


def known_function(w: Writer, fn: Node) -> bool:
    """Is it surely a function that the Lisp has made, which takes `:name value` as two arguments?"""
    if type(fn) is n.LocalRef:
        sources = fn.local.sources
        return fn.local not in w.keywords and bool(sources) and all(map(_is_lisps, sources or ()))
    return _is_lisps(fn)


def _is_lisps(source: Node) -> bool:
    """A function of the Lisp, or what a core function makes of such."""
    if type(source) is n.Call and type(source.fn) is n.CoreRef and source.fn.name in _MAKERS:
        return bool(source.args) and _is_lisps(source.args[0])
    return type(source) is n.Fn or type(source) is n.CoreRef


@expression(n.Call)
def call(w: Writer, node: n.Call) -> ast.expr:
    fn = node.fn
    if type(fn) is n.CoreRef:
        return core_call(w, node, fn)
    ours = known_function(w, fn)
    takes_keywords = type(fn) is n.LocalRef and fn.local in w.keywords
    known = ours or takes_keywords
    if not known and len(node.args) == 2 and type(node.args[0]) is n.KeywordLit:
        return w.call("%keyed", *w.args([fn, *node.args]))  # data have a key and a default
    before = len(w.stmts)
    target = w.expr(fn)
    if not known and type_of(fn) == "any":
        if len(node.args) in (1, 2) and not any(type(arg) is n.Spread for arg in node.args):
            target = w.call("%asFunction", target)
    elif not ours and type_of(fn) in ("arr", "data", "str", "fn") and type(fn) is not n.GlobalRef:
        target = w.call("%asFunction", target)
    middle = len(w.stmts)
    args, keywords = arguments(w, node.args, named=not ours)
    if len(w.stmts) > max(before, middle) and not is_stable(target):
        made = [target]
        w.spill_before(made, middle)
        target = made[0]
    return ast.Call(target, args, keywords)


def core_call(w: Writer, node: n.Call, fn: n.CoreRef) -> ast.expr:
    name = fn.name
    if name == "%pySlice":
        return ast.Call(w.builtin("slice"), w.args(node.args), [])
    if name == "%indexSlice":
        o, *bounds = w.args(node.args)
        return ast.Subscript(o, ast.Call(w.builtin("slice"), bounds, []), ast.Load())
    if name == "index-tuple":
        return ast.Tuple(w.args(node.args), ast.Load())
    if name == "%holds":
        return w.expr(node.args[0])
    if name in ("max", "min") and len(node.args) > 1 and not any(type(a) is n.Spread for a in node.args):
        return ast.Call(w.builtin(name), w.args(node.args), [])
    target = core_ref(w, fn)
    locate(target, fn.span)
    return ast.Call(target, w.args(node.args), [])


@expression(n.NamedCall)
def named_call(w: Writer, node: n.NamedCall) -> ast.expr:
    fn, *args = w.args([node.fn, *node.args])
    made = ast.Call(fn, args, [])
    return ast.Await(made) if node.frame.has_await else made


@expression(n.PyCall)
def py_call(w: Writer, node: n.PyCall) -> ast.expr:
    if node.mode == "async":
        raise w.refuse(node, "py.async calls Python from JavaScript", "(await (f x)) awaits a coroutine")
    path = node.path
    if type(node.root) is n.JsRef and node.root.name == "$py.builtins":
        if not path:
            raise w.refuse(node, "py is no value in Python", "write py.NAME")
        target: ast.expr = w.builtin(path[0])
        path = path[1:]
    else:
        target = w.expr(node.root)
    locate(target, node.root.span)
    for part in path:
        target = attribute(w, target, part)
    if node.mode == "get":
        return target
    before = len(w.stmts)
    args, keywords = arguments(w, node.args, named=True)
    if len(w.stmts) > before and not is_stable(target):
        made = [target]
        w.spill_before(made, before)
        target = made[0]
    return ast.Call(target, args, keywords)


def attribute(w: Writer, target: ast.expr, name: str) -> ast.expr:
    if name.isidentifier():
        return ast.Attribute(target, name, ast.Load())
    return ast.Call(w.builtin("getattr"), [target, constant(name)], [])


def check_member(w: Writer, node: Node, obj: Node, name: str) -> None:
    """A method of JavaScript's arrays, strings or objects is not Python's."""
    kind = type_of(obj)
    known = {"arr": _OF_LISTS, "str": _OF_TEXT}.get(kind or "")
    if type(obj) is n.ObjectLit:
        known = _OF_MAPS
    if known is not None and name not in known:
        what = {"arr": "a list", "str": "a text"}.get(kind or "", "a dict")
        raise w.refuse(node, f"{what} has no {name} in Python", f'a key of data is (get x "{name}")')


@expression(n.Prop)
def prop(w: Writer, node: n.Prop) -> ast.expr:
    check_member(w, node, node.obj, node.name)
    return attribute(w, w.expr(node.obj), node.name)


@expression(n.MethodCall)
def method_call(w: Writer, node: n.MethodCall) -> ast.expr:
    if isinstance(node.key, str):
        check_member(w, node, node.obj, node.key)
        target = attribute(w, w.expr(node.obj), node.key)
    else:
        o, key = w.args([node.obj, node.key])
        target = ast.Subscript(o, key, ast.Load())
    before = len(w.stmts)
    args, keywords = arguments(w, node.args, named=True)
    if len(w.stmts) > before:
        made: list[ast.expr] = [target]
        w.spill_before(made, before)
        target = made[0]
    return ast.Call(target, args, keywords)


@expression(n.Index)
def index(w: Writer, node: n.Index) -> ast.expr:
    o, key = w.args([node.obj, node.key])
    return ast.Subscript(o, key, ast.Load())


@expression(n.Lookup)
def lookup(w: Writer, node: n.Lookup) -> ast.expr:
    return w.call("get", *w.args([node.obj, node.key]))


@expression(n.Await)
def await_(w: Writer, node: n.Await) -> ast.expr:
    value = w.expr(node.value)
    return ast.Await(value if is_coroutine(node.value) else w.call("%awaitable", value))


def is_coroutine(node: Node) -> bool:
    """Is it a call of an async function of the same text?"""
    if type(node) is n.Call and type(node.fn) is n.LocalRef:
        return node.fn.local.is_async_fn and not node.fn.local.assigned
    return False


@expression(n.CheckAwait)
def check_await(w: Writer, node: n.CheckAwait) -> ast.expr:
    return ast.Await(w.call("%awaitable", w.expr(node.value)))


@expression(n.Yield)
def yield_(w: Writer, node: n.Yield) -> ast.expr:
    value = w.expr(node.value) if node.value is not None else constant(None)
    return ast.YieldFrom(w.call("%items", value)) if node.delegate else ast.Yield(value)


# -- assignment -----------------------------------------------------------------------------------


@expression(n.SetLocal)
def set_local(w: Writer, node: n.SetLocal) -> ast.expr:
    local = node.local
    if local not in w.names:
        hint = "return the new value: a py.fn takes the values along that there are when it is made"
        raise w.refuse(node, f"set! of {local.name}, which is bound outside of the py.fn", hint)
    value = w.expr(node.value)
    name = w.names[local]
    if local in w.boxed:
        w.put(ast.Assign([box_of(ast.Name(name, ast.Load()), store=True)], value), node.span)
        return w.load(local)
    if w.homes[local] is not w.at:
        w.at.outer.add(name)
    w.assign(name, value, node.span)
    return w.load(local)


@expression(n.SetPlace)
def set_place(w: Writer, node: n.SetPlace) -> ast.expr:
    place = node.place
    target: ast.expr
    if isinstance(place, n.Prop):
        o, value = w.args([place.obj, node.value])
        if not is_stable(value):
            o, value = w.simple(o), w.spill(value)
        target = ast.Attribute(o, place.name, ast.Store())
    elif isinstance(place, n.Index):
        o, key, value = w.args([place.obj, place.key, node.value])
        if not is_stable(value):  # Python would evaluate it first
            o, key, value = w.simple(o), w.simple(key), w.spill(value)
        target = ast.Subscript(o, key, ast.Store())
    else:
        name = place.name if isinstance(place, n.GlobalRef) else "it"
        hint = "return the new value: a py.fn takes the values along that there are when it is made"
        raise w.refuse(node, f"set! of {name}, which is bound outside of the py.fn", hint)
    w.put(ast.Assign([target], value), node.span)
    return value


@expression(n.Delete)
def delete(w: Writer, node: n.Delete) -> ast.expr:
    place = node.place
    target: ast.expr
    if isinstance(place, n.Prop):
        target = ast.Attribute(w.expr(place.obj), place.name, ast.Del())
    else:
        assert isinstance(place, n.Index)
        o, key = w.args([place.obj, place.key])
        target = ast.Subscript(o, key, ast.Del())
    w.put(ast.Delete([target]), node.span)
    return constant(True)
