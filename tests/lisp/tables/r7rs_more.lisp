;;; s01 literal has priority over ellipsis
(define-syntax lit-first (syntax-rules ... (...) ((_ x) '(x ...))))
(lit-first 100)
;=> (100 ...)
;;; s02 large escaped template
(define-syntax be-like-begin3 (syntax-rules () ((_ name) (define-syntax name (... (syntax-rules () ((_ e ...) (begin e ...))))))))
(be-like-begin3 in-a-row3)
(in-a-row3 1 2 3)
;=> 3
;;; s03 define-syntax inside let-syntax body
(let-syntax ((blb (syntax-rules () ((_ name) (define-syntax name (syntax-rules () ((_ e (... ...)) (begin e (... ...)))))))))
  (blb seq-of)
  (seq-of 0 1 2 3))
;=> 3
;;; s04 let-syntax without clauses
(let-syntax ((x (syntax-rules ()))) 1)
;=> 1
;;; s05 let-syntax siblings not seen
(let ((f (fn (x) (+ x 1))))
  (let-syntax ((f (syntax-rules () ((_ x) x))) (g (syntax-rules () ((_ x) (f x)))))
    (list (f 1) (g 1))))
;=> (1 2)
;;; s06 letrec-syntax siblings seen
(let ((f (fn (x) (+ x 1))))
  (letrec-syntax ((f (syntax-rules () ((_ x) x))) (g (syntax-rules () ((_ x) (f x)))))
    (list (f 1) (g 1))))
;=> (1 1)
;;; s07 reverse with tail patterns
(letrec-syntax ((rev (syntax-rules () ((_ () (y ...)) (list y ...)) ((_ (x ... z) (y ...)) (rev (x ...) (y ... z))))))
  (rev (1 2 3) ()))
;=> (3 2 1)
;;; s08 mixed levels
(let-syntax ((s (syntax-rules () ((_ (a b ...) ...) '((b ...) ... a ...)))))
  (s (1 2) (3 4 5) (6 7 8 9)))
;=> ((2) (4 5) (7 8 9) 1 3 6)
;;; s09 tail of pairs
(let-syntax ((s (syntax-rules () ((_ ((xs _) ... (x _))) (list 'xs ... 'x))))) (s ((a 0) (b 1) (c 2))))
;=> (a b c)
;;; s10 escape in subtemplate
(let-syntax ((s (syntax-rules () ((_ a b ...) '((... (a ...)) b ...))))) (s 1 2 3))
;=> ((1 ...) 2 3)
;;; s11 quoted in vector template
(let-syntax ((s (syntax-rules () ((_ x ...) ['(element x) ...])))) (s 1 2))
;=> [(element 1) (element 2)]
;;; s12 unquote in template refers to macro-inserted variable
(let-syntax ((s (syntax-rules () ((_) (let ((value 0)) (let-syntax ((t (syntax-rules () ((_) `~value)))) (t))))))) (s))
;=> 0
;;; s13 underscore in template is plain
(define-syntax und2 (syntax-rules () ((foo _) '_)))
(und2 foo)
;=> _
;;; s14 numbers strings vector constants
(define-syntax simple (syntax-rules () ((_ "a" x) '(a x)) ((_ false x) '(c x)) ((_ [1 2] x) '(e x)) ((_ b x) '(f x b))))
[(simple "a" z) (simple false z) (simple [1 2] z) (simple [2 1] z)]
;=> [(a z) (c z) (e z) (f z [2 1])]
;;; s15 repeated ellipsis var uses
(define-syntax rep (syntax-rules () ((_ 0 (a b) ...) '((a ...) (b ...))) ((_ 1 (a b) ...) '(a ... b ...)) ((_ 2 (a b) ...) '(a ... b ... a ...))))
[(rep 0 (1 2) (3 4)) (rep 1 (1 2) (3 4)) (rep 2 (1 2))]
;=> [((1 3) (2 4)) (1 3 2 4) (1 2 1)]
;;; s16 nest4
(define-syntax nest4 (syntax-rules () ((_ ((a b ... c) ... d)) '((a ...) ((b ...) ...) (c ...) d))))
(nest4 ((1 2 3) (4 5) (6 7 8 9 10) (11 12)))
;=> ((1 4 6) ((2) () (7 8 9)) (3 5 10) (11 12))
;;; s17 mixlevel
(define-syntax mix (syntax-rules () ((_ (a b ...)) '((a b) ...))))
(mix (1 2 3))
;=> ((1 2) (1 3))
;;; s18 shadowed +
(let-syntax ((foo (syntax-rules () ((_ e) (+ e 1))))) (let ((+ *)) (foo 3)))
;=> 4
;;; s19 two macros under shadowed operators
(let ((+ *)) (let-syntax ((a (syntax-rules () ((_ x) (+ x x)))) (b (syntax-rules () ((_ x) (* x x))))) (let ((* -) (+ /)) (a (b 3)))))
;=> 81
;;; s20 nested same named
(let-syntax ((a (syntax-rules () ((_ x ...) (+ x ...))))) (let-syntax ((a (syntax-rules () ((_ x y ...) (a y ...)) ((_) 2)))) (a 8 9 10)))
;=> 19
;;; s21 or with if and t
(define-syntax my-or3 (syntax-rules () ((_) false) ((_ e) e) ((_ e1 e2 e3 ...) (let ((t e1)) (if t t (my-or3 e2 e3 ...))))))
(let ((if false)) (let ((t 'okay)) (my-or3 if t)))
;=> okay
;;; s22 empty vector pattern
(define-syntax ev (syntax-rules () ((_ []) 'empty) ((_ x) 'not-empty)))
[(ev []) (ev [1])]
;=> [empty not-empty]
;;; s23 dotted rest of begin
(let-syntax ((s (syntax-rules () ((_ . exprs) (begin . exprs))))) (s 2 3))
;=> 3
;;; s24 dot pair of list
(define-syntax dot1 (syntax-rules () ((_ (a . b)) '(a b)) ((_ x) false)))
[(dot1 (1 2 3)) (dot1 5)]
;=> [(1 (2 3)) false]
;;; s25 custom ellipsis escape
(let-syntax ((s (syntax-rules ooo () ((_ x) '(x (ooo ooo)))))) (s 2))
;=> (2 ooo)
;;; s26 the ellipsis of another name leaves ... as variable
(let-syntax ((s (syntax-rules ooo () ((_ xs ooo ...) '((xs ooo) ...))))) (s 1 2 3))
;=> ((1 2) 3)
;;; s27 macro-defined global function private name hygiene: def of template symbol is plain global
(define-syntax def-hidden (syntax-rules () ((_ v) (def hidden-one v))))
(def-hidden 5)
hidden-one
;=> 5
;;; s28 use macro before let binding of same name
(define-syntax say (syntax-rules () ((_ x) (str "say " x))))
[(say 1) (let ((say (fn (x) (str "fn " x)))) (say 2)) (say 3)]
;=> ["say 1" "fn 2" "say 3"]
;;; s29 let-syntax body shares recur
(loop ((i 0)) (let-syntax ((again (syntax-rules () ((_ x) (recur x))))) (if (< i 3) (again (inc i)) i)))
;=> 3
;;; s30 pattern var named like literal elsewhere; else in case macro
(define-syntax cond2 (syntax-rules (else) ((_) nil) ((_ (else e)) e) ((_ (c e) rest ...) (if c e (cond2 rest ...)))))
(let ((else nil)) (cond2 (else 1) (true 2)))
;=> 2
;;; s31 fn params from macro don't capture
(define-syntax k (syntax-rules () ((_ e) (fn (x) e))))
(let ((x 1)) ((k x) 2))
;=> 1
;;; s32 macro expanding to named let w/ user's name same
(define-syntax count-to (syntax-rules () ((_ n f) (let go ((i 0)) (when (< i n) (f i) (go (inc i)))))))
(let ((out []) (go (fn (x) (push! out [:user x])))) (count-to 2 go) out)
;=> [[:user 0] [:user 1]]
;;; s33 destructuring in template
(define-syntax dlet (syntax-rules () ((_ v body) (let [[a b] v] (list a b body)))))
(let ((a 10) (b 20)) (dlet [1 2] (+ a b)))
;=> (1 2 30)
;;; s34 map destructuring in template: property name plain
(define-syntax get-k (syntax-rules () ((_ m) (let [{:keys [k]} m] k))))
(get-k {:k 5})
;=> 5
;;; s35 property access in template
(define-syntax len (syntax-rules () ((_ x) (. x length))))
[(len [1 2]) (let ((length 3)) (len "abc"))]
;=> [2 3]
;;; s36 dotted names in template
(define-syntax root (syntax-rules () ((_ x) (Math.sqrt x))))
(let ((Math nil)) (root 9))
;=> 3
;;; s37 method call in template
(define-syntax up (syntax-rules () ((_ x) (.toUpperCase x))))
(up "a")
;=> "A"
;;; s38 pattern var in dotted name is not replaced; in property position it is
(define-syntax prop (syntax-rules () ((_ o k) (. o k))))
(prop {:zz 4} zz)
;=> 4
;;; s39 set! of captured
(define-syntax inc! (syntax-rules () ((_ x) (set! x (+ x 1))) ((_ x n) (set! x (+ x n)))))
(let ((n 1) (x 5)) (inc! x n) (inc! n) [x n])
;=> [6 2]
;;; s40 f-string in template
(define-syntax greet (syntax-rules () ((_ n) f"hi {n}!")))
(let ((n 1)) (greet (inc n)))
;=> "hi 2!"
;;; s41 cond => in template
(define-syntax look (syntax-rules () ((_ m k d) (cond ((get m k) => (fn (v) [:found v])) (else d)))))
[(look {:a 1} :a 0) (let ((v 9)) (look {} :a v))]
;=> [[:found 1] 9]
;;; s42 macros in macro definitions with for
(define-syntax all-pairs (syntax-rules () ((_ xs) (for [x xs y xs :when (not= x y)] [x y]))))
(let ((x [1 2])) (all-pairs x))
;=> [[1 2] [2 1]]
;;; s43 try/catch var passed in
(define-syntax handling (syntax-rules () ((_ e body handler) (try body (catch e handler)))))
(handling err (throw 5) [err])
;=> [5]
;;; s44 letfn in template
(define-syntax evens (syntax-rules () ((_ n) (letfn [(e? [k] (if (= k 0) true (o? (dec k)))) (o? [k] (if (= k 0) false (e? (dec k))))] (e? n)))))
(let ((k 4)) (evens k))
;=> true
;;; s45 quasi-literal with keyword literal list
(define-syntax route (syntax-rules () ((_ :get p) [:G p]) ((_ :post p) [:P p])))
[(route :get 1) (route :post 2)]
;=> [[:G 1] [:P 2]]
;;; s46 set and map patterns? map template with computed
(define-syntax mk (syntax-rules () ((_ (k v) ...) {:n 1 :items [(list k v) ...]})))
(mk (:a 1) (:b 2))
;=> {:n 1 :items [(:a 1) (:b 2)]}
