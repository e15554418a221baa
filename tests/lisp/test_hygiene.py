"""Hygiene: what a macro inserts means what it meant at its definition, and binds nobody else's names."""

from __future__ import annotations

from typing import Any

import pytest
from polyrepl.lisp.compiler import Compiler
from polyrepl.lisp.errors import LispError

RULES = {
    "r7rs let-syntax": (
        "(let-syntax ((given-that (syntax-rules () ((_ test s1 s2 ...) (if test (do s1 s2 ...)))))) "
        "(let ((if true)) (given-that if (set! if 'now)) if))",
        "now",
    ),
    "r7rs outer x": (
        "(let ((x 'outer)) (let-syntax ((m (syntax-rules () ((m) x)))) (let ((x 'inner)) (m))))",
        "outer",
    ),
    "r7rs letrec-syntax": (
        "(letrec-syntax ((my-or (syntax-rules () ((my-or) false) ((my-or e) e) "
        "((my-or e1 e2 ...) (let ((temp e1)) (if temp temp (my-or e2 ...))))))) "
        "(let ((x false) (y 7) (temp 8) (let odd?) (if even?)) (my-or x (let temp) (if y) y)))",
        "7",
    ),
    "r7rs => is bound": ("(let ((=> false)) (cond (true => 'ok)))", "ok"),
    "r7rs be-like-begin": (
        "(define-syntax be-like-begin (syntax-rules () ((_ name) (define-syntax name (syntax-rules () "
        "((_ expr (... ...)) (do expr (... ...)))))))) (be-like-begin sequence) (sequence 1 2 3 4)",
        "4",
    ),
    "custom ellipsis": (
        "(define-syntax m (syntax-rules ::: () ((_ a :::) '(a ::: ...)))) (m 1 2)",
        "(1 2 ...)",
    ),
    "nested ellipsis": (
        "(define-syntax m (syntax-rules () ((_ (a b ...) ...) '((b ... a) ...)))) (m (1 2 3) (4 5))",
        "((2 3 1) (5 4))",
    ),
    "flattening ellipses": (
        "(define-syntax m (syntax-rules () ((_ (a ...) ...) '(a ... ...)))) (m (1 2) (3))",
        "(1 2 3)",
    ),
    "items after an ellipsis": (
        "(define-syntax m (syntax-rules () ((_ a ... z) '(z a ...)))) (m 1 2 3)",
        "(3 1 2)",
    ),
    "vectors": (
        "(define-syntax m (syntax-rules () ((_ [a b ...]) (list a [b ...])))) (m [1 2 3])",
        "(1 [2 3])",
    ),
    "dotted": ("(define-syntax m (syntax-rules () ((_ f . args) (f . args)))) (m + 1 2 3)", "6"),
    "swap": (
        "(define-syntax swap! (syntax-rules () ((_ a b) (let ((tmp a)) (set! a b) (set! b tmp))))) "
        "(let ((tmp 1) (other 2)) (swap! tmp other) [tmp other])",
        "[2 1]",
    ),
    "literals compare bindings": (
        "(define-syntax m (syntax-rules (else) ((_ else) 1) ((_ x) 2))) (let ((else 5)) [(m else)])",
        "[2]",
    ),
    "macros define": (
        "(define-syntax def2 (syntax-rules () ((_ a b v) (do (def a v) (def b (inc v)))))) "
        "(def2 q r 3) [q r]",
        "[3 4]",
    ),
    "built-in macros are hygienic": (
        "(let ((if list) (let list) (nil? list)) [(when true 1) (some-> 5 inc) (cond false 1 :else 2)])",
        "[1 6 2]",
    ),
    "a loop around user code": (
        "(define-syntax times (syntax-rules () "
        "((_ n b) (loop ((i 0)) (if (< i n) (do b (recur (+ i 1))) i))))) "
        "(let ((i 42)) [(times 3 (t i)) (log)])",
        "[3 [42 42 42]]",
    ),
}
HOSTED = {
    "fresh names": (
        "(defmacro twice [e] `(let [v# ~e] (+ v# v#))) (let ((v 100)) (+ v (twice 4)))",
        "108",
    ),
    "free names": ("(defmacro add-inc [x] `(inc ~x)) (let ((inc dec)) (add-inc 5))", "6"),
    "free special forms": (
        "(defmacro my-when [c & b] `(if ~c (do ~@b))) (let ((if 5)) (my-when true if))",
        "5",
    ),
    "capture on purpose": ("(defmacro with-it [a b] `(let [~'it ~a] ~b)) (with-it 1 (+ it 1))", "2"),
    "gensym": (
        '(defmacro m [v b] (let [g (gensym "g")] `(let [~g ~v] (+ ~g ~b)))) (let [g 5] (m 1 g))',
        "6",
    ),
    "definitions": ("(defmacro defget [n v] `(defn ~n [] ~v)) (defget five 5) (five)", "5"),
    "macros to macros": ("(defmacro a [x] `(b ~x)) (defmacro b [x] `(+ 1 ~x)) (a 2)", "3"),
    "helper functions": ("(defn helper [x] `(+ 1 ~x)) (defmacro uses [x] (helper x)) (uses 4)", "5"),
    "maps and destructuring": ("(defmacro m [{:keys [a b]}] `(+ ~a ~b)) (m {:a 1 :b 2})", "3"),
    "spans do not matter": ("(defmacro m [& xs] (count xs)) (m a b c)", "3"),
    "awaits": (
        "(defmacro later [x] `(await (p ~x))) (defn f [] (later 1)) [(promise? (f)) (await (f))]",
        "[true 1]",
    ),
}


