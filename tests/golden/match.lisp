(defn area [shape]
  (match shape
    {:kind :circle :r r} (* Math.PI r r)
    {:kind :rect :w w :h h} (* w h)
    [a b] :when (> a 3) (+ a b)
    (or 1 2) :small
    _ 0))
(+ 1 (match [1 [2 3]] [a [b c]] (+ a b c) _ 0))
