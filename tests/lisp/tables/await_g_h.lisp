;;; G01 a function is async exactly when it awaits
(defn f () (await 1))
(defn g () 1)
[(promise? (f)) (promise? (g))]
;=> [true false]
;;; G04 a caller of an async function is not coloured
(defn f () (await (p 1)))
(defn g () (f))
[(promise? (g)) (await (g))]
;=> [true 1]
;;; G07 several arities, one of which awaits
(defn f ([a] a) ([a b] (+ a (await (p b)))))
[(await (f 1)) (await (f 1 2))]
;=> [1 3]
;;; G09 a closure over an async function's parameter
(defn mk (n) (await (p nil)) (fn () n))
((await (mk 5)))
;=> 5
;;; G11 an async callback of a JavaScript method
(await (Promise.all (.map [1 2] (fn (x) (await (p (* 2 x)))))))
;=> [2 4]
;;; G12 mutual recursion at top level
(defn ping (n) (if (= n 0) :done (await (pong (dec n)))))
(defn pong (n) (if (= n 0) :done (await (ping (dec n)))))
(ping 5)
;=> :done
;;; G13 a short function that awaits
(await (#(+ %1 (await (p %2))) 1 2))
;=> 3
;;; G14 comp and partial with promises
(await ((comp (fn (x) (+ 1 (await x))) (partial p-ms 4)) 1))
;=> 5
;;; G15 a generator
(defn g (n) (dotimes [i n] (yield i)))
[(vec (g 3)) (Array.from (g 2))]
;=> [[0 1 2] [0 1]]
;;; G16 an async generator
(defn g () (yield (await (p 1))) (yield 2))
(for [:await x (g)] (* 10 x))
;=> [10 20]
;;; G17 yield as an expression takes what next sends
(defn g () (let ((x (yield 1))) (yield [x x])))
(let ((it (g))) [(. (.next it) value) (. (.next it 5) value) (. (.next it) done)])
;=> [1 [5 5] true]
;;; G18 a generator with try, closed early and run to its end
(defn g () (try (loop ((i 0)) (when (< i 3) (yield i) (recur (inc i)))) (finally (t :closed))))
[(vec (g)) (do (doseq [x (g) :while (< x 1)] (t x)) (log))]
;=> [[0 1 2] [:closed 0 :closed]]
;;; G20 sync calls inside an async one
(let ((f (fn (x) (* x 2)))) (await (p (f (f (await (p 2)))))))
;=> 8
;;; G21 reduce over promises
(await (reduce (fn (acc x) (+ (await acc) (await (p x)))) 0 [1 2 3]))
;=> 6
;;; G22 predicates that give promises are refused
(let ((bad (fn (x) (await (p true)))))
  (map (fn (f) (try (f) (catch e :refused)))
    [(fn () (filter bad [1])) (fn () (some bad [1])) (fn () (every? bad [1])) (fn () (sort-by bad [2 1]))]))
;=> [:refused :refused :refused :refused]
;;; G24 an async function in then
(await (.then (p 1) (fn (x) (+ x (await (p 1))))))
;=> 2
;;; G26 catch and finally in an async function
(defn f () (try (await (p! "z")) (catch e [:c (ex-message e)]) (finally (await (tp :f)))))
[(await (f)) (log)]
;=> [[:c "z"] [:f]]
;;; G28 a promise as the last expression is looked into
(defn f () (await (p 1)) (p 2))
(await (f))
;=> 2
;;; G29 a named fn calls itself
(await ((fn fact (n) (if (< n 2) 1 (* n (await (fact (dec n)))))) 5))
;=> 120
;;; G30 yield below lets that shadow
(defn g () (let ((x 1)) (yield x) (let ((x (+ x 1))) (yield x)) (yield x)))
(vec (g))
;=> [1 2 1]
;;; G31 yield in the elements of an array, in order
(defn g () (t [(yield :a) (yield :b)]))
(let ((it (g))) (.next it) (.next it 1) (.next it 2) (log))
;=> [[1 2]]
;;; G33 apply of an async function with a rest parameter
(await (apply (fn (& xs) (reduce + (await (p 0)) xs)) [1 2 3]))
;=> 6
;;; G34 a generator inside a sync function, await only in the inner one
(defn f () (let ((g (fn () (yield 1) (yield (await (p 2)))))) (for [:await x (g)] x)))
(await (f))
;=> [1 2]
;;; G35 an endless generator, and only what is asked for is computed
(defn naturals () (loop ((n 0)) (t n) (yield n) (recur (inc n))))
[(take 3 (naturals)) (log)]
;=> [[0 1 2] [0 1 2]]
;;; G36 the value of an async function inside a condition must be awaited
(defn f () (await (p false)))
[(if (f) :promise-is-true :no) (if (await (f)) :yes :false)]
;=> [:promise-is-true :false]
;;; G37 await in an inner function's default colours only that function
(defn f () (fn ((x (await (p 1)))) x))
(let ((g (f))) [(promise? g) (await (g)) (promise? (g 5))])
;=> [false 1 true]
;;; G38 functions in an object, one async
(let ((o {:a (fn () (await (p 1))) :b (fn () 2)})) [(promise? (.a o)) (.b o) (await (o.a))])
;=> [true 2 1]
;;; G39 a closure made before and called after an await sees the assignment
(let ((x 1) (get-x (fn () x))) (set! x (await (p 2))) (get-x))
;=> 2
;;; G40 an async function returns a rejected promise, never throws at once
(defn f (x) (if (= x 1) (throw (error "now")) (await (p x))))
(let ((r (f 1))) [(promise? r) (try (await r) (catch e (ex-message e)))])
;=> [true "now"]
;;; G41 letfn of which only one awaits
(letfn [(a [] 1) (b [] (await (p (a))))] [(promise? (a)) (promise? (b)) (await (b))])
;=> [false true 1]
;;; H03 required, default and rest
(defn f (a (b (await (p 2))) & more) [a b (count more)])
[(await (f 1)) (await (f 1 3 4 5))]
;=> [[1 2 0] [1 3 2]]
;;; H04 a pattern parameter whose default awaits
(defn f ({:keys [a b] :or {b (await (tp :asked))}}) [a b])
[(await (f {:a 1 :b 2})) (await (f {:a 1})) (log)]
;=> [[1 2] [1 :asked] [:asked]]
;;; H05 a default that throws in an async function becomes a rejection
(defn f ((a (throw (error "no")))) (await (p a)))
(let ((r (f))) [(promise? r) (try (await r) (catch e (ex-message e)))])
;=> [true "no"]
;;; H06 nil is an argument, not a missing one
(defn f ((a (await (p 1)))) a)
[(await (f)) (await (f nil)) (await (f undefined))]
;=> [1 nil 1]
;;; H07 a default sees the earlier parameter, not the outer name
(let ((a 100)) (await ((fn (a (b (await (p (+ a 1))))) [a b]) 1)))
;=> [1 2]
;;; H09 a function as a default
(defn f (a (g (fn () a))) (await (p nil)) (g))
(f 3)
;=> 3
;;; H10 keyword parameters with a default that awaits
(defn f (x & {:keys [size color] :or {size (await (p 10))}}) [x size color])
[(await (f 1)) (await (f 1 :color :red :size 2))]
;=> [[1 10 nil] [1 2 :red]]
;;; H11 arities with a rest parameter
(defn f ([] :none) ([a] [:one a]) ([a b & more] [:many a b (await (p more))]))
[(await (f)) (await (f 1)) (await (f 1 2 3 4))]
;=> [:none [:one 1] [:many 1 2 [3 4]]]
;;; H12 one parameter that is a pattern: no arity list
(defn f ([a b]) (await (p (+ a b))))
(f [1 2])
;=> 3
;;; H14 a closure over a parameter that is assigned
(defn f (x) (let ((g (fn () x))) (set! x (+ x (await (p 1)))) (g)))
(f 1)
;=> 2
;;; H15 defaults build on each other
(defn f ((a 1) (b (+ a 1)) (c (await (p (+ a b))))) [a b c])
[(await (f)) (await (f 5)) (await (f 5 5 5))]
;=> [[1 2 3] [5 6 11] [5 5 5]]
;;; H16 a default on a sync function stays sync
(defn f (a (b (* a 2))) [a b])
[(promise? (f 1)) (f 1) (f 1 9)]
;=> [false [1 2] [1 9]]
;;; H17 the docstring is no body
(defn f "what f does" (x) (await (p x)))
(f 1)
;=> 1
;;; H18 a pattern after & with awaits in the body
(defn f (a & [b c]) [a b (await (p c))])
[(await (f 1 2 3)) (await (f 1))]
;=> [[1 2 3] [1 nil nil]]
;;; H19 one arity calls another
(defn f ([a] (f a 10)) ([a b] (await (p [a b]))))
[(await (f 1)) (await (f 1 2))]
;=> [[1 10] [1 2]]
