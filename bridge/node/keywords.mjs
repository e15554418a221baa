/**
 * Keywords: names as values of their own, functions that look themselves up.
 * In: names. Out: the one keyword of each name, plain ones or those of a Lisp runtime.
 */
export const KEYWORD = Symbol.for("polyrepl.keyword");

/** The keywords of one conversation. */
export class Keywords {
  #plain = new Map();
  #make = (name) => this.#plainly(name);

  /** The keyword of a name. @param {string} name */
  of(name) {
    return this.#make(name);
  }

  /** From now on `make` makes them, which gives the same one for the same name. @param {(name: string) => any} make */
  use(make) {
    this.#make = make;
  }

  #plainly(name) {
    let keyword = this.#plain.get(name);
    if (keyword === undefined) {
      keyword = (object) => object?.[name];
      Object.defineProperty(keyword, KEYWORD, { value: name });
      keyword.toString = keyword.toJSON = () => name;
      this.#plain.set(name, keyword);
    }
    return keyword;
  }
}
