;;; A02 let body of several forms
(let ((x 1)) (t :a) (await (tp :b)) (t :c) [x (log)])
;=> [1 [:a :b :c]]
;;; A05 map and array patterns over an awaited object
(let [{:keys [a b] [c d] :pair} (await (p {:a 1 :b 2 :pair [3 4]}))] [a b c d])
;=> [1 2 3 4]
;;; A07 a default that awaits runs when the value is missing
(let [{:keys [a] :or {a (await (tp :no))}} {}] [a (log)])
;=> [:no [:no]]
;;; A08 nil is a value: no default
(let [{:keys [a] :or {a (await (tp :no))}} {:a nil}] [a (log)])
;=> [nil []]
;;; A09 two defaults run in the order of the names
(let [{:keys [a b] :or {b (await (tp :b)) a (t :a)}} {}] [a b (log)])
;=> [:a :b [:a :b]]
;;; A10 let as a callee
((let ((f (await (p inc)))) f) 1)
;=> 2
;;; A11 let as a value in an object literal
{:a (let ((x (await (p 1)))) (+ x 1)) :b 3}
;=> {:a 2 :b 3}
;;; A12 let in a hole of an f-string, shadowing
(let ((n 5)) f"a{(let ((n (await (p 6)))) n)}b{n}")
;=> "a6b5"
;;; A13 a set literal with awaits
#{(await (p 1)) 2 (await (p 1))}
;=> #{1 2}
;;; A14 the init sees the outer binding, the closure the inner
(let ((x 1)) (let ((x (+ x (await (p 1)))) (f (fn () x))) [x (f)]))
;=> [2 2]
;;; A15 a closure made before a rebinding keeps its own
(let ((x 1) (f (fn () x)) (x (await (p 2)))) [(f) x])
;=> [1 2]
;;; A16 an empty let still evaluates its bindings
[(let ((x (await (tp 1))))) (log)]
;=> [nil [1]]
;;; A17 names bound twice for their effect
(let [_ (await (tp :a)) _ (await (tp :b))] (log))
;=> [:a :b]
;;; A18 rest taken apart, and the whole
(let [[a & [b c] :as all-of] (await (p [1 2 3]))] [a b c all-of])
;=> [1 2 3 [1 2 3]]
;;; A19 if-let on awaited values: 0 is true
[(if-let [x (await (p nil))] x :none) (if-let [x (await (p 0))] [:got x] :none)]
;=> [:none [:got 0]]
;;; A20 when-let, body of several forms
[(when-let [x (await (tp 1))] (t :in) (+ x 1)) (when-let [x (await (p nil))] (t :no)) (log)]
;=> [2 nil [1 :in]]
;;; A21 if-let with a pattern
[(if-let [[a b] (await (p [1 2]))] (+ a b) :none) (if-let [[a b] (await (p nil))] (+ a b) :none)]
;=> [3 :none]
;;; A22 the name of if-let is not seen in the else branch
(let ((x :outer)) (if-let [x (await (p nil))] x (await (p x))))
;=> :outer
;;; A23 letfn: mutual recursion between async functions
(letfn [(ev? [n] (if (= n 0) true (await (od? (dec n)))))
        (od? [n] (if (= n 0) false (await (ev? (dec n)))))]
  [(await (ev? 4)) (await (ev? 3))])
;=> [true false]
;;; A24 letfn in argument position, a sync function and an await beside it
(+ 1 (letfn [(f [x] (* x 2))] (+ (f 2) (await (p (f 3))))))
;=> 11
;;; A25 destructuring in several levels, each source evaluated once
[(let [{[x {:keys [y]}] :pt} (await (tp {:pt [1 {:y 2}]}))] [x y]) (count (log))]
;=> [[1 2] 1]
;;; A26 let inside let-init inside a call
(+ (let ((a (await (p 1)))) (let ((b (await (p 2)))) (+ a b))) (let ((a (await (p 10)))) a))
;=> 13
;;; A27 destructuring of nil gives nils
(let [{:keys [a]} (await (p nil)) [b & c] (await (p []))] [a b (count c)])
;=> [nil nil 0]
;;; B02 if in two elements of an array
[(if (await (p nil)) 1 2) (if (await (p 0)) 3 4)]
;=> [2 3]
;;; B05 case on an awaited value, awaits in branch and default
[(case (await (p :b)) :a 1 :b (await (p 2)) 3) (case (await (p 9)) 1 :one (await (p :other)))]
;=> [2 :other]
;;; B07 case with several constants in one clause
[(case (await (p 3)) (1 2) :low (3 4) (await (p :mid)) :high) (case "x" ("a" "b") 1 2)]
;=> [:mid 2]
;;; B08 cond, clauses in brackets of either kind
[(cond ((await (p false)) 1) ((await (p true)) (t :x) (await (p 2))) (else 3))
 (cond [(await (p false)) 1] [(await (p nil)) 2] [else (await (p 3))])
 (log)]
