"""A program of a given number of lines in three dialects that share most of their text."""

from __future__ import annotations

TEMPLATE = """(defn area{n} [shape scale]
  (let [w (get shape "w")
        h (get shape "h")]
    (if (> (* w h) 100)
      (* scale w h)
      (+ (* w h) scale))))

(defn total{n} [shapes]
  (let [sum (reduce (fn [acc s] (+ acc (area{n} s 2))) 0 shapes)]
    (cond
      (> sum 1000) "large"
      (> sum 100) "medium"
      :else "small")))

(defn describe{n} [name shapes]
  (when (not (= name ""))
    (str "shape " name " is " (total{n} shapes)
         " and has " (count shapes) " parts")))

"""


def lisp(lines: int) -> str:
    """At least `lines` lines."""
    size = TEMPLATE.count("\n")
    return "".join(TEMPLATE.replace("{n}", str(n)) for n in range(-(-lines // size)))


def hy(lines: int) -> str:
    """The same program in Hy's spelling."""
    return (
        lisp(lines)
        .replace(":else", "True")
        .replace("(count ", "(len ")
        .replace("(reduce (fn [acc s]", "(reduce-with (fn [acc s]")
    )
