;;; p01 catch :default
(try (throw 1) (catch :default e e))
;=> 1
;;; p02 ^:async fn
(await ((^:async fn [x] (+ x (await (p 1)))) 1))
;=> 2
;;; p03 fn ^:async name
(await ((fn ^:async foo [] (await 1))))
;=> 1
;;; p05 letfn ^:async
(letfn [(^:async f [] (inc (await (p 10))))] (inc (await (f))))
;=> 12
;;; p06 namespaced keys
(let [{:keys [a/b]} {:a/b 1}] b)
;=> 1
;;; p07 namespaced keyword keys
(let [{:keys [:a/b :c/d] :or {d 3}} {:a/b 1}] [b d])
;=> [1 3]
;;; p08 a/keys
(let [{:a/keys [b c]} {:a/b 1 :a/c 2}] [b c])
;=> [1 2]
;;; p09 syms
(let [{:syms [a b]} {'a 1 'b 2}] [a b])
;=> [1 2]
;;; p10 map literal called
({:foo :bar} :foo)
;=> :bar
;;; p11 set literal called
[(#{:a :b} :a) (#{:a} :z)]
;=> [:a nil]
;;; p12 local map called
(let [m {:a 1}] [(m :a) (m :z :d)])
;=> [1 :d]
;;; p13 vector called
([10 20] 1)
;=> 20
;;; p14 ..
(.. {:a {:b [1 2]}} -a -b (map inc))
;=> [2 3]
;;; p15 if-some when-some if-not when-not when-first
[(if-some [x false] [x] :no) (when-some [x 0] x) (if-not false 1 2) (when-not nil 3) (when-first [x [7 8]] x)]
;=> [[false] 0 1 3 7]
;;; p16 condp
(condp = 2 1 :one 2 :two :other)
;=> :two
;;; p19 recur in method
(defclass S (constructor [n] (set! (. this n) n)) (search [xs] (when (seq xs) (if (= (. this n) (first xs)) :found (recur (rest xs))))))
[(.search (new S 2) [1 2 3]) (.search (new S 9) [1 2 3])]
;=> [:found nil]
;;; p20 keyword in local called
(let [k :a] [(k {:a 1}) (k {} :d)])
;=> [1 :d]
;;; p21 named let called -
(let - ((n (- 1))) n)
;=> -1
;;; p22 case only default
(case [1 2] :yes)
;=> :yes
;;; p23 throw in throw
(try (throw (throw (await (p 1)))) (catch e e))
;=> 1
;;; p24 nested try finally identity
(try (identity (try 1 (finally (await nil)))) (finally nil))
;=> 1
;;; p25 letfn nested same names with await
(letfn [(f [x] x)] (f (letfn [(f [x] (inc x))] (f (await 1)))))
;=> 2
;;; p26 case nested in case
(case :foo :foo (case :foo :foo (await (p 1))))
;=> 1
;;; p27 destructuring seq, list
(let [[a b] '(1 2) [c] (seq [3])] [a b c])
;=> [1 2 3]
;;; p28 {a b}
(let [[a b] ["x" 2]] {a b})
;=> {:x 2}
;;; p29 variadic with default arity
(defn foo ([a] (foo a 10)) ([a b & [c]] [a b c]))
[(foo 1) (foo 1 2) (foo 1 2 3) (apply foo [1 2 3])]
;=> [[1 10 nil] [1 2 nil] [1 2 3] [1 2 3]]
;;; p31 x' names
(for [x (range 3) :let [x' (inc x)] y (range 2) :let [z (+ x' y)]] z)
;=> [1 2 2 3 3 4]
;;; p32 doseq in fn return position
(defn ff [xs a] (doseq [i xs] (swap! a conj i)))
(let [a (atom [])] [(ff [1 2] a) (deref a)])
;=> [nil [1 2]]
;;; p33 doseq _ over object
(let [a []] (doseq [_ {:a 1}] (push! a _)) a)
;=> [["a" 1]]
;;; p35 zero arg core
[((comp) 5) (conj [1]) (vec nil) (str) (vector) (list) (concat) (merge) (set nil)]
;=> [5 [1] [] "" [] () () nil #{}]
;;; p36 reduce reduced forms
[(reduce (fn [a b] (reduced a)) [1 2 3]) (reduce (fn [a [k v]] (+ a v)) 0 {:a 1 :b 2}) (reduce + #{1 2})]
;=> [1 3 3]
;;; p37 when as param
((fn [when] (when 1)) inc)
;=> 2
;;; p38 str shadow
[(let [str (fn [x] (inc x))] (str 1)) (str 1)]
;=> [2 "1"]
;;; p39 -> with keywords and strings, fn literal
(-> {:a [1 2 3]} :a (nth 1) (#(* % 10)))
;=> 20
;;; p40 if-let else shadow
(let [x 1] (if-let [x nil] x [x]))
;=> [1]
;;; p41 apply map vector
(apply map vector [[1 2 3] [4 5 6]])
;=> [[1 4] [2 5] [3 6]]
;;; p42 set! nested .-
(def a {}) (doseq [i [1 2 3]] (set! (.-foo a) (+ (or (.-foo a) 0) i))) a
;=> {:foo 6}
;;; cc1 a global that was defined as a collection looks its argument up
(def a-set #{:foo :bar}) (def a-map "doc" {:a 1}) (def an-array [10 20])
[(a-set :foo) (a-set :nope) (a-map :a) (a-map :z :d) (an-array 1)]
;=> [:foo nil 1 :d 20]
;;; cc2 until it is defined as a function
(def m {:a 1}) (defn look [k] (m k)) (def before (look :a))
(def m (fn [x] [:fn x]))
[before (look :a) (m :a)]
;=> [1 [:fn :a] [:fn :a]]
;;; cc3 what a core function gives may be called to look up
(let [s (set [1 2 3]) m (zipmap [:a :b] [1 2]) g (group-by odd? [1 2])] [(s 2) (s 9) (m :b) (g true)])
;=> [2 nil 2 [1]]
;;; cc4 through a loop
(loop [m {} i 0] (if (= i 2) [(m :k) (m :q 5)] (recur (assoc m :k i) (inc i))))
;=> [1 5]
;;; cc5 a local that may be a function is called
(let [m {:a 1}] (set! m (fn [x] [x])) (m :a))
;=> [:a]
;;; cc6 with await in the arguments
(def m {:a 1})
[(m (await (p :a))) (m (await (p :z)) (await (p 3)))]
;=> [1 3]
;;; rs1 what & cannot take apart is said at once, also when it never ends
(map (fn [xs] (try (let [[a & r] xs] [a r]) (catch e (ex-message e)))) [(range) 5 nil (range 2)])
;=> ["[a & more]: the sequence is infinite; take a part first, as in (take 10 xs)" "[a & more]: expected a sequence, got 5" [nil []] [0 [1]]]
;;; nc1 what no clause matches is described in Lisp's words
(map (fn [x] (try (case x 0 1) (catch e (ex-message e)))) [[1 [2 nil]] {:a 1} :k 'k nil "a"])
;=> ["case: no clause matches an array of 2" "case: no clause matches an object" "case: no clause matches :k" "case: no clause matches the symbol k" "case: no clause matches nil" "case: no clause matches \"a\""]
;;; cp1 condp hands what the test gave to a function after :>>
[(condp some [1 2 3 4] #{0 6 7} :>> inc #{4 5 9} :>> dec #{1 2 3} :>> #(+ % 3))
 (condp = 2 1 :one 2 :>> (fn [t] [:fn t]) :other) (condp = 3 1 :>> inc :other) (await (condp (fn [k m] (get m k)) {:a 5} :b 1 :a :>> (fn [v] (+ v (await (p 2))))))]
;=> [3 [:fn true] :other 7]
;;; cp2 and leaves by recur
(loop [n 0] (condp = n 3 [:end n] 1 (recur 3) (recur (inc n))))
;=> [:end 3]
;;; pre1 :pre asserts, in every arity, and does not run after the body
(defn half "of an even number" ([x] {:pre [(number? x) (even? x)]} (/ x 2)) ([x y] {:pre [(> x y)]} [x y]))
[(half 4) (half 2 1) (map (fn [f] (try (f) (catch e (ex-message e)))) [(fn [] (half "a")) (fn [] (half 3)) (fn [] (half 1 2))])]
;=> [2 [2 1] ["assertion failed: (number? x)" "assertion failed: (even? x)" "assertion failed: (> x y)"]]
;;; pre2 a map that is the value stays one, and recur passes by the tests
[((fn [] {:pre [1]})) ((fn [n] {:pre [(>= n 0)]} (if (> n 0) (recur (dec n)) n)) 3)]
;=> [{:pre [1]} 0]
;;; as1 an assertion shows its test on one line, however it was laid out
[(try (assert (and  true
        (= 1   2) #(inc %))) (catch e (ex-message e)))
 (try (assert (= 'a :a "x") "said") (catch e (ex-message e)))]
;=> ["assertion failed: (and true (= 1 2) #(inc %1))" "said"]
;;; em1 errors as text have names as they are written, whoever makes the text
(defn asked (x?) (x?))
(defn said (f) (try (f) (catch e [(str e) f"{e}" (pr-str e) (ex-message e)])))
[(said (fn () (asked 3))) (said (fn () (.go-on! (first [{:a 1}])))) (said (fn () (throw (ex-info "a$read(b)" {}))))]
;=> [["TypeError: x? is not a function" "TypeError: x? is not a function" "#<TypeError: x? is not a function>" "x? is not a function"] ["TypeError: (..).go-on! is not a function" "TypeError: (..).go-on! is not a function" "#<TypeError: (..).go-on! is not a function>" "(..).go-on! is not a function"] ["ExceptionInfo: a$read(b)" "ExceptionInfo: a$read(b)" "#<ExceptionInfo: a$read(b) {}>" "a$read(b)"]]
