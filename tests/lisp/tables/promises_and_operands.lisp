;;; po01 arithmetic on a promise names it
(defn said [f] (try (f) (catch e (ex-message e))))
(let [p (resolved 1)] [(said #(+ 1 p)) (said #(* p 2)) (said #(- p)) (said #(+ "a" p)) (said #(< 1 p)) (said #(reduce + [1 p]))])
;=> ["+: expected a number or a string, got a promise; await it first" "*: expected a number, got a promise; await it first" "-: expected a number, got a promise; await it first" "+: expected a string, got a promise; await it first" "<: expected something with an order, got a promise; await it first" "+: expected a number or a string, got a promise; await it first"]
;;; po02 text of a promise
(let [p (resolved 1)] [(str p) (str "a" p) f"x{p}" (join "," [p 2]) (print-str p [p])])
;=> ["#<Promise>" "a#<Promise>" "x#<Promise>" "#<Promise>,2" "#<Promise> [#<Promise>]"]
;;; po03 a promise is no answer of a predicate
(defn later [x] (resolved x))
(defn said [f] (try (f) (catch e (first (split (ex-message e) ";")))))
(def xs [1 2])
[(said #(take-while later xs)) (said #(drop-while later xs)) (said #(split-with later xs)) (said #((every-pred later) 1)) (said #((some-fn later) 1)) (said #((complement later) 1)) (said #(keep later xs)) (said #(keep-indexed (fn [i x] (later x)) xs)) (said #(match 1 (? later) 1 _ 2))] 
;=> ["take-while: the predicate returned a promise" "drop-while: the predicate returned a promise" "split-with: the predicate returned a promise" "every-pred: the predicate returned a promise" "some-fn: the predicate returned a promise" "complement: the predicate returned a promise" "keep: the function returned a promise" "keep-indexed: the function returned a promise" "match: the predicate returned a promise"]
;;; po04 the others that take a predicate
(defn later [x] (resolved x))
(defn said [f] (try (f) (catch e (re-find #"returned a promise" (ex-message e)))))
(def xs [1 2])
[(said #(filter later xs)) (said #(remove later xs)) (said #(some later xs)) (said #(every? later xs)) (said #(not-any? later xs)) (said #(not-every? later xs)) (said #(find-first later xs)) (said #(filterv later xs)) (said #(sort (fn [a b] (later a)) xs)) (said #(sort-by later xs)) (said #(group-by later xs)) (said #(partition-by later xs)) (said #(max-key later 1 2)) (said #(vec (take-while later (iterate inc 1)))) (said #(vec (tree-seq later identity xs)))]
;=> ["returned a promise" "returned a promise" "returned a promise" "returned a promise" "returned a promise" "returned a promise" "returned a promise" "returned a promise" "returned a promise" "returned a promise" "returned a promise" "returned a promise" "returned a promise" "returned a promise" "returned a promise"]
;;; po05 an object with a method then is no promise
[(count (filter (fn [x] {:then (fn [] 1)}) [1])) (count (take-while (fn [x] {:then 1}) [1])) ((complement (fn [x] {:then (fn [] 1)})) 1)]
;=> [1 1 false]
;;; po06 a promise may be remembered with or
(def cached nil)
(defn load [] (resolved 5))
(await (or cached (set! cached (load))))
;=> 5
;;; po07 what + and its kin refuse
(defn said [f] (try (f) (catch e (ex-message e))))
[(said #(+ 1 nil)) (said #(* 3 :k)) (said #(+ 1 [2])) (said #(- {} 1)) (said #(/ (hash-map) 1)) (said #(+ 1 #{})) (said #(** 2 nil)) (said #(- nil)) (said #(+ 1 'x)) (said #(+ 1 (range 2))) (said #(+ 1 (new Uint8Array 1)))]
;=> ["+: expected a number or a string, got nil" "*: expected a number, got :k" "+: expected a number or a string, got Array" "-: expected a number, got Object" "/: expected a number, got Map" "+: expected a number or a string, got Set" "**: expected a number, got nil" "-: expected a number, got nil" "+: expected a number or a string, got LispSymbol" "+: expected a number or a string, got Range" "+: expected a number or a string, got Uint8Array"]
;;; po08 .. also where they are only known at run time
(defn said [f] (try (f) (catch e (ex-message e))))
(defn sum [xs] (loop [i 0 s nil] (if (< i (count xs)) (recur (+ i 1) (+ s (. xs [i]))) s)))
[(said #(sum [1])) (said #(apply + [1 nil])) (said #(reduce * [2 []])) (said #((fn [a b] (+ a b)) inc 1))]
;=> ["+: expected a number or a string, got nil" "+: expected a number or a string, got nil" "*: expected a number, got Array" "+: expected a number or a string, got function"]
;;; po09 what JavaScript makes of the others
[(+ 1 true) (- (new Date 5) 2) (+ 1 {:valueOf (fn [] 4)}) (* 2 (Object 4)) (- "5" 2) (+ 1n 2) (+ "a" 1 true 2n) (+ "on " (new URL "http://a/")) (+ "at " #"x")]
;=> [2 3 5 8 3 3n "a1true2" "on http://a/" "at /x/"]
;;; po10 a string is joined to no nil, keyword or collection
(defn said [f] (try (f) (catch e (ex-message e))))
[(said #(+ "a" nil)) (said #(+ nil "a")) (said #(+ "a" :k)) (said #(+ "a" [1])) (said #(let [x nil] (+ "a" x))) (str "a" nil :k [1])]
;=> ["+: expected a string, got nil" "+: expected a string, got nil" "+: expected a string, got :k" "+: expected a string, got Array" "+: expected a string, got nil" "ak[1]"]
;;; po11 a promise of a class of its own
(defclass Later (extends Promise))
(defn said [f] (try (f) (catch e (ex-message e))))
[(said #(+ 1 (Later.resolve 1))) (said #(- (Later.resolve 1))) (said #(filter (fn [x] (Later.resolve x)) [1]))]
;=> ["+: expected a number or a string, got a promise; await it first" "-: expected a number, got a promise; await it first" "filter: the predicate returned a promise; compute the answers first with (await (all (map f xs))), or use (for [x xs :when (await (f x))] x)"]
