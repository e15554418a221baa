(defn sum [n] (loop [i 0 s 0] (if (< i n) (recur (+ i 1) (+ s i)) s)))
(defn wait [xs] (doseq [x xs] (await x)))
(defn forever [] (loop [i 0] (recur (inc i))))
(defn guarded [f] (try (f) (catch e :failed)))
; what an async function returns may be somebody else's promise; one of its own is awaited as it is
(defn later [url] (let [n (await (count url))] (if (> n 3) (fetch url) (inc n))))
(fn [] (await 1) (new Promise (fn [])))
(fn [] (let [page (await (later "x"))] page))
