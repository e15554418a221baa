;;; given-that let-syntax: the macro's if means if (4.3.1)
(let-syntax ((given-that (syntax-rules () ((_ test stmt1 stmt2 ...) (if test (begin stmt1 stmt2 ...))))))
  (let ((if true)) (given-that if (set! if 'now)) if))
;=> now
;;; outer-x let-syntax: a free name means what it meant there (4.3.1)
(let ((x 'outer)) (let-syntax ((m (syntax-rules () ((m) x)))) (let ((x 'inner)) (m))))
;=> outer
;;; letrec-my-or letrec-syntax: let, if and temp bound by the user (4.3.1)
(letrec-syntax
  ((my-or (syntax-rules () ((my-or) false) ((my-or e) e)
            ((my-or e1 e2 ...) (let ((temp e1)) (if temp temp (my-or e2 ...)))))))
  (let ((x false) (y 7) (temp 8) (let odd?) (if even?)) (my-or x (let temp) (if y) y)))
;=> 7
;;; be-like-begin a macro that defines a macro, with an escaped ellipsis (4.3.2)
(define-syntax be-like-begin
  (syntax-rules () ((be-like-begin name)
    (define-syntax name (syntax-rules () ((name expr (... ...)) (begin expr (... ...))))))))
(be-like-begin in-a-row)
(in-a-row 1 2 3 4)
;=> 4
;;; be-like-begin-dots the same with an ellipsis of its own
(define-syntax be-like-begin2
  (syntax-rules () ((_ name)
    (define-syntax name (syntax-rules dots () ((_ expr dots) (begin expr dots)))))))
(be-like-begin2 in-a-row2)
(in-a-row2 1 2 3)
;=> 3
;;; arrow-bound a bound => is no => (4.3.2)
(let ((=> false)) (cond (true => 'ok)))
;=> ok
;;; arrow-free an unbound => is
(cond (5 => (fn (x) (* x 2))))
;=> 10
;;; else-bound a bound else is no else
(let ((else false)) (cond (false 3) (else 4) (true 5)))
;=> 5
;;; swap exchange of variables whose names are the macro's
(define-syntax my-swap! (syntax-rules () ((_ a b) (let ((tmp a)) (set! a b) (set! b tmp)))))
(let ((tmp 5) (other 6)) (my-swap! tmp other) [tmp other])
;=> [6 5]
;;; my-or-shadows or with t bound by the user
(define-syntax my-or2 (syntax-rules () ((_ a b) (let ((t a)) (if t t b)))))
(let ((t 5)) (my-or2 false t))
;=> 5
;;; if-as-variable a local may be called if
(let ((if list)) (if 1 2 3))
;=> (1 2 3)
;;; let-as-variable a local may be called let
(let ((let (fn (x) (* x 2)))) (let 4))
;=> 8
;;; if-bound-in-macro-body the macro's if in a place where if is bound
(define-syntax my-if (syntax-rules () ((_ c a b) (cond (c a) (else b)))))
(let ((if false) (else false)) (my-if else :then :otherwise))
;=> :otherwise
;;; let-from-lambda let as a macro: nested ellipsis
(define-syntax my-let (syntax-rules () ((_ ((n v) ...) body ...) ((lambda (n ...) body ...) v ...))))
(my-let ((a 1) (b 2)) (set! a 10) (+ a b))
;=> 12
;;; let-star let* as a recursive macro
(define-syntax my-let*
  (syntax-rules () ((_ () body ...) (let () body ...))
    ((_ ((x v) rest ...) body ...) (let ((x v)) (my-let* (rest ...) body ...)))))
(my-let* ((a 1) (b (+ a 1)) (a (* b 10))) [a b])
;=> [20 2]
;;; nested-ellipsis two levels deep, used at two levels
(define-syntax sums (syntax-rules () ((_ (k v ...) ...) (list (list 'k (+ v ...)) ...))))
(sums (a 1 2) (b 3 4 5))
;=> ((a 3) (b 12))
;;; nested-ellipsis-outer a variable of depth 0 and 1 inside depth 2
(define-syntax table (syntax-rules () ((_ z (k v ...) ...) (list (list (list z k v) ...) ...))))
(table :z (1 2 3) (4 5))
;=> (((:z 1 2) (:z 1 3)) ((:z 4 5)))
;;; flatten-ellipsis an ellipsis after an ellipsis
(define-syntax flat (syntax-rules () ((_ (a ...) ...) (list a ... ...))))
(flat (1 2) () (3))
;=> (1 2 3)
;;; three-levels three levels deep
(define-syntax deep (syntax-rules () ((_ ((a ...) ...) ...) '(((a ...) ...) ...))))
(deep ((1 2) (3)) () ((4)))
;=> (((1 2) (3)) () ((4)))
;;; zero-matches an ellipsis may match nothing
(define-syntax items (syntax-rules () ((_ x ...) (list x ...))))
[(items) (items 1) (items 1 2)]
;=> [() (1) (1 2)]
;;; tail-pattern patterns after the ellipsis
(define-syntax ends (syntax-rules () ((_ a ... y z) '((a ...) y z))))
[(ends 1 2) (ends 1 2 3 4)]
;=> [(() 1 2) ((1 2) 3 4)]
;;; tail-pattern-nested pairs in the middle, two at the end
(define-syntax part-2
  (syntax-rules () ((_ a b (m n) ... x y) [(list a b) (list m ...) (list n ...) (list x y)]) ((_ q ...) 'error)))
[(part-2 1 2 (3 4) (5 6) 7 8) (part-2 1 2 3)]
;=> [[(1 2) (3 5) (4 6) (7 8)] error]
;;; tail-in-vector an ellipsis and a tail in a vector pattern
(define-syntax last-of (syntax-rules () ((_ [a ... z]) z)))
[(last-of [1]) (last-of [1 2 3])]
;=> [1 3]
;;; vector-pattern vectors and lists are different patterns
(define-syntax op-of (syntax-rules () ((_ [a ...]) (+ a ...)) ((_ (a ...)) (* a ...))))
[(op-of [1 2 3]) (op-of (2 4))]
;=> [6 8]
;;; vector-template a vector in the template
(define-syntax as-vector (syntax-rules () ((_ (a b) ...) [[a ...] [b ...]])))
(as-vector (1 :a) (2 :b))
;=> [[1 2] [:a :b]]
;;; literals literals match by what they mean
(define-syntax my-for
  (syntax-rules (in from to)
    ((_ x in xs body) (map (fn (x) body) xs))
    ((_ x from a to b body) (map (fn (x) body) (range a b)))))
[(my-for y in [1 2 3] (* y y)) (my-for y from 2 to 5 (inc y))]
;=> [[1 4 9] [3 4 5]]
;;; literal-shadowed a literal that the user bound does not match
(define-syntax arrow? (syntax-rules (=>) ((_ =>) true) ((_ x) false)))
[(arrow? =>) (let ((=> 1)) (arrow? =>)) (arrow? 5)]
;=> [true false false]
;;; literal-else a macro's own else
(define-syntax my-case
  (syntax-rules (else) ((_ v (else e)) e) ((_ v (k e) more ...) (if (= v k) e (my-case v more ...)))))
[(my-case 2 (1 :one) (2 :two) (else :many)) (my-case 9 (1 :one) (else :many))]
;=> [:two :many]
;;; constant-patterns numbers, strings and booleans in patterns
(define-syntax what (syntax-rules () ((_ 1) 'one) ((_ "a") 'letter) ((_ true) 'yes) ((_ :k) 'key) ((_ nil) 'none) ((_ x) 'other)))
[(what 1) (what "a") (what true) (what :k) (what nil) (what 2)]
;=> [one letter yes key none other]
;;; underscore _ matches anything, any number of times
(define-syntax third-of (syntax-rules () ((_ _ _ x) x)))
(third-of (no such 1) (call 2) 3)
;=> 3
;;; underscore-count counting with _
(define-syntax how-many (syntax-rules () ((_) 0) ((_ _) 1) ((_ _ _) 2) ((_ _ ...) 'many)))
[(how-many) (how-many a) (how-many a b) (how-many a b c d)]
;=> [0 1 2 many]
;;; underscore-literal _ among the literals matches only itself
(define-syntax und (syntax-rules (_) ((und _) 'under) ((und x) 'other)))
[(und _) (und 5)]
;=> [under other]
;;; ellipsis-literal ... among the literals matches only itself
(define-syntax dots? (syntax-rules (...) ((_ ...) 'dots) ((_ x) 'other)))
[(dots? ...) (dots? 5)]
;=> [dots other]
;;; custom-ellipsis an ellipsis of another name leaves ... alone
(define-syntax my-list (syntax-rules ::: () ((_ x :::) (list x ::: '...))))
(my-list 1 2)
;=> (1 2 ...)
;;; custom-ellipsis-nested two levels with a custom ellipsis
(define-syntax rows (syntax-rules etc () ((_ (a b etc) etc) '((a etc) ((b etc) etc)))))
(rows (1 2 3) (4))
;=> ((1 4) ((2 3) ()))
;;; escape-alone (... ...) is an ellipsis
(define-syntax esc (syntax-rules () ((_) '(... ...)) ((_ x) '(... (x ...))) ((_ x y) '(... (... x y)))))
[(esc) (esc 100) (esc 100 200)]
;=> [... (100 ...) (... 100 200)]
;;; rule-order the first rule that fits
(define-syntax kind-of (syntax-rules () ((_ (a)) 'single) ((_ (a b)) 'pair) ((_ (a ...)) 'long) ((_ a) 'atom)))
[(kind-of (1)) (kind-of (1 2)) (kind-of (1 2 3)) (kind-of ()) (kind-of 1)]
;=> [single pair long long atom]
;;; while-loop while as a macro
(define-syntax my-while (syntax-rules () ((_ c body ...) (let again () (when c body ... (again))))))
(let ((i 0) (again [])) (my-while (< i 3) (push! again i) (set! i (inc i))) again)
;=> [0 1 2]
;;; do-loop do as a macro, with loop and recur
(define-syntax my-do
  (syntax-rules () ((_ ((v init step) ...) (end result) body ...)
    (loop ((v init) ...) (if end result (do body ... (recur step ...)))))))
(let ((out [])) (my-do ((i 0 (inc i)) (s 0 (+ s i))) ((= i 4) [s out]) (push! out (* i i))))
;=> [6 [0 1 4 9]]
;;; temporaries each step of a recursive macro makes its own tmp
(define-syntax pset!
  (syntax-rules ()
    ((_ "go" ((v e t) ...)) (let ((t e) ...) (set! v t) ... nil))
    ((_ "go" (done ...) (v e) more ...) (pset! "go" (done ... (v e tmp)) more ...))
    ((_ (v e) ...) (pset! "go" () (v e) ...))))
(let ((a 1) (b 2) (tmp 3)) (pset! (a b) (b tmp) (tmp a)) [a b tmp])
;=> [2 3 1]
;;; jabberwocky a definition and a macro that refers to it
(define-syntax jabberwocky
  (syntax-rules () ((_ hatter) (begin (define march-hare 42) (define-syntax hatter (syntax-rules () ((_) march-hare)))))))
(jabberwocky mad-hatter)
(mad-hatter)
;=> 42
;;; foo-bar-1 a macro argument keeps its meaning through two macros
(let ((x 1))
  (let-syntax ((foo (syntax-rules () ((_ y) (let-syntax ((bar (syntax-rules () ((_) (let ((x 2)) y))))) (bar))))))
    (foo x)))
;=> 1
;;; foo-bar-2 a pattern variable shadows a name of the program
(let ((x 1))
  (letrec-syntax ((foo (syntax-rules () ((_ y) (bar y)))) (bar (syntax-rules () ((_ x) (let ((x 2)) x)))))
    (foo x)))
;=> 2
;;; foo-bar-3 four names a and c, none confused
(let ((a 1))
  (letrec-syntax
    ((foo (syntax-rules () ((_ b) (bar a b))))
     (bar (syntax-rules () ((_ c d) (cons c (let ((c 3)) (list d c 'c)))))))
    (let ((a 2)) (foo a))))
;=> (1 2 3 a)
;;; letrec-even-odd macros that call each other
(letrec-syntax
  ((ev? (syntax-rules () ((_) true) ((_ x y ...) (od? y ...)))) (od? (syntax-rules () ((_) false) ((_ x y ...) (ev? y ...)))))
  [(ev? 1 1 1 1) (ev? 1 1 1) (od? 1)])
;=> [true false true]
;;; let-syntax-not-recursive let-syntax sees the outer macro of the same name
(define-syntax m9 (syntax-rules () ((_ x) [:outer x])))
(let-syntax ((m9 (syntax-rules () ((_ x) [:inner (m9 x)])))) (m9 1))
;=> [:inner [:outer 1]]
;;; let-syntax-ends after let-syntax the old meaning is back
(define-syntax m8 (syntax-rules () ((_) :outer)))
[(let-syntax ((m8 (syntax-rules () ((_) :inner)))) (m8)) (m8)]
;=> [:inner :outer]
;;; local-shadows-macro a local function of a macro's name
(define-syntax m7 (syntax-rules () ((_ x) :macro)))
(let ((m7 (fn (x) [:fn x]))) (m7 1))
;=> [:fn 1]
;;; parameter-shadows-macro a parameter of a built-in macro's name
((fn (when unless) (when unless 3)) + 4)
;=> 7
;;; global-function a global of the definition, shadowed where the macro is used
(defn helper (x) [:global x])
(define-syntax call-helper (syntax-rules () ((_ x) (helper x))))
(let ((helper (fn (x) [:local x]))) [(call-helper 1) (helper 1)])
;=> [[:global 1] [:local 1]]
;;; core-shadowed a core function shadowed where the macro is used
(define-syntax total (syntax-rules () ((_ x ...) (reduce + [x ...]))))
(let ((+ *) (reduce (fn (& xs) :wrong))) [(total 1 2 3) (+ 2 3)])
;=> [6 6]
;;; quoted-names quoted symbols lose their marks
(define-syntax q (syntax-rules () ((_ a) (list 'a 'b))))
(= (q b) (list 'b 'b))
;=> true
;;; inserted-binding-not-seen a binding that the macro inserts is not seen by its argument
(define-syntax with-x (syntax-rules () ((_ body) (let ((x :macro)) body))))
(let ((x :user)) (with-x x))
;=> :user
;;; passed-binding-seen a name that was passed in is
(define-syntax with-name (syntax-rules () ((_ n body) (let ((n :macro)) body))))
(let ((x :user)) (with-name x x))
;=> :macro
;;; lambda-params parameters that the macro inserts, and those passed in
(define-syntax adder (syntax-rules () ((_ n) (fn (x) (+ x n)))))
(let ((x 10)) ((adder x) 1))
;=> 11
;;; macro-with-catch a catch name that the macro inserts
(define-syntax or-else (syntax-rules () ((_ a b) (try a (catch e b)))))
(let ((e :mine)) (or-else (throw 1) e))
;=> :mine
;;; macro-with-loop a loop variable that the macro inserts
(define-syntax repeat-it (syntax-rules () ((_ n body) (loop ((i 0) (out [])) (if (< i n) (recur (inc i) (conj out body)) out)))))
(let ((i :mine) (out :too)) (repeat-it 2 [i out]))
;=> [[:mine :too] [:mine :too]]
;;; macro-makes-function a macro that defines a function of the given name
(define-syntax def-adder (syntax-rules () ((_ name n) (defn name (x) (+ x n)))))
(def-adder add-five 5)
(add-five 1)
;=> 6
;;; keywords-and-maps a map in the template
(define-syntax point (syntax-rules () ((_ a b) {:x a :y b})))
(let ((x 1)) (point x (inc x)))
;=> {:x 1 :y 2}
;;; keyword-literal-rest a pattern of keyword and value pairs
(define-syntax opts (syntax-rules () ((_ (k v) ...) (list [k v] ...))))
(opts (:a 1) (:b 2))
;=> ([:a 1] [:b 2])
;;; my-cond cond as a macro with else and =>
(define-syntax my-cond
  (syntax-rules (else =>)
    ((_ (else e ...)) (begin e ...))
    ((_ (c => f)) (let ((t c)) (if t (f t) nil)))
    ((_ (c => f) more ...) (let ((t c)) (if t (f t) (my-cond more ...))))
    ((_ (c e ...)) (if c (begin e ...) nil))
    ((_ (c e ...) more ...) (if c (begin e ...) (my-cond more ...)))))
[(my-cond (false 1) (else 2)) (my-cond (nil 1) (5 => inc) (else 9)) (my-cond (false 1))
 (let ((t 3)) (my-cond (false 0) (t => (fn (x) (+ x t)))))]
;=> [2 6 nil 6]
;;; and-or-macros and as the standard defines it
(define-syntax my-and (syntax-rules () ((_) true) ((_ e) e) ((_ e1 e2 ...) (if e1 (my-and e2 ...) false))))
[(my-and) (my-and 1 2) (my-and 1 false 2) (my-and nil 1)]
;=> [true 2 false false]
;;; dotted-tail a dotted pattern takes the rest
(define-syntax call-it (syntax-rules () ((_ f . args) (f . args))))
(call-it + 1 2 3)
;=> 6
;;; dotted-after-ellipsis a dotted tail after an ellipsis
(define-syntax heads (syntax-rules () ((_ (h . t) ...) '(h ...))))
(heads (1 2 3) (4) (5 6))
;=> (1 4 5)
;;; ellipsis-follows-literals an ellipsis group with a literal inside
(define-syntax pairs (syntax-rules (->) ((_ (a -> b) ...) [[a b] ...])))
(pairs (1 -> 2) (3 -> 4))
;=> [[1 2] [3 4]]
;;; macro-defining-macro-args the inner macro's pattern variables are its own
(define-syntax def-const (syntax-rules () ((_ name v) (define-syntax name (syntax-rules () ((_) v) ((_ x) (list v x)))))))
(def-const two 2)
(let ((x 9)) [(two) (two x)])
;=> [2 (2 9)]
;;; hygiene-across-await a temp across an await
(define-syntax twice (syntax-rules () ((_ e) (let ((v (await e))) (+ v v)))))
(let ((v 100)) (+ v (twice (p v))))
;=> 300
