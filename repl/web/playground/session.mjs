/**
 * The worker's session as the page sees it: one text runs at a time, what runs can be stopped, what broke begins anew.
 *
 * In: texts; what to do with their events, with what belongs to none, with the state of the start. Out: promises.
 */
import { Client } from "../client.mjs";

export class Session {
  #client = null;
  #running = null;
  #ready = false;
  #count = 0;

  /**
   * @param {{start: object, stray: (event: any) => void, progress: (done: number) => void, state: () => void,
   *   failed: (text: string) => void}} given `start`: where this build has its parts; `state` is called when `ready` or
   *   `running` has changed; `failed` when the start did not succeed
   */
  constructor(given) {
    this.given = given;
    this.about = null;
  }

  get ready() {
    return this.#ready;
  }

  get running() {
    return this.#running !== null;
  }

  /** Begin, or begin anew: all variables of both languages are gone. */
  async begin() {
    this.#end();
    const { start, stray, progress } = this.given;
    const client = (this.#client = new Client({ ...start, stray, restarting: (_reason, begun) => this.#begun(client, begun) }));
    await this.#begun(client, client.start(({ step, done }) => client === this.#client && progress(done, step)));
  }

  /** Wait for a client's worker. */
  async #begun(client, begun) {
    if (client !== this.#client) return;
    this.#ready = false;
    this.given.progress(0);
    this.given.state();
    try {
      const about = await begun;
      if (client !== this.#client) return;
      this.about = about;
      this.#ready = true;
      this.given.progress(1);
    } catch (error) {
      if (client === this.#client) this.given.failed(String(error?.message ?? error));
    }
    this.given.state();
  }

  /** Run a text. @param {string} text @param {string} language @param {(event: any) => void} heed */
  async run(text, language, heed) {
    if (!this.#ready || this.#running !== null) return;
    const client = this.#client;
    this.#count += 1;
    this.#running = { client };
    this.given.state();
    try {
      await client.eval(text, { language, name: `In[${this.#count}]` }, heed);
    } catch (error) {
      if (client === this.#client) heed({ op: "problem", severity: "error", text: String(error?.message ?? error) });
    } finally {
      if (client === this.#client) this.#running = null;
      this.given.state();
    }
  }

  /** Stop what runs; what was lost by it comes as an event. */
  stop() {
    if (this.#running !== null) this.#client.stop();
  }

  /** The line that a program has asked for. @param {string | null} line null: the input has ended */
  answer(line) {
    this.#client.answer(line);
  }

  /** Ask anything of the worker's protocol; null where it can not answer. */
  async ask(op, fields) {
    if (!this.#ready) return null;
    try {
      return await this.#client.ask(op, fields);
    } catch {
      return null;
    }
  }

  /** The same for what a user asked for. @throws {Error} */
  demand(op, fields) {
    if (!this.#ready) throw new Error("Python is still starting");
    return this.#client.ask(op, fields);
  }

  #end() {
    this.#ready = false;
    this.#running = null;
    this.#client?.close();
  }
}
