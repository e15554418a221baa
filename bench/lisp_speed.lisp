;; What lisp_speed.mjs measures; squint compiles the same text. Run by lisp_figures.py.
(defn fib [n] (if (< n 2) n (+ (fib (- n 1)) (fib (- n 2)))))
(defn sum-to [n] (loop [i 0 s 0] (if (< i n) (recur (inc i) (+ s i)) s)))
(defn pipeline [xs] (reduce + 0 (filter (fn [x] (< (mod x 10) 5)) (map (fn [x] (* x 3)) xs))))
(defn ^:async one [i] (await nil) i)
(defn ^:async await-loop [n]
  (loop [i 0 s 0]
    (if (< i n)
      (recur (inc i) (+ s (await (one i))))
      s)))