@pytest.mark.parametrize("name", RULES)
def test_syntax_rules(name: str, lisp: Any) -> None:
    source, wanted = RULES[name]
    assert lisp.run(source) == wanted


@pytest.mark.parametrize("name", HOSTED)
def test_defmacro(name: str, lisp: Any) -> None:
    source, wanted = HOSTED[name]
    assert lisp.run(source) == wanted


def refused(lisp: Any, source: str) -> LispError:
    with pytest.raises(LispError) as caught:
        lisp.run(source)
    return caught.value


def test_binding_a_plain_template_symbol_is_an_error(lisp: Any) -> None:
    error = refused(lisp, "(defmacro bad [a] `(let [tmp ~a] tmp)) (bad 1)")
    assert error.code == "template-binding" and "tmp#" in str(error.hint)
    assert error.span is not None and error.span.text == "(bad 1)"


def test_an_error_in_an_expansion_names_the_macro(lisp: Any) -> None:
    error = refused(lisp, "(defmacro bad [a] `(nowhere ~a)) (bad 1)")
    assert "in expansion of bad" in str(error)


def test_a_failing_macro_is_an_error_of_its_call(lisp: Any) -> None:
    error = refused(lisp, '(defmacro bad [] (throw (error "inside"))) (bad)')
    assert error.code == "macro-failed" and "inside" in error.message
    assert lisp.run("(+ 1 2)") == "3"


def test_a_macro_cannot_return_a_promise(lisp: Any) -> None:
    error = refused(lisp, "(defmacro bad [] (Promise.resolve 1)) (bad)")
    assert "promise" in error.message


def test_without_a_host() -> None:
    compiler = Compiler()
    with pytest.raises(LispError) as caught:
        compiler.compile(compiler.read("(defmacro m [x] x)")[0])
    assert caught.value.code == "needs-host"


@pytest.mark.parametrize(
    "source",
    [
        "(define-syntax m (syntax-rules () ((_ x) (m x)))) (m 1)",
        "(define-syntax m (syntax-rules () ((_ x) (inc (m x))))) (m 1)",
        "(define-syntax m (syntax-rules () ((_ x) (m (x x))))) (m 1)",
        "(define-syntax m (syntax-rules () ((_ x) (do (m x) (m x))))) (m 1)",
        "(define-syntax m (syntax-rules () ((_ x ...) (m x ... x ...)))) (m 1 2)",
        "(define-syntax m (syntax-rules () ((_ x ...) (+ 1 (m x ... 1))))) (m 1 2)",
        "(define-syntax m (syntax-rules () ((_ x) (let [a x] (m a))))) (m 1)",
        "(define-syntax m (syntax-rules () ((_ (x ... y)) (m (x ... y z))))) (m (1 2))",
    ],
)
def test_endless_macros_end(source: str) -> None:
    compiler = Compiler()
    definition, call = compiler.read(source)
    compiler.compile(definition)
    with pytest.raises(LispError) as caught:
        compiler.compile(call)
    assert caught.value.code == "endless-macro"


@pytest.mark.parametrize("body", ["`(m ~@xs ~@xs)", "`(+ 1 (m ~@xs 1))", "`(m)"])
def test_endless_macros_of_the_host_end(body: str, lisp: Any) -> None:
    error = refused(lisp, f"(defmacro m [& xs] {body}) (m 1)")
    assert error.code == "endless-macro" or "Maximum call stack" in error.message
    assert str(error).count("in expansion of") < 10
