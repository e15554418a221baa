;;; N20 if with nothing
⟦(if)⟧
;!! test
;;; N21 if without then
⟦(if 1)⟧
;!! test
;;; N22 if with too much
(if 1 2 3 ⟦4⟧)
;!! else
;;; N23 quote of nothing
⟦(quote)⟧
;!! one
;;; N24 quote of two
(quote a ⟦b⟧)
;!! one
;;; N25 let with nothing
⟦(let)⟧
;!! binding
;;; N26 let of a number
(let ⟦5⟧ 1)
;!! binding
;;; N27 let of a name without a list
⟦(let ⟦x⟧)⟧
;!! binding
;;; N28 a binding with two values
(let (⟦(x 1 ⟦2⟧)⟧) x)
;!! one value
;;; N29 a binding without a value, in parentheses
(let (⟦(x)⟧) x)
;!! without a value
;;; N30 recur with too much
(loop ((i 0)) ⟦(recur 1 2)⟧)
;!! 1 binding.* 2
;;; N31 recur of a function
(fn (a b) ⟦(recur 1)⟧)
;!! 2 parameters.* 1
;;; N32 recur of a function with a rest parameter
(defn f (a & more) ⟦(recur a 1 2)⟧)
;!! 2 parameters.* 3
;;; N33 recur in finally
(loop ((i 0)) (try 1 (finally ⟦(recur 1)⟧)))
;!! tail|finally
;;; N34 recur counts for the innermost function
(loop ((i 0)) (map (fn (x y) ⟦(recur 1)⟧) [1]))
;!! 2 parameters.* 1
;;; N35 recur as an init
(loop ((i 0)) (let ((x ⟦(recur 1)⟧)) x))
;!! tail
;;; N36 recur as a test
(loop ((i 0)) (if ⟦(recur 1)⟧ 1 2))
;!! tail
;;; N37 recur before the end of a do
(loop ((i 0)) (do ⟦(recur 1)⟧ 2))
;!! tail
;;; N38 recur under await
(loop ((i 0)) (await ⟦(recur 1)⟧))
;!! tail
;;; N39 recur in the body of for
(loop ((i 0)) (for [x [1]] ⟦(recur 1)⟧))
;!! tail|for
;;; N40 recur in while
(while true ⟦(recur)⟧)
;!! enclosing|loop
;;; N41 recur in a catch that is no tail
(loop ((i 0)) [(try 1 (catch e ⟦(recur 1)⟧))])
;!! tail
;;; N42 recur before the last operand of and
(loop ((i 0)) (and ⟦(recur 1)⟧ 2))
;!! tail
;;; N43 recur in a function of no parameters
(loop [i 0] (let [f (fn [] ⟦(recur 1)⟧)] f))
;!! 0 parameters.* 1
;;; N44 a named let called with too much
(let go ((i 0)) (if (< i 3) ⟦(go 1 2)⟧ i))
;!! 1 .* 2
;;; N45 unbound
(⟦foo9⟧ 1)
;!! unbound.*foo9
;;; N46 did you mean a local
(let ((total 1)) (+ ⟦totl⟧ 1))
;!! did you mean total
;;; N47 did you mean a core function
(⟦redcue⟧ + [1 2])
;!! did you mean reduce
;;; N48 did you mean a special form
(⟦whlie⟧ true 1)
;!! did you mean while
;;; N49 did you mean a macro
(defmacro my-thing [x] x)
(⟦my-thng⟧ 1)
;!! did you mean my-thing
;;; N50 did you mean a built-in macro
(⟦dotims⟧ 1)
;!! did you mean dotimes
;;; N51 unbound in a nested function
(defn f (x) (fn (y) (+ x ⟦z9⟧)))
;!! unbound.*z9
;;; N52 unbound in a default
(defn f (a (b ⟦cc9⟧)) b)
;!! unbound.*cc9
;;; N53 unbound below a macro
(when (= ⟦qq9⟧ 1) 2)
;!! unbound.*qq9
;;; N54 unbound in an f-string
f"a{⟦zz9⟧}b"
;!! unbound.*zz9
;;; N55 a let name after the let
(do (let ((inner9 1)) inner9) ⟦inner9⟧)
;!! unbound.*inner9
;;; N56 a catch name after the try
(do (try 1 (catch err9 err9)) ⟦err9⟧)
;!! unbound.*err9
;;; N57 a for name after the for
[(for [x9 [1]] x9) ⟦x9⟧]
;!! unbound.*x9
;;; N58 set! of an unbound name
(set! ⟦nope9⟧ 1)
;!! unbound.*nope9
;;; N59 set! of a number
(set! ⟦5⟧ 1)
;!! assign|place
;;; N60 set! without a value
(let ((x 1)) ⟦(set! x)⟧)
;!! value
;;; N61 set! with too much
(let ((x 1)) (set! x 1 ⟦2⟧))
;!! value
;;; N62 def of nothing
⟦(def)⟧
;!! name
;;; N63 def of a number
(def ⟦5⟧ 1)
;!! name
;;; N64 def of two values
(def x 1 ⟦2⟧)
;!! one value
;;; N65 def of a dotted name
(def ⟦a.b⟧ 1)
;!! dot
;;; N66 defn of nothing
⟦(defn)⟧
;!! name
;;; N67 defn without parameters
⟦(defn f)⟧
;!! parameters
;;; N68 defn of a number
(defn ⟦5⟧ (x) x)
;!! name
;;; N69 a parameter twice
(fn (a ⟦a⟧) a)
;!! twice|duplicate|already
;;; N70 & at the end
(fn (a ⟦&⟧) a)
;!! name
;;; N71 two names after &
(fn (& a ⟦b⟧) a)
;!! rest
;;; N72 & at the end of a pattern
(let [[a ⟦&⟧] [1]] a)
;!! name
;;; N73 a key without a value
⟦{:a 1 ⟦:b⟧}⟧
;!! without (a )?value
;;; N74 a key twice
{:a 1 ⟦:a⟧ 2}
;!! twice|duplicate
;;; N75 an item of a set twice
#{1 ⟦1⟧}
;!! twice|duplicate
;;; N76 a bracket that is never closed
⟦(⟧+ 1 (inc 2)
;!! never closed|unclosed
;;; N77 a bracket that closes nothing
(+ 1 2)⟦)⟧
;!! closes nothing|unmatched
;;; N78 the wrong bracket
(let [x 1⟦)⟧ x)
;!! \]
;;; N79 a string that is never closed
(str ⟦"⟧abc)
;!! never closed|unclosed
;;; N80 catch with nothing
(try 1 ⟦(catch)⟧)
;!! name
;;; N81 catch after finally
(try 1 (finally 2) ⟦(catch e 3)⟧)
;!! finally|last
;;; N82 a body after catch
(try 1 (catch e 2) ⟦3⟧)
;!! catch|before
;;; N83 finally twice
(try 1 (finally 2) ⟦(finally 3)⟧)
;!! finally
;;; N84 catch outside try
⟦(⟦catch⟧ e 1)⟧
;!! try
;;; N85 yield at top level
⟦(yield 1)⟧
;!! function
;;; N86 new without a class
⟦(new)⟧
;!! class
;;; N87 . without anything
⟦(.)⟧
;!! object
;;; N88 . without a member
(let ((o 1)) ⟦(. o)⟧)
;!! member
;;; N89 a property of nothing
⟦(.-x)⟧
;!! object
;;; N90 a method of nothing
⟦(.foo)⟧
;!! object
;;; N91 throw of nothing
⟦(throw)⟧
;!! one
;;; N92 throw of two
(throw 1 ⟦2⟧)
;!! one
;;; N93 for without a source
(for ⟦[⟦x⟧]⟧ x)
;!! without a value|source
;;; N94 for without brackets
⟦(for ⟦7⟧ 1)⟧
;!! binding|\[
;;; N95 for with an unknown modifier
(for [x [1] ⟦:wheen⟧ 5] x)
;!! :let|:when
;;; N96 doseq without a source
(doseq ⟦[⟦x⟧]⟧ 1)
;!! without a value|source
;;; N97 a defmacro that binds a plain template symbol
(defmacro m [x] `(let [⟦y⟧ ~x] y))
⟦(m 1)⟧
;!! y#
;;; N98 no rule of a syntax-rules macro fits
(define-syntax m (syntax-rules () ((_ a) a)))
⟦(m)⟧
;!! match|pattern|rule|fit
;;; N99 let of await
(let [⟦await⟧ 1] 1)
;!! reserved
;;; N100 defn of await
(defn ⟦await⟧ (x) x)
;!! reserved
;;; N101 await in a pattern
(let [{:keys [⟦await⟧]} {}] 1)
;!! reserved
;;; N102 def of await
(def ⟦await⟧ 1)
;!! reserved
;;; N103 a macro as a value
(map ⟦when-let⟧ [1])
;!! macro
;;; N104 a special form as a value
(let ((f ⟦if⟧)) f)
;!! special form
;;; N105 nothing called
⟦()⟧
;!! calls? nothing|empty|'\(\)
;;; N106 a keyword called without an object
⟦(:a)⟧
;!! object
;;; N107 unquote outside a template
(+ 1 ⟦~x⟧)
;!! quasiquote|`
;;; N108 a short function in a short function
(map #(map ⟦⟦#(⟧inc %)⟧ %) [[1]])
;!! inside
;;; N109 a stray %
(+ ⟦%⟧ 1)
;!! #\(
;;; N110 a binding of a number
(let [x 1 ⟦2⟧ 3] x)
;!! bind|name
;;; N111 fn with nothing
⟦(fn)⟧
;!! parameters
;;; N112 fn of a number
(fn ⟦5⟧ 1)
;!! parameters
;;; N113 cond with a test too many
⟦(cond false 1 ⟦true⟧)⟧
;!! value|odd|pairs|even
;;; N114 letfn of a name
(letfn [⟦f⟧ 1] 1)
;!! function
;;; N115 define-syntax of a number
⟦(define-syntax m ⟦5⟧)⟧
;!! syntax-rules
;;; N116 two ellipses in one pattern
(define-syntax m (syntax-rules () (⟦(_ a ... b ⟦...⟧)⟧ 1)))
;!! \.\.\.|ellips
;;; N117 a pattern variable without its ellipsis
(define-syntax m (syntax-rules () ((_ a ...) (list ⟦a⟧))))
;!! \.\.\.|ellips
;;; N118 two arities of one size
(fn ([a] 1) ⟦(⟦[b]⟧ 2)⟧)
;!! same
;;; N119 a number that is none
(+ 1 ⟦12px⟧)
;!! number
;;; N120 py-> without a method
(let ((o 1)) ⟦(py-> o)⟧)
;!! method
;;; N121 py.import of a number
(py.import ⟦5⟧)
;!! module|string
;;; N122 await in nothing but a list of two
(fn (x) (await x ⟦x⟧))
;!! exactly one
;;; N123 loop with an odd list
(loop [i 0 ⟦j⟧] i)
;!! without a value
;;; N124 loop of bare names
(loop ⟦(i 0)⟧ i)
;!! \(\(i 0\)\)
;;; N125 while with nothing
⟦(while)⟧
;!! test
;;; N126 a mistake below two macros points at the user's text
(define-syntax twice (syntax-rules () ((_ e) (do e e))))
(-> 1 (+ (twice ⟦mispelt9⟧)))
;!! unbound.*mispelt9
;;; N127 defmacro without parameters
⟦(defmacro m)⟧
;!! parameters
;;; N128 an f-string hole that is empty
(str f"a⟦{}⟧")
;!! brace|\{\{
;;; N129 syntax-error of the standard
(define-syntax only-names (syntax-rules () ((_ "bad" x) (syntax-error "not a name" x)) ((_ x) 'x)))
⟦(only-names "bad" 5)⟧
;!! not a name
;;; N130 a macro called with too little
(defmacro plus [a b] `(+ ~a ~b))
⟦(plus 1)⟧
;!! argument|parameter
;;; N131 import of nothing
⟦(js.import)⟧
;!! package|module
;;; N132 case with nothing
⟦(case)⟧
;!! .
;;; N133 if-let without a value
(if-let ⟦[⟦x⟧]⟧ 1 2)
;!! without a value|value
;;; N134 super outside a class
(str ⟦(⟦super.talk⟧)⟧ "?")
;!! class

;;; C1 a setter has one parameter
(defclass A ⟦(set x [] 1)⟧)
;!! one parameter

;;; C2 a getter has none
(defclass A ⟦(get x [y] 1)⟧)
;!! no parameters

;;; C3 one constructor
(defclass A (constructor [] 1) ⟦(constructor [x] 2)⟧)
;!! second constructor

;;; C4 a field cannot be the constructor
(defclass A ⟦(field constructor 1)⟧)
;!! cannot be called constructor

;;; C5 nor can a getter
(defclass A ⟦(get constructor [] 1)⟧)
;!! cannot be called constructor

;;; C6 prototype is the class's own
(defclass A ⟦(static prototype [] 1)⟧)
;!! prototype

;;; C7 super needs a parent
(defclass A (constructor [] ⟦(super)⟧))
;!! without a parent

;;; post a function has no :post tests
(defn f [x] {⟦:post⟧ [(even? x)]} x)
;!! :post tests.*assert
;;; or-empty a pattern of no constants is none
(match 1 ⟦(or)⟧ 1)
;!! not a pattern
;;; let-mixed one of the pairs is none
(let ((x 1) ⟦y⟧) x)
;!! pairs.*\(y value\)
;;; let-flat-call flat bindings in parentheses whose value is a call
(let ⟦(x (f 1))⟧ x)
;!! write \(\(x \(f 1\)\)\) or \[x \(f 1\)\]
;;; case-empty a clause of case without a constant
(case 5 ⟦()⟧ 1 2)
;!! no constants
;;; req1 Clojure's require of a library of Clojure's
⟦(require '[clojure.string :as str])⟧
;!! require takes the name of a JavaScript module.*core functions here
;;; req2 .. of any other
⟦(require [my.lib :as l])⟧
;!! require takes the name of a JavaScript module.*import "./file.lisp"
;;; req3 ns
(⟦ns⟧ my.app (:require [clojure.string :as str]))
;!! unbound symbol ns.*a file is its own namespace
