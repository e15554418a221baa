(defn sum [n] (loop [i 0 s 0] (if (< i n) (recur (+ i 1) (+ s i)) s)))
(defn wait [xs] (doseq [x xs] (await x)))
(defn forever [] (loop [i 0] (recur (inc i))))
(defn guarded [f] (try (f) (catch e :failed)))
; what an async function returns may be somebody else's promise; one of its own is awaited as it is
(defn later [url] (let [n (await (count url))] (if (> n 3) (fetch url) (inc n))))
(fn [] (await 1) (new Promise (fn [])))
(fn [] (let [page (await (later "x"))] page))
; a turn that only counts is short: 512 of them for one look; any that calls, or loops itself, looks each time
(defn ten-million [] (loop [i 0 s 0] (if (< i 10000000) (recur (+ i 1) (+ s i)) s)))
(defn first-power [] (loop [x 1] (when (> x 1000000) (println x)) (if (< x 1000) (recur (* x 2)) x)))
(defn collatz [] (let [steps (loop [n 27 k 0] (cond (= n 1) k (even? n) (recur (/ n 2) (inc k)) :else (recur (inc (* n 3)) (inc k))))] (inc steps)))
(defn counting [] (let [i 0] (while (< i 1000) (set! i (inc i))) i))
