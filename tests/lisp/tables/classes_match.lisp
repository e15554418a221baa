;;; k01 an async method
(defclass Box (constructor [x] (set! (. this x) x)) (peek-later [] (await (p (. this x)))) (now [] (. this x)))
(let [b (new Box 5)] [(await (.peek-later b)) (.now b) (promise? (.peek-later b))])
;=> [5 5 true]
;;; k2 extends, super, static, getter, fields
(defclass Animal (field legs 4) (constructor [n] (set! (. this n) n)) (get shout [] (.toUpperCase (. this n))) (talk [] (str (. this n) "!")))
(defclass Dog (extends Animal) (static make [n] (new Dog n)) (static field count 7) (talk [] (str (super.talk) "?")))
(let [d (Dog.make "rex")] [(. d legs) (. d shout) (.talk d) Dog.count (instance? Animal d)])
;=> [4 "REX" "rex!?" 7 true]
;;; k3 await in nested fn inside a constructor is fine
(defclass Lazy (constructor [x] (set! (. this get-it) (fn [] (await (p x))))))
(await (.get-it (new Lazy 3)))
;=> 3
;;; k4 this in fn inside method
(defclass Acc (field items []) (add-all [xs] (doseq [x xs] (.push (. this items) (await (p x)))) this) (doubled [] (map (fn [x] (* x (count (. this items)))) (. this items))))
(.doubled (await (.add-all (new Acc) [1 2])))
;=> [2 4]
;;; k5 generator method
(defclass R (constructor [n] (set! (. this n) n)) ([Symbol.iterator] [] (dotimes [i (. this n)] (yield i))))
(vec (new R 3))
;=> [0 1 2]
;;; k6 setter
(defclass T (field c 0) (get f [] (+ 32 (* 1.8 (. this c)))) (set f [v] (set! (. this c) (/ (- v 32) 1.8))))
(let [x (new T)] (set! (. x f) 212) [(. x c) (. x f)])
;=> [100 212]
;;; m1 match
(map (fn [x] (match x 0 :zero [a b] (+ a b) {:kind :circle :r r} (* r r) "s" :str _ :other)) [0 [1 2] {:kind :circle :r 3} "s" {:kind :square}])
;=> [:zero 3 9 :str :other]
;;; m2 match guard and await
(match (await (p 12)) n :when (await (p (> n 10))) [:big n] n [:small n])
;=> [:big 12]
;;; m3 match nested rest
(match (await (p [:add [1 2] 3 4])) [:sub & _] :no [:add [a _] & more] (await (p [a more])) _ :none)
;=> [1 [3 4]]
;;; m4 match shadows nothing outside
(let [n 5] [(match 3 n (* n 2)) n])
;=> [6 5]
;;; m5 match no arms matching
(try (match 5 0 :zero) (catch e :thrown))
;=> :thrown
;;; m6 match in loop with recur
(loop [xs [:a :b :end] n 0] (match (first xs) :end n _ (recur (rest xs) (inc n))))
;=> 2
;;; m7 match nil true keywords
(map (fn [x] (match x nil :nil true :t :k :kw _ :d)) [nil true :k false])
;=> [:nil :t :kw :d]
;;; w1 with
(let [r {(. Symbol dispose) (fn [] (t :closed)) :v 1}] [(with [x r] (t :in) (await (p (. x v)))) (log)])
;=> [1 [:in :closed]]
;;; w2 with error
(let [mk (fn [n] (object (. Symbol dispose) (fn [] (t [:close n]))))] [(try (with [a (mk 1) b (mk 2)] (throw (error "x"))) (catch e (ex-message e))) (log)])
;=> ["x" [[:close 2] [:close 1]]]
;;; c1 class expression + getter trap
(let [C (class (constructor [] (set! (. this v) 1)) (get w [] (inc (. this v))))] (. (new C) w))
;=> 2
;;; c2 method with default & rest, async
(defclass D (m [a (b (await (p (inc a)))) & c] [a b c]))
(let [d (new D)] [(await (.m d 1)) (await (.m d 1 5 6))])
;=> [[1 2 []] [1 5 [6]]]
