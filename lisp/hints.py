"""What to try instead: texts for names and forms that people bring from other languages.

In: a name that is unbound (and the names that are known), or the code of an error. Out: the text after
`hint:`, or None. A table, so that adding a hint means adding a line.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from .names import distance, suggest

# A name elsewhere and what to say here; what begins with `=` is to be written instead.
_INSTEAD = """
# JavaScript
null             = nil
===              = (identical? a b)
!==              = (not (identical? a b))
==               = (= a b)
!=               = (not= a b)
&&               = and
||               = or
!                = not
??               = (if (nil? a) b a)
function         = fn
const            = def, or let inside a function
var              = def, or let inside a function
instanceof       = (instance? Class x)
switch           = case
else-if          = cond
async            nothing to write: a function that awaits is async
delete           = delete!
return           the last form of a function is its value: write if or cond
=>               = (fn (x) ..) or #(..)
break            = loop and recur: a loop ends where it does not recur
continue         = recur, or :when in for and doseq
this             name it: methods take it as the first parameter
of               = (for [x xs] ..)
in               = (contains? coll x), or (for [x xs] ..)
++               = (inc x)
--               = (dec x)
+=               = (set! x (+ x n))
-=               = (set! x (- x n))
void             = nil
class            = defclass
# Python
None             = nil
True             = true
False            = false
elif             = cond
len              = count
print            = println
except           = catch
raise            = throw
del              = delete!
pass             = nil
not-in           = contains?
from             = (py.import "module" :refer [name])
isinstance       = (py.isinstance x type)
dict             = {:key value}, or py.dict
tuple            = py.tuple
self             methods take it as the first parameter
enumerate        = map-indexed
sorted           = sort
append           = push!, or conj for a copy
input            = py.input
sum              = (reduce + xs), or py.sum
//               = quot for whole division; a comment begins with ;
/*               = #| .. |# around a comment
%                = mod
**=              = (set! x (** x n))
# Clojure, ClojureScript, squint
atom             = (let [x 1] ..) and set!: bindings can be assigned
swap!            = (set! x (f x))
reset!           = (set! x value)
deref            = (await x) for a promise, or the name itself
else             it stands only in the last clause of a cond; an if takes it as its third form
ns               = import
use              = import
js-await         = await
gensym           x# in a template makes a fresh name
doall            sequences are eager: leave it out
dorun            = run!, or doseq
js-obj           = {:key value}
js-arr           = [1 2]
js-delete        = (delete! o key)
js-keys          = keys
js-in            = (contains? o key)
array-map        = {:key value}
alength          = count
into-array       = vec
to-array         = vec
aclone           = vec
transient        leave it out: conj!, assoc! and their kin change what they are given
persistent!      leave it out: conj!, assoc! and their kin change what they are given
volatile!        = atom
vswap!           = swap!
vreset!          = reset!
long             = int
double           = float
char             = (String.fromCharCode n)
rseq             = reverse
map-invert       = (into {} (map (fn [[k v]] [v k]) m))
nfirst           = (rest (first xs))
fnext            = second
nnext            = (nthnext xs 2)
tap>             = tap
defmethod        = case or match
extend-type      = defclass
spit             = (fs.writeFileSync path text)
printf           = (print f"a {x}")
sorted-set       = (sort xs)
sorted-map       = (sort-by first m)
list*            = (concat [a b] xs)
distinct?        = (= (count xs) (count (distinct xs)))
pos-int?         = (and (int? n) (pos? n))
neg-int?         = (and (int? n) (neg? n))
transduce        = (reduce f start (map g xs)): there are no transducers
binding          = (try (set! x 1) .. (finally (set! x old))): there are no dynamic variables
meta             there is no metadata at run time: keep it in a map
with-meta        there is no metadata at run time: keep it in a map
reify            = {:method (fn [] ..)}, or class
lazy-seq         = a function that yields
clj->js          data are JavaScript's own: leave it out
js->clj          data are JavaScript's own: leave it out
aget             = (get a i), or (. a [i])
aset             = (set! (. a [i]) value)
defonce          = def
defmulti         = case or match
defprotocol      = defclass
deftype          = defclass
defrecord        = defclass
future           = py.async
slurp            = (fs.readFileSync path "utf8")
Throwable        = Error
Exception        = Error
# Scheme, Common Lisp, Emacs Lisp, Hy
car              = first
cdr              = rest
cadr             = second
caddr            = (nth xs 2)
setq             = set!
setf             = set!
setv             = def, or set!
progn            = do
defun            = defn
defvar           = def
defparameter     = def
funcall          call it: (f x)
mapcar           = map
for-each         = doseq, or run!
dolist           = doseq
null?            = nil?
pair?            = list?
eq?              = identical?
eqv?             = identical?
equal?           = =
eq               = identical?
equal            = =
eql              = identical?
procedure?       = fn?
display          = println
newline          = (println)
string-append    = str
number->string   = str
string->number   = (Number s)
vector-ref       = get
list-ref         = nth
vector-set!      = (set! (. v [i]) x)
length           = count
string-length    = count
call/cc          there are no continuations: write loop, try or yield
fold-left        = reduce
foldl            = reduce
remainder        = rem
modulo           = mod
quotient         = quot
expt             = **
t                = true
nullp            = nil?
format           = f"a {x}"
princ            = print
hash-table-ref   = get
make-vector      = (repeat n x)
call-with-current-continuation there are no continuations: write loop, try or yield
"""
INSTEAD: dict[str, str] = {
    name: f"write {text[1:].strip()}" if text[0] == "=" else text
    for name, text in (
        line.split(None, 1) for line in _INSTEAD.splitlines() if line and not line.startswith("# ")
    )
}

# error code -> what to try; `{name}` fields are filled in by the caller.
TRY: dict[str, str] = {
    "await-arity": "await takes exactly one expression: (await x)",
    "binding-shape": "write ({pair}) or [{inner}]",
    "forgotten-await": "write (await {call})",
    "needs-host": "macros run in Node: give compile a macro_host, or write define-syntax",
    "recur-arity": "recur passes one value for each name of the {target}",
    "recur-position": "recur must be the last thing a loop or function does",
    "reserved-name": "{name} is reserved: choose another name",
    "unbound-python": 'load it first: (py.import "{name}")',
    "unbound-module": 'load it first: (js.import "{name}" :as {name}) or (py.import "{name}" :as {name})',
}

_LIKELY_PYTHON = frozenset(
    [
        "np",
        "pd",
        "plt",
        "numpy",
        "pandas",
        "json",
        "math",
        "re",
        "datetime",
        "itertools",
        "functools",
        "random",
    ]
)
_LIKELY_NODE = frozenset(
    ["fs", "path", "os", "http", "https", "util", "events", "child_process", "zlib", "stream"]
)
_PYTHON_ALIASES = {"np": "numpy", "pd": "pandas", "plt": "matplotlib.pyplot"}
_OTHER_PREFIX = re.compile(r"js/(.+)")


def try_text(code: str, **fields: str) -> str | None:
    """The text of `TRY` with its fields filled in; None for a code that has none."""
    text = TRY.get(code)
    return text.format_map(fields) if text else None


def unbound(name: str, known: Iterable[str] = ()) -> str | None:
    """What to try instead of the unbound symbol `name`; `known` are all names that could be meant there.

    Asks, in this order: a slip of the pen (`long-nam`), a name from another language (`null`), a way of
    writing from another language (`js/Math`, `a:`), a module that is not loaded (`np.sum`).
    """
    root, dot, _ = name.partition(".") if name.strip(".") else (name, "", "")
    instead = INSTEAD.get(name)
    if instead is None or len(name) > 3:
        near = suggest(root if dot else name, known)
        if near is not None and (instead is None or distance(root, near, 1) == 1):
            meant = near + (name[len(root) :] if dot else "")
            # the question's own mark must not read as a part of the name
            return f"did you mean `{meant}`?" if "?" in (meant[-1], name[-1]) else f"did you mean {meant}?"
    if instead is not None:
        return instead
    return _shape(name, root)


_CLOJURE_LIBRARIES = {"str", "string", "clojure.string", "set", "clojure.set", "walk", "clojure.walk"}


def _shape(name: str, root: str) -> str | None:
    match = _OTHER_PREFIX.fullmatch(name)
    if match:
        return f"JavaScript's globals are plain names: write {match[1].replace('/', '.')}"
    if name.endswith(":") and len(name) > 1:
        return f"a keyword begins with its colon: write :{name[:-1]}"
    library, _, member = name.partition("/")
    if library in _CLOJURE_LIBRARIES and member:
        return f"Clojure's libraries are core functions here: write {member}"
    if "/" in name.strip("/"):
        return f"names are joined by dots: write {name.replace('/', '.')}"
    if name.endswith("'"):
        return 'strings stand in double quotes: write "text"'
    if name.endswith(".") and len(name) > 1:
        return f"write (new {name[:-1]} ..)"
    if name[0] == "$" and len(name) > 1:
        return 'f-strings write f"{x}", not ${x}' if name[1] == "{" else None
    if root in _LIKELY_PYTHON:
        module = _PYTHON_ALIASES.get(root, root)
        return f'load it first: (py.import "{module}" :as {root})'
    if root in _LIKELY_NODE:
        return f'load it first: (js.import "node:{root}" :as {root})'
    if name.startswith("%"):
        return "% means an argument only inside #(..)"
    return None
