;;; mc01 a key that is no name makes a Map
[{1 :a} {[1 2] :b} {{:a 1} 2} {#{1} 2} {nil 1} {true 2} {1n 3} {-1.5 4} {'(a) 5}]
;=> [#<Map {1 :a}> #<Map {[1 2] :b}> #<Map {{:a 1} 2}> #<Map {#{1} 2}> #<Map {nil 1}> #<Map {true 2}> #<Map {1n 3}> #<Map {-1.5 4}> #<Map {(a) 5}>]
;;; mc02 .. with the other keys as they are
(let [m {:a 1 "b" 2 3 :c}] [m (m :a) (get m "b") (m 3) (count m) (= m (hash-map :a 1 "b" 2 3 :c)) (let [{:keys [a] c 3} m] [a c]) (. m [3])])
;=> [#<Map {:a 1 "b" 2 3 :c}> 1 2 :c 3 true [1 :c] :c]
;;; mc03 names make objects, and a computed key is a name
(let [k "x" n 5] [{:a 1 "b c" 2} {'q 1} {f"{k}y" 1} {k 1} {n 1} (object? {:a 1})])
;=> [{:a 1 "b c" 2} {:q 1} {:xy 1} {:x 1} {"5" 1} true]
;;; mc04 parts of a Map literal are evaluated in order
(do {(t 1) (t 2) 3 (t (await (p 4))) (t 5) 6} (log))
;=> [1 2 4 5]
;;; mc05 a parameter that holds a map, set, array or keyword looks up
(defn at [m k] (m k))
[(at {:a 1} :a) (at (hash-map :a 2) :a) (at #{:a} :a) (at [10 20] 1) (at :a {:a 7}) (at '(x y) 1) (at (range 5) 3) (at inc 1) ((fn [m] (m :z 0)) {:a 1}) ((fn [m] (m :a 0)) {})]
;=> [1 2 :a 20 7 y 3 2 0 0]
;;; mc06 so do names that were given what nobody knows
(def settings (identity {:a 1}))
(def add5 (partial + 5))
(let [m (first [{:b 2}])] [(settings :a) (add5 1) (m :b) (map (fn [f] (f 1)) [inc {1 :one} [:zero :one] #{1}])])
;=> [1 6 2 [2 :one :one 1]]
;;; mc07 what is neither function nor collection says so
(defn at [m k] (m k))
(map (fn [x] (try (at x 1) (catch e (ex-message e)))) [5 nil "abc" (new Date 0) true])
;=> ["m is not a function" "m is not a function" "m is not a function" "m is not a function" "m is not a function"]
;;; mc08 the callee is looked up before the arguments are evaluated
(let [f (fn [x] [:old x])] (f (do (set! f (fn [x] [:new x])) 1)))
;=> [:old 1]
;;; mc09 def takes a value apart
(defn f [] [1 2 3])
(def [a b] (f))
(def [x [y & zs] :as all] [1 [2 3 4]])
(def {:keys [k l] m :n :or {l 9}} {:k 1 :n 3})
(define [d1 (d2 7)] (await (p [5])))
[a b x y zs all k l m d1 d2]
;=> [1 2 1 2 [3 4] [1 [2 3 4]] 1 9 3 5 7]
;;; mc10 names of a def that takes apart are known to functions before it
(defn use [] (+ a b))
(def [a _ b] [10 20 30])
(use)
;=> 40
;;; mc11 functions of such a def may call each other, and it may be redefined
(def [ev od] [(fn [n] (if (= n 0) true (od (dec n)))) (fn [n] (if (= n 0) false (ev (dec n))))])
(def r1 (ev 4))
(def [ev] [(fn [n] :new)])
[r1 (ev 4)]
;=> [true :new]
;;; mc12 defonce takes apart once
(defonce [o1 o2] [1 2])
(defonce [o1 o2] [3 4])
[o1 o2]
;=> [1 2]
;;; mc13 a def in a let that takes apart
(let [n 5] (def [g1 g2] [n (inc n)]))
[g1 g2]
;=> [5 6]
;;; mc14 a pattern without names
(def ⟦[]⟧ 1)
;!! no name to define
;;; mc15 a pattern without a value
⟦(def [a b])⟧
;!! one value to take apart
;;; mc16 ex-message shows names as they are written
(def my-val 5)
(defn said [f] (try (f) (catch e (ex-message e))))
(declare later-on!)
[(said (fn [] (my-val 1))) (said (fn [] (later-on! 1))) (said (fn [] ((fn [x-y] (x-y.foo-bar 1)) {}))) (said (fn [] ((fn [a? b] (a? b)) 1 2))) (said (fn [] ((fn [a-b] (new a-b)) 1))) (said (fn [] ((fn [my_f] (my_f 1)) 1)))]
;=> ["my-val is not a function" "later-on! is not defined" "x-y.foo-bar is not a function" "a? is not a function" "a-b is not a constructor" "my_f is not a function"]
;;; mc17 messages of one's own stay as they are
[(ex-message (error "my_val is not a function")) (ex-message (new TypeError "the a_b is wrong")) (try (JSON.parse "{a_b") (catch e (string? (ex-message e))))]
;=> ["my_val is not a function" "the a_b is wrong" true]
;;; mc18 keywords and strings find each other in a Map
[(:a (hash-map :a 1)) (get (hash-map :a 1) "a") (:b {1 :a :b 2}) (:a (hash-map "a" 1)) (get (hash-map :a 1 "a" 2) "a") (contains? (hash-map :a 1) "a") (let [{:keys [a]} (hash-map :a 1)] a)]
;=> [1 1 2 1 2 true 1]
;;; mc19 for collects no sequence without end
(defn said [f] (try (f) (catch e (ex-message e))))
(defn naturals [] (for [x (range)] (yield x)))
[(said (fn [] (for [x (range)] x))) (said (fn [] (for [y [1] x (iterate inc 1) :when (odd? x)] x))) (for [x (range) :while (< x 3)] x) (for [x (range) :let [y (* x 2)] :while (< y 5) z [1 2]] [y z]) (take 3 (naturals)) (do (doseq [x (range) :while (< x 3)] x) :done)]
;=> ["for: the sequence is infinite; take a part first, as in (take 10 xs)" "for: the sequence is infinite; take a part first, as in (take 10 xs)" [0 1 2] [[0 1] [0 2] [2 1] [2 2] [4 1] [4 2]] [0 1 2] :done]
;;; mc40 what a form gives at the head of a call looks up as well
(defn load [] {:x 1})
(defn add [a] (fn [b] (fn [c] (+ a b c))))
[((first [{:a 1}]) :a) ((:f {:f {:b 2}}) :b) ((:f {:f inc}) 2) ((-> {:a {:b 3}} :a) :b) ((load) :x) ((load) :y 5) ((or nil #{1}) 1) ((let [m (first [[7]])] m) 0) ((await (p {:p 1})) :p) (((add 1) 2) 3) ((nth [:k] 0) {:k 9})]
;=> [1 2 3 3 1 5 1 7 1 6 9]
;;; mc41 what is neither function nor collection there is called by its form
(defn load [] {:x 1})
(defn said [f] (try (f) (catch e (ex-message e))))
[(said #((first [5]) 1)) (said #((first []) 1)) (said #((load) 1 2 3)) (said #(((fn [] nil)) 1)) (said #((count [1]) 1)) (said #(new (first [1]))) (said #(.foo (first [1]))) (said #(.toUpperCase :a)) (said #(nil 1))]
;=> ["(first ..) is not a function" "(first ..) is not a function" "(load ..) is not a function" "(..) is not a function" "(count ..) is not a function" "(first ..) is not a constructor" "(..).foo is not a function" ":a.toUpperCase is not a function" "nil is not a function"]
