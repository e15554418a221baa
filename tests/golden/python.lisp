(py.import "numpy" :as np)
(np.sum [[1 2] [3 4]] :axis 0)
(py.sorted ["bb" "a"] :key (fn (s) (- 0 (count s))))
np.linalg.norm
(py-> np sum [1 2 3])
(let ((np ($py "numpy"))) (await ((. np sum) [1 2 3 4])))
(try (py.int "x") (catch py.ValueError e (. e name)))
(defn scale [arr] (* arr 2))
(py.async np.sum [1 2])
