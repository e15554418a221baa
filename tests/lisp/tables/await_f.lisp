;;; F01 an array, left to right
(do [(t 1) (await (tp 2)) (t 3)] (log))
;=> [1 2 3]
;;; F04 the variable on the left is read before the suspension
(let ((x 1)) (+ x (do (set! x 10) (await (p nil)) x)))
;=> 11
;;; F07 keys and values of an object in turn
[(count {(await (tp "a")) (t 1) (t "b") (await (tp 2))}) (log)]
;=> [2 ["a" 1 "b" 2]]
;;; F10 receiver, then arguments
[(.concat (await (tp [1])) (await (tp [2])) (t [3])) (log)]
;=> [[1 2 3] [[1] [2] [3]]]
;;; F13 the receiver variable is assigned while the arguments run
(let ((o {:m (fn () :a)}) (q {:m (fn () :b)})) (.m o (do (set! o q) (await (p 1)))))
;=> :a
;;; F17 holes of an f-string in order; nil is nil there, a keyword its name
[f"{(t 1)}{(await (tp 2))}{(t 3)}" f"{(await (p :k))}-{(await (p nil))}" (log)]
;=> ["123" "k-nil" [1 2 3]]
;;; F19 index assignment: index before value
(let ((a [1 2 3])) (set! (. a [(await (tp 1))]) (await (tp :v))) [a (log)])
;=> [[1 :v 3] [1 :v]]
;;; F20 items of a set in order
(do #{(t 1) (await (tp 2)) (t 3)} (log))
;=> [1 2 3]
;;; F21 a regex beside awaited operands
[(.replace (await (p "a-b-c")) #"-" (await (p "+"))) (.replace "a-b-c" #"(?g)-" (await (p "+")))]
;=> ["a+b-c" "a+b+c"]
;;; F22 new: the class expression first
[(. (new (do (t :class) Date) (await (tp 5))) (getTime)) (log)]
;=> [5 [:class 5]]
;;; F23 apply with awaited arguments
(apply + (await (p 1)) (await (p [2 3])))
;=> 6
;;; F24 a keyword as a function of an awaited object
[(:a (await (p {:a 1}))) (:b (await (p {})) (await (p :otherwise)))]
;=> [1 :otherwise]
;;; F25 a property path with an awaited index
(. (await (p {:a {:b [1 2 3]}})) a b [(await (p 1))])
;=> 2
;;; F26 a method at the end of a path
(. {:a {:m (fn (x) (* x 2))}} a (m (await (p 21))))
;=> 42
;;; F27 both sides of an operator, the left one a variable
(let ((x 1)) [(- x (do (set! x 5) (await (p 2)))) x])
;=> [-1 5]
;;; F28 assignments in a row
(let ((x 0)) [(set! x (inc x)) (await (p (set! x (inc x)))) (set! x (inc x)) x])
;=> [1 2 3 3]
;;; F29 a comparison evaluates all its operands
[(< (t 3) (await (tp 2)) (t 1)) (log)]
;=> [false [3 2 1]]
;;; F30 the callee is read before the arguments assign it
(let ((f (fn (x) [:old x]))) (f (do (set! f (fn (x) [:new x])) (await (p 1)))))
;=> [:old 1]
;;; F31 the same with a global
(def g (fn (x) [:old x]))
(g (do (set! g (fn (x) [:new x])) (await (p 1))))
;=> [:old 1]
;;; F32 the same with a dotted name
(let ((o {:m (fn (x) [:old x])})) (o.m (do (set! o.m (fn (x) [:new x])) (await (p 1)))))
;=> [:old 1]
;;; F33 a method in callee position keeps its receiver
[((. [1 2 3] at) (await (p -1))) ((. [3 4] concat) [5])]
;=> [3 [3 4 5]]
;;; F34 calls in calls
[(+ (t 1) (* (t 2) (await (tp 3))) (t 4)) (log)]
;=> [11 [1 2 3 4]]
;;; F36 a property on the left is read before it changes
(let ((o {:x 1})) (+ (. o x) (do (set! (. o x) 10) (await (p (. o x))))))
;=> 11
;;; F37 property reads in an array
(let ((o {:x 1})) [(. o x) (do (set! (. o x) 2) (await (p 0))) (. o x)])
;=> [1 0 2]
;;; F38 an if in the middle assigns what stands on both sides
(let ((x 1) (y 2)) [x (if (await (p true)) (do (set! x 9) (set! y 8) x) 0) y])
;=> [1 9 8]
;;; F39 delete! of a property
(let ((o {:a 1 :b 2})) (delete! (. o a)) (await (p o)))
;=> {:b 2}
;;; F40 nil has no method: the arguments are not evaluated
[(try (.m nil (await (tp :arg))) (catch e :err)) (try (.m nil (t :arg)) (catch e :err)) (log)]
;=> [:err :err []]
;;; F41 an atom
(let ((a (atom 1))) (swap! a + (await (p 2))) (reset! a (* 10 (deref a))) (deref a))
;=> 30
;;; F42 keyword arguments, one awaited
((fn (& {:keys [x y] :or {y 9}}) [x y]) :x (await (p 1)))
;=> [1 9]
;;; F43 a method chosen by an awaited name
((. [1 2 3] [(await (p "indexOf"))]) (await (p 3)))
;=> 2
;;; F44 str of awaited pieces and a let
(str (await (p "a")) (let ((x (await (p "b")))) (str x x)) (await (p "c")))
;=> "abbc"
;;; F45 the index is read before the value, the object before both
(let ((i 0) (a [:x :y])) (set! (. a [i]) (do (set! i 1) (await (p :new)))) [a i])
;=> [[:new :y] 1]
;;; F46 the object of an assignment is fixed before its value runs
(let ((o {:n 1}) (q {:n 2})) (let ((old o)) (set! (. o n) (do (set! o q) (await (p 9)))) [old q]))
;=> [{:n 9} {:n 2}]
;;; F47 lookup of an index before what changes it
(let ((a [1 2])) [(. a [0]) (do (set! (. a [0]) 5) (await (p 0))) (. a [0])])
;=> [1 0 5]
;;; F48 unary and mixed operators
(let ((x 2)) [(- (await (p x))) (not (await (p x))) (** (await (p x)) 3) (mod -7 (await (p 3))) (/ 6 (await (p 4)))])
;=> [-2 false 8 2 1.5]
;;; F49 a long sum with effects between
(let ((x 1)) (+ x (set! x 2) (await (p x)) (do (set! x 5) x) x))
;=> 15
;;; F50 = in structure with awaited parts
[(= [1 (await (p {:a 2}))] (await (p [1 {:a 2}]))) (not= (await (p 1)) 1)]
;=> [true false]
;;; F51 a closure assigns a variable that was read before
(let ((x 1) (f (fn () (set! x 100)))) [x (f) (await (p x)) x])
;=> [1 100 100 100]
;;; F52 a parameter assigned in an argument
(defn f (x) [x (do (set! x (* x 2)) (await (p nil)) x) x])
(await (f 4))
;=> [4 8 8]
;;; F53 the value of set! of a property
(let ((o {})) [(set! (. o a) (await (p 1))) (set! (. o ["b c"]) 2) o])
;=> [1 2 {:a 1 "b c" 2}]
;;; F54 new inside an argument list
(do (list (t 1) (new Map (await (tp [["a" 2]]))) (t 3)) (log))
;=> [1 [["a" 2]] 3]
;;; F55 throw stops the arguments that come after
[(try (list (t 1) (await (p! "e")) (t 2)) (catch e (ex-message e))) (log)]
;=> ["e" [1]]
;;; F56 let in the middle hides nothing that comes after
(let ((x 1)) [x (let ((x (await (p 2))) (y x)) [x y]) (let ((x 3)) x) x])
;=> [1 [2 2] 3 1]
;;; F57 keys that are keywords, strings, numbers and awaited
{:a 1 "b c" 2 (await (p "d")) 3 (str "e" 1) 4}
;=> {:a 1 "b c" 2 :d 3 :e1 4}
