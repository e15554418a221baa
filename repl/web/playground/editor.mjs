/**
 * The editor: CodeMirror with the three languages, in the page's own colours.
 *
 * In: where it stands, what completes and documents a name, what Mod-Enter does. Out: {view, text, setText, setLanguage}.
 */
import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { javascript } from "@codemirror/lang-javascript";
import { python } from "@codemirror/lang-python";
import { bracketMatching, HighlightStyle, indentOnInput, StreamLanguage, syntaxHighlighting } from "@codemirror/language";
import { highlightSelectionMatches, searchKeymap } from "@codemirror/search";
import { Compartment, EditorState, Prec } from "@codemirror/state";
import { drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";

import { lispMode } from "./lisp-mode.mjs";

const colour = (name) => `var(--${name})`;
const COLOURS = HighlightStyle.define([
  { tag: [tags.keyword, tags.definitionKeyword, tags.controlKeyword], color: colour("keyword") },
  { tag: [tags.string, tags.character, tags.regexp, tags.special(tags.string)], color: colour("string") },
  { tag: [tags.number, tags.bool, tags.null], color: colour("number") },
  { tag: [tags.atom, tags.propertyName], color: colour("atom") },
  { tag: tags.comment, color: colour("comment"), fontStyle: "italic" },
  { tag: [tags.namespace, tags.meta], color: colour("namespace") },
  { tag: [tags.definition(tags.variableName), tags.function(tags.variableName)], color: colour("function") },
  { tag: tags.invalid, color: colour("error") },
]);
const THEME = EditorView.theme({
  "&": { height: "100%", color: "inherit", backgroundColor: "transparent" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.5" },
  ".cm-gutters": { backgroundColor: "transparent", color: "var(--faint)", border: "none" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "var(--line)" },
  ".cm-cursor": { borderLeftColor: "var(--text)" },
  "&.cm-focused": { outline: "none" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": { background: "var(--selection)" },
  "&.cm-focused .cm-matchingBracket": { backgroundColor: "var(--match)" },
  ".cm-tooltip": { backgroundColor: "var(--raised)", color: "var(--text)", border: "1px solid var(--border)", borderRadius: "6px" },
  ".cm-tooltip-autocomplete > ul > li[aria-selected]": { backgroundColor: "var(--accent)", color: "var(--on-accent)" },
  ".cm-completionInfo": { padding: "8px 10px", maxWidth: "min(32em, 80vw)", maxHeight: "50vh", overflow: "auto" },
  ".cm-completionInfo pre": { margin: "0", whiteSpace: "pre-wrap", font: "13px var(--mono)" },
  ".cm-completionDetail": { color: "var(--faint)", fontStyle: "normal", marginLeft: "1em" },
  "li[aria-selected] .cm-completionDetail": { color: "inherit" },
  ".cm-panels": { backgroundColor: "var(--raised)", color: "var(--text)" },
});

/**
 * @param {HTMLElement} parent
 * @param {{words: any, run: () => void, changed: () => void,
 *   complete: (text: string, cursor: number) => Promise<{from: number, candidates: {text: string, kind: string, meta: string}[]} | null>,
 *   describe: (text: string) => Promise<string | null>}} given `describe` tells of the name that ends a text
 */
export function makeEditor(parent, { words, run, changed, complete, describe }) {
  const languages = { lisp: StreamLanguage.define(lispMode(words)), js: javascript(), py: python() };
  const language = new Compartment();
  const info = async (text) => {
    const found = await describe(text);
    if (!found) return null;
    const shown = document.createElement("pre");
    shown.textContent = found;
    return shown;
  };
  const source = async (context) => {
    const text = context.state.doc.toString();
    const before = text.slice(0, context.pos);
    if (!context.explicit && !/[^\s()[\]{}"',`]{2}$/.test(before)) return null;
    const found = await complete(text, context.pos);
    if (found === null || found.candidates.length === 0 || context.aborted) return null;
    const options = found.candidates.map(({ text: label, kind, meta }) => {
      return { label, type: kind, detail: meta, info: () => info(text.slice(0, found.from) + label) };
    });
    return { from: found.from, options, filter: false };
  };
  const view = new EditorView({
    parent,
    state: EditorState.create({
      extensions: [
        Prec.highest(keymap.of([{ key: "Mod-Enter", run: () => (run(), true) }, { key: "Shift-Enter", run: () => (run(), true) }])),
        lineNumbers(), history(), drawSelection(), indentOnInput(), bracketMatching(), closeBrackets(), highlightActiveLine(),
        highlightSelectionMatches(), autocompletion({ override: [source], icons: false }), syntaxHighlighting(COLOURS), THEME,
        keymap.of([...closeBracketsKeymap, ...defaultKeymap, ...searchKeymap, ...historyKeymap, ...completionKeymap, indentWithTab]),
        language.of(languages.lisp),
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({ "aria-label": "program", autocapitalize: "off", autocorrect: "off", spellcheck: "false" }),
        EditorView.updateListener.of((update) => update.docChanged && changed()),
      ],
    }),
  });
  return {
    view,
    text: () => view.state.doc.toString(),
    setText: (text) => view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text }, selection: { anchor: 0 } }),
    setLanguage: (name) => view.dispatch({ effects: language.reconfigure(languages[name]) }),
  };
}
