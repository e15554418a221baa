(declare p t tp)
(defn classify [n] (cond (< n 0) :neg (= n 0) :zero (> n 100) :big :else :pos))
(+ 1 (if (await (p true)) (if (await (p nil)) 10 20) 30))
[(and (await (tp false)) (await (tp 2))) (or (await (tp nil)) (await (tp 5)))]
(defn check [xs] (when (not (empty? xs)) (t xs) (first xs)))
(defn pick [x] (case x 1 :one (2 3) :few "s" :text :many))
(if-let [x (await (p 1))] (inc x) 0)
(some-> {:a {:b 1}} :a :b inc)
(cond-> 1 true inc false (* 42))
