; An error shows where it comes from, in whichever language it was raised
(defn parse (s)
  (py.int s))

(println (try (parse "x")
           (catch py.ValueError e (str "caught: " e))))

(+ 1 (parse "12 apples"))
