;;; I03 :while on the first source, a second source
(for [x [1 2 3 4] :while (await (p (< x 3))) y [:a :b]] [x y])
;=> [[1 :a] [1 :b] [2 :a] [2 :b]]
;;; I06 for in argument position
(+ 1 (count (for [x [1 2 3]] (await (p x)))))
;=> 4
;;; I07 for over the entries of an awaited object
(for [[k v] (await (p {:a 1 :b 2}))] (await (p [v k])))
;=> [[1 "a"] [2 "b"]]
;;; I08 :await in the second source
(for [n [1 2] :await x (agen n (* n 10))] x)
;=> [1 10 2 20]
;;; I09 for over a string and a Set
[(for [c "ab"] (await (p (str c c)))) (for [x #{1 2}] (await (p x)))]
;=> [["aa" "bb"] [1 2]]
;;; I10 closures over :let names
(map (fn (f) (f)) (for [x [1 2] :let [y (await (p (* x 10)))]] (fn () [x y])))
;=> [[1 10] [2 20]]
;;; I11 :while after the second source ends only that
(for [x [1 2 3] y [1 2 3] :while (<= y (await (p x)))] [x y])
;=> [[1 1] [2 1] [2 2] [3 1] [3 2] [3 3]]
;;; I12 the second source is evaluated for each item of the first
[(for [x [1 2] y (await (tp [x]))] (* y 2)) (log)]
;=> [[2 4] [[1] [2]]]
;;; I13 doseq over an async iterable
(do (doseq [:await x (agen 1 2)] (await (tp x))) (log))
;=> [1 2]
;;; I14 promises as items are not awaited by for
(map promise? (for [x [(p 1) 2]] x))
;=> [true false]
;;; I17 an error ends the comprehension
(try (for [x [1 2 3]] (if (= x 2) (throw (error (str "at" x))) (await (tp x)))) (catch e [(ex-message e) (log)]))
;=> ["at2" [1]]
;;; I18 for in for
(for [x [1 2]] (for [y [x (* 2 x)]] (await (p y))))
;=> [[1 2] [2 4]]
;;; I19 :await over an array of promises
(for [:await x [(p 1) 2]] x)
;=> [1 2]
;;; I20 for is eager: all effects before what follows
(let ((xs (for [x [1 2]] (await (tp x))))) (t :after) [xs (log)])
;=> [[1 2] [1 2 :after]]
;;; I21 a for without await inside an async function is sync and in place
(defn f () (let ((xs (for [x [1 2 3] :when (odd? x)] x))) (conj xs (await (p 4)))))
(f)
;=> [1 3 4]
;;; I22 an async generator is closed when for stops early
(defn g () (try (yield 1) (yield (await (p 2))) (yield 3) (finally (t :closed))))
[(for [:await x (g) :while (< x 2)] x) (log)]
;=> [[1] [:closed]]
;;; I23 a body that is a let, a try and an if
(for [x [1 2 3]] (let ((y (await (p x)))) (try (if (= y 2) (throw y) (* y 10)) (catch e [:caught e]))))
;=> [10 [:caught 2] 30]
;;; I24 :when before :let, in order
[(for [x [1 2 3] :when (t (odd? x)) :let [y (await (tp (* 10 x)))]] y) (log)]
;=> [[10 30] [true 10 false true 30]]
;;; I25 the source sees the outer name that the pattern shadows
(let ((x [1 2])) [(for [x x] (await (p (inc x)))) x])
;=> [[2 3] [1 2]]
;;; J03 some-> stops at nil
[(some-> (p {:a nil}) await :a (.foo)) (some-> (p {:a 1}) await :a inc)]
;=> [nil 2]
;;; J04 cond-> with awaits in tests and steps
(cond-> 1 (await (p true)) (+ 10) (await (p false)) (* 100) true (+ (await (p 1000))))
;=> 1011
;;; J05 as->
(as-> (p 1) x (await x) (+ x 1) [x (await (p x))])
;=> [2 2]
;;; J06 -> with methods
(-> (await (p [3 1 2])) .toSorted (.map (fn (x) (await (p x)))) all await)
;=> [1 2 3]
;;; J07 ->> with await as a step
(->> (p [1 2 3]) await (map inc) (filter even?))
;=> [2 4]
;;; J08 doto gives its object
(doto [] (.push (await (p 1))) (.push (await (p 2))))
;=> [1 2]
;;; J09 -> into a special form
(-> (await (p true)) (if :y :n))
;=> :y
;;; J10 order of a threaded form
[(-> (t 1) (+ (await (tp 2))) (+ (t 3))) (log)]
;=> [6 [1 2 3]]
;;; J11 doto evaluates its object once, first
(do (doto (do (t :obj) []) (.push (await (tp 1))) (.push (t 2))) (log))
;=> [:obj 1 2]
;;; J12 auto awaits each call
[(auto (+ (p 1) (p 2))) (auto (let ((xs (map inc (p [1 2])))) (count xs)))]
;=> [3 2]
;;; J15 py-> on a JavaScript object
[(py-> {:m (fn (x) (p (* x 2)))} m 21) (py-> {:a {:m (fn (x) (p x))}} a.m 5)]
;=> [42 5]
;;; J16 -> with keywords and a lambda in parentheses
(-> (p {:a {:b 4}}) await :a :b ((fn (x) (* x x))))
;=> 16
;;; J17 some-> with false goes on
(some-> (await (p false)) not)
;=> true
;;; J18 ->> into a let body and a condition
(->> (await (p 4)) (+ 1) (list :r) (cons :first))
;=> (:first :r 5)
;;; J19 cond-> tests do not see the threaded value, in order
[(cond-> (t {:n 1}) (await (tp nil)) (assoc :a 1) (t :yes) (assoc :b (await (tp 2)))) (log)]
;=> [{:n 1 :b 2} [{:n 1} nil :yes 2]]
;;; K03 a macro's argument is evaluated once
(defmacro sq [x] `(let [a# ~x] (* a# a#)))
[(sq (await (tp 3))) (log)]
;=> [9 [3]]
;;; K06 a macro with a body
(defmacro my-unless [c & body] `(if ~c nil (do ~@body)))
[(my-unless (await (p false)) (t 1) (await (p 2))) (my-unless (await (p true)) (t :no)) (log)]
;=> [2 nil [1]]
;;; K08 syntax-rules that hides await
(define-syntax later (syntax-rules () ((_ e) (await (p e)))))
(defn f () (later 3))
(let ((r (f))) [(promise? r) (await r)])
;=> [true 3]
;;; K09 exchange of two variables, one of which has the macro's own name
(define-syntax exchange! (syntax-rules () ((_ a b) (let ((tmp (await (p a)))) (set! a b) (set! b tmp)))))
(let ((tmp 1) (other 2)) (exchange! tmp other) [tmp other])
;=> [2 1]
;;; K10 or with a temp that meets the user's
(define-syntax my-or
  (syntax-rules () ((_) false) ((_ e) e) ((_ e r ...) (let ((x e)) (if x x (my-or r ...))))))
(let ((x (await (p 5)))) (my-or (await (p nil)) x))
;=> 5
;;; K11 a macro that makes a loop around an awaiting body
(defmacro forever [& body] `(loop [] ~@body (recur)))
(let ((n 0)) (try (forever (set! n (inc n)) (when (= 3 (await (p n))) (throw :stop))) (catch e [e n])))
;=> [:stop 3]
;;; K12 a macro that makes an async function
(defmacro thunk [e] `(fn [] (await ~e)))
(defn f () (thunk (p 4)))
(let ((g (f))) [(promise? g) (await (g))])
;=> [false 4]
;;; K14 capture on purpose
(defmacro aif [c a b] `(let [~'it ~c] (if ~'it ~a ~b)))
[(aif (await (p 7)) (+ it 1) :none) (aif (await (p nil)) it :none)]
;=> [8 :none]
;;; K15 a macro that defines a macro
(defmacro defgetter [name v] `(defmacro ~name [] `(await (p ~~v))))
(defgetter get-nine 9)
(get-nine)
;=> 9
;;; K16 a macro that calls itself
(defmacro my-and [& xs]
  (cond (= (count xs) 0) true (= (count xs) 1) (first xs) :else `(if ~(first xs) (my-and ~@(rest xs)) false)))
[(my-and (await (tp 1)) (await (tp nil)) (t 3)) (log)]
;=> [false [1 nil]]
;;; K17 recur from a macro
(defmacro again [& args] `(recur ~@args))
(loop ((i 0)) (if (< (await (p i)) 3) (again (inc i)) i))
;=> 3
;;; K18 a macro whose body calls a function of the program
(defn double-form (x) (list '* 2 x))
(defmacro doubled [x] (double-form x))
(doubled (await (p 21)))
;=> 42
;;; K21 a macro in a hole of an f-string and in a key
(defmacro two [] '(await (p 2)))
[f"<{(two)}>" {(str (two)) (two)}]
;=> ["<2>" {"2" 2}]
;;; K22 a macro in a default
(defmacro soon [x] `(await (p ~x)))
(defn f ((a (soon 1))) a)
(let ((r (f))) [(promise? r) (await r)])
;=> [true 1]
;;; K23 a macro that expands to several definitions
(defmacro defpair [a b v] `(do (def ~a (await (p ~v))) (def ~b (inc ~a))))
(defpair one-a one-b 1)
[one-a one-b]
;=> [1 2]
;;; K24 what a template names means what it meant there
(defn helper (x) [:global x])
(defmacro call-helper [x] `(helper (await (p ~x))))
(let ((helper (fn (x) [:local x]))) [(call-helper 1) (helper 2)])
;=> [[:global 1] [:local 2]]
;;; L02 top-level forms one after the other
(t 1)
(await (p-ms nil 3))
(t 2)
(log)
;=> [1 2]
;;; L05 await of what is no promise
[(await 1) (await nil) (await "s") (await [1]) (await :k)]
;=> [1 nil "s" [1] :k]
;;; L08 def of a branch
(def x (if (await (p true)) (await (p :a)) :b))
x
;=> :a
;;; L09 def inside do
(do (def a1 (await (p 1))) (def b1 (+ a1 1)))
[a1 b1]
;=> [1 2]
;;; L10 def keeps a promise
(def q (p 3))
[(promise? q) (await q)]
;=> [true 3]
;;; L11 a promise inside data stays one
(promise? (first [(p 1)]))
;=> true
;;; L12 all of values and promises
(all [1 (p 2) (await (p 3))])
;=> [1 2 3]
;;; L13 the first to be there
(await (Promise.race [(p-ms :slow 60) (p-ms :fast 1)]))
;=> :fast
;;; L14 a thenable that rejects
(let ((th {:then (fn (ok no) (no (error "rej")))})) (try (await th) (catch e (ex-message e))))
;=> "rej"
;;; L15 the value of a top-level let is a promise
(let ((x 1)) (p (+ x 1)))
;=> 2
;;; L16 set! of a global with await: read first
(def n 1)
(set! n (+ n (do (set! n 50) (await (p 4)))))
n
;=> 5
;;; L17 top-level doseq
(def acc [])
(doseq [x [1 2]] (await (p nil)) (push! acc x))
acc
;=> [1 2]
;;; L18 a JavaScript catch
(let ((q (p! "x"))) (await (.catch q (fn (e) (ex-message e)))))
;=> "x"
;;; L19 await of await
(await (await (p (p 1))))
;=> 1
;;; L20 BigInt
(+ 1n (await (p 2n)))
;=> 3n
;;; L21 a definition replaced by an async one
(defn f () 1)
(defn g () (f))
(defn f () (await (p 2)))
(await (g))
;=> 2
;;; L22 concurrency: what was started first need not end first
(do (await (all (map (fn (x) (await (p-ms nil (* x 15))) (t x)) [3 1 2]))) (log))
;=> [1 2 3]
;;; L23 sequential awaits in an async map: all started at once
(let ((running 0) (most 0))
  (await (all (map (fn (x) (set! running (inc running)) (set! most (max most running)) (await (p x)) (set! running (dec running))) [1 2 3])))
  most)
;=> 3
