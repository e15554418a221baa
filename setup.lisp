(def side 3)
(* side side)