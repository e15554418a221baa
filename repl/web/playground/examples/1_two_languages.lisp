; Libraries of Python and JavaScript in one program
; (Ctrl-Enter runs it)
(py.import "statistics" :as stats)
(py.import "fractions" :as fractions)

(def heights [172 181 165 190])
(println "mean" (stats.mean heights))
(println "tallest" (apply Math.max heights))

; Python calls back into the Lisp
(py.sorted ["bb" "a" "ccc"] :key (fn (s) (- (count s))))

; numbers of Python's, texts of JavaScript's
(+ (fractions.Fraction 1 3) (fractions.Fraction 1 6))
(.toLocaleString 1234567.891 "de")

(for [[name year] [["Lisp" 1958]
                   ["Python" 1991]
                   ["JavaScript" 1995]]]
  {:language name :year year :letters (count name)})
