(declare p t tp)
(let ((x 1)) (+ x (do (set! x 10) (await (p nil)) x)))
(do (list (t 1) (if (await (tp 2)) (do (t 3) (t 4)) 5) (t 6)))
(let ((o {:m (fn (x) [:old x])})) (.m o (do (set! (. o m) (fn (x) [:new x])) (await (p 1)))))
(let ((o {:x 0})) (set! (. (do (t :obj) o) x) (await (tp :val))) (. o x))
{(do (t :k1) "a") (await (tp :v1)) (do (await (tp :k2)) "b") (t :v2)}
[(< (t 1) (await (tp 2)) (t 3))]
