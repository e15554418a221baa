/**
 * Which form the running code belongs to; the mirror of `forms.py`.
 * In: a number and what runs for it. Out: the number, also in what that starts and leaves behind.
 */
import { AsyncLocalStorage } from "./platform.mjs";

/** The number of the form that the running code belongs to (undefined: none; negative: a run without a form). */
export const forms = new AsyncLocalStorage();

/** The form of the running code as Python knows it, 0 for none. */
export function formNumber() {
  const form = forms.getStore();
  return form > 0 ? form : 0;
}
