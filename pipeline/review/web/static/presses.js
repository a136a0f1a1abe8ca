// Tells for which paper a press was meant. A press decides no paper that was not shown yet, or that
// has just come by itself while the reviewer read another one.
"use strict";

class Presses {
  static SEEN_AFTER = 1000;  // milliseconds until a press is meant for a paper that came by itself

  constructor() {
    this.came = -Infinity;  // when the paper shown came by itself
    this.lost = "";  // the verdict that was pressed before its paper was shown
  }

  // The reviewer asked for the next paper.
  follow() { this.came = -Infinity; }

  // The next paper comes by itself.
  precede() { this.came = performance.now(); }

  // Return whether the press of a button is meant for the paper shown; `isAwaited`: another one is
  // about to be. After a lost "reject" a number was its reason, and approves nothing.
  isMeant(button, isAwaited) {
    const isEarly = isAwaited || performance.now() - this.came < Presses.SEEN_AFTER;
    const isReason = this.lost === "rejected" && button.name === "accept";
    this.lost = isEarly ? button.value : "";
    return Boolean(button.closest("#asked")) || !(isEarly || isReason);
  }
}
