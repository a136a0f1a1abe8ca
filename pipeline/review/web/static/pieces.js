// Fetches the parts of papers before they are asked for, and keeps them with what was entered.
"use strict";

class Pieces {
  static PARTS = ["paper", "verdict"];  // what depends on the paper shown

  static parsed(text) {
    return new DOMParser().parseFromString(text || "", "text/html");
  }

  // The parts in a page of the server; null if one is missing.
  static of(text) {
    const page = Pieces.parsed(text);
    const found = Pieces.PARTS.map((id) => page.getElementById(id));
    if (found.includes(null)) return null;
    return found.map((one) => document.adoptNode(one));
  }

  // `address(id)` leads to the parts of a paper.
  constructor(address) {
    this.address = address;
    this.kept = new Map();  // by paper: its parts, or the promise of them
  }

  // The parts of a paper if they are here, else the promise of them.
  fetched(id) {
    if (!this.kept.has(id)) {
      const coming = this.fetch(id).then(
        (parts) => {
          if (this.kept.get(id) === coming) this.kept.set(id, parts);
          return parts;
        },
        (problem) => {
          if (this.kept.get(id) === coming) this.kept.delete(id);
          throw problem;
        },
      );
      this.kept.set(id, coming);
    }
    return this.kept.get(id);
  }

  // Ask the server for the parts of a paper, whether they are here or not.
  async fetch(id) {
    const response = await fetch(this.address(id), {
      signal: AbortSignal.timeout(Outbox.PATIENCE),
    });
    const parts = response.ok && Pieces.of(await response.text());
    if (!parts) throw new Error(`no paper: ${response.status}`);
    return parts;
  }

  // The parts of a paper, or undefined if they are not here yet.
  held(id) {
    const parts = this.kept.get(id);
    return Array.isArray(parts) ? parts : undefined;
  }

  set(id, parts) { this.kept.set(id, parts); }

  delete(id) { this.kept.delete(id); }

  clear() { this.kept.clear(); }

  // Forget the papers that are here with an element, which is not what it was.
  dropThoseWith(selector) {
    for (const [id, parts] of this.kept) {
      if (Array.isArray(parts) && parts[0].querySelector(selector)) this.kept.delete(id);
    }
  }
}
