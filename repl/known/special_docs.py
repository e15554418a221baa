"""What each special form is for: call shape and one sentence, for the toolbar, `,doc` and completion.

In: nothing. Out: `SPECIAL_DOCS`, name -> (shape, documentation). The whole story of each is docs/language.md.
A test holds the table against the compiler's.
"""

from __future__ import annotations

_TABLE = """
(def name "doc" value)                  Define a global; defining it again replaces it.
(define name value)                     `def`, or with (define (f x) ..) a function.
(defonce name value)                    `def`, unless the name is defined already.
(declare name ..)                       Announce definitions that come later.
(defn name "doc" [params] body ..)      Define a function; ([a] ..) ([a b] ..) for several arities.
(defn- name [params] body ..)           The same as `defn`.
(fn name [params] body ..)              A function; the name is optional. #(+ % 1) is short for one.
(lambda [params] body ..)               The same as `fn`.
(let [name value ..] body ..)           Bind names in order; patterns take values apart.
(let* [name value ..] body ..)          The same as `let`.
(letfn [(name [params] body ..) ..] body ..)   Bind functions that may call each other.
(set! place value)                      Change a name, a property or an index; gives the value.
(delete! place)                         Remove a property.
(if test then else)                     One of two values. Only nil and false are false.
(do form ..)                            Run the forms; the value of the last.
(begin form ..)                         The same as `do`.
(and form ..)                           The first false value, or the last one.
(or form ..)                            The first true value, or the last one.
(case value constant result .. default) The result after the constant that is equal to the value.
(match value pattern result ..)         The result after the first pattern that fits.
(loop [name value ..] body ..)          Bind names; `recur` goes round again with new values.
(recur value ..)                        Go round the innermost loop or function again; in last place only.
(while test body ..)                    Run the body as long as the test holds.
(dotimes [i n] body ..)                 Run the body n times, i from 0.
(for [x xs :when test ..] body)         A sequence of what the body gives for each x.
(doseq [x xs ..] body ..)               Run the body for each x.
(yield value)                           Hand out a value: the function is a generator.
(yield* values)                         Hand out all values of another sequence.
(await promise)                         The value that a promise will have.
(auto body ..)                          Await every call in the body whose value is a promise.
(try body .. (catch e ..) (finally ..)) Run the body; `catch` sees what was thrown.
(catch Type name body ..)               Inside of `try`: run the body for an error, of a type if one is given.
(finally body ..)                       Inside of `try`: run the body whatever happens.
(throw value)                           Throw an error, or any value.
(with [name manager] body ..)           Enter a context manager, and leave it however the body ends.
(with-open [name manager] body ..)      The same as `with`.
(new Class arg ..)                      Make an object of a JavaScript class.
(defclass Name (extends P) member ..)   Define a JavaScript class of methods (name [..] ..) and fields.
(class Name member ..)                  `defclass` as an expression.
(super arg ..)                          In a class: the parent's constructor, or (super.method ..).
(this-as name body ..)                  Bind JavaScript's `this` to a name.
(. object member ..)                    A property, an index (. o [k]) or a method call (. o (m a)).
(.. object member ..)                   A chain of members and calls.
(quote form)                            The form itself, not its value: 'form.
(quasiquote form)                       A form with holes: `(a ~b ~@c).
(unquote form)                          A hole in a quasiquote: ~form.
(unquote-splicing form)                 A hole for several forms in a quasiquote: ~@form.
(comment form ..)                       Nothing; the forms are read and left out.
(import "./file.lisp" :as name)         Use another Lisp file: its names as name.x, its macros too.
(js.import "module" :as name)           A JavaScript module; :refer [a b], :default name for its exports.
(py.import "module" :as name)           Import a Python module; :refer [a b] for single names.
(py.eval text)                          The value of a Python expression in __main__.
(py.exec text)                          Run Python statements in __main__.
(py.async f arg ..)                     Call Python without waiting: a promise of the value.
(py.fn name [params] body ..)           A function of Python's: it needs no Node, others take it as their own.
(py.defn name [params] body ..)         Define one: docs/python-functions.md says what stands in it.
(py-> object method arg ..)             Call a Python method and await what it gives.
(defmacro name [params] body ..)        Define a macro: a function from forms to a form.
(define-syntax name (syntax-rules ..))  Define a hygienic macro by patterns.
(defsyntax name (syntax-rules ..))      The same as `define-syntax`.
(let-syntax ((name rules) ..) body ..)  Define macros for the body.
(letrec-syntax ((name rules) ..) body ..)   Define macros for the body that may use each other.
(syntax-rules (literal ..) (pattern template) ..)   Patterns and what they become, in `define-syntax`.
(syntax-error "message" form ..)        In a macro: stop the compiler with a message.
(for-macros form ..)                    Run the forms when macros are expanded, not with the program.
(begin-for-syntax form ..)              The same as `for-macros`.
(macroexpand 'form)                     What the form expands to.
(macroexpand-1 'form)                   The form expanded by one step.
(doc name)                              Print what a name does, whichever language it is of.
(source name)                           Print what a name is defined as.
(apropos "text")                        The names that hold a text, or that a regular expression finds.
(pst error)                             Print where an error came from; without one, the last.
(load-file "path.lisp")                 Run a Lisp file in this session; the value of its last form.
"""


def _read() -> dict[str, tuple[str, str]]:
    found: dict[str, tuple[str, str]] = {}
    for line in _TABLE.strip().splitlines():
        shape, doc = line.split("  ", 1) if "  " in line else line.rsplit(") ", 1)
        if not shape.endswith(")"):
            shape += ")"
        found[shape[1:].split(" ", 1)[0]] = (shape, doc.strip())
    return found


SPECIAL_DOCS = _read()
