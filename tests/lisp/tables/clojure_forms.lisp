;;; d01 vector pattern: fewer items than names
(let [[a b c] [1 2]] [a b c])
;=> [1 2 nil]
;;; d02 nested vectors
(let [[a [b [c]]] [1 [2 [3]]]] [a b c])
;=> [1 2 3]
;;; d03 rest and as
(let [[x & xs :as v] [1 2 3]] [x xs (count v)])
;=> [1 [2 3] 3]
;;; d04 skipping with _
(let [[_ b _ d] [1 2 3 4]] [b d])
;=> [2 4]
;;; d05 a string taken apart
(let [[a b & r] "hello"] [a b (apply str r)])
;=> ["h" "e" "llo"]
;;; d06 keys, or, as
(let [{:keys [a b] :or {b 5} :as m} {:a 1}] [a b m])
;=> [1 5 {:a 1}]
;;; d07 strs
(let [{:strs [a b]} {"a" 1 "b" 2}] [a b])
;=> [1 2]
;;; d08 renaming
(let [{x :a y :b} {:a 1 :b 2}] [x y])
;=> [1 2]
;;; d09 renaming with default
(let [{x :a y :b :or {y 9}} {:a 1}] [x y])
;=> [1 9]
;;; d10 string and number keys in a pattern
(let [{x "a b" y 0} {"a b" 1 "0" 2}] x)
;=> 1
;;; d11 a map in a vector in a map
(let [{[{:keys [z]}] :xs} {:xs [{:z 3}]}] z)
;=> 3
;;; d12 later bindings see earlier ones
(let [a 1 [b c] [a (+ a 1)] {:keys [d]} {:d (+ b c)}] [a b c d])
;=> [1 1 2 3]
;;; d13 false is a value: no default
(let [{:keys [a] :or {a true}} {:a false}] a)
;=> false
;;; d14 a Set or an iterator taken apart
(let [[a b] #{1 2} [c] (new Map [["k" 1]])] [a b c])
;=> [1 2 ["k" 1]]
;;; d15 fn with a map pattern
((fn [{:keys [a] [b] :b}] [a b]) {:a 1 :b [2]})
;=> [1 2]
;;; d16 keyword arguments
(defn f [x & {:keys [y z] :or {y 2}}] [x y z])
[(f 1) (f 1 :z 3) (f 1 :z 3 :y 4)]
;=> [[1 2 nil] [1 2 3] [1 4 3]]
;;; d17 rest with a pattern
((fn [a & [b & more]] [a b more]) 1 2 3 4)
;=> [1 2 [3 4]]
;;; d18 loop with a pattern
(loop [[x & xs] [1 2 3] acc 0] (if (nil? x) acc (recur xs (+ acc x))))
;=> 6
;;; d19 for with a pattern
(for [[a {:keys [b]}] [[1 {:b 2}] [3 {:b 4}]]] (+ a b))
;=> [3 7]
;;; d20 doseq with a pattern
(let [out []] (doseq [{:keys [n]} [{:n 1} {:n 2}]] (push! out n)) out)
;=> [1 2]
;;; d21 names with dashes are string keys as written
(let [{:keys [first-name]} {:first-name "A"}] first-name)
;=> "A"
;;; d22 keys given as keywords
(let [{:keys [:a :b]} {:a 1 :b 2}] [a b])
;=> [1 2]
;;; d23 a pattern shadows its own source
(let [x {:x 1} {:keys [x]} x] x)
;=> 1
;;; d24 a default refers to an outer name
(let [d 7 {:keys [a] :or {a d}} {}] a)
;=> 7
;;; d25 fn parameters that are patterns, several arities
(defn g ([[a b]] [:v a b]) ([x {:keys [k]}] [:m x k]))
[(g [1 2]) (g 1 {:k 2})]
;=> [[:v 1 2] [:m 1 2]]
;;; r01 loop counts down
(loop [n 5 acc 1] (if (zero? n) acc (recur (dec n) (* acc n))))
;=> 120
;;; r02 recur in cond, when, let
(loop [i 0 out []]
  (cond (= i 5) out (even? i) (recur (inc i) (conj out i)) :else (let [j (inc i)] (recur j out))))
;=> [0 2 4]
;;; r03 recur to the function
((fn [n acc] (if (< n 1) acc (recur (dec n) (+ acc n)))) 100 0)
;=> 5050
;;; r04 recur within a multi-arity function stays in its arity
(defn up ([n] (up n [])) ([n acc] (if (= n 0) acc (recur (dec n) (conj acc n)))))
(up 3)
;=> [3 2 1]
;;; r05 recur many times takes no stack
(loop [i 0] (if (< i 1000000) (recur (inc i)) i))
;=> 1000000
;;; r06 nested loops
(loop [i 0 out []] (if (= i 3) out (recur (inc i) (loop [j 0 o out] (if (= j i) o (recur (inc j) (conj o [i j])))))))
;=> [[1 0] [2 0] [2 1]]
;;; r07 closures in loops
(mapv (fn [f] (f)) (loop [i 0 fs []] (if (< i 3) (recur (inc i) (conj fs #(* i i))) fs)))
;=> [0 1 4]
;;; r08 named fn
((fn fib [n] (if (< n 2) n (+ (fib (- n 1)) (fib (- n 2))))) 10)
;=> 55
;;; r09 loop bindings see earlier ones
(loop [a 1 b (+ a 1)] [a b])
;=> [1 2]
;;; r10 case and recur
(loop [xs [:a :b :stop :c] n 0] (case (first xs) :stop n (recur (rest xs) (inc n))))
;=> 2
;;; f01 arities by number of arguments
(defn ar ([] 0) ([a] 1) ([a b] 2) ([a b & c] [:many (count c)]))
[(ar) (ar 1) (ar 1 2) (ar 1 2 3 4)]
;=> [0 1 2 [:many 2]]
;;; f02 closures over let
(let [n (atom 0) up (fn [] (swap! n inc))] (up) (up) (deref n))
;=> 2
;;; f03 higher order
(map (comp (partial * 2) inc) [1 2 3])
;=> [4 6 8]
;;; f04 apply in its forms
[(apply + [1 2]) (apply + 1 [2 3]) (apply max [3 9 4]) (apply str ["a" "b"])]
;=> [3 6 9 "ab"]
;;; f05 short functions
[(#(+ % 1) 1) (#(+ %1 %2) 1 2) (#(count %&) 1 2 3) (map #(* % %) [1 2])]
;=> [2 3 3 [1 4]]
;;; f06 keyword, set and map as functions
[(map :a [{:a 1} {:a 2}]) (filter #{1 3} [1 2 3]) (:z {} :none)]
;=> [[1 2] [1 3] :none]
;;; f07 juxt, complement, constantly, identity
[((juxt inc dec) 5) (filter (complement odd?) [1 2 3]) (map (constantly 0) [1 2]) (identity 7)]
;=> [[6 4] [2] [0 0] 7]
;;; f08 letfn refers forwards
(letfn [(a [x] (if (= x 0) :end (b x))) (b [x] (a (dec x)))] (a 3))
;=> :end
;;; c01 case with several kinds
(map #(case % 1 :one "s" :str :k :kw (2 3) :some :else-value) [1 "s" :k 3 4])
;=> [:one :str :kw :some :else-value]
;;; c02 cond, condition order
(map (fn [n] (cond (neg? n) :neg (zero? n) :zero :else :pos)) [-1 0 1])
;=> [:neg :zero :pos]
;;; c03 when, when-not via unless, if-let, when-let
[(when true 1 2) (unless false 3) (if-let [x nil] x :no) (when-let [x 5] (inc x))]
;=> [2 3 :no 6]
;;; c04 if-let does not destructure what is false
(if-let [{:keys [a]} nil] a :none)
;=> :none
;;; c05 do returns the last
(do 1 2 3)
;=> 3
;;; c06 and, or
[(and) (and 1 2) (and 1 nil 2) (or) (or nil false) (or nil 2 3)]
;=> [true 2 nil nil false 2]
;;; c07 dotimes and while
(let [s (atom 0)] (dotimes [i 5] (swap! s + i)) (deref s))
;=> 10
;;; c08 for with :let :when :while
(for [x (range 10) :when (odd? x) :let [y (* x x)] :while (< y 50)] y)
;=> [1 9 25 49]
;;; c09 for as nested loops
(for [x [1 2] y [:a :b] z [0]] [x y z])
;=> [[1 :a 0] [1 :b 0] [2 :a 0] [2 :b 0]]
;;; c10 for with :let of a pattern
(for [p [[1 2] [3 4]] :let [[a b] p c (+ a b)]] c)
;=> [3 7]
;;; c11 doseq with :when
(let [out []] (doseq [x [1 2 3] y [1 2 3] :when (< x y)] (push! out [x y])) out)
;=> [[1 2] [1 3] [2 3]]
;;; th01 -> and ->>
[(-> 5 (- 3) (* 10)) (->> [1 2 3] (map inc) (reduce +)) (-> {:a {:b 1}} :a :b)]
;=> [20 9 1]
;;; th02 some->, as->, cond->
[(some-> {:a nil} :a inc) (as-> 1 x (+ x 1) (* x x)) (cond-> {} true (assoc :a 1) false (assoc :b 2))]
;=> [nil 4 {:a 1}]
;;; th03 doto
(doto (new Map) (.set "a" 1) (.set "b" 2))
;=> #<Map {"a" 1 "b" 2}>
;;; th04 -> with bare names and nested threading
[(-> 1 inc inc (-> (* 2))) (-> [1 2 3] (->> (map inc)) first)]
;=> [6 2]
;;; x01 try, catch, finally
(let [out []] [(try (push! out :body) (throw (ex-info "no" {:n 1})) (catch Error e (:n (ex-data e))) (finally (push! out :end))) out])
;=> [1 [:body :end]]
;;; x02 the value of try is the body's, not finally's
(try :body (finally :ignored))
;=> :body
;;; x03 ex-cause
(ex-message (ex-cause (ex-info "outer" {} (error "inner"))))
;=> "inner"
;;; x04 typed clauses in order
(try (throw (new TypeError "t")) (catch RangeError e :range) (catch Error e :error))
;=> :error
;;; a01 atoms: swap! with arguments, reset!, compare
(let [a (atom {:n 1})] (swap! a update :n + 10) (swap! a assoc :m 2) (deref a))
;=> {:n 11 :m 2}
;;; a02 swap! returns the new value, reset! its value
(let [a (atom 1)] [(swap! a inc) (reset! a :x) (deref a)])
;=> [2 :x :x]
;;; a03 a watch sees old and new
(let [a (atom 1) seen []] (add-watch a :k (fn [k r old new-value] (push! seen [k old new-value]))) (swap! a inc) (remove-watch a :k) (swap! a inc) seen)
;=> [[:k 1 2]]
;;; q01 quoting
['a '(1 b "c") '[x y] (first '(a b)) (count '())]
;=> [a (1 b "c") [x y] a 0]
;;; q02 quasiquote, splicing
(let [x 1 xs [2 3]] `(~x ~@xs [~x ~@xs]))
;=> (1 2 3 [1 2 3])
;;; q03 symbols compare by name
[(= 'a 'a) (= '(a b) (list 'a 'b)) (= :a :a) (= :a "a")]
;=> [true true true false]
;;; m01 discard and comments
[1 #_2 3 #_(a b) #_#_4 5 ; comment
 #| block #| nested |# |# 6]
;=> [1 3 6]
;;; m02 the comment form
[(comment any thing (not run)) 1]
;=> [nil 1]
;;; m03 what stands beside a pattern in a loop sees its names
(def x 7)
[(loop [[x] [1] s #{x}] (if (nil? s) (recur [2] nil) s)) (loop [[a & more] [1 2 3] out [] seen #{1}] (if a (recur more (conj out a)  (conj seen a)) [out seen]))]
;=> [#{1} [[1 2 3] #{1 2 3}]]
