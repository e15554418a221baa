;;; ld01 names that a macro's sequence defines know each other
(defmacro pair [] `(begin (define (ev n#) (if (= n# 0) true (od (- n# 1)))) (define (od m#) (if (= m# 0) false (ev (- m# 1))))))
(pair)
[(ev 10) (ev 7) (od 3)]
;=> [true false true]
;;; ld02 a define in the body of a function is local to each call
(define (mk n) (define m n) (fn (x) (+ x m)))
(let [one (mk 1) ten (mk 10)] [(one 1) (ten 1) (one 1)])
;=> [2 11 2]
;;; ld03 in let, when, if, do and try outside of functions it is global, also when a macro made it
(defmacro make [name value] `(define ~name ~value))
(let [n 5] (defn getn [] n))
(when true (define aw 1)) (if true (define ai 2)) (do (define ad 3)) (try (define at 4) (catch e nil))
(let [k 6] (make am k))
[(getn) aw ai ad at am]
;=> [5 1 2 3 4 6]
;;; ld04 letrec*: functions know each other, values are there from their definition on
(defn f [x] (define y (* x 2)) (defn even2? [n] (if (= n 0) true (odd2? (- n 1)))) (defn odd2? [n] (if (= n 0) false (even2? (- n 1)))) (define z (+ y 1)) [(even2? x) (odd2? x) z])
[(f 4) (f 3)]
;=> [[true false 9] [false true 7]]
;;; ld05 a value is not there before its definition
(defn early [] (define (get-later) later) (define a (try (get-later) (catch e :not-yet))) (define later 3) [a (get-later)])
(early)
;=> [:not-yet 3]
;;; ld06 a local definition hides a global one, in its function only
(def shade 1)
(defn hides [] (define shade 2) shade)
[(hides) shade]
;=> [2 1]
;;; ld07 a definition inside when, if or try is a variable of the body around it
(defn g [c] (when c (define w 7)) w)
(defn tried [] (try (define q (throw (error "x"))) (catch e (define q 5))) q)
[(g true) (g false) (tried)]
;=> [7 nil 5]
;;; ld08 let, loop, for and while in a function are bodies of their own
(def y :global)
(defn v [] (let [a 1] (define b (+ a 1)) (define y b)) y)
(defn closures [] (define fs []) (doseq [i [1 2 3]] (define j (* i 2)) (.push fs (fn [] j))) (map (fn [h] (h)) fs))
(defn counts [n] (define out []) (while (> n 0) (define k n) (.push out (fn [] k)) (set! n (- n 1))) (map (fn [h] (h)) out))
[(v) (closures) (counts 3)]
;=> [:global [2 4 6] [3 2 1]]
;;; ld09 defining twice, or what is a parameter, assigns
(defn twice [] (define v 1) (define w (fn [] v)) (define v (+ v 1)) [v (w)])
(defn param [x] (define x (+ x 1)) x)
[(twice) (param 1)]
;=> [[2 2] 2]
;;; ld10 patterns
(defn k [xs] (define [a b] xs) (define {:keys [q] :or {q 9}} {}) [a b q])
(k [1 2])
;=> [1 2 9]
;;; ld11 the value of a definition at the end of a body is what it defined
(defn maker [] (defn square "squares" [n] (* n n)))
((maker) 5)
;=> 25
;;; ld12 definitions that macros make in a body
(define-syntax my-def (syntax-rules () ((_ n v) (define n v))))
(define-syntax two (syntax-rules () ((_ a b v) (begin (define a v) (define b (+ a 1))))))
(define-syntax hidden (syntax-rules () ((_ v) (begin (define tmp v) (define (get-tmp) tmp) (get-tmp)))))
(defn us [] (my-def t 4) (two u w t) (define tmp :mine) [t u w tmp])
(defn hygienic [] (define tmp :mine) (hidden 3) tmp)
[(us) (hygienic)]
;=> [[4 4 5 :mine] :mine]
;;; ld13 awaiting definitions make the function async
(defn later [x] (define (get-it) (await (p x))) (define r (await (get-it))) (+ r 1))
(await (later 4))
;=> 5
;;; ld14 methods are functions too, and so is what a function returns
(defclass Box (constructor [n] (set! this.n n)) (total [] (define twice (* 2 this.n)) (defn plus [k] (+ twice k)) (plus 1)))
(let [a (Box. 3) b (Box. 4)] [(.total a) (.total b)])
;=> [7 9]
;;; ld15 recur goes past definitions, each turn has its own
(defn turns [n out] (define k n) (.push out (fn [] k)) (if (> n 0) (recur (- n 1) out) (map (fn [h] (h)) out)))
(turns 2 [])
;=> [2 1 0]
;;; ld16 def keeps its meaning in a function
(defn sets [] (def made-there 3) nil)
(do (sets) made-there)
;=> 3
