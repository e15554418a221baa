%%py
# The first line makes this Python. js has the names of the Lisp and of JavaScript
import collections

counts = collections.Counter("a Lisp that uses both")
print(js.Math.hypot(3, 4))
counts.most_common(3)
