/**
 * Everything that compiled code calls at run time: `$rt`.
 *
 * Out: the core functions under their mangled names (each has a JSDoc that begins with its Lisp call), and the helpers
 * that the compiler, the bridge and the session use (keywords, lists, printing, display).
 */

export * from "./data.mjs";
export * from "./sequences.mjs";
export * from "./equality.mjs";
export * from "./names.mjs";
export * from "./printer.mjs";
export * from "./layout.mjs";
export * from "./text.mjs";
export * from "./core_numbers.mjs";
export * from "./core_predicates.mjs";
export * from "./core_seq.mjs";
export * from "./core_parts.mjs";
export * from "./core_higher.mjs";
export * from "./core_collections.mjs";
export * from "./core_order.mjs";
export * from "./core_maps.mjs";
export * from "./core_sets.mjs";
export * from "./core_mutate.mjs";
export * from "./own.mjs";
export * from "./lefts.mjs";
export * from "./core_strings.mjs";
export * from "./core_format.mjs";
export * from "./core_functions.mjs";
export * from "./core_async.mjs";
export * from "./core_batches.mjs";
export * from "./core_io.mjs";
export * from "./display.mjs";
export * from "./arithmetic.mjs";
export * from "./operators.mjs";
export * from "./forms.mjs";
export * from "./reflect.mjs";
export * from "./macros.mjs";
