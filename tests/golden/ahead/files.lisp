(import "./library.lisp" :as lib)
(lib.triple 2)
(lib.thrice (lib.quiet))
(import "./library.lisp" :refer [triple quiet :as still])
[(triple 3) (still)]
