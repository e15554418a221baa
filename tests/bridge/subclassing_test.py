"""Classes of JavaScript with a Python parent are Python classes, whoever makes the instances."""

from __future__ import annotations

import copy
import enum
import gc
import inspect
import json
import pickle
import threading
from typing import Any

import pytest
from polyrepl.bridge import Bridge, JSError


class Base:
    made: list[str] = []  # noqa: RUF012 - shared on purpose

    def __init_subclass__(cls) -> None:
        Base.made.append(cls.__name__)

    def __init__(self, x: Any, *, y: Any = 0) -> None:
        self.x = x
        self.y = y

    def hi(self, n: int = 1) -> list[Any]:
        return ["base", self.x, n]

    @classmethod
    def of(cls, *args: Any) -> Any:
        return cls(*args)

    @property
    def double(self) -> Any:
        return self.x * 2


SOURCE = """(Base) => class X extends Base {
  f = 5;
  static n = 1;
  constructor(a, b = 2) { super(a); this.b = b; X.n++ }
  hi(n) { return ['x', this.b, ...super.hi(n)] }
  get sum() { return this.x + this.b }
  set sum(v) { this.x = v }
  get double() { return -super.double }
  static make(q) { return new this(q) }
  static of(...args) { return ['made', super.of(...args)] }
  *[Symbol.iterator]() { yield 1; yield this.x }
  toString() { return 'an X, not ' + (super.toString() === undefined) }
  __len__() { return 7 }
  async later(n = 1) { await null; return this.x + n }
}"""


@pytest.fixture
def kind(js: Bridge) -> Any:
    return js.eval(SOURCE)(Base)


def test_it_is_a_class(kind: Any) -> None:
    assert isinstance(kind, type)
    assert issubclass(kind, Base)
    assert (kind.__name__, kind.__qualname__, kind.__module__) == ("X", "X", "__main__")
    assert Base.made[-1] == "X"
    assert kind.__mro__ == (kind, Base, object)
    assert str(inspect.signature(kind)) == "(a, b=2)"
    assert str(inspect.signature(kind.hi)) == "(self, n)"
    assert inspect.isfunction(kind.hi)
    assert (kind.hi.__name__, kind.hi.__qualname__) == ("hi", "X.hi")


def test_python_makes_one(kind: Any) -> None:
    made = kind(10)
    assert made.__dict__ == {"x": 10, "y": 0, "f": 5, "b": 2}
    assert made.hi(3) == ["x", 2, "base", 10, 3]
    assert made.hi(n=4)[-1] == 4
    assert (made.sum, made.double) == (12, -20)
    made.sum = 4
    assert made.x == 4
    assert list(made) == [1, 4]
    assert str(made) == "an X, not false"
    assert len(made) == 7
    assert kind(1, b=9).b == 9
    assert kind.n == 3
    assert kind.make(3).x == 3
    assert kind.of(8)[1].x == 8


def test_javascript_makes_one(js: Bridge, kind: Any) -> None:
    values = js.eval(
        """(Base, X) => {
        const o = new X(1, 9);
        const kinds = [o instanceof X, o instanceof Base, {} instanceof X];
        return [o.b, o.hi(2), ...kinds, X.n, X.make(6).x, String(o), [...o]];
        }"""
    )(Base, kind)
    assert values == [9, ["x", 9, "base", 1, 2], True, True, False, 2, 6, "an X, not false", [1, 1]]


def test_the_class_as_javascript_wrote_it_is_the_same(js: Bridge) -> None:
    values = js.eval(
        f"""(Base, same) => {{
        const X = ({SOURCE})(Base);
        const o = new X(1, 9);
        X.n = 40;
        new X(1);
        return [o.b, o instanceof X, X.n, same(X, o), X.make(6).x, X.of(4)[1].x, X.name, X.missing];
        }}"""
    )(Base, lambda kind, one: [isinstance(one, kind), kind.n, type(one) is kind])
    assert values == [9, True, 41, [True, 41, True], 6, 4, "X", None]


