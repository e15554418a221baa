"""Functions: parameters, defaults, rest and keyword parameters, several arities.

In: a `Fn` node. Out: a `def` of Python's; `async def` when its own body awaits, a generator when it yields.
Where a closure sees variables that are bound anew in each turn, the `def` stands in a function of their
values:

    (for [i xs] (fn [] i))   ->   def make_fn(i):
                                      def fn(): return i
                                      return fn
                                  fn = make_fn(i)
"""

from __future__ import annotations

import ast
import keyword

from .. import nodes as n
from ..nodes import Bind, Local, Node
from ..nodes.walk import children
from .writer import RETURN, Def, Writer, box_of, constant, expression, is_stable, python_name, stable


@expression(n.Fn)
def function(w: Writer, node: n.Fn) -> ast.expr:
    name = w.declare(node.self_local) if node.self_local is not None else w.fresh(node.name or "fn")
    write(w, node, name)
    return stable(ast.Name(name, ast.Load()), True)


@expression(n.PyFn)
def inner(w: Writer, node: n.PyFn) -> ast.expr:
    """A `py.fn` in another one is a function of it."""
    return function(w, node.fn)


def function_into(w: Writer, node: n.Fn, local: Local, *, made: bool = False) -> None:
    """Bind a local to a function, which has its name. `made`: the local's variable is there already."""
    if node.self_local is not None or local in w.boxed:
        value = function(w, node)
        if made and local in w.boxed:
            w.put(ast.Assign([box_of(ast.Name(w.names[local], ast.Load()), store=True)], value), node.span)
        else:
            w.give(local, value, node.span)
    else:
        write(w, node, w.declare(local))


def write(w: Writer, node: n.Fn, name: str) -> None:
    """The statements that define the function under a name."""
    seen = [local for local in free(node) if local in w.fresh_each_turn and w.homes.get(local) is not None]
    seen = [local for local in seen if w.names[local] != name]
    if not seen:
        w.put(definition(w, node, name), node.span)
        return
    maker = w.fresh("make_" + name)
    params = [ast.arg(w.names[local]) for local in seen]
    values: list[ast.expr] = [ast.Name(w.names[local], ast.Load()) for local in seen]
    w.at = Def(w.at)
    try:
        made = definition(w, node, name)
    finally:
        parent = w.at.parent
        assert parent is not None
        w.at = parent
    body: list[ast.stmt] = [made, ast.Return(ast.Name(name, ast.Load()))]
    w.put(plain_def(maker, params, body), node.span)
    call = ast.Call(ast.Name(maker, ast.Load()), values, [])
    w.put(ast.Assign([ast.Name(name, ast.Store())], call), node.span)


def plain_def(name: str, params: list[ast.arg], body: list[ast.stmt]) -> ast.FunctionDef:
    given = ast.arguments(posonlyargs=[], args=params, kwonlyargs=[], kw_defaults=[], defaults=[])
    return ast.FunctionDef(name=name, args=given, body=body, decorator_list=[])


def free(node: Node) -> list[Local]:
    """The locals that a function refers to, each once."""
    found: dict[Local, None] = {}
    stack: list[Node] = [node]
    while stack:
        item = stack.pop()
        if isinstance(item, (n.LocalRef, n.SetLocal)):
            found.setdefault(item.local)
        stack.extend(children(item))
    return list(found)


def bound(node: n.Fn) -> set[Local]:
    """The locals that are bound somewhere in a function."""
    found: set[Local | None] = set()
    stack: list[Node] = [node]
    while stack:
        item = stack.pop()
        stack.extend(children(item))
        match item:
            case n.Fn():
                found.add(item.self_local)
                for arity in item.arities:
                    found |= {arity.rest, *[param.local for param in arity.params]}
            case Bind():
                found |= {item.local, item.rest, *(item.elements or ())}
            case n.Loop():
                found |= {*item.locals}
            case n.Letfn():
                found |= {local for local, _ in item.fns}
            case n.For():
                found |= {clause.local for clause in item.clauses}
            case n.Try():
                found |= {clause.local for clause in item.catches}
            case n.Match():
                found.add(item.subject)
            case n.With():
                found |= {item.local, item.entered}
    return {local for local in found if local is not None}


