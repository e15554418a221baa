; await may stand wherever an expression may;
; a function is asynchronous exactly when it awaits
(defn later (ms x)
  (await (Promise. (fn (done) (setTimeout (fn () (done x)) ms)))))

(doseq [n (range 5)]
  (println "tick" (await (later 300 n))))

; a coroutine of Python's is awaited in the same way
(py.exec "
import asyncio
async def doubled(x):
    await asyncio.sleep(0.3)
    return x * 2
")
(+ 1 (await (py.doubled 20)))
