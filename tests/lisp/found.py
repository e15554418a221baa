"""Programs that the compiler once got wrong, found by the differential tests; each is compared again.

One program a line.
"""

from __future__ import annotations

FOUND = """
(let [v 0] (set! (. {:a v :b 3} ["k"]) -1) nil)
f"s{nil}"
(or 0 (- (mod (await (tp 1)) 3)))
(or 1 (** (mod (t -1) 3) 3))
(not= 1 (when (t 1)))
(= nil (if (t 1) nil nil))
(loop [i 0 x 1 y (set! x 5)] (if (< i 1) (recur 1 (let [f (fn () x)] (f)) y) [x y]))
(loop [i 0 x 1 f (fn () (set! x 7))] (f) (if (< i 1) (recur (inc i) x f) x))
(defclass A (field v 1) (m [x] (letfn [(f (y) ((fn [q] (. this v)) y))] (f x)))) (.m (new A) 3)
(defclass A (field v 1) (m [x] ((fn f (n) (if (< n 1) (. this v) (f (dec n)))) x))) (.m (new A) 3)
(defclass A (field v 1) (m [x] (let go ((i 0)) (if (< i 2) (+ 1 (go (inc i))) (. this v))))) (.m (new A) 3)
(defclass A (field v 1) (m [x] (for [q ((fn () (yield (. this v)) (yield x)))] q))) (.m (new A) 3)
(defclass A (field v 1) (m [x] (let [o {:k (fn k (y) ((fn () (. this v))))}] (.k o x)))) (.m (new A) 3)
(let [x 1 y 2] `[~(do (set! x 3) x) ~@[x y] ~x])
(or 1 (< 1 (count [(t 1)]) 3))
(or 1 (= 1 (count [(t 1)]) 3))
(let [m 3 a 1] (loop [x 0 n 0 y 0] (if (< x 1) (recur 1 m (set! m a)) n)))
(or 1 (if (count [(t 1)]) 2 3))
(let [x 5] (= nil (do (set! x nil) nil) x))
(= (when (t 1)) (t 2))
(= (t 2) (when (t 1)))
(loop [i 0 [a b] [1 2] c (+ a b)] (if (< i 2) (recur (inc i) [c 1] a) [a b c]))
(loop [y 0 i y] (if (< y 1) (recur (inc y) (let ((acc (fn () y))) (acc))) i))
(let [v 1 [(v (+ v 1))] []] v)
(let [x 5] ((fn ((x (+ x 1))) x)))
(dec (if false nil 3))
(let [m 3 f (fn () (set! m 9) 1)] (loop [x 0 y 0 n 0] (if (< x 1) (recur (inc x) (+ (f) x) (+ m y)) [n y])))
(let go ((i 0)) (try (if (< i 2) (go (inc i)) i) (finally (t i))))
(let go ((i 0)) (try (if (< i 2) (go (inc i)) (throw (error "x"))) (catch e (t i) 5)))
(defn f () (loop [y 0 v 7] (try (recur 1 (throw (t "e1"))) (catch x [y v])))) (f)
(let [f (fn () (loop [y 0] (try (if (< y 3) (recur (await (tp (inc y)))) y) (finally (t y)))))] (await (f)))
(loop [c 0 acc 5 n 0] (if (< c 3) (recur (inc c) acc (set! acc 1)) [acc n]))
(loop [c 0 acc 5 n 0] (if (< c 3) (recur (inc c) acc (do (set! acc (inc n)) c)) [acc n]))
(defn f (x) (define y (set! x 3)) [x y]) (f 1)
"""