def definition(
    w: Writer,
    node: n.Fn,
    name: str,
    annotations: dict[Local, Node] | None = None,
    returns: Node | None = None,
    *,
    keywords: bool = False,
) -> ast.stmt:
    """The `def`. `keywords`: `& {:keys [a b]}` are keyword parameters, as it is called by Python."""
    said = {local: w.expr(found) for local, found in (annotations or {}).items()}
    result = w.expr(returns) if returns is not None else None
    home = Def(w.at, node.frame.has_await)
    body: list[ast.stmt] = []
    with w.inside(at=home, stmts=body):
        if len(node.arities) == 1:
            args = one_arity(w, node.arities[0], keywords, alone=True)
        else:
            args = many_arities(w, node, name)
        if node.frame.has_yield and body and isinstance(body[-1], ast.Return):
            last = body[-1].value
            if isinstance(last, ast.Constant):
                body.pop()
            elif last is not None and node.frame.has_await:
                body[-1] = ast.Expr(last)  # an asynchronous generator returns nothing
    if node.frame.has_yield and node.frame.has_await:
        drop_values(body)
    for local, note in said.items():
        for arg in [*args.args, *args.kwonlyargs, args.vararg]:
            if arg is not None and arg.arg == w.names.get(local):
                arg.annotation = note
    if home.outer:
        body.insert(0, ast.Nonlocal(sorted(home.outer)))
    if node.doc is not None:
        body.insert(0, ast.Expr(constant(node.doc)))
    kind = ast.AsyncFunctionDef if node.frame.has_await else ast.FunctionDef
    return kind(name=name, args=args, body=body or [ast.Pass()], decorator_list=[], returns=result)


def drop_values(body: list[ast.stmt]) -> None:
    """`return x` of an asynchronous generator is `x; return`."""
    for at, item in enumerate(body):
        for field in ("body", "orelse", "finalbody"):
            inner = getattr(item, field, None)
            if isinstance(inner, list) and not isinstance(item, (ast.FunctionDef, ast.AsyncFunctionDef)):
                drop_values(inner)
        if isinstance(item, ast.Return) and item.value is not None:
            body[at : at + 1] = [ast.Expr(item.value), ast.Return(None)]


def one_arity(w: Writer, arity: n.Arity, keywords: bool, *, alone: bool = False) -> ast.arguments:
    """The parameters; the body is appended to `w.stmts`. `alone`: it is the only one of its function."""
    loop = arity.loop
    looping = loop is not None and loop.recurs > 0
    args = ast.arguments(posonlyargs=[], args=[], kwonlyargs=[], kw_defaults=[], defaults=[])
    binds = list(arity.binds)
    for param in arity.params:
        args.args.append(ast.arg(w.declare(param.local, each_turn=looping)))
        if param.default is not None:
            args.defaults.append(default(w, param.local, param.default, binds))
    named = keyword_parameters(arity) if keywords and not looping else None
    if named is not None:
        for step in named:
            args.kwonlyargs.append(ast.arg(w.declare(step.local)))
            given = step.default or n.Lit(step.span, "null", "nil")
            rest = [Bind(step.span, step.local, None, given)]
            args.kw_defaults.append(default(w, step.local, given, rest))
            at = binds.index(step)
            binds[at : at + 1] = rest
        binds = [step for step in binds if not takes_keywords(step)]
    elif arity.rest is not None:
        args.vararg = ast.arg(w.declare(arity.rest, each_turn=looping))
    for local in [param.local for param in arity.params] + ([arity.rest] if args.vararg else []):
        if local in w.boxed:
            assert local is not None
            w.put(ast.Assign([ast.Name(w.names[local], ast.Store())], boxed(w, local)), local.span)
    if args.vararg is not None and arity.rest is not None:
        taken = keys_taken(arity)
        if taken is None:
            listed = ast.Call(w.builtin("list"), [w.load(arity.rest)], [])
            w.give(arity.rest, listed, arity.rest.span)
        elif alone:
            args.kwarg = ast.arg(w.fresh("named"))
            by_name = ast.Name(args.kwarg.arg, ast.Load())
            spelled = ast.Dict([*map(constant, taken)], [*map(constant, taken.values())])
            w.give(arity.rest, w.call("%named", w.load(arity.rest), by_name, spelled), arity.rest.span)
    if looping:
        assert loop is not None
        loop.inner, loop.body = binds, arity.body
        w.into(loop, RETURN)
    else:
        w.into(n.Let(arity.body.span, binds, arity.body), RETURN)
    return args


def boxed(w: Writer, local: Local) -> ast.expr:
    return ast.List([ast.Name(w.names[local], ast.Load())], ast.Load())


