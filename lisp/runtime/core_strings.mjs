/**
 * Core functions on strings and regular expressions.
 *
 * In: strings (a Python str is one); `join` and the like take any collection. Out: strings; what is missing is nil.
 */

import { asArray, asText, asWhole, describe, need, toFn, walk, wrongType } from "./data.mjs";
import { equal } from "./equality.mjs";
import { textOf } from "./text.mjs";

/** (subs s start) (subs s start end): The characters from start up to end. Example: (subs "hello" 1 3) => "el" */
export function subs(s, start, end) {
  const text = need(s, "subs");
  start = asWhole(start);
  const stop = asWhole(end ?? text.length);
  for (const at of [start, stop]) if (!Number.isInteger(at)) throw wrongType("subs", "an index", at);
  if (start < 0 || stop < start || stop > text.length) {
    throw new RangeError(`subs: ${start} to ${stop} is out of range for a string of ${text.length}`);
  }
  return text.slice(start, stop);
}

/**
 * (join xs) (join sep xs): The texts of the items in one string, with sep between.
 * Example: (join ", " [1 2]) => "1, 2"
 */
export function join(sep, xs) {
  const [between, items] = arguments.length === 1 ? ["", sep] : [sep, xs];
  return Array.from(asArray(items, "join"), textOf).join(textOf(between));
}

/**
 * (split s sep) (split s sep limit): The parts of s between the places where sep (a string or regex) stands; at
 * most limit parts.
 * Example: (split "a,b,c" "," 2) => ["a" "b,c"]
 */
export function split(s, at, limit) {
  const text = need(s, "split");
  const sep = asText(at);
  if (typeof sep !== "string" && !(sep instanceof RegExp)) {
    throw wrongType("split", "a string or regex to split at", sep);
  }
  if (limit === undefined || limit === null || limit <= 0) return text.split(sep);
  const parts = [];
  let rest = text;
  while (parts.length < limit - 1) {
    const found = typeof sep === "string" ? { index: rest.indexOf(sep), 0: sep } : plainCopy(sep).exec(rest);
    if (found === null || found.index < 0 || found[0] === "") break;
    parts.push(rest.slice(0, found.index));
    rest = rest.slice(found.index + found[0].length);
  }
  return [...parts, rest];
}

/** The regex without the flags that make it remember where it was. */
function plainCopy(re) {
  return new RegExp(re.source, re.flags.replace(/[gy]/g, ""));
}

/** The regex with the flag that finds every place. */
function globalCopy(re) {
  return new RegExp(re.source, re.flags.includes("g") ? re.flags.replace("y", "") : re.flags.replace("y", "") + "g");
}

/** (split-lines s): The lines of s, without their ends. Example: (split-lines "a\nb") => ["a" "b"] */
export function split_lines(s) {
  const lines = need(s, "split-lines").split(/\r?\n/);
  while (lines.length > 0 && lines[lines.length - 1] === "") lines.pop();
  return lines;
}

/** (trim s): s without white space at both ends. Example: (trim " a ") => "a" */
export function trim(s) {
  return need(s, "trim").trim();
}

/** (triml s): s without white space at the start. Example: (triml " a ") => "a " */
export function triml(s) {
  return need(s, "triml").trimStart();
}

/** (trimr s): s without white space at the end. Example: (trimr " a ") => " a" */
export function trimr(s) {
  return need(s, "trimr").trimEnd();
}

/** (trim-newline s): s without line ends at its end. Example: (trim-newline "a\n") => "a" */
export function trim_newline(s) {
  return need(s, "trim-newline").replace(/[\r\n]+$/, "");
}

/** (upper-case s): s in capitals. Example: (upper-case "ab") => "AB" */
export function upper_case(s) {
  return textOf(s).toUpperCase();
}

/** (lower-case s): s in small letters. Example: (lower-case "AB") => "ab" */
export function lower_case(s) {
  return textOf(s).toLowerCase();
}

/** (capitalize s): s with a capital first and small letters after it. Example: (capitalize "aBC") => "Abc" */
export function capitalize(s) {
  const text = textOf(s);
  const [head = ""] = text;
  return head.toUpperCase() + text.slice(head.length).toLowerCase();
}

/**
 * (replace s what with): s with every match of what (a string or regex) replaced; `with` is a string ($1 is a
 * group of a regex) or a function of the match (an array when there are groups).
 * Example: (replace "a-b-c" "-" "+") => "a+b+c"
 */
export function replace(s, what, replacement) {
  return replaced(s, what, replacement, true, "replace");
}

/**
 * (replace-first s what with): Like `replace`, for the first match only.
 * Example: (replace-first "a-b-c" "-" "") => "ab-c"
 */
export function replace_first(s, what, replacement) {
  return replaced(s, what, replacement, false, "replace-first");
}

function replaced(s, part, by, everywhere, who) {
  const text = need(s, who);
  const what = asText(part);
  const replacement = asText(by);
  if (typeof what === "string") {
    const make = typeof replacement === "function" ? () => textOf(replacement(what)) : () => need(replacement, who);
    return everywhere ? text.replaceAll(what, make) : text.replace(what, make);
  }
  if (!(what instanceof RegExp)) throw wrongType(who, "a string or regex", what);
  const re = everywhere ? globalCopy(what) : plainCopy(what);
  if (typeof replacement === "string") return text.replace(re, replacement);
  const fn = toFn(replacement, who);
  return text.replace(re, (match, ...more) => {
    const groups = more.slice(0, more.findIndex((x) => typeof x === "number"));
    return textOf(fn(groups.length > 0 ? [match, ...groups.map((g) => g ?? null)] : match));
  });
}