def test_a_class_of_such_a_class(js: Bridge, kind: Any) -> None:
    source = """(X, get) => { class Y extends X {
      constructor(...rest) { super(100); this.rest = rest }
      hi(n) { return ['y', ...super.hi(n)] }
    }
    class Z extends Y { hi(n) { return ['z', ...super.hi(n)] } }
    return get(Z, new Z(1, 2), new Y(), Y) }"""

    def get(kind_z: Any, z: Any, y: Any, kind_y: Any) -> Any:
        assert kind_z.__mro__ == (kind_z, kind_y, kind, Base, object)
        assert (type(z), type(y)) == (kind_z, kind_y)
        assert z.hi(1) == kind_z().hi(1) == ["z", "y", "x", 2, "base", 100, 1]
        assert y.hi(1) == ["y", "x", 2, "base", 100, 1]
        assert z.rest == [1, 2]
        return True

    assert js.eval(source)(kind, get)


def test_python_goes_on_subclassing(kind: Any) -> None:
    class Mixin(Base):
        def hi(self, n: int = 1) -> list[Any]:
            return ["mixin", *super().hi(n)]

    class Child(kind, Mixin):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__(1, b=77)

        def hi(self, n: int = 1) -> list[Any]:
            return ["child", *super().hi(n)]

    # `super` in JavaScript is Python's: it goes along the method resolution order
    assert Child().hi(5) == ["child", "x", 77, "mixin", "base", 1, 5]


def test_async_methods(js: Bridge, kind: Any) -> None:
    import asyncio

    made = kind(1)
    assert inspect.iscoroutinefunction(made.later)
    assert asyncio.run(made.later()) == 2
    assert js.eval("async (o) => await o.later(5)")(made).result() == 6


def test_exceptions(js: Bridge) -> None:
    source = """(P) => class E extends P {
      constructor(m, code) { super(m); this.code = code }
      tell() { return [this.code] }
    }"""
    kind = js.eval(source)(ValueError)
    with pytest.raises(ValueError, match=r"^no$") as caught:
        raise kind("no", 5)
    assert caught.value.code == 5
    seen = js.eval(
        """(E, f) => { try { f() } catch (e) {
        return [e instanceof E, e instanceof Error, e.message, e.code, e.tell()] } }"""
    )

    def fail() -> None:
        raise kind("no", 6)

    assert seen(kind, fail) == [True, True, "no", 6, [6]]
    with pytest.raises(kind) as thrown:
        js.eval("(E) => { throw new E('q', 7) }")(kind)
    assert (str(thrown.value), thrown.value.code) == ("q", 7)


def test_an_error_has_the_attributes_of_its_exception(js: Bridge) -> None:
    seen = js.eval(
        "(f) => { try { f() } catch (e) { return [e.errno, e.strerror, e.missing, e.name, e.then] } }"
    )

    def fail() -> None:
        raise OSError(2, "gone")

    assert seen(fail) == [2, "gone", None, "FileNotFoundError", None]


def test_metaclasses(js: Bridge) -> None:
    class Meta(type):
        @classmethod
        def __prepare__(cls, name: str, bases: Any, **more: Any) -> Any:
            return {"prepared": name}

        def __call__(cls, *args: Any) -> Any:
            made = super().__call__(*args)
            made.by_meta = True
            return made

    class Module(metaclass=Meta):  # as torch's: attributes only after its __init__
        def __init__(self) -> None:
            object.__setattr__(self, "kept", {})

        def __setattr__(self, name: str, value: Any) -> None:
            self.kept[name] = value  # type: ignore[attr-defined]

        def __getattr__(self, name: str) -> Any:
            try:
                return self.__dict__["kept"][name]
            except KeyError:
                raise AttributeError(name) from None

        def __call__(self, *args: Any) -> Any:
            return self.forward(*args)

    kind = js.eval(
        """(M) => class Net extends M {
        constructor(k) { super(); this.k = k } forward(x) { return x * this.k } }"""
    )(Module)
    net = kind(3)
    assert (net(5), kind.prepared, net.by_meta, net.kept) == (15, "Net", True, {"k": 3, "by_meta": True})
    assert js.eval("(Net) => new Net(4)(5)")(kind) == 20

    color = js.eval(
        """(E) => class Color extends E {
        static RED = 1; static GREEN = 2; hot() { return this.name === 'RED' } }"""
    )(enum.Enum)
    assert [one.name for one in color] == ["RED", "GREEN"]
    assert color.RED.hot() is True

    encoder = js.eval("(P) => class Enc extends P { default(o) { return super.default(o) } }")(
        json.JSONEncoder
    )
    with pytest.raises(TypeError, match="not JSON serializable"):
        json.dumps(len, cls=encoder)


