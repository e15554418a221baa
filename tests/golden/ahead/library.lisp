(defn triple [x] (* 3 x))
(defmacro thrice [e] `(do ~e ~e ~e))
(defn quiet [] nil)