;=> [2 3 [:x]]
;;; B09 cond with =>
(cond ((await (p nil)) 1) ((await (p 5)) => (fn (x) (+ x 1))) (else 0))
;=> 6
;;; B10 code of a branch stays in its branch
[(if true (t :then) (await (tp :else))) (log)]
;=> [:then [:then]]
;;; B11 if as a test
(if (if (await (p true)) (await (p false)) true) :y :n)
;=> :n
;;; B12 if without else
[(if (await (p false)) 1) (if (await (p true)) 1)]
;=> [nil 1]
;;; B13 if as a statement
(do (if (await (p true)) (t :a) (t :b)) (if (await (p nil)) (t :c)) (log))
;=> [:a]
;;; B14 cond in which nothing holds
[(cond (await (p nil)) 1 (await (p false)) 2)]
;=> [nil]
;;; B16 tests made of not and =
(if (not (await (p nil))) (if (= 1 (await (p 1))) :eq :ne) :x)
;=> :eq
;;; B17 deep nesting in the else branch
(if (await (p nil)) 1 (if (await (p nil)) 2 (if (await (p nil)) 3 (when (await (p 1)) (await (p 4))))))
;=> 4
;;; B18 what is true: everything but nil and false
(map (fn (x) (if x :t :f)) (await (all [(p 0) (p "") (p nil) (p false) (p []) (p NaN) (p undefined)])))
;=> [:t :t :f :f :t :t :f]
;;; B19 if as callee
((if (await (p true)) + -) 5 (await (p 3)))
;=> 8
;;; B20 case evaluates its subject once
[(case (await (tp :c)) :a 1 :b 2 :c 3) (log)]
;=> [3 [:c]]
;;; B21 case in argument position between effects
[(t 1) (case (t 2) 2 (await (tp 3)) 0) (t 4) (log)]
;=> [1 3 4 [1 2 3 4]]
;;; B22 if chooses what a method is called on
(.concat (if (await (p true)) [1] [2]) (if (await (p false)) [3] [4]))
;=> [1 4]
;;; B23 cond as a test inside a loop
(loop ((i 0)) (if (cond (> i 5) true (await (p (= i 3))) true :else false) i (recur (inc i))))
;=> 3
;;; B24 case with keywords, strings, nil and booleans
(map (fn (x) (case x :a 1 "b" 2 nil 3 true 4 5)) [:a "b" nil true false])
;=> [1 2 3 4 5]
;;; C02 and gives the last, or the first that is not true
[(and (await (p 1)) (await (p 2)) (await (p 3))) (and 1 (await (p nil)) 3) (and) (or)]
;=> [3 nil true nil]
;;; C05 or and and in a test
[(if (or (await (tp nil)) (and (await (tp 1)) (await (tp false)))) :y :n) (log)]
;=> [:n [nil 1 false]]
;;; C06 an operand of several statements in the middle
[(and (t 1) (do (t 2) (await (tp nil))) (t 3)) (log)]
;=> [nil [1 2 nil]]
;;; C07 try as an operand
(or (try (await (p! "x")) (catch e nil)) :fallback)
;=> :fallback
;;; C08 and as the test of a loop
(loop ((i 0)) (if (and (< i 5) (await (p (not= i 3)))) (recur (inc i)) i))
;=> 3
;;; C09 loop as an operand
(or (loop ((i 0)) (if (< i 2) (recur (inc i)) (await (p nil)))) (await (p :r)))
;=> :r
;;; C10 0 and the empty string are true
[(and 0 (await (p ""))) (or (await (p 0)) 1)]
;=> ["" 0]
;;; C11 recur in the tail of or
(loop ((i 0)) (or (and (> i 3) (await (p i))) (recur (inc i))))
;=> 4
;;; C12 nil that comes from a property is nil
[(or (. {:a 1} b) (await (p :d))) (and (. {:a 1} b) (await (tp :no))) (log)]
;=> [:d nil []]
;;; C13 and in a call whose first argument is a variable set later
(let ((x 1)) (list x (and (set! x 2) (await (p x))) x))
;=> (1 2 2)
;;; C14 or stops inside a let binding
(let ((v (or (t 1) (await (tp 2))))) [v (log)])
;=> [1 [1]]
;;; C15 not, and, or deep in each other
(and (or (and (await (p nil)) 1) (not (await (p nil)))) (not (and (await (p 1)) (await (p false)))) :end)
;=> :end