// ---------------------------------------------------------------------------------------------- regular expressions

/** The match as Clojure gives it: the text, or an array of text and groups when the regex has groups. */
function matched(found) {
  if (found === null) return null;
  return found.length === 1 ? found[0] : Array.from(found, (g) => g ?? null);
}

function needRegex(re, who) {
  if (!(re instanceof RegExp)) throw wrongType(who, "a regex", re);
  return re;
}

/** (re-pattern s): The regex that a string spells. Example: (re-find (re-pattern "b+") "abb") => "bb" */
export function re_pattern(s) {
  if (s instanceof RegExp) return s;
  const text = need(s, "re-pattern");
  const inline = /^\(\?([dgimsuvy]+)\)/.exec(text);
  return inline ? new RegExp(text.slice(inline[0].length), inline[1]) : new RegExp(text);
}

/**
 * (re-find re s): The first match (an array with groups, if the regex has any), else nil.
 * Example: (re-find #"(\d)x" "a1x") => ["1x" "1"]
 */
export function re_find(re, s) {
  return matched(plainCopy(needRegex(re, "re-find")).exec(need(s, "re-find")));
}

/** (re-matches re s): Like `re-find`, but the whole string must match. Example: (re-matches #"\d+" "12a") => nil */
export function re_matches(re, s) {
  const source = needRegex(re, "re-matches");
  return matched(new RegExp(`^(?:${source.source})$`, source.flags.replace(/[gmy]/g, "")).exec(need(s, "re-matches")));
}

/** (re-seq re s): The array of all matches. Example: (re-seq #"\d" "a1b2") => ["1" "2"] */
export function re_seq(re, s) {
  return Array.from(need(s, "re-seq").matchAll(globalCopy(needRegex(re, "re-seq"))), matched);
}

// ---------------------------------------------------------------------------------------------- searching

/** (starts-with? s part): Does s begin with part? Example: (starts-with? "abc" "ab") => true */
export function starts_with$q(s, part) {
  return need(s, "starts-with?").startsWith(need(part, "starts-with?"));
}

/** (ends-with? s part): Does s end with part? Example: (ends-with? "abc" "bc") => true */
export function ends_with$q(s, part) {
  return need(s, "ends-with?").endsWith(need(part, "ends-with?"));
}

/** (includes? s part): Is part somewhere in a string, or an equal item in a sequence? Example: (includes? "abc" "b") => true */
export function includes$q(s, part) {
  const text = asText(s);
  return typeof text === "string" ? text.includes(need(part, "includes?")) : placeOf(s, part, 0, "includes?") >= 0;
}

/**
 * (index-of s part) (index-of s part from): Where part first stands in a string, or an equal item in a sequence;
 * nil when nowhere.
 * Example: (index-of "abc" "c") => 2
 */
export function index_of(s, part, from = 0) {
  const text = asText(s);
  const at = typeof text === "string" ? text.indexOf(need(part, "index-of"), from) : placeOf(s, part, from, "index-of");
  return at < 0 ? null : at;
}

function placeOf(xs, wanted, from, who) {
  let i = 0;
  for (const x of walk(xs, who)) {
    if (i >= from && equal(x, wanted)) return i;
    i++;
  }
  return -1;
}

/**
 * (last-index-of s part): Where part last stands in a string, or an equal item in a sequence; nil when nowhere.
 * Example: (last-index-of "abab" "b") => 3
 */
export function last_index_of(s, part) {
  const text = asText(s);
  if (typeof text === "string") {
    const at = text.lastIndexOf(need(part, "last-index-of"));
    return at < 0 ? null : at;
  }
  const at = asArray(s, "last-index-of").findLastIndex((x) => equal(x, part));
  return at < 0 ? null : at;
}

/** (blank? s): Is it nil, empty or only white space? Example: (blank? " ") => true */
export function blank$q(s) {
  return s === null || s === undefined || need(s, "blank?").trim() === "";
}

// ---------------------------------------------------------------------------------------------- shaping

/**
 * (pad-left s width) (pad-left s width fill): The text of s with fill (spaces) before it, up to width characters.
 * Example: (pad-left 7 3 "0") => "007"
 */
export function pad_left(s, width, fill = " ") {
  return textOf(s).padStart(width, fill);
}

/**
 * (pad-right s width) (pad-right s width fill): The text of s with fill (spaces) after it, up to width characters.
 * Example: (pad-right "a" 3 ".") => "a.."
 */
export function pad_right(s, width, fill = " ") {
  return textOf(s).padEnd(width, fill);
}

/** (chars s): The characters of a string, an astral one whole. Example: (chars "a😀") => ["a" "😀"] */
export function chars(s) {
  return Array.from(need(s, "chars"));
}

/** (char-code s) (char-code s i): The code point of a character. Example: (char-code "a") => 97 */
export function char_code(s, i = 0) {
  return need(s, "char-code").codePointAt(i) ?? null;
}

/** (from-char-code & codes): The string of code points. Example: (from-char-code 97 98) => "ab" */
export function from_char_code(...codes) {
  return String.fromCodePoint(...codes);
}

/** (str-repeat s n): s, n times. Example: (str-repeat "ab" 2) => "abab" */
export function str_repeat(s, times) {
  const n = asWhole(times);
  if (!Number.isInteger(n) || n < 0) throw new RangeError(`str-repeat: expected a count, got ${describe(n)}`);
  return textOf(s).repeat(n);
}