def keys_taken(arity: n.Arity) -> dict[str, str] | None:
    """Is the rest taken for keywords? Then those that Python has to spell in another way, by that."""
    taking = next((step for step in arity.binds if takes_keywords(step)), None)
    if taking is None:
        return None
    found: dict[str, str] = {}
    for step in arity.binds:
        match step.init:
            case n.Lookup(obj=n.LocalRef(local=local), key=n.Lit(text=text)) if local is taking.local:
                name = text.strip('"')
                found |= {
                    other: name for other in (name.replace("-", "_"), python_name(name)) if other != name
                }
    return found


def default(w: Writer, local: Local, value: Node, binds: list[Bind]) -> ast.expr:
    """A default: Python's where it is a constant, else `..`, and what it is is found out in the call."""
    if type(value) in (n.Lit, n.KeywordLit):
        e = w.expr(value)
        if is_stable(e) or isinstance(e, ast.UnaryOp):
            binds[:] = [step for step in binds if not (step.init is None and step.local is local)]
            return e
    return w.glob(("missing", None), "MISSING")


def takes_keywords(step: Bind) -> bool:
    return (
        type(step.init) is n.Call
        and type(step.init.fn) is n.CoreRef
        and step.init.fn.name == "keyword-args"
        and step.elements is None
    )


def keyword_parameters(arity: n.Arity) -> list[Bind] | None:
    """The bindings of `& {:keys [a (b 1)]}`, where all the map is asked for are keys that are names."""
    taking = next((step for step in arity.binds if takes_keywords(step)), None)
    if taking is None or arity.rest is None:
        return None
    found: list[Bind] = []
    for step in arity.binds:
        match step.init:
            case n.Lookup(obj=n.LocalRef(local=local), key=n.Lit(text=text)) if local is taking.local:
                name = text.strip('"').replace("-", "_")
                if (
                    not name.isidentifier()
                    or keyword.iskeyword(name)
                    or name != step.local.name.replace("-", "_")
                ):
                    return None
                found.append(step)
    uses = sum(1 for step in arity.binds if step.init is not None and taking.local in free(step.init))
    return found if found and uses == len(found) and taking.local not in free(arity.body) else None


def many_arities(w: Writer, node: n.Fn, name: str) -> ast.arguments:
    """`if len(args) == 1: (x,) = args ..`; the one with a rest takes what is left."""
    rest = w.fresh("args")
    count = w.fresh("count")
    length = ast.Call(w.builtin("len"), [ast.Name(rest, ast.Load())], [])
    w.assign(count, length, node.span)
    for arity in sorted(node.arities, key=lambda arity: (arity.rest is not None, len(arity.params))):
        own = write_arity(w, arity, rest)
        optional = [param for param in arity.params if param.default is not None]
        least = len(arity.params) - len(optional)
        found: ast.expr = ast.Name(count, ast.Load())
        if arity.rest is not None:
            truth = ast.Compare(found, [ast.GtE()], [constant(least)])
        elif optional:
            ops: list[ast.cmpop] = [ast.LtE(), ast.LtE()]
            truth = ast.Compare(constant(least), ops, [found, constant(len(arity.params))])
        else:
            truth = ast.Compare(found, [ast.Eq()], [constant(least)])
        w.put(ast.If(truth, own, []), node.span)
    wrong = w.call("%arityError", constant(name), ast.Name(count, ast.Load()))
    w.put(ast.Raise(wrong, None), node.span)
    return ast.arguments(
        posonlyargs=[], args=[], vararg=ast.arg(rest), kwonlyargs=[], kw_defaults=[], defaults=[]
    )


def write_arity(w: Writer, arity: n.Arity, rest: str) -> list[ast.stmt]:
    own: list[ast.stmt] = []
    with w.inside(stmts=own):
        args = one_arity(w, arity, False)
    if args.defaults:
        short = len(args.args) - len(args.defaults)
        fill = ast.Tuple(list(args.defaults), ast.Load())
        given = ast.Name(rest, ast.Load())
        start = ast.BinOp(ast.Call(w.builtin("len"), [given], []), ast.Sub(), constant(short))
        more = ast.Subscript(fill, ast.Slice(start, None, None), ast.Load())
        value: ast.expr = ast.BinOp(given, ast.Add(), more)
    else:
        value = ast.Name(rest, ast.Load())
    targets: list[ast.expr] = [ast.Name(arg.arg, ast.Store()) for arg in args.args]
    if args.vararg is not None:
        targets.append(ast.Starred(ast.Name(args.vararg.arg, ast.Store()), ast.Store()))
    if targets:
        own.insert(0, ast.Assign([ast.Tuple(targets, ast.Store())], value))
    return own
