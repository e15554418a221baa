[1 -2 1.5 10n "s" :key nil true #"a+" #{1 2} {:a 1 "b c" 2}]
f"a{(+ 1 2)}b{:k}"
'(quoted (list) "of" things)
(let [class 1 new 2] (+ class new))
