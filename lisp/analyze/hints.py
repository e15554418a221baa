"""What to try instead: texts for names and forms that people bring from other languages.

In: a name that is unbound, and the names that are known. Out: the text after `hint:`, or None. A table, so
that adding a hint means adding a line.
"""

from __future__ import annotations

import builtins
import re
from collections.abc import Container, Iterable

from ..forms import Symbol
from .names import suggest

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
of               = (for [x xs] ..)
in               = (contains? coll x), or (for [x xs] ..)
++               = (inc x)
--               = (dec x)
+=               = (set! x (+ x n))
-=               = (set! x (- x n))
void             = nil
export           a file's definitions are there for who imports it: leave it out
alert            = println
prompt           = py.input
# Python
None             = nil
True             = true
False            = false
elif             = cond
len              = count
except           = catch
raise            = throw
del              = delete!
pass             = nil
not-in           = contains?
from             = (py.import "module" :refer [name])
isinstance       = (py.isinstance x type)
dict             = {:key value}, or py.dict
tuple            = py.tuple
sorted           = sort
append           = push!, conj for a copy, or concat for two sequences
input            = py.input
sum              = (reduce + xs), or py.sum
//               = quot for whole division; a comment begins with ;
/*               = #| .. |# around a comment
**=              = (set! x (** x n))
# Clojure, ClojureScript, squint
else             it stands only in the last clause of a cond; an if takes it as its third form
ns               a file is its own namespace: leave it out; others come by import, py.import and js.import
in-ns            a file is its own namespace: leave it out
System/currentTimeMillis = (Date.now)
System/nanoTime  = (performance.now), in milliseconds
Thread/sleep     = (await (sleep ms))
Integer/parseInt = parse-long
Double/parseDouble = parse-double
Long/parseLong   = parse-long
String/format    = format
String/join      = join
java             there is no Java here: JavaScript has its own classes, as (new Date)
deliver          = (new Promise (fn [deliver] ..)), whose function gives the value
use              = (import "./file.lisp" :refer [name]), or py.import and js.import with :refer
js-await         = await
dorun            = run!, or doseq
js-obj           = {:key value}
js-arr           = [1 2]
js-delete        = (delete! o key)
js-in            = (contains? o key)
array-map        = {:key value}
alength          = count
into-array       = vec
to-array         = vec
aclone           = clone
transient        leave it out: conj!, assoc! and their kin change what they are given
persistent!      leave it out: conj!, assoc! and their kin change what they are given
volatile!        = atom
vswap!           = swap!
vreset!          = reset!
long             = int
double           = float
char             = (from-char-code n)
rseq             = reverse
map-invert       = (into {} (map (fn [[k v]] [v k]) m))
nfirst           = (rest (first xs))
fnext            = second
nnext            = (nthnext xs 2)
tap>             = tap
defmethod        = case or match
extend-type      = defclass
spit             = (fs.writeFileSync path text)
printf           = (print (format "a %s" x))
sorted-set       = (sort xs)
sorted-map       = (sort-by first m)
list*            = (concat [a b] xs)
distinct?        = (= (count xs) (count (distinct xs)))
pos-int?         = (and (int? n) (pos? n))
neg-int?         = (and (int? n) (neg? n))
transduce        = (reduce f start (map g xs)): there are no transducers
eduction         = map: there are no transducers
sequence         = vec
ref              = atom
agent            = atom
dosync           = do
alter            = swap!
commute          = swap!
send             = swap!
go               call a function that awaits: there are no channels
chan             there are no channels: write promise, or a function that yields
with-redefs      = (set! f g), and what it was in a finally
read-line        = (py.input)
binding          = (try (set! x 1) .. (finally (set! x old))): there are no dynamic variables
meta             there is no metadata at run time: keep it in a map
with-meta        there is no metadata at run time: keep it in a map
with-out-str     = (str ..) or (pr-str ..): what is printed is not caught
force            = (await p)
realized?        (await (race [p (delay 0 :no)])) is :no while p is pending
reify            = {:method (fn [] ..)}, or defclass
lazy-seq         = a function that yields
clj->js          data are JavaScript's own: leave it out
js->clj          data are JavaScript's own: leave it out
defmulti         = case or match
defprotocol      = defclass
deftype          = defclass
defrecord        = defclass
future           = py.async
slurp            = (fs.readFileSync path "utf8")
find-doc         = (apropos "text") for names; ,apropos text looks into the documentation too
dir              = (py.dir x) for what an object has; (apropos "text") finds names
help             = (doc name)
load             = (load-file "path.lisp")
load-string      = (eval (read-string text))
print-stack-trace = (pst e)
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
null?            = empty?, or nil? for nil
pair?            = list?
eq?              = identical?
eqv?             = identical?
equal?           = =
eq               = identical?
equal            = =
eql              = identical?
procedure?       = fn?
display          = println
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
nullp            = empty?, or nil? for nil
princ            = print
hash-table-ref   = get
hash-ref         = get
define-record-type = defclass
make-vector      = (repeat n x)
vector-length    = count
list-tail        = (drop n xs)
string-ref       = (nth s n)
substring        = subs
string-upcase    = upper-case
string-downcase  = lower-case
set-car!         = (set! (. xs [0]) x)
hash-table-set!  = (assoc! m key value)
hash-set!        = (assoc! m key value)
let-values       = (let [[a b] (f)] ..)
call-with-values = (apply g (f))
values           = [a b]
assq             = (get m key)
assv             = (get m key)
call-with-current-continuation there are no continuations: write loop, try or yield
"""
INSTEAD: dict[str, str] = {
    name: f"write {text[1:].strip()}" if text[0] == "=" else text
    for name, text in (
        line.split(None, 1) for line in _INSTEAD.splitlines() if line and not line.startswith("# ")
    )
}

LIKELY_PYTHON = frozenset(
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
        "sys",
    ]
)
# What Python finds without an import. Its exceptions, too: JavaScript's have other names.
PYTHON = frozenset(name for name in vars(builtins) if name[0] != "_")
_LIKELY_NODE = frozenset(
    ["fs", "path", "os", "http", "https", "util", "events", "child_process", "zlib", "stream"]
)
_PYTHON_ALIASES = {"np": "numpy", "pd": "pandas", "plt": "matplotlib.pyplot"}
_MACRO = re.compile(r"\((?:defmacro|define-syntax)\s+\(?([^\s()\[\]{}]+)")
_OTHER_PREFIX = re.compile(r"js/(.+)")


def unbound(name: str, known: Iterable[str] = ()) -> str | None:
    """What to try instead of the unbound symbol `name`; `known` are all names that could be meant there.

    Asks, in this order: a name from another language (`null`, `ord`), a member of a module that is not loaded
    (`np.sum`), a slip of the pen (`long-nam`), a way of writing from another language (`js/Math`, `a:`).
    """
    if name in INSTEAD:
        return INSTEAD[name]
    root, dot, _ = name.partition(".") if name.strip(".") else (name, "", "")
    if name in PYTHON:
        return f"of Python: py.{name}"
    if (module := _module(root)) is not None:
        return module
    near = suggest(root if dot else name, known)
    if near is not None:
        meant = near + (name[len(root) :] if dot else "")
        # the question's own mark must not read as a part of the name
        return f"did you mean `{meant}`?" if "?" in (meant[-1], name[-1]) else f"did you mean {meant}?"
    return _shape(name, root)


def made_later(symbol: Symbol, macros: Container[str]) -> str | None:
    """What to write where a call of a macro further on in the text, judged by its look, defines the symbol:
    `(defgetter name ..)` at the beginning of a line. Known are `macros` and those that the text defines."""
    if symbol.span is None:
        return None
    name, text = symbol.name, symbol.span.source.text
    calls = re.compile(rf"^\(([^\s()\[\]{{}}\"';]+)[ \t]+{re.escape(name)}(?=[\s()\[\]{{}}])", re.MULTILINE)
    heads = dict.fromkeys(call[1] for call in calls.finditer(text, symbol.span.end))
    made = set(_MACRO.findall(text)) if heads else ()
    for head in heads:
        if head in macros or head in made:
            return f"({head} {name} ..) further on may define it: write (declare {name}) before its first use"
    return None


_CLOJURE_LIBRARIES = {"str", "string", "clojure.string", "set", "clojure.set", "walk", "clojure.walk"}


def _shape(name: str, root: str) -> str | None:
    match = _OTHER_PREFIX.fullmatch(name)
    if match:
        return f"JavaScript's globals are plain names: write {match[1].replace('/', '.')}"
    if name.endswith(":") and len(name) > 1:
        return f"a keyword begins with its colon: write :{name[:-1]}"
    library, _, member = name.partition("/")
    if member and (library in _CLOJURE_LIBRARIES or library.startswith("clojure.")):
        return f"Clojure's libraries are core functions here: {INSTEAD.get(member) or f'write {member}'}"
    if "/" in name.strip("/"):
        return f"names are joined by dots: write {name.replace('/', '.')}"
    if name.endswith("'"):
        return 'strings stand in double quotes: write "text"'
    if name.endswith(".") and len(name) > 1:
        return f"write (new {name[:-1]} ..)"
    if name[0] == "$" and len(name) > 1:
        return 'f-strings write f"{x}", not ${x}' if name[1] == "{" else None
    if name.startswith("%"):
        return "% means an argument only inside #(..)"
    return None


def _module(root: str) -> str | None:
    if root in LIKELY_PYTHON:
        module = _PYTHON_ALIASES.get(root, root)
        return f'load it first: (py.import "{module}" :as {root})'
    if root == "os":
        return 'load it first: (js.import "node:os" :as os), or (py.import "os")'
    if root in _LIKELY_NODE:
        return f'load it first: (js.import "node:{root}" :as {root})'
    return None
