; a function that only counts has a twin for numbers, entered by one test
(defn fib [n] (if (< n 2) n (+ (fib (- n 1)) (fib (- n 2)))))
(defn sum-to [n] (loop [i 0 s 0] (if (< i n) (recur (inc i) (+ s i)) s)))
(defn gcd [a b] (if (= b 0) a (recur b (mod a b))))
(defn power-of-two? [n] (cond (= n 1) true (odd? n) false :else (power-of-two? (/ n 2))))
(defn ack [m n] (cond (= m 0) (inc n) (= n 0) (ack (dec m) 1) :else (ack (dec m) (ack m (dec n)))))
(defn root [x] (let [g (/ x 2) n 0] (while (< n 20) (set! g (/ (+ g (/ x g)) 2)) (set! n (inc n))) g))
; none where something else is done, where nothing repeats, or where another name is called
(defn square [x] (* x x))
(defn shout [n] (if (= n 0) "done" (shout (dec n))))
(defn other [n] (if (= n 0) 1 (+ 1 (fib n))))
(defn wrong [n] (if (= n 0) 1 (wrong n 2)))
(defn later [n] (if (= n 0) (fn [] n) (later (dec n))))
