; chains of functions that only count are one loop over an array of numbers, and the calls for all else
(defn pipeline [xs] (reduce + 0 (filter (fn [x] (< (mod x 10) 5)) (map (fn [x] (* x 3)) xs))))
(defn scaled [xs k] (->> xs (filter even?) (map #(* % k)) (remove zero?)))
(defn largest [xs] (reduce (fn [best x] (if (> x best) x best)) (map - (map inc xs))))
(defn longest [xs] (reduce (fn [best x] (if (> x best) x best)) (map inc xs)))
; left as they are: who knows what is called
(defn other [f xs] (reduce + 0 (map (fn [x] (f x)) xs)))
