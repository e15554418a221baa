; what is a number at run time is counted by JavaScript's own operators, anything else by the runtime
(fn [x] (mod x 10))
(fn [x n] (rem x n))
(fn [x] (< (mod x 10) 5))
(fn [x] (= 0 (mod (* x 3) 2)))
(fn [x y] (not= (* x x) (+ y 1)))
(fn [x] [(= x 1) (zero? x) (pos? x) (even? x) (odd? x)])
(loop [i 7 found nil] (cond (zero? i) found (odd? i) (recur (rem i 4) (mod i 3)) :else (recur (dec i) (= 0 (mod i 4)))))
