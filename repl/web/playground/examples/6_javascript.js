// JavaScript in the same session; py has Python's names
const counts = new Map();
for (const letter of "a Lisp that uses both") counts.set(letter, (counts.get(letter) ?? 0) + 1);

console.log(py.sum([1, 2, 3]), py.sorted(["b", "c", "a"]));
[...counts].filter(([letter, n]) => n > 1).map(([letter, n]) => ({ letter, n }));
