/**
 * What a JavaScript object is and can do, as one number that travels with its handle; the mirror of `traits.py`.
 * In: an object. Out: traits (see protocol).
 */
import { isModuleNamespaceObject, isPromise } from "./platform.mjs";
import { SORTS, TRAITS } from "./protocol.mjs";

/** Numbers of the sorts. */
export const SORT = Object.fromEntries(SORTS.map((name, index) => [name, index]));
const FUNCTIONS = {
  __proto__: null,
  AsyncFunction: TRAITS.ASYNC_FUNCTION,
  GeneratorFunction: TRAITS.GENERATOR_FUNCTION,
  AsyncGeneratorFunction: TRAITS.ASYNC_FUNCTION | TRAITS.GENERATOR_FUNCTION,
};

/** A class, also one of JavaScript's own (`Map`), which has a prototype as no other function of its own has. */
function isClass(value) {
  const source = Function.prototype.toString.call(value);
  return /^class[\s{]/.test(source.slice(0, 6)) || (source.endsWith("{ [native code] }") && Object.hasOwn(value, "prototype"));
}

/** What a JS object is and can do, as Python's proxy classes know it. */
export function traitsOf(value) {
  let traits = 0;
  let sort = SORT.object;
  try {
    if (typeof value === "function") {
      traits |= TRAITS.CALLABLE;
      sort = isClass(value) ? SORT.class : SORT.callable;
      if (sort === SORT.callable) traits |= FUNCTIONS[value[Symbol.toStringTag]] ?? 0;
    } else if (Array.isArray(value)) {
      traits |= TRAITS.ARRAY_LIKE | TRAITS.SIZED;
      sort = SORT.list;
    } else if (value instanceof Map) {
      traits |= TRAITS.MAPPING | TRAITS.SIZED;
      sort = SORT.dict;
    } else if (value instanceof Set) {
      traits |= TRAITS.SIZED;
      sort = SORT.set;
    } else if (isModuleNamespaceObject(value)) {
      return SORT.module;
    } else if (value instanceof Error) {
      sort = SORT.error;
    }
    if (typeof value !== "function" || Object.hasOwn(value, "then")) {
      if (typeof value.then === "function") {
        traits |= TRAITS.AWAITABLE;
        if (isPromise(value)) sort = SORT.promise;
      }
    }
    if (typeof value[Symbol.iterator] === "function") {
      traits |= TRAITS.ITERABLE;
      if (typeof value.next === "function") {
        traits |= TRAITS.ITERATOR;
        if (typeof value.return === "function" && typeof value.throw === "function") traits |= TRAITS.GENERATOR;
        if (sort === SORT.object) sort = SORT.iterator;
      }
    }
    if (typeof value[Symbol.asyncIterator] === "function") {
      traits |= TRAITS.ASYNC_ITERABLE;
      if (typeof value.next === "function") traits |= TRAITS.ASYNC_ITERATOR;
    }
    if (typeof value[Symbol.dispose] === "function") traits |= TRAITS.CONTEXT;
    if (typeof value[Symbol.asyncDispose] === "function") traits |= TRAITS.ASYNC_CONTEXT;
  } catch {
    // A throwing getter or trap: what is known so far is what it gets.
  }
  return traits | sort;
}
