;;; cd01 a quoted map is a map
[(map? '{x 1 y 2}) (count '{x 1 y 2}) (get '{x 1} 'x) ('{x 1} 'x) (contains? '{x 1} 'y) (get-in '{x {y 1}} '[x y])]
;=> [true 2 1 1 false 1]
;;; cd02 quoted maps are equal by structure
[(= '{x 1} '{x 1}) (= '{x {y #{z}}} '{x {y #{z}}}) (= '{x 1} '{x 2}) (= '{x 1} '{y 1}) (= '{:a x} {:a 'x})]
;=> [true true false false true]
;;; cd03 core functions take quoted maps
[(= (merge '{a 1} '{b 2}) '{a 1 b 2}) (keys '{x 1}) (vals '{x 1}) (map first '{x 1 y 2}) (dissoc '{x 1 y 2} 'x) (assoc '{x 1} 'y 2) (seq '{x 1})]
;=> [true [x] [1] [x y] {y 2} {x 1 y 2} [[x 1]]]
;;; cd04 quoted sets
[(set? '#{x 1}) (contains? '#{x 1} 'x) (= '#{x y} '#{y x}) (count '#{x y}) (conj '#{x} 'x 'y)]
;=> [true true true 2 #{x y}]
;;; cd05 templates make the same data
(let [v 5] [(= `{:a ~v} {:a 5}) (:a `{:a ~v}) (get `{~v b} 5) (count `{x ~v y 2}) (contains? `#{~v b} 5) (map? `{x 1}) `{~@[1 2] ~@[3 4]}])
;=> [true 5 b 2 true true {1 2 3 4}]
;;; cd06 read-string
[(map? (read-string "{x 1}")) (= (read-string "{x {:a [y]}}") '{x {:a [y]}}) (count (read-string "#{a b}")) (contains? (read-string "#{a}") 'a) (:a (read-string "{:a 1}"))]
;=> [true true 2 true 1]
;;; cd07 a macro counts the entries of a map
(defmacro n [m] (count m))
[(n {a 1 b 2}) (n {:a 1 :b 2}) (n {}) (n {1 2 :k 3})]
;=> [2 2 0 2]
;;; cd08 a macro looks into a set
(defmacro h [s] (contains? s 1))
[(h #{1 2}) (h #{3})]
;=> [true false]
;;; cd09 a macro asks a map by symbol and walks it
(defmacro asks [m] `(list ~(get m 'a) ~@(map (fn [[k v]] (name k)) m) ~@(vals (dissoc m 'a))))
(asks {a 1 b 2})
;=> (1 "a" "b" 2)
;;; cd10 macros give maps and sets back as code
(defmacro twice [m] (into {} (map (fn [[k v]] [k (list '* 2 v)]) m)))
(defmacro with-c [m] (assoc m :c 3))
(defmacro more [s] (conj s 7))
[(twice {:a 1 :b (+ 1 1)}) (with-c {:a 1}) (more #{1})]
;=> [{:a 2 :b 4} {:a 1 :c 3} #{1 7}]
;;; cd11 a map of code keeps pairs whose keys look alike
(defmacro calls [f] `(hash-map ~@(map identity `[(~f) 1 (~f) 2])))
(defmacro keep-all [m] (count m))
(def made [])
(let [f (fn [] (.push made 1) (count made))] [(count (calls f)) made (keep-all {(f) 1 (f) 2})])
;=> [2 [1 1] 2]
;;; cd12 quoted f-strings print as they are written and read back
(let [x 'f"a{x}b{{c}} \"{(+ 1 2)}{ {y 1}}"] [x (= x (read-string (pr-str x))) (= 'f"a{x}" 'f"a{y}") (count (distinct ['f"a{x}" 'f"a{x}"]))])
;=> [f"a{x}b{{c}} \"{(+ 1 2)}{ {y 1}}" true false 1]
;;; cd13 templates of f-strings
(let [v 5] [`f"a{~v}" (= `f"a{x}" 'f"a{x}") (eval `f"a{~v}")])
;=> [f"a{5}" true "a5"]
;;; cd14 code prints so that it reads back
(let [code '(let [{x :x} m f"q{x}"] #{a {b c}})] [code (= code (read-string (pr-str code)))])
;=> [(let [{x :x} m f"q{x}"] #{a {b c}}) true]
;;; cd15 macroexpand shows maps of code
(macroexpand-1 '(when {a 1} #{b} f"x{c}"))
;=> (if {a 1} (do #{b} f"x{c}"))
;;; cd16 eval of quoted maps
[(eval '{:a (+ 1 2) "b" 3}) (eval '#{(+ 1 2)}) (eval (read-string "{:k [(inc 1)]}"))]
;=> [{:a 3 :b 3} #{3} {:k [2]}]
;;; cd17 an object's keys are the keywords of a Map
[(= (hash-map :a 1) {:a 1}) (= {:a 1} (hash-map :a 1)) (= (hash-map "a" 1) {:a 1}) (= {"a" 1} (hash-map "a" 1)) (= (hash-map :a (hash-map :b [1])) {:a {:b [1]}})]
;=> [true true false false true]
;;; cd18 what finds by = agrees
[(distinct [{:a 1} (hash-map :a 1)]) (count (set [{:a 1} (hash-map :a 1)])) (count (hash-map {:a 1} 1 (hash-map :a 1) 2)) (contains? #{{:a 1}} (hash-map :a 1)) (set [1n 1]) (count (hash-map "a" 1 :a 2)) (count (conj #{"a"} :a)) (contains? #{"a"} :a)]
;=> [[{:a 1}] 1 1 true #{1n} 2 2 false]
;;; cd19 merging an object into a Map finds its keywords
[(merge (hash-map :a 1) {:a 2 :b 3}) (into (hash-map :a 1) {:a 2}) (conj (hash-map "a" 1) {:a 2}) (merge (hash-map "a" 1) (hash-map :a 2))]
;=> [#<Map {:a 2 "b" 3}> #<Map {:a 2}> #<Map {"a" 2}> #<Map {"a" 1 :a 2}>]
;;; cd20 a keyword reads and changes the entry of a string where there is none of its own
(let [m (hash-map "a" 1)] [(get m :a) (:a m) (contains? m :a) (update m :a inc) (assoc m :a 5) (dissoc m :a)])
;=> [1 1 true #<Map {"a" 2}> #<Map {"a" 5}> #<Map {}>]
;;; cd21 sets and Maps made by JavaScript that hold equal things twice
(let [s (new Set [[1] [1]]) t (new Set [[1] [2]])] [(= s t) (= t s) (= s (new Set [[1] [1]])) (= (new Map [[[1] 2] [[1] 3]]) (new Map [[[1] 2] [[1] 4]]))])
;=> [false false true true]
;;; cd22 sets and maps that hold themselves
(let [s (new Set) t (new Set) m (new Map) n (new Map)] (.add s s) (.add t t) (.set m [1] m) (.set n [1] n) [(= s t) (= m n) (= s (new Set [1]))])
;=> [true true false]
;;; cd23 conj of nil makes a list
[(conj nil 1 2) (conj nil) (conj) (conj nil [:a 1]) (update {} :xs conj 1)]
;=> [(2 1) nil [] ([:a 1]) {:xs (1)}]
;;; cd24 a template of a map with an odd number of parts
(try `{~@[1 2] ~@[3]} (catch e (ex-message e)))
;=> "a map of code has a key but no value"
;;; cd25 symbols of templates and quotes are one key
[(get {'a 1} `a) (= 'a `a) (count (distinct ['a `a])) (get (hash-map `a 1) 'a) (contains? #{'a} `a)]
;=> [1 true 1 1 true]
;;; cd26 metadata is no part of what is quoted, read or given to a macro
(do (defmacro cd26 [x] [(symbol? x) (vector? x)]) ['(^:a x [^{:b 1} y]) (= '^:a x 'x) `(^:a x ^:b ~(+ 1 1)) (cd26 ^:private x) (cd26 ^:a [x])])
;=> [(x [y]) true (x 2) [true false] [false true]]
;;; cd27 a copy of a map of code is one
[(update-vals '{a 1} inc) (update-keys '{a 1} str) (rename-keys '{a 1} '{a b}) (select-keys '{a 1 b 2} '[a]) (postwalk identity '{a [b {c 1}]}) (prewalk identity '{a {b 1}}) (into (empty '{a 1}) '{b 2}) (update-vals (hash-map 1 2) inc)]
;=> [{a 2} {"a" 1} {b 1} {a 1} {a [b {c 1}]} {a {b 1}} {b 2} #<Map {1 3}>]