def test_threads(js: Bridge) -> None:
    kind = js.eval(
        """(T) => class Work extends T {
        constructor(n) { super(); this.n = n } run() { this.done = this.n * 2 } }"""
    )(threading.Thread)
    one, two = kind(4), kind(5)
    one.start()
    two.start()
    one.join()  # JavaScript is idle
    two.join()
    assert (one.done, two.done) == (8, 10)
    # JavaScript waits for Python's `join`
    assert js.eval("(Work) => { const t = new Work(6); t.start(); t.join(); return t.done }")(kind) == 12


def test_refusals(js: Bridge) -> None:
    def refused(source: str, parent: Any = object) -> str:
        with pytest.raises((TypeError, JSError)) as caught:
            js.eval(f"(P, use) => {{ {source}; return use(X) }}")(parent, lambda kind: kind())
        text = str(caught.value)
        assert "\n" not in text
        return text

    assert "cannot have private members" in refused("class X extends P { #a = 1; m() { return this.#a } }")
    assert "static getter" in refused("class X extends P { static get a() { return 1 } }")
    assert "Symbol(q)" in refused("class X extends P { [Symbol('q')]() {} }")
    assert "both __init__ and a constructor" in refused(
        "class X extends P { constructor() { super() } __init__() {} }"
    )
    assert "not an acceptable base type" in refused("class X extends P {}", bool)
    assert "Must call super constructor" in refused("class X extends P { constructor() { this.a = 1 } }")
    assert "super() takes" not in refused("class X extends P { constructor() { super(1) } }")


def test_copies_and_pickles(kind: Any) -> None:
    made = kind([1])
    other = copy.deepcopy(made)
    other.x.append(2)
    assert (made.x, other.x) == ([1], [1, 2])
    with pytest.raises(pickle.PicklingError, match="X"):
        pickle.dumps(made)


def test_instances_do_not_pile_up(js: Bridge, kind: Any) -> None:
    def held() -> int:
        gc.collect()
        js.eval("globalThis.gc?.()")
        return js.stats(collect=True)["python"]["objects"]

    js.eval("(X, n) => { for (let i = 0; i < n; i++) new X(i).hi(1) }")(kind, 50)
    before = held()
    js.eval("(X, n) => { for (let i = 0; i < n; i++) new X(i).hi(1) }")(kind, 500)
    for _ in range(50):
        if held() < before + 250:
            return
        js.eval("new Promise((ok) => setTimeout(ok, 10))").result()
    pytest.fail(f"{before} objects were held before, {held()} after")


def test_constructor_is_the_class(js: Bridge) -> None:
    kind = js.eval("(P) => class X extends P { twin() { return new this.constructor(this.x + 1) } }")(Base)

    class Child(kind):  # type: ignore[misc]
        pass

    assert type(kind(1).twin()) is kind
    assert (type(Child(1).twin()), Child(1).twin().x) == (Child, 2)


def test_a_class_of_python_has_a_prototype(js: Bridge) -> None:
    assert js.eval("(C, f) => [typeof C.prototype, f.prototype]")(Base, len) == ["object", None]
    with pytest.raises(JSError, match="Class extends value"):
        js.eval("(f) => class extends f {}")(len)
