// Sends forms behind the page, one after the other in the order in which they were pressed. The
// first that fails stays first and the others wait, so that nothing overtakes it and nothing is lost.
"use strict";

class Outbox {
  static PATIENCE = 45_000;  // milliseconds; longer than the server waits for a busy database
  static REFUSED = new Set([400, 404, 409, 413, 422]);  // sending these again would not help

  // `words.unreachable` is said where the server says nothing; `stopped(act, message)` is called
  // when an act could not be sent, `emptied()` when everything was.
  constructor(words, stopped, emptied) {
    this.words = words;
    this.stopped = stopped;
    this.emptied = emptied;
    this.acts = [];  // the first may be on its way
    this.onItsWay = null;
    this.halted = false;
  }

  get size() { return this.acts.length; }

  // An act: {to, fields, then(answer)}, and of a verdict {paper, verdict, button}.
  add(act) {
    this.acts.push(act);
    this.send();
  }

  // Replace an unsent verdict on the same paper; return whether there was one.
  replace(act) {
    const at = this.acts.findIndex((one) => one.paper === act.paper && one !== this.onItsWay);
    if (at < 0) return false;
    this.acts[at] = act;
    if (at === 0) this.resume();
    return true;
  }

  // Take out and return the last act if nothing of it can have reached the server.
  takeBack() {
    const last = this.acts.at(-1);
    return last?.verdict && !last.status ? this.acts.pop() : null;
  }

  resume() {
    this.halted = false;
    this.send();
  }

  async send() {
    if (this.onItsWay || this.halted) return;
    while (this.acts.length) {
      const act = this.acts[0];
      this.onItsWay = act;
      act.status = "sent";
      try {
        const answer = await this.answerTo(act);
        this.acts.shift();
        this.onItsWay = null;
        act.then(answer);
      } catch (problem) {
        this.onItsWay = null;
        this.halted = true;
        this.stopped(act, problem.message);
        return;
      }
    }
    this.emptied();
  }

  async answerTo(act) {
    let response;
    let text;
    try {
      response = await fetch(act.to, {
        method: "POST",
        body: act.fields,
        headers: { Accept: "application/json" },
        keepalive: true,  // closing the tab does not cut it off
        signal: AbortSignal.timeout(Outbox.PATIENCE),
      });
      text = await response.text();
    } catch {
      throw new Error(this.words.unreachable);
    }
    act.status = response.status;
    const isJson = (response.headers.get("content-type") || "").startsWith("application/json");
    const answer = isJson ? JSON.parse(text) : { message: this.sentenceOf(text), html: text };
    if (!response.ok && !Outbox.REFUSED.has(response.status)) throw new Error(answer.message);
    return { ...answer, ok: response.ok };
  }

  // What a page says of a fault: above the form, or as its heading.
  sentenceOf(text) {
    const page = new DOMParser().parseFromString(text, "text/html");
    return page.querySelector("#asked p, h1")?.textContent.trim() || this.words.unreachable;
  }
}
