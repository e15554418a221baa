/** What stands at the end of a JavaScript text that is being typed. */
import assert from "node:assert/strict";
import test from "node:test";
import { callHead, memberOf, unfinished } from "../../repl/node/chains.mjs";

test("the string or comment that a text ends in", () => {
  for (const [text, typed, module] of [
    ['"a', "a", false], ["'x' + \"b", "b", false], ['import fs from "no', "no", true], ['import("no', "no", true],
    ["require('x", "x", true], ["`abc", "bc", false], ["// co", " co", false], ["/* co", "* co", false],
    [`if (true) /"/.test('a`, "a", false], ["x = 'abc\nimport 'm", "m", true],
  ]) {
    const found = unfinished(text);
    assert.deepEqual(found, { text: typed, module }, text);
  }
  for (const text of ["", "a.b", "`a${b", "`a${b}`", "// co\n", "x = 'abc\nfoo.", "@@@ foo", "/'/.x", '"a" + b']) {
    assert.equal(unfinished(text), null, text);
  }
});

test("the call that a text ends in", () => {
  for (const [text, head] of [
    ["Math.max(1", "Math.max"], ["new URL(", "URL"], ["f(g(1), ", "f"], ["f(')', \"(\", `(${", "f"],
    ["f(/* g( */ [1, {a: ", "f"], ["f(1) // g(", ""], ["f(1)", ""], ["x = (1", ""], ["a.b (", "a.b"],
    ["f(function () {", "f"], ["f(/\\(/, /[)]/u, 4 / g(2) / 2, ", "f"], ["if (1) /(/.test(", "/(/.test"], ["f(`)` + `${h(", "h"],
    ["f(`a(", "f"], ["f('abc\ng(", "g"], ["a?.b(", "a.b"], ["a.delete(", "a.delete"], ["super.m(", ""], ["if (x", ""], ["if (x) (", ""], ["import(", ""], ["@@ f(", "f"], ["f(x => {", "f"], ["this.x(", "this.x"],
    ["`a ${Math.min(", "Math.min"], ["`a ${f(1)} ${g(`x`, ", "g"], ["`${`${f(", "f"], ["f(`a ${b} (`, 1, ", "f"],
    ["`a \\` ${f(", "f"], ["`$ $${f(", "f"], ["`a ${f(1)}`", ""],
  ]) {
    assert.equal((callHead(text) ?? []).join("."), head, text);
  }
  assert.deepEqual(callHead(`f(${"[(".repeat(200_000)}`), ["f"]);
});

test("what is called may be any expression", () => {
  for (const [text, ...path] of [
    ["1.5.toFixed(", "1.5", "toFixed"], ["g()(", "g()"], ["g().then(", "g()", "then"], ["[1].map(x => ", "[1]", "map"],
    ["new Map().set(1, ", "new Map()", "set"], ["`a.b`.slice(", "`a.b`", "slice"], ["a[0]?.(", "a[0]"], ["(x)(", "(x)"],
  ]) {
    assert.deepEqual(callHead(text), path, text);
  }
});

test("what a property is of", () => {
  for (const [text, ...path] of [
    ["x = a.b.c", "a", "b"], ["a?.", "a"], ["a?.b", "a"], ["[1].ma", "[1]"], ['"a.b".', '"a.b"'], ["1..to", "1."], ["1.5.to", "1.5"],
    ["/a/g.", "/a/g"], ["f(a, [1].ma", "[1]"], ["[...xs.ma", "xs"], ["a[b.c", "b"], ["return [1].m", "[1]"], ["await x.a", "x"],
    ["a\n  .map(x => x)\n  .fi", "a\n  .map(x => x)"], ["a?.[0].b", "a?.[0]"], ["a?.(1).b.c", "a?.(1)", "b"], ["x.if.y", "x", "if"],
    ["new a.b(1).c", "new a.b(1)"], ["new a.b.c", "a", "b"], ["f`x`.y", "f`x`"], ["`x${`y`}`.z", "`x${`y`}`"], ["({a: 1}).", "({a: 1})"],
    ["a + b().c", "b()"], ["a() // c\n.b", "a()"], ["😀 a().b", "a()"], ["`${[1].ma", "[1]"], ["this.", "this"], ["(a, b).x", "(a, b)"],
  ]) {
    assert.deepEqual(memberOf(text), path, text);
  }
  for (const text of ["", "a", "1.", "} .a", "if (x).", "super(1).a", "super.a", 'import("a").', "x.#a.b", '"a.b', "// a.b", "...a", "a.b ", "a.b;"]) {
    assert.equal(memberOf(text), null, text);
  }
  assert.deepEqual(memberOf(`${"f(".repeat(100_000)}[1].ma`), ["[1]"]);
});
