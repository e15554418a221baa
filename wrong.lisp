(def a 1)
(nosuch a)