; Macros are hygienic; they are there for the next form
(define-syntax swap!
  (syntax-rules ()
    ((_ a b) (let [tmp a] (set! a b) (set! b tmp)))))

(let [tmp 1 other 2]
  (swap! tmp other)
  [tmp other])

(defmacro unless-nil (x & body)
  `(if (nil? ~x) nil (do ~@body)))

(unless-nil 42 (println "there is one") :fine)

; what a form becomes
(macroexpand '(unless-nil x (f x)))
