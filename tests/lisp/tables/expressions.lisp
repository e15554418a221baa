;;; e01 do as an argument
(+ 1 (do 2 3) (do (do 4)))
;=> 8
;;; e02 if as an argument, nested
(str (if true (if false 1 2) 3) (if nil 1) "x")
;=> "2x"
;;; e03 let as an argument, names reused
(+ (let [x 1] x) (let [x 2 y x] (* x y)))
;=> 5
;;; e04 try, loop, case and when as elements
[(try 1 (catch e 2)) (loop [i 0] (if (< i 2) (recur (inc i)) i)) (case 1 1 :a) (when false 1)]
;=> [1 2 :a nil]
;;; e05 statements whose value is dropped
(do (if true 1 2) (let [x 1] x) (try 1 (catch e 2)) "plain" :end)
;=> :end
;;; e06 fn called at once
[((fn [x] (* x x)) 3) ((fn [] 1)) (#(str % "!") "a")]
;=> [9 1 "a!"]
;;; e07 if without a value in a let
(let [x (if false 1)] [x (nil? x)])
;=> [nil true]
;;; e08 0, "" and NaN are true; nil, undefined and false are not
(map #(if % 1 0) [0 "" NaN [] {} nil undefined false])
;=> [1 1 1 1 1 0 0 0]
;;; e09 and, or and not with those
[(and 0 1) (and "" 1) (or 0 1) (or nil 0) (not 0) (not nil) (or undefined 2)]
;=> [1 1 0 0 false true 2]
;;; e10 when, unless, cond and while take 0 as true
[(when 0 :w) (unless "" :u) (cond 0 :c) (let [n 2 out []] (while (if (= n 0) nil n) (push! out n) (set! n (dec n))) out)]
;=> [:w nil :c [2 1]]
;;; e11 and as an operand of arithmetic
(+ 1 (and 2 3) (or nil 4))
;=> 8
;;; v01 names that JavaScript reserves
(let [class 1 default 2 new-value 3 delete 4 var 5 function 6 return 7 typeof 8 void 9 in 10 export 11 enum 12]
  [class default new-value delete var function return typeof void in export enum])
;=> [1 2 3 4 5 6 7 8 9 10 11 12]
;;; v02 parameters that JavaScript reserves
((fn [class {:keys [default switch]} & arguments] [class default switch arguments]) 1 {:default 2 :switch 3} 4)
;=> [1 2 3 [4]]
;;; v03 globals that JavaScript reserves
(def package 1)
(defn static (interface) (+ package interface))
(static 2)
;=> 3
;;; v04 names with signs
(let [a? 1 b! 2 c* 3 d->e 4 f' 5 g<h 6 +i+ 7 j/k 8 $l 9 _m 10 n= 11] [a? b! c* d->e f' g<h +i+ j/k $l _m n=])
;=> [1 2 3 4 5 6 7 8 9 10 11]
;;; v05 dashes and underscores do not collide
(let [a-b 1 a_b 2 aB 3 a--b 4] [a-b a_b aB a--b])
;=> [1 2 3 4]
;;; v06 a local with the name of a global of JavaScript
(let [Math {:max (fn [a b] :mine)} name "n" document 1] [(Math.max 1 2) name document])
;=> [:mine "n" 1]
;;; v08 a global with the name of a core function
(defn inc (x) [:mine x])
[(inc 1) (map dec [2])]
;=> [[:mine 1] [1]]
;;; v09 NaN, Infinity and undefined
[(nan? NaN) (/ 1 0) undefined (= nil undefined)]
;=> [true Infinity nil true]
;;; v10 a local named async, of, get, set, let, static, yield-like
(let [async 1 of 2 get-it 3 static 4 from 5 as 6] [async of get-it static from as])
;=> [1 2 3 4 5 6]
;;; v11 shadowing in nested functions
(let [x 1] [((fn [x] ((fn [] x))) 2) x ((fn [y] (let [x y] x)) 3) x])
;=> [2 1 3 1]
;;; v12 a parameter assigned in a closure
((fn [x] ((fn [] (set! x (inc x)))) x) 1)
;=> 2
;;; i01 property access of all kinds
(let [o {:a {:b [1 2 3]}}] [(.-a o) (. o a b) (.-b (.-a o)) o.a.b (. o a b [1]) (.-length (. o a b)) o.a.b.length])
;=> [{:b [1 2 3]} [1 2 3] [1 2 3] [1 2 3] 2 3 3]
;;; i02 method calls of all kinds
[(.toUpperCase "a") (. "b" (toUpperCase)) (. "a-b" (split "-")) (.slice [1 2 3] 1) (Math.max 1 2) (. Math (min 1 2))]
;=> ["A" "B" ["a" "b"] [2 3] 2 1]
;;; i03 set! of properties and indices
(let [o {} a [1 2]] (set! (.-x o) 1) (set! (. o y) 2) (set! o.z 3) (set! (. a [0]) :a) [o a])
;=> [{:x 1 :y 2 :z 3} [:a 2]]
;;; i04 set! gives the value
(let [x 1] [(set! x 5) x (+ 1 (set! x 6))])
;=> [5 5 7]
;;; i05 new in its two forms
[(. (new Date 0) (getTime)) (.getTime (Date. 5)) (.-size (new Set [1 1 2]))]
;=> [0 5 2]
;;; i06 property names are not mangled
(let [o {:foo-bar 1 :is? 2 "x y" 3}] [(. o foo-bar) (.-is? o) (. o ["x y"]) (:foo-bar o) (Object.keys o)])
;=> [1 2 3 1 ["foo-bar" "is?" "x y"]]
;;; i07 delete! of a property and an index key
(let [o {:a 1 :b 2 :c 3}] (delete! (. o a)) (delete! (. o ["b"])) o)
;=> {:c 3}
;;; i08 JavaScript callbacks
[(.map [1 2] inc) (.filter [1 2 3] odd?) (.reduce [1 2 3] (fn [a b] (+ a b)) 0) (.toSorted ["b" "a"]) (.find [1 2] (fn [x] (> x 1)))]
;=> [[2 3] [1 3] 6 ["a" "b"] 2]
;;; i09 globals of JavaScript as values
[(map Math.sqrt [4 9]) (map String [1 2]) (parseInt "12") (JSON.stringify {:a [1 nil]})]
;=> [[2 3] ["1" "2"] 12 "{\"a\":[1,null]}"]
;;; i10 keywords in JavaScript
[(JSON.stringify {:k :v}) (get {"k" 1} :k) (. {:k 1} ["k"]) (str :a) (.concat "" :b)]
;=> ["{\"k\":\"v\"}" 1 1 "a" "b"]
;;; o01 operators as values
[(map + [1 2] [3 4]) (reduce * [1 2 3]) (apply < [1 2 3]) (map - [1 2]) (let [f +] (f 1 2)) (sort-by - [1 3 2])]
;=> [[4 6] 6 true [-1 -2] 3 [3 2 1]]
;;; o02 precedence is that of the parentheses
[(* 2 (+ 1 2)) (- 10 (- 5 3)) (/ 12 (* 2 3)) (- (- 3)) (** 2 (** 3 2)) (** (- 2) 2) (mod (+ 5 5) 3)]
;=> [6 8 2 3 512 4 1]
;;; o03 minus of a minus
(let [x 1] [(- 5 (- x)) (- -1) (+ 1 -1) (- x -1)])
;=> [6 1 0 2]
;;; o04 = of things and of numbers
[(= 1 1.0) (= "1" 1) (= "a" "a") (= [1] [1]) (= nil false) (= NaN NaN)]
;=> [true false true true false false]
;;; o05 chains evaluate the middle once
(let [n 0 next-n (fn [] (set! n (inc n)) n)] [(< 0 (next-n) 5) n])
;=> [true 1]
;;; o06 not=, and comparison in tests
[(not= 1 2) (not= 1 1) (if (not= 1 2) :ne :eq) (if (not (< 1 2)) 1 2)]
;=> [true false :ne 2]
;;; o07 strings join with str; + adds numbers
[(str "a" "b" 1) (+ 1 2) (str (+ 1 2) "x")]
;=> ["ab1" 3 "3x"]
;;; o08 negative numbers and exponents
[(** -2 2) (* -1 -1) (- 0 5) (** 2 -1) (abs -3)]
;=> [4 1 -5 0.5 3]
;;; o09 comparison of strings
[(< "a" "b") (>= "b" "a") (< "a" "b" "c")]
;=> [true true true]
;;; u01 f-strings
(let [x 5 s "q"] [f"a{x}b{s}c" f"{(+ x 1)}" f"" f"{{x}}" f"`${x}\n"])
;=> ["a5bqc" "6" "" "{x}" "`$5\n"]
;;; u03 strings with odd characters
["`${x}`" "\u00e9\n\t\"\\" "\u{1F600}" (count "\u{1F600}")]
;=> ["`${x}`" "é\n\t\"\\" "😀" 2]
;;; u04 regex literals
[(re-find #"a/b" "xa/b") (.test #"(?i)ABC" "abc") (re-find #"\"" "a\"b") (.-source #"\d+")]
;=> ["a/b" true "\"" "\\d+"]
;;; g01 fn with a name, recursion
((fn fact [n] (if (= n 0) 1 (* n (fact (dec n))))) 5)
;=> 120
;;; g02 a global function that calls itself after redefinition of the name by a local
(defn f (n) (if (= n 0) :end (f (dec n))))
(let [g f f (fn [x] :local)] [(g 2) (f 1)])
;=> [:end :local]
;;; g03 named let
[(let loop ((i 0)) (if (< i 3) (loop (inc i)) i)) (let go [n 3 acc []] (if (= n 0) acc (go (dec n) (conj acc n))))]
;=> [3 [3 2 1]]
;;; g04 rest and defaults
[((fn [a & b] [a b]) 1 2 3) ((fn (a (b 2)) [a b]) 1) ((fn (a (b (inc a)) & c) [a b c]) 1 5 6)]
;=> [[1 [2 3]] [1 2] [1 5 [6]]]
;;; g05 functions in data
(let [o {:f (fn [x] (* 2 x)) :g inc}] [((:f o) 2) (.f o 3) ((. o f) 4) ((get o :g) 1) (o.g 5)])
;=> [4 6 8 2 6]
;;; g06 what a function returns
[((fn [])) ((fn [x]) 1) ((fn [] nil)) ((fn [] undefined))]
;=> [nil nil nil nil]
;;; g07 a docstring, and one that is the value
(defn f "doc" (x) x)
(defn g () "value")
[(f 1) (g)]
;=> [1 "value"]
;;; g08 define and lambda, begin
(define n9 5)
(define (add9 x) (+ x n9))
[(add9 1) ((lambda (x) (* x 2)) 4) (begin 1 2)]
;=> [6 8 2]
;;; w01 while, dotimes, doseq in functions
(defn f (n) (let [out []] (dotimes [i n] (push! out i)) (doseq [x [:a :b]] (push! out x)) (while (< (count out) 6) (push! out :w)) out))
(f 3)
;=> [0 1 2 :a :b :w]
;;; w02 early exit through recur, in nested branches
(defn index-where (f xs) (loop [i 0] (cond (= i (count xs)) nil (f (nth xs i)) i :else (recur (inc i)))))
[(index-where even? [1 3 4]) (index-where even? [1])]
;=> [2 nil]
;;; w03 a while loop's test with several statements
(let [n 0] (while (do (set! n (inc n)) (< n 5))) n)
;=> 5
;;; w04 doseq over nil and the empty
[(doseq [x nil] (throw x)) (for [x []] x) (dotimes [i 0] (throw i))]
;=> [nil [] nil]
;;; y01 literals
[1 -1 1.5 1e3 0x1f 0b11 "s" :k nil true false [] {} #{} '()]
;=> [1 -1 1.5 1000 31 3 "s" :k nil true false [] {} #{} ()]
;;; y02 objects in statement position
(do {:a 1} {} {:b 2})
;=> {:b 2}
;;; y03 a function that returns an object
((fn [] {:a 1}))
;=> {:a 1}
;;; y04 nested data
{:a [1 {:b #{1}}] :c nil "d e" '(x 1)}
;=> {:a [1 {:b #{1}}] :c nil "d e" (x 1)}
;;; y05 __proto__ and constructor as keys
(let [o {"__proto__" 1 :constructor 2}] [(Object.keys o) (get o "__proto__")])
;=> [["__proto__" "constructor"] 1]
;;; z02 macroexpand
[(macroexpand-1 '(unquoted 1)) (first '(when a b))]
;=> [(unquoted 1) when]
;;; z03 def gives nothing to print, but a name to use
(def x 5)
(def y (+ x 1))
(set! x 10)
[x y]
;=> [10 6]
;;; z04 declare
(declare later-fn)
(defn f () (later-fn 1))
(defn later-fn (x) (inc x))
(f)
;=> 2
;;; z05 metadata on a name and a value
(def ^:private x 5)
(let [^:mutable y 1] [x y ^{:doc "d"} [1]])
;=> [5 1 [1]]
;;; v07 a local with the name of a core function
(let [map {:a 1} count 5 first (fn [x] :first)] [(:a map) count (first [1])])
;=> [1 5 :first]
;;; u02 f-strings show data as the Lisp writes it
(let [m [1 "b"]] f"{m} {nil} {:k} {true} {1.5}")
;=> "[1 \"b\"] nil k true 1.5"
;;; y06 a missing key named like a method of objects
[(get {} :toString) (:constructor {}) (contains? {} :valueOf) (let [{:keys [toString]} {}] toString)]
;=> [nil nil false nil]
;;; z01 eval and read-string
[(eval '(+ 1 2)) (eval (list '+ 1 2)) (read-string "(a 1)") (eval (read-string "(* 2 3)"))]
;=> [3 3 (a 1) 6]

;;; n1 1n is 1, known or not, as a value and as a test
[(= 1n 1) (= 1 1n) (not= 1n 1) (if (= 1n 1) :y :n) ((fn [x] (= x 1)) 1n) ((fn [x] (if (= x 1) :y :n)) 1n) ((fn [x] (when (not= x 1) :n)) 1n) (= [1n] [1])]
;=> [true true false :y true :y nil true]

;;; n2 a recursion that ends with a BigInt
(defn fact [n] (if (= n 0) 1 (* n (fact (dec n))))) (fact 25n)
;=> 15511210043330985984000000n

;;; n3 number? says of a BigInt what it says anywhere
[(number? 10n) (let [x 10n] (number? x)) (map number? [10n 1 "a"]) (if (number? (identity 5n)) 1 2) (number? "a")]
;=> [true true [true true false] 1 false]

;;; n4 special numbers print as they are written
[-Infinity -0 NaN Infinity 10n (read-string "[-Infinity -0 NaN]")]
;=> [-Infinity -0 NaN Infinity 10n [-Infinity -0 NaN]]

;;; n5 regexes print as they are written, flags too
[#"(?i)a" #"(?m)^\d+" (new RegExp "x" "gi") (read-string "#\"(?i)b\"")]
;=> [#"(?i)a" #"(?m)^\d+" #"(?gi)x" #"(?i)b"]

;;; n6 what read-string gives is data
(let [[f s m] (read-string "(f #{1} {:a #{2}})")] [f (instance? Set s) (:a m) (eval (read-string "(count #{1 (+ 1 1)})"))])
;=> [f true #{2} 2]

;;; n7 an absent rest parameter is an empty array
[((fn [a & r] r) 1) ((fn [& r] (count r))) (let [[a & r] [1]] r)]
;=> [[] 0 []]

;;; n8 case and match tell numbers from BigInts
[(case 1n 1 :one :none) (match 1n 1 :one _ :none) (match 1n 1n :one)]
;=> [:none :none :one]

;;; n9 a key that is a collection is refused, not made text
(let [bad (fn [k] (try {k 1} (catch TypeError e :refused)))] [(map bad [[1] {:a 1} #{1} inc]) (map (fn [k] {k 1}) [:a "b" 1 nil true 'c])])
;=> [[:refused :refused :refused :refused] [{:a 1} {:b 1} {"1" 1} {:null 1} {:true 1} {:c 1}]]
;;; XC1 what is called and is no function is named
(map (fn [f] (try (f) (catch e e.message))) [(fn [] (1 2)) (fn [] ("a" 2)) (fn [] (true)) (fn [] (#"a+" "caat"))])
;=> ["1 is not a function" "\"a\" is not a function" "true is not a function" "/a+/ is not a function"]

;;; XC2 default exports, of ES modules and of what require gives
(do (js.import "data:text/javascript,export default (x) => x + 1; export const two = 2" :default xc-inc :refer [two :as xc-two]) (js.import "node:path" :default xc-path) [(xc-inc xc-two) (xc-path.join "a" "b")])
;=> [3 "a/b"]

;;; XC3 a test of arithmetic against a call is asked in each turn
(do (def asked []) (def once 1) (defn limit [i] (push! asked i) 3)
  [(loop [i 0] (if (< (* i once) (limit i)) (recur (inc i)) i)) (count asked)])
;=> [3 4]

;;; XC4 also where it says when to end, in a remainder and in and
(do (def asked []) (defn limit [i] (push! asked i) 3)
  [(loop [i 0] (if (= (mod i 10) (limit i)) i (recur (inc i)))) (count asked)
   (loop [i 0] (if (and (< i 9) (< (* i 2) (limit i))) (recur (inc i)) i)) (count asked)])
;=> [3 4 2 7]

;;; XC5 also where its value is always true
(do (def asked []) (loop [i 0] (if [(push! asked i)] (if (< i 2) (recur (inc i)) (count asked)) nil)))
;=> 3
