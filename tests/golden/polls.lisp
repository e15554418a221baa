(defn sum [n] (loop [i 0 s 0] (if (< i n) (recur (+ i 1) (+ s i)) s)))
(defn wait [xs] (doseq [x xs] (await x)))
(defn forever [] (loop [i 0] (recur (inc i))))
(defn guarded [f] (try (f) (catch e :failed)))
