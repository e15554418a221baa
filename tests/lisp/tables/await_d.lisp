;;; D03 a loop inside a loop's recur
(loop ((i 0) (acc []))
  (if (< i 3)
    (recur (inc i) (conj acc (loop ((j 0) (s 0)) (if (< j i) (recur (inc j) (+ s (await (p j)))) s))))
    acc))
;=> [0 0 1]
;;; D06 closures over a let inside while
(let ((i 0) (fs []))
  (while (< i 3) (let ((j i)) (push! fs (fn () j))) (set! i (inc i)) (await (p nil)))
  (map (fn (f) (f)) fs))
;=> [0 1 2]
;;; D09 dotimes with await
(let ((out [])) (dotimes [i 3] (push! out (await (p (* i i))))) out)
;=> [0 1 4]
;;; D12 recur evaluates all its arguments before it binds any
(loop ((a 1) (b 2) (n 0)) (if (< n 3) (recur (await (p b)) a (inc n)) [a b]))
;=> [2 1]
;;; D14 recur from catch, finally in each round
[(loop ((k 0))
   (try (if (< k 2) (throw (error "again")) [:done k]) (catch e (recur (inc k))) (finally (t [:f k]))))
 (log)]
;=> [[:done 2] [[:f 0] [:f 1] [:f 2]]]
;;; D15 recur leaves two trys: inner finally first
[(loop ((i 0))
   (try (try (if (< i 2) (recur (inc i)) i) (finally (t [:in i]))) (finally (await (tp [:out i])))))
 (log)]
;=> [2 [[:in 0] [:out 0] [:in 1] [:out 1] [:in 2] [:out 2]]]
;;; D16 a loop inside try inside recur's argument
(loop ((i 0) (acc []))
  (if (= i 2) acc
    (recur (inc i)
      (try (loop ((j 0))
             (if (< j (await (p i))) (recur (inc j)) (if (= i 1) (throw (error "one")) (conj acc j))))
        (catch e (conj acc (ex-message e)))))))
;=> [0 "one"]
;;; D17 recur of an async function takes its pattern apart again
((fn ([a b] n) (if (= n 0) [a b] (recur [b (+ a (await (p b)))] (dec n)))) [0 1] 5)
;=> [5 8]
;;; D18 recur passes the rest as one array
((fn (acc & xs) (if (empty? xs) acc (recur (+ acc (await (p (first xs)))) (rest xs)))) 0 1 2 3)
;=> 6
;;; D19 a pattern in loop
(loop [[x & more] [1 2 3] s 0] (if x (recur more (+ s (await (p x)))) s))
;=> 6
;;; D20 a loop as a test
(if (loop ((i 0)) (if (< i 3) (recur (inc i)) (await (p false)))) :y :n)
;=> :n
;;; D21 while is nil
[(let ((i 0)) (while (< i 2) (set! i (await (p (inc i)))))) 1]
;=> [nil 1]
;;; D22 doseq over the entries of a Map
(let ((m (new Map [["a" 1] ["b" 2]]))) (doseq [[k v] m] (await (tp [k v]))) (log))
;=> [["a" 1] ["b" 2]]
;;; D23 doseq over the entries of an object
(do (doseq [[k v] {:a 1 :b 2}] (await (tp (str k v)))) (log))
;=> ["a1" "b2"]
;;; D24 doseq with :when and a second source
(do (doseq [x [1 2 3] :when (await (p (odd? x))) y [:a :b]] (t [x y])) (log))
;=> [[1 :a] [1 :b] [3 :a] [3 :b]]
;;; D25 doseq and dotimes are nil
[(doseq [x [1]] (await (p x))) (dotimes [i 2] (await (p i)))]
;=> [nil nil]
;;; D26 named let that awaits, all calls in tail position
(let go ((i 0) (acc [])) (if (< i 3) (go (inc i) (conj acc (await (p i)))) acc))
;=> [0 1 2]
;;; D27 named let with a call that is no tail call
(await (let sum ((n 4)) (if (= n 0) 0 (+ n (await (sum (dec n)))))))
;=> 10
;;; D28 named let as an argument
(+ 100 (let go ((i 0) (s 0)) (if (< i 4) (go (inc i) (+ s (await (p i)))) s)))
;=> 106
;;; D29 a named let's name as a value
(let go ((n 3)) (if (= n 0) [] (concat [n] (map go []) (go (dec n)))))
;=> (3 2 1)
;;; D30 a loop without bindings
(let ((n 0)) (loop () (when (await (p (< n 3))) (set! n (inc n)) (recur))) n)
;=> 3
;;; D31 async closures from doseq keep their own value
(let ((fs []))
  (doseq [i [0 1 2]] (await (p nil)) (push! fs (fn () (await (p i)))))
  (await (all (map (fn (f) (f)) fs))))
