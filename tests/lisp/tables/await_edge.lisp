;;; q01 user globals named like runtime helpers
(def sub 3) (def add 4) (def interpolate 5) (def index 6) (def iterable 7) (def truth 8) (def mul 9)
(let [f (fn [a b] [(- a b) (+ a b) (* a b) f"{[a]}" (. a [b]) sub add])] (f 5 2))
;=> [3 7 10 "[5]" nil 3 4]
;;; q02 locals named like helpers and temps
((fn [add sub value item result rest arg n temp index] [(+ add sub) (- value item) (for [x result] (+ x rest)) (case arg 1 n temp) (. index [0])]) 1 2 3 4 [5] 6 1 8 9 [10])
;=> [3 -1 [11] 8 10]
;;; q03 user functions named like core ones used by macros
(defn get (x) :mine) (defn drop (x) :mine2)
[(let [{:keys [a]} {:a 1} [b & c] [1 2 3]] [a b c]) (get 1) (:k {:k 5})]
;=> [[1 1 [2 3]] :mine 5]
;;; q04 case in loop as expression with value arms
(let [r (loop [i 0 out []] (case i 5 out 2 (recur (+ i 2) (conj out :two)) (recur (inc i) (conj out (await (p i))))))] r)
;=> [0 1 :two 4]
;;; q05 case inside while with nested case
(let [i 0 out []] (while (< i 4) (case (mod i 2) 0 (case i 0 (push! out :zero) (push! out (await (p :even)))) (push! out :odd)) (set! i (inc i))) out)
;=> [:zero :odd :even :odd]
;;; q06 for with destructuring default that awaits
[(for [{:keys [a] :or {a (await (tp :d))}} [{} {:a 2}]] a) (log)]
;=> [[:d 2] [:d]]
;;; q07 for source is a for with await
(for [x (for [y [1 2]] (await (p (* y 10))))] (await (p (inc x))))
;=> [11 21]
;;; q08 yield in for body
(defn g () (for [x [1 2]] (yield x)))
(vec (g))
;=> [1 2]
;;; q09 yield in recur args
(defn g () (loop [i 0] (when (< i 3) (recur (+ i (or (yield i) 1))))))
[(vec (g)) (let [it (g)] (.next it) [(. (.next it 2) value) (. (.next it) done)])]
;=> [[0 1 2] [2 true]]
;;; q10 async gen closed with awaiting finally
(defn g () (yield (await (p 1))) (try (yield 2) (yield 3) (finally (await (tp :f)))))
[(for [:await x (g) :while (< x 2)] x) (for [:await x (g) :while (< x 3)] x) (log)]
;=> [[1] [1 2] [:f :f]]
;;; q11 letfn closures in loop
(map (fn [f] (f)) (loop [i 0 fs []] (if (< i 2) (recur (inc i) (letfn [(a [] (b)) (b [] i)] (conj fs a))) fs)))
;=> [0 1]
;;; q12 named let non-tail in a loop capturing the loop var
(loop [i 1 out []] (if (< i 4) (recur (inc i) (conj out (let go [n i] (if (= n 0) 0 (+ i (go (dec n))))))) out))
;=> [1 4 9]
;;; q13 named let with patterns
(let go [[x & more] [1 2 3] s 0] (if x (go more (+ s (await (p x)))) s))
;=> 6
;;; q14 named let through try
(let go ((i 0)) (try (if (< (await (p i)) 3) (go (inc i)) [:done i]) (catch e :c) (finally (t i))))
;=> [:done 3]
;;; q15 named let called from a closure
(let go ((i 0)) (if (> i 2) i (first (map (fn (_) (go (inc i))) [1]))))
;=> 3
;;; q16 set! of a loop variable
(loop [i 0] (set! i (inc i)) (if (< i 5) (recur i) i))
;=> 5
;;; q17 set! of a captured loop variable
(loop [i 0 fs []] (set! i (inc i)) (let [fs (conj fs (fn [] i))] (if (< i 3) (recur i fs) (map (fn [f] (f)) fs))))
;=> [1 2 3]
;;; q18 function-level recur leaves try with finally
[((fn [n] (try (if (> n 0) (recur (dec n)) :done) (finally (t n)))) 2) (log)]
;=> [:done [2 1 0]]
;;; q19 try in while test
(let [i 0] (while (try (await (p (< i 3))) (catch e false)) (set! i (inc i))) i)
;=> 3
;;; q20 def in if and in function
(if true (def zz1 1)) (defn f [] (def zz2 5) zz2)
[zz1 (f) zz2]
;=> [1 5 5]
;;; q21 globals named like JS globals
(def name 5) (def process 1) (def Array 2) (defn fetch [x] [:fetch x]) (def global 3) (def document 4) (def Promise 9)
[name process Array (fetch 1) global document Promise (map inc [1]) (await (p 2))]
;=> [5 1 2 [:fetch 1] 3 4 9 [2] 2]
;;; q22 names of Object.prototype
(def constructor 1) (def toString 2) (def hasOwnProperty 3) (def valueOf 4)
(let [toString 5 __proto__ 6] [constructor toString hasOwnProperty valueOf __proto__])
;=> [1 5 3 4 6]
;;; q23 arguments and eval as names
(let [arguments 1 eval 2 await-x 3] ((fn [arguments] [arguments eval await-x]) 9))
;=> [9 2 3]
;;; q24 strings that look like code
[(str "${x}" "`" "\\" "\u2028") f"${{a}} \` {1}" (count "</script>")]
;=> ["${x}`\\\u2028" "${a} ` 1" 9]
;;; q25 methods on numbers and literals
[(.toFixed 5 2) (.toFixed -1.5 1) (. 255 (toString 16)) (.-length "abc") (.test #"a" "a") (.toString true) (. {:a 1} a)]
;=> ["5.00" "-1.5" "ff" 3 true "true" 1]
;;; q26 a statement that begins with a function or an object
(do (fn [x] x) {:a 1} [1] "s" #"r" (fn named [] 1) ((fn [] (t 1))) (.push [] 1) (log))
;=> [1]
;;; q27 nested async closures in args
(await (apply + (await (all [((fn [] (await (p 1)))) ((fn [x] (+ x (await (p 1)))) 1)]))))
;=> 3
;;; q28 throw as branch of case and cond in arguments
(try [(case (await (p 1)) 1 (throw :k) 2)] (catch e [e]))
;=> [:k]
;;; q29 and/or with try, case, loop in the middle
(and (case 1 1 true) (or nil (loop [i 0] (if (< i 2) (recur (inc i)) i))) (try (await (p :last)) (catch e nil)))
;=> :last
;;; q30 if in receiver, method with awaiting arg twice
(.concat (.slice (await (p [1 2 3])) (if (await (p true)) 1 0)) (await (p [9])) (let [x (await (p 4))] [x]))
;=> [2 3 9 4]
;;; q31 object with computed keys and methods in order with awaits and closures
(let [k "a" o {(str k 1) (await (p 1)) (do (set! k "b") (str k 2)) k}] o)
;=> {:a1 1 :b2 "b"}
;;; q32 let pattern whose source is changed later
(let [xs [1 2] [a] xs] (set! (. xs [0]) 9) (await (p nil)) [a xs])
;=> [1 [9 2]]
;;; q33 nested functions with the same parameter names and awaits
((fn [x] (+ x (await ((fn [x] (+ x (await ((fn [x] (await (p x))) (* x 2))))) (* x 2))))) 1)
;=> 7
;;; q34 spill of a global that a call changes
(def cnt 1) (defn bump [] (set! cnt (* cnt 10)) cnt)
[cnt (bump) (await (p cnt)) (bump) cnt]
;=> [1 10 10 100 100]
;;; q35 order: unspilled property read of a global, then await
(def o {:n 1}) (defn chg [] (set! (. o n) 2) (p 0))
[(. o n) (await (chg)) (. o n)]
;=> [1 0 2]
;;; q36 comparison operands with await and mutation
(let [x 1] [(< x (do (set! x 5) (await (p 3)))) (= x (do (set! x 6) (await (p 5)))) (>= 3 (await (p 3)) 3)])
;=> [true true true]
;;; q37 not= chain and nested not with await
[(not= (await (p 1)) (await (p 2))) (not (= 1 (await (p 1))))]
;=> [true false]
;;; q38 doseq with index mutation in closure and await
(let [out [] xs [1 2 3]] (doseq [x xs] (when (= x 1) (push! xs 4)) (await (p nil)) (push! out x)) out)
;=> [1 2 3 4]
;;; q39 catch in generator
(defn g () (try (yield 1) (throw (error "x")) (catch e (yield [:caught (ex-message e)])) (finally (yield :fin))))
(vec (g))
;=> [1 [:caught "x"] :fin]
;;; q40 throw into generator
(defn g () (try (yield 1) (catch e (yield [:got e]))))
(let [it (g)] (.next it) [(. (.throw it :boom) value) (. (.next it) done)])
;=> [[:got :boom] true]
;;; q41 return value of a generator
(defn g () (yield 1) :end)
(let [it (g)] (.next it) (let [r (.next it)] [(. r value) (. r done)]))
;=> [:end true]
;;; q42 defaults that are lets and tries
((fn (a (b (let [x (await (p a))] (try (throw x) (catch e (+ e 1)))))) [a b]) 1)
;=> [1 2]
;;; q43 long and chain with effects
[(and (t 1) (t 2) (await (tp 3)) (t false) (t 5)) (log)]
;=> [false [1 2 3 false]]
;;; q44 when with a let as the last and value of when in args
(+ 1 (when (await (p true)) (t :x) (let [a (await (p 1))] (+ a a))) (if-let [q (await (p 5))] q 0))
;=> 8
;;; q45 doto with await and nested threading
(-> (doto {:a 1} (assoc! :b (await (p 2)))) (update :a inc) (as-> m (assoc m :c (await (p (:a m))))))
;=> {:a 2 :b 2 :c 2}
;;; q46 the same name as fn name, param and local
((fn f [f] (let [f (+ f 1)] f)) 1)
;=> 2
;;; q47 defn recursion after set! of another name
(defn fact [n] (if (< n 2) 1 (* n (fact (dec n)))))
(let [g fact] (set! fact (fn [n] 100)) [(g 3) (fact 3)])
;=> [300 100]
;;; q48 empty bodies
[((fn [])) (let [x 1]) (do) (when true) (try) (loop []) ((fn [] (do))) (for [x [1]])]
;=> [nil nil nil nil nil nil nil [nil]]
;;; q49 unused values with effects are kept
(do [(t 1) 2] {:a (t 2)} #{(t 3)} f"{(t 4)}" (if (t 5) 1 2) (not (t 6)) (+ 1 (t 7)) (get {:a 1} (t 8)) (. [1] [(t 0)]) (log))
;=> [1 2 3 4 5 6 7 8 0]
;;; q50 getter evaluated once
(let [n 0 o {}] (Object.defineProperty o "x" {:get (fn [] (set! n (inc n)) n)}) [(+ (. o x) (await (p 10))) (. o x) n])
;=> [11 2 2]
