; A value shows as a table, as HTML, as a drawing, as a chart
(def points
  (for [i (range 40)]
    (let [x (/ i 6)]
      {:x x :y (* (Math.sin x) (Math.exp (/ x -5)))})))

(vega-lite
  {:width 380 :height 160
   :data {:values points}
   :mark {:type "line" :point true :tooltip true}
   :encoding {:x {:field "x" :type "quantitative"}
              :y {:field "y" :type "quantitative"}}})

(svg (str "<svg width='430' height='90'>"
          (apply str (for [i (range 20)]
                       (str "<circle cx='" (+ 15 (* i 19)) "' cy='45' "
                            "r='" (+ 4 (* 1.6 i)) "' fill-opacity='.6' "
                            "fill='hsl(" (* i 18) " 70% 55%)'/>")))
          "</svg>"))

(html "<b>bold</b>, <i>italic</i> and a <kbd>key</kbd>")
(vec (take 4 points))
