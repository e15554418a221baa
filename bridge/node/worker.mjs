/**
 * Loaded into every worker thread that a program starts: says clearly that Python is not to be had there.
 * In: nothing. Out: a `$py` that refuses. Without it a worker would fail with "undefined is not a function".
 */
const refuse = () => {
  throw new Error("Python cannot be called from a worker thread: post a message to the main thread and call it there");
};
const value = new Proxy(refuse, { get: refuse, set: refuse, has: refuse, construct: refuse });
for (const name of ["$py", Symbol.for("polyrepl.$py")]) {
  Object.defineProperty(globalThis, name, { value, writable: true, configurable: true });
}
