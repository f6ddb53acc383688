// What was typed stays in this browser until the server has it, and is filled in again. Passwords and codes are never kept.
"use strict";

(function () {
  const said = document.currentScript.dataset;
  const mine = `kept:${said.person}:`;
  const here = location.pathname + location.search;
  const isAnswer = window.keptAnswer === true; // this page answers a send: what it shows is not stored anywhere else
  window.keptAnswer = false;
  const { read, fill } = window.typedValues;
  const held = (window.keptPlaces = window.keptPlaces || {});
  const load = (name) => { try { return JSON.parse(localStorage.getItem(name)); } catch { return null; } };
  const save = (name, entry) => { try { localStorage.setItem(name, JSON.stringify(entry)); } catch { /* full or forbidden */ } };
  const drop = (name) => { try { localStorage.removeItem(name); } catch { /* forbidden */ } };
  const names = () => { try { return Object.keys(localStorage).filter((name) => name.startsWith("kept:")); } catch { return []; } };
  const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

  names().forEach((name) => {
    const entry = load(name);
    // Another person's typing is no business of whoever sits here now; a day later it is nobody's.
    if (!name.startsWith(mine) || !entry || Date.now() - entry.at > 24 * 3600000) drop(name);
  });

  const note = (text, role, ...more) => {
    const box = document.createElement("div");
    box.className = "kept-note";
    box.setAttribute("role", role);
    box.append(document.createElement("p"), ...more);
    box.firstChild.textContent = text;
    return box;
  };
  const button = (text, act) =>
    Object.assign(document.createElement("button"), { type: "button", className: "btn btn-outline-primary", textContent: text, onclick: act });

  // Each open page has a place of its own, so that two tabs with two clients do not mix. A reload frees its place a moment late.
  async function placeOf(key) {
    const places = ["", "#2", "#3", "#4"].map((end) => key + end).sort((one, other) => !load(one) - !load(other));
    for (const place of navigator.locks && !held[key] ? places : []) {
      const waits = new AbortController();
      setTimeout(() => waits.abort(), load(place) ? 700 : 50);
      const got = await new Promise((tell) => {
        const own = (lock) => (tell(true), new Promise(() => {}));
        navigator.locks.request(place, { signal: waits.signal }, own).catch(() => tell(false));
      });
      if (got) held[key] = place;
      if (got) break;
    }
    return held[key] || key;
  }

  async function keep(form) {
    const base = read(form);
    const task = form.elements.namedItem("task");
    const address = new URL(form.getAttribute("action") || here, location.href).pathname;
    const name = mine + address + (task ? `:${task.value}` : "");
    // What came back because it could not be taken lies in hidden fields: it is sent from there, and kept no longer.
    if (form.dataset.keep === "again") return kept.forms.set(form, { remember() {}, done: () => drop(held[name] || name) });
    const key = form.elements.namedItem("key");
    const state = { place: null, changed: false };
    state.remember = (more) => {
      state.changed = true;
      if (!state.place) return;
      const before = load(state.place) || { base };
      save(state.place, { ...before, at: Date.now(), unsent: false, values: read(form), key: key ? key.value : "", page: here, ...more });
      form.dataset.kept = "yes";
    };
    state.done = () => { drop(state.place); state.place = null; };
    kept.forms.set(form, state);
    form.addEventListener("input", () => state.remember());
    form.addEventListener("change", () => state.remember());

    const place = await placeOf(name);
    const entry = load(place);
    state.place = place;
    if (state.changed) return state.remember();
    if (!entry) return;
    if (same(entry.values, base)) return isAnswer || drop(place);
    let box = null;
    const show = (...made) => {
      if (box) box.remove();
      form.prepend((box = note(...made)));
    };
    const putBack = () => {
      fill(form, entry.values);
      if (key && entry.key) key.value = entry.key; // had the first send arrived after all, this one is the same
      const forget = button(said.forget, () => { state.done(); location.reload(); });
      show(entry.unsent ? said.unsent : said.restored, "status", forget);
    };
    // Where each client begins on the same page, what was typed may be of the one before: nobody's name shows unasked.
    const isAsked = form.dataset.keep === "ask";
    if (!isAsked && (same(entry.base, base) || same(entry.sent, base))) return putBack();
    // Saved elsewhere meanwhile: which of the two holds is not for a script to say.
    show(isAsked ? said.ask : said.elsewhere, "status", button(said.fill, putBack), button(said.forget, () => { drop(place); box.remove(); }));
  }

  const kept = (window.kept = { forms: new Map(), note, button, said });
  document.querySelectorAll("main form").forEach((form) => {
    if (form.hasAttribute("data-keep") || form.querySelector(".enter-presses-this")) keep(form);
  });
  document.addEventListener("submit", (event) => {
    if (/\/sign-out(-everywhere)?$/.test(event.target.getAttribute("action"))) names().forEach(drop);
  });

  // What did not go out from another page is said on every page, without whose it is.
  const open = names().map(load).filter((entry) => entry.unsent && entry.page !== here);
  const links = open.map((entry) =>
    Object.assign(document.createElement("a"), { href: entry.page, textContent: `${said.open} ${new Date(entry.at).toTimeString().slice(0, 5)}` }));
  if (links.length) document.getElementById("main").prepend(note(said.waiting, "status", ...links));
})();