;=> [0 1 2]
;;; D32 closures from dotimes keep their own value
(let ((fs [])) (dotimes [i 3] (push! fs (fn () i))) (map (fn (f) (f)) fs))
;=> [0 1 2]
;;; D33 recur below let, cond and case
(loop ((i 0) (out []))
  (let ((v (await (p (mod i 3)))))
    (cond (> i 4) out
          (= v 0) (recur (inc i) (conj out :z))
          :else (case v 1 (recur (inc i) (conj out :a)) (recur (inc i) (conj out :b))))))
;=> [:z :a :b :z :a]
;;; D34 finally and a closure both see their round's binding
[(map (fn (f) (f))
   (loop ((i 0) (fs []))
     (try (if (< i 2) (recur (inc i) (conj fs (fn () i))) fs) (finally (await (tp i))))))
 (log)]
;=> [[0 1] [0 1 2]]
;;; D35 recur out of a catch that awaited
(loop ((k 0) (seen []))
  (try (if (< k 3) (await (p! (str "e" k))) seen)
    (catch e (await (p nil)) (recur (inc k) (conj seen (ex-message e))))))
;=> ["e0" "e1" "e2"]
;;; D36 an error in finally ends the loop
(try (loop ((i 0)) (try (recur (inc i)) (finally (when (= i 3) (throw (error (str "at " i)))))))
  (catch e (ex-message e)))
;=> "at 3"
;;; D37 while inside while, both tests await
(let ((i 0) (out []))
  (while (< (await (p i)) 2)
    (let ((j 0)) (while (< (await (p j)) 2) (push! out [i j]) (set! j (inc j))))
    (set! i (inc i)))
  out)
;=> [[0 0] [0 1] [1 0] [1 1]]
;;; D38 a closure captured in round 0, called after the loop has gone on
(let ((f nil)) (loop ((i 0)) (when (< i 3) (when (= i 0) (set! f (fn () i))) (await (p nil)) (recur (inc i)))) (f))
;=> 0
;;; D39 the inner loop's closures see both loops' bindings
(map (fn (f) (f))
  (loop ((i 0) (fs []))
    (if (= i 2) fs
      (recur (inc i) (loop ((j 0) (gs fs)) (if (= j 2) gs (recur (inc j) (conj gs (fn () [i j])))))))))
;=> [[0 0] [0 1] [1 0] [1 1]]
;;; D40 a default in loop's pattern awaits each round
[(loop [{:keys [n done] :or {done (await (tp :asked))}} {:n 0}]
   (if (< n 2) (recur {:n (inc n)}) [n done]))
 (log)]
;=> [[2 :asked] [:asked :asked :asked]]
;;; D41 recur below when-let and if-let
(loop [xs [1 2 3] s 0] (if-let [x (first xs)] (recur (rest xs) (+ s (await (p x)))) s))
;=> 6
;;; D42 loop in statement position, value dropped
(do (loop ((i 0)) (when (< i 3) (await (tp i)) (recur (inc i)))) (log))
;=> [0 1 2]
;;; D43 recur in a loop in an async function inside try: still this loop
(defn f (xs) (try (loop ((i 0)) (if (< i (count xs)) (do (await (xs.at i)) (recur (inc i))) :all)) (catch e [:bad (ex-message e)])))
[(await (f [(p 1) (p 2)])) (await (f [(p 1) (p! "two")]))]
;=> [:all [:bad "two"]]
;;; D44 doseq with :let and :while
(do (doseq [x [1 2 3 4] :let [y (await (p (* x x)))] :while (< y 10)] (t y)) (log))
;=> [1 4 9]
;;; D45 a loop variable that a closure sees and set! changes stays shared within its round
(loop ((i 0) (out []))
  (if (< i 2)
    (let ((n i) (up (fn () (set! n (+ n 10))))) (up) (await (p nil)) (up) (recur (inc i) (conj out n)))
    out))
;=> [20 21]
;;; D46 recur with the same variable in two arguments
(loop ((i 0) (j 10)) (if (< i 3) (recur (inc i) (- j (await (p i)))) [i j]))
;=> [3 7]
;;; D47 function-level recur: closures keep their round's parameters
(map (fn (f) (f)) ((fn (i fs) (if (< i 3) (recur (inc i) (conj fs (fn () i))) fs)) 0 []))
;=> [0 1 2]
;;; D48 function-level recur runs the default again only when missing
[((fn (n (step (t 1))) (if (< n 3) (recur (+ n step) step) n)) 0) (log)]
;=> [3 [1]]
