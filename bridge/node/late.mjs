/**
 * What nobody caught, on its way to Python.
 * In: what was thrown. Out: a note with the error envelope that an answer would have.
 */
import { envelope } from "./answers.mjs";
import { INTERRUPT, isA } from "./errors.mjs";
import { formNumber } from "./forms.mjs";
import { inspect } from "./platform.mjs";
import { NOTES } from "./protocol.mjs";

/** Tell Python of it. @param {any} connection @param {any} error @param {number} form that it belongs to */
export function late(connection, error, form = formNumber()) {
  let text;
  try {
    if (error?.[INTERRUPT]) return;
    text = isA(error, Error) ? undefined : inspect(error);
  } catch {
    text = "an exception that cannot be shown";
  }
  connection.noteOf((marshal) => [NOTES.late, form, ...(text === undefined ? envelope(marshal, error, 0) : ["", text, "", null])]);
}
