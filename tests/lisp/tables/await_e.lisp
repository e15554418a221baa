;;; E03 catch gives the value of an element
[(t 1) (try (t 2) (await (p! "x")) (t :no) (catch e (t 3))) (t 4) (log)]
;=> [1 3 4 [1 2 3 4]]
;;; E06 finally without catch, on rejection
[(try (try (await (p! "x")) (finally (t :fin))) (catch e (ex-message e))) (log)]
;=> ["x" [:fin]]
;;; E09 a promise that nobody awaited inside try is not caught there
(defn f () (try (p! "late") (catch e :caught)))
(defn g () (try (await (p! "late")) (catch e :caught)))
[(try (await (f)) (catch e [:outer (ex-message e)])) (await (g))]
;=> [[:outer "late"] :caught]
;;; E12 throw of anything
[(try (throw :kw) (catch e e)) (try (throw (await (p {:code 5}))) (catch e (:code e))) (try (throw nil) (catch e [e]))]
;=> [:kw 5 [nil]]
;;; E13 typed catch
(try (.foo (await (p nil))) (catch TypeError e :type))
;=> :type
;;; E14 several clauses: the first that fits
(map (fn (f) (try (f) (catch RangeError e :range) (catch TypeError e :type) (catch e (ex-message e))))
  [(fn () (throw (new RangeError "r"))) (fn () (throw (new TypeError "t"))) (fn () (throw (error "m")))])
;=> [:range :type "m"]
;;; E15 a clause that does not fit lets it through, after finally
[(try (try (throw (await (p (new RangeError "r")))) (catch TypeError e :no) (finally (t :fin))) (catch e (. e name)))
 (log)]
;=> ["RangeError" [:fin]]
;;; E16 an error in finally takes the place of the first
(try (try (throw (error "a")) (finally (await (p nil)) (throw (error "b")))) (catch e (ex-message e)))
;=> "b"
;;; E17 an error in catch: finally still runs
[(try (try (throw (error "a")) (catch e (throw (error (str (ex-message e) "2")))) (finally (t :f)))
   (catch e (ex-message e)))
 (log)]
;=> ["a2" [:f]]
;;; E18 throw as an argument: what stands after it is not evaluated
[(try [(t 1) (throw (await (p (error "x")))) (t 2)] (catch e :c)) (log)]
;=> [:c [1]]
;;; E19 throw as the last operand of or
(try (or (await (p nil)) (throw (error "none"))) (catch e (ex-message e)))
;=> "none"
;;; E20 try with nothing but a body
[(try (await (p 1))) (try)]
;=> [1 nil]
;;; E22 the name of catch shadows
(let ((e 1)) [(try (throw 2) (catch e (await (p e)))) e])
;=> [2 1]
;;; E23 rejected with something that is no error
(try (await (Promise.reject :why)) (catch e e))
;=> :why
;;; E24 try inside catch
(try (await (p! "1")) (catch e (try (await (p! "2")) (catch e2 [(ex-message e) (ex-message e2)]))))
;=> ["1" "2"]
;;; E25 try inside finally
[(try :v (finally (try (await (p! "q")) (catch e (t (ex-message e)))))) (log)]
;=> [:v ["q"]]
;;; E26 a typed clause with an await in its body
(try (JSON.parse "{") (catch SyntaxError e (await (p :syntax))))
;=> :syntax
;;; E27 catch with an empty body is nil
[(try (await (p! "x")) (catch e))]
;=> [nil]
;;; E28 catch of two symbols is untyped: name and body
(let ((v 7)) (try (throw 1) (catch e v)))
;=> 7
;;; E29 set! before the error stays
(let ((s 0)) (try (set! s 1) (await (p! "x")) (set! s 2) (catch e nil)) s)
;=> 1
;;; E30 a function that returns from try: finally before its caller goes on
(defn f () (try (await (p 1)) (finally (await (tp :f)))))
[(do (await (f)) (t :after)) (log)]
;=> [:after [:f :after]]
;;; E31 ex-info with awaited data
(try (throw (ex-info "m" {:code (await (p 7))})) (catch e [(ex-message e) (:code (ex-data e))]))
;=> ["m" 7]
;;; E32 the value of try is a function that was defined in it
((try (await (p nil)) (let ((k 5)) (fn () k)) (catch e e)))
;=> 5
;;; E33 try in a hole of an f-string
f"<{(try (throw (await (p :in))) (catch e e))}>"
;=> "<in>"
;;; E34 try as the init of a let and as a value in an object
(let ((a (try (throw 1) (catch e (+ e 1))))) {:a a :b (try (await (p 3)) (finally nil))})
;=> {:a 2 :b 3}
;;; E35 an async closure made in try rejects later: not caught by that try
(let ((f (try (fn () (await (p! "later"))) (catch e :no)))) (try (await (f)) (catch e (ex-message e))))
;=> "later"
;;; E36 all rejects: one catch
(try (await (all [(p 1) (p! "two") (p 3)])) (catch e (ex-message e)))
;=> "two"
;;; E37 finally sees what the body bound outside
(let ((r :open)) (try (await (p 1)) (set! r :used) (finally (t r) (set! r :closed))) [r (log)])
;=> [:closed [:used]]
;;; E38 a rethrown error is the same object
(let ((err (error "same"))) (try (try (throw err) (catch e (await (p nil)) (throw e))) (catch e2 (identical? err e2))))
;=> true
;;; E39 the error's own name shadowed inside the body of catch
(try (throw 1) (catch e (let ((e (+ e (await (p 1))))) (try (throw (* e 10)) (catch e e)))))
;=> 20
;;; E40 try in the test of if, in a loop
(loop ((i 0)) (if (try (await (p (< i 3))) (catch e false)) (recur (inc i)) i))
;=> 3
;;; E41 a typed clause whose class is a property
(let ((kinds {:Bad TypeError})) (try (throw (new TypeError "x")) (catch kinds.Bad e (ex-message e))))
;=> "x"
;;; E42 throw in a branch used as a value
(try (+ 1 (if (await (p true)) (throw :t) 2)) (catch e e))
;=> :t
