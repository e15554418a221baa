;;; s01 map over several, filter, remove, reduce
[(map + [1 2 3] [10 20]) (filter even? (range 6)) (remove even? [1 2 3]) (reduce + [1 2 3]) (reduce conj [] [1 2])]
;=> [[11 22] [0 2 4] [1 3] 6 [1 2]]
;;; s02 reduce: nothing, one, reduced
[(reduce + []) (reduce + [5]) (reduce + 10 []) (reduce (fn [a x] (if (> x 2) (reduced a) (+ a x))) 0 [1 2 3 4])]
;=> [0 5 10 3]
;;; s03 partition
[(partition 2 [1 2 3 4 5]) (partition 2 1 [1 2 3]) (partition 3 3 [:p] [1 2 3 4]) (partition-all 2 [1 2 3])]
;=> [[[1 2] [3 4]] [[1 2] [2 3]] [[1 2 3] [4 :p]] [[1 2] [3]]]
;;; s04 partition-by, dedupe, distinct
[(partition-by odd? [1 3 2 4 5]) (dedupe [1 1 2 2 1]) (distinct [1 2 1 [3] [3]])]
;=> [[[1 3] [2 4] [5]] [1 2 1] [1 2 [3]]]
;;; s05 interleave, interpose
[(interleave [1 2 3] [:a :b]) (interpose :x [1 2 3])]
;=> [[1 :a 2 :b] [1 :x 2 :x 3]]
;;; s06 take and drop families
[(take 2 [1 2 3]) (drop 2 [1 2 3]) (take-while pos? [1 2 0 3]) (drop-while pos? [1 2 0 3]) (take-last 2 [1 2 3]) (drop-last [1 2 3])]
;=> [[1 2] [3] [1 2] [0 3] [2 3] [1 2]]
;;; s07 take of what is longer and of nothing
[(take 5 [1]) (take 0 [1]) (drop 5 [1]) (take 2 nil)]
;=> [[1] [] [] []]
;;; s08 frequencies and group-by
[(frequencies ["a" "b" "a"]) (get (group-by odd? [1 2 3]) true) (get (group-by count ["a" "bb" "c"]) 1) (group-by :k [{:k :x :n 1} {:k :y :n 2}])]
;=> [{:a 2 :b 1} [1 3] ["a" "c"] {:x [{:k :x :n 1}] :y [{:k :y :n 2}]}]
;;; s09 sort, sort-by
[(sort [3 1 2]) (sort > [3 1 2]) (sort ["b" "a"]) (sort-by count ["aaa" "b" "cc"]) (sort-by :n > [{:n 1} {:n 2}])]
;=> [[1 2 3] [3 2 1] ["a" "b"] ["b" "cc" "aaa"] [{:n 2} {:n 1}]]
;;; s10 sort compares numbers as numbers and does not change its input
(let [xs [10 9 1]] [(sort xs) xs])
;=> [[1 9 10] [10 9 1]]
;;; s11 sort-by is stable
(sort-by first [[1 :a] [0 :b] [1 :c] [0 :d]])
;=> [[0 :b] [0 :d] [1 :a] [1 :c]]
;;; s12 some, every?, not-any?, not-every?
[(some even? [1 2]) (some #{5} [1 2]) (some :a [{} {:a 1}]) (every? odd? []) (not-any? even? [1 2]) (not-every? even? [2 3])]
;=> [true nil 1 true false true]
;;; s13 first, second, last, rest, next, butlast, nth
[(first []) (second [1 2]) (last [1 2 3]) (rest [1]) (next [1]) (butlast [1 2]) (nth [1 2] 1) (nth [1] 5 :none)]
;=> [nil 2 3 [] nil [1] 2 :none]
;;; s14 cons, concat, conj, into
[(cons 1 [2]) (concat [1] [2] nil [3]) (conj [1] 2 3) (conj #{1} 1 2) (conj {:a 1} [:b 2]) (into [] #{1}) (into {} [[:a 1]])]
;=> [(1 2) (1 2 3) [1 2 3] #{1 2} {:a 1 :b 2} [1] {:a 1}]
;;; s15 conj onto nil and onto a list
[(conj '(1 2) 0) (count (conj nil 1)) (first (conj nil 1))]
;=> [(0 1 2) 1 1]
;;; s16 reverse, flatten, shuffle keeps the items
[(reverse [1 2 3]) (flatten [1 [2 [3 [4]]]]) (sort (shuffle [3 1 2]))]
;=> [[3 2 1] [1 2 3 4] [1 2 3]]
;;; s17 mapcat, keep, map-indexed, keep-indexed
[(mapcat (fn [x] [x x]) [1 2]) (keep (fn [x] (if (odd? x) (* x x))) [1 2 3]) (map-indexed (fn [i x] [i x]) [:a :b]) (keep-indexed (fn [i x] (if (odd? i) x)) [:a :b :c])]
;=> [[1 1 2 2] [1 9] [[0 :a] [1 :b]] [:b]]
;;; s18 keep keeps false
(keep identity [1 nil false 2])
;=> [1 false 2]
;;; s19 split-at, split-with, take-nth
[(split-at 1 [1 2 3]) (split-with odd? [1 3 4 5]) (take-nth 2 [0 1 2 3 4])]
;=> [[[1] [2 3]] [[1 3] [4 5]] [0 2 4]]
;;; s20 lazy sources
[(take 3 (iterate inc 5)) (take 3 (repeat :x)) (vec (repeat 2 1)) (take 4 (cycle [1 2])) (vec (range 3)) (vec (range 1 10 3)) (take 2 (repeatedly (fn [] 7)))]
;=> [[5 6 7] [:x :x :x] [1 1] [1 2 1 2] [0 1 2] [1 4 7] [7 7]]
;;; s21 range downwards and empty
[(vec (range 5 0 -2)) (vec (range 3 3)) (vec (range 0))]
;=> [[5 3 1] [] []]
;;; s22 reductions
[(reductions + [1 2 3]) (reductions + 10 [1 2])]
;=> [[1 3 6] [10 11 13]]
;;; s23 zipmap, into a map and back
[(zipmap [:a :b :c] [1 2]) (into {} (map (fn [[k v]] [k (inc v)]) {:a 1 :b 2}))]
;=> [{:a 1 :b 2} {:a 2 :b 3}]
;;; s24 map over a map gives entries
(map (fn [[k v]] (str k "=" v)) {:a 1 :b 2})
;=> ["a=1" "b=2"]
;;; s25 seq functions on strings
[(map identity "ab") (count "abc") (first "abc") (reverse "ab") (apply str (reverse "abc")) (nth "abc" 1)]
;=> [["a" "b"] 3 "a" ["b" "a"] "cba" "b"]
;;; s26 functions on nil
[(count nil) (first nil) (rest nil) (map inc nil) (concat nil nil) (reduce + nil) (get nil :a) (:a nil) (empty? nil) (seq [])]
;=> [0 nil [] [] () 0 nil nil true nil]
;;; s27 max-key, min-key, max, min
[(max-key count "a" "bbb" "cc") (min-key abs -3 2) (max 1 5 3) (min 4 2)]
;=> ["bbb" 2 5 2]
;;; s28 run! for effects
(let [out []] [(run! (fn [x] (push! out (* 2 x))) [1 2]) out])
;=> [nil [2 4]]
;;; s29 tree-seq
(filter number? (tree-seq sequential? identity [1 [2 [3]]]))
;=> [1 2 3]
;;; s30 not-empty, empty, vec, set
[(not-empty []) (not-empty [1]) (empty [1]) (vec '(1 2)) (set [1 1 2])]
;=> [nil [1] [] [1 2] #{1 2}]
;;; k01 assoc, dissoc, merge, select-keys
[(assoc {:a 1} :b 2 :a 3) (dissoc {:a 1 :b 2 :c 3} :a :b) (merge {:a 1} {:b 2} {:a 3}) (select-keys {:a 1 :b 2} [:a :z])]
;=> [{:a 3 :b 2} {:c 3} {:a 3 :b 2} {:a 1}]
;;; k02 the originals are not changed
(let [m {:a 1} v [1]] (assoc m :b 2) (conj v 2) (dissoc m :a) (assoc v 0 9) [m v])
;=> [{:a 1} [1]]
;;; k03 get, contains?, keyword lookup with nil and false values
[(get {:a nil} :a :d) (get {:a false} :a :d) (get [1 2] 1) (get [1] 9 :d) (contains? {:a nil} :a) (contains? [5] 0) (contains? #{1} 1)]
;=> [nil false 2 :d true true true]
;;; k04 get-in, assoc-in, update, update-in
[(get-in {:a {:b [1 2]}} [:a :b 1]) (get-in {:a 1} [:x :y] :d) (assoc-in {:a {:b 1}} [:a :c] 2) (update {:n 1} :n + 5) (update-in {:a {:n 1}} [:a :n] inc)]
;=> [2 :d {:a {:b 1 :c 2}} {:n 6} {:a {:n 2}}]
;;; k05 assoc-in makes levels, through arrays too
[(assoc-in {} [:a :b :c] 1) (assoc-in [{:a 1}] [0 :a] 2) (update-in {} [:n] (fnil inc 0))]
;=> [{:a {:b {:c 1}}} [{:a 2}] {:n 1}]
;;; k06 assoc on an array
[(assoc [1 2] 0 :x) (assoc [1] 1 :y) (update [1 2] 1 inc)]
;=> [[:x 2] [1 :y] [1 3]]
;;; k07 merge-with, update-vals, rename-keys, reduce-kv
[(merge-with + {:a 1 :b 2} {:a 10}) (update-vals {:a 1} inc) (rename-keys {:a 1 :b 2} {:a :z}) (reduce-kv (fn [m k v] (assoc m v k)) {} {:a "x"})]
;=> [{:a 11 :b 2} {:a 2} {:z 1 :b 2} {:x "a"}]
;;; k08 keys, vals, count, empty?
[(keys {:a 1 :b 2}) (vals {:a 1 :b 2}) (count {:a 1}) (empty? {}) (count #{1 2})]
;=> [["a" "b"] [1 2] 1 true 2]
;;; k09 sets
[(union #{1} #{2}) (intersection #{1 2} #{2 3}) (difference #{1 2} #{2}) (disj #{1 2} 1) (subset? #{1} #{1 2})]
;=> [#{1 2} #{2} #{1} #{2} true]
;;; k10 equality by structure
[(= [1 [2]] [1 [2]]) (= {:a 1 :b 2} {:b 2 :a 1}) (= #{1 2} #{2 1}) (= 1 1 1) (= 1 2) (= nil nil) (= [1] [1 2]) (identical? [1] [1])]
;=> [true true true true false true false false]
;;; k11 a list and an array with equal items are equal
[(= '(1 2) [1 2]) (= (map inc [1]) [2]) (= (range 3) [0 1 2])]
;=> [true true true]
;;; k12 hash-map with keys of any kind
(let [m (hash-map [1] :vec 2 :two)] [(get m [1]) (get m 2) (count m)])
;=> [:vec :two 2]
;;; n01 arithmetic
[(+) (*) (+ 1) (- 5) (- 5 1 1) (/ 1 4) (/ 2) (* 2 3 4) (** 2 10)]
;=> [0 1 1 -5 3 0.25 0.5 24 1024]
;;; n02 quot, rem, mod
[(quot 7 2) (quot -7 2) (rem -7 2) (mod -7 2) (mod 7 -2) (mod -3.5 2)]
;=> [3 -3 -1 1 -1 0.5]
;;; n03 comparison chains
[(< 1 2 3) (< 1 3 2) (<= 1 1 2) (> 3 2 1) (>= 2 2 3) (= 1 1 2) (not= 1 1 2)]
;=> [true false true true false false true]
;;; n04 predicates
[(zero? 0) (pos? 0) (neg? -1) (even? 0) (odd? -3) (integer? 1.5) (number? "1") (nan? NaN)]
;=> [true false true true true false false true]
;;; n05 bits
[(bit-and 12 10) (bit-or 12 10) (bit-xor 12 10) (bit-shift-left 1 4) (bit-shift-right 16 2) (bit-not 0)]
;=> [8 14 6 16 4 -1]
;;; n06 special numbers print
[-0 NaN Infinity (- Infinity) 10n 1e21 0.1 1_000]
;=> [-0 NaN Infinity -Infinity 10n 1e+21 0.1 1000]
;;; n07 BigInt with whole and broken numbers
[(+ 1n 2) (* 2n 0.5) (< 1n 2)]
;=> [3n 1 true]
;;; t01 str, join, split, upper and lower case
[(str "a" 1 :k nil true) (join "-" [1 2 3]) (split "a,b" ",") (upper-case "ab") (lower-case "AB") (capitalize "abC")]
;=> ["a1ktrue" "1-2-3" ["a" "b"] "AB" "ab" "Abc"]
;;; t02 trim, replace, includes, starts
[(trim "  a ") (replace "aba" "a" "x") (replace "a1b2" #"\d" "#") (includes? "abc" "bc") (starts-with? "abc" "ab") (ends-with? "abc" "bc") (blank? " ")]
;=> ["a" "xbx" "a#b#" true true true true]
;;; t03 subs, index-of
[(subs "hello" 1 3) (subs "hello" 3) (index-of "abc" "c") (index-of "abc" "z")]
;=> ["el" "lo" 2 nil]
;;; t04 re-find, re-matches, re-seq
[(re-find #"\d+" "a12b") (re-find #"(\w)(\d)" "a1") (re-matches #"\d+" "12a") (re-seq #"\d" "a1b2")]
;=> ["12" ["a1" "a" "1"] nil ["1" "2"]]
;;; t05 pr-str
[(pr-str [1 "a" :k nil]) (pr-str "a" 'b) (str [1 "a"])]
;=> ["[1 \"a\" :k nil]" "\"a\" b" "[1 \"a\"]"]
;;; t06 name, keyword, symbol
[(name :a) (name 'b) (name "c") (keyword "k") (symbol "s") (keyword? :a) (symbol? 'a) (string? "a")]
;=> ["a" "b" "c" :k s true true true]
;;; p01 kinds of things
[(vector? [1]) (list? '(1)) (map? {}) (set? #{}) (fn? inc) (fn? :a) (ifn? :a) (nil? undefined) (some? 0) (coll? [])]
;=> [true true true true true false true true true true]
;;; p02 memoize calls once
(let [n (atom 0) f (memoize (fn [x] (swap! n inc) (* x x)))] [(f 3) (f 3) (f 4) (deref n)])
;=> [9 9 16 2]
;;; p03 fnil, every-pred, some-fn, trampoline
[((fnil + 0 0) nil 5) ((every-pred pos? odd?) 3 5) ((some-fn :a :b) {:b 1}) (trampoline (fn [] (fn [] :done)))]
;=> [5 true 1 :done]
;;; p04 compare
[(compare 1 2) (compare "b" "a") (compare nil 1) (compare [1 2] [1 2])]
;=> [-1 1 -1 0]
