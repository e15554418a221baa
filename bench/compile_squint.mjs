// The reference: squint compiles the same program. Prints lines per second as JSON.
import { compileString } from "squint-cljs";

const lines = Number(process.argv[2]);
const text = makeText(lines);

function makeText(count) {
  const one = (n) => `(defn area${n} [shape scale]
  (let [w (get shape "w")
        h (get shape "h")]
    (if (> (* w h) 100)
      (* scale w h)
      (+ (* w h) scale))))

(defn total${n} [shapes]
  (let [sum (reduce (fn [acc s] (+ acc (area${n} s 2))) 0 shapes)]
    (cond
      (> sum 1000) "large"
      (> sum 100) "medium"
      :else "small")))

(defn describe${n} [name shapes]
  (when (not (= name ""))
    (str "shape " name " is " (total${n} shapes)
         " and has " (count shapes) " parts")))

`;
  const size = one(0).split("\n").length - 1;
  return Array.from({ length: Math.ceil(count / size) }, (_, n) => one(n)).join("");
}

const made = text.split("\n").length - 1;
const rates = [];
for (let i = 0; i < 8; i++) {
  const start = performance.now();
  compileString(text);
  rates.push((made / (performance.now() - start)) * 1e3);
}
console.log(JSON.stringify({ cold: rates[0], warm: Math.max(...rates) }));
