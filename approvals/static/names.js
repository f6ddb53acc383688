// A name is checked while it is being typed. Without scripts the button of the form does the same.
"use strict";

(function () {
  const board = document.querySelector("[data-name-board]");
  const trade = document.querySelector("form [name=trade_name]");
  if (!board || !trade) {
    return;
  }
  const form = trade.form;
  const summary = board.querySelector("[data-name-summary]");
  const found = board.querySelector("[data-name-found]");
  const asked = [
    "region", "trade_name", "multi_industry", "industry", "organisation", "alternative_meaning", "state_council_approval", "reservation_number",
  ];
  const pause = 350;
  let timer = 0;
  let running = null;
  let last = query();

  function query() {
    const sent = new URLSearchParams(new URL(board.dataset.address, document.baseURI).search);
    new FormData(form).forEach((value, name) => {
      if (asked.includes(name) && typeof value === "string" && value !== "") {
        sent.append(name, value.slice(0, 200));
      }
    });
    return sent.toString();
  }

  async function check() {
    const wanted = query();
    if (wanted === last) {
      return;
    }
    if (running) {
      running.abort();
    }
    last = wanted;
    if (trade.value.trim() === "") {
      show("", "");
      return;
    }
    running = new AbortController();
    const mine = running;
    board.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(board.dataset.address.split("?")[0] + "?" + wanted, {
        headers: { Accept: "application/json" }, signal: mine.signal, credentials: "same-origin",
      });
      const said = await answer.json();
      if (answer.ok) {
        show(said.summary, said.html);
      } else {
        // What was found before stays; the next key asks again.
        last = "";
        summary.textContent = said.summary;
      }
    } catch (error) {
      if (error.name === "AbortError") {
        return;
      }
      last = "";
      summary.textContent = board.dataset.offline;
    }
    if (mine === running) {
      board.removeAttribute("aria-busy");
    }
  }

  function show(sentence, html) {
    summary.textContent = sentence;
    found.innerHTML = html;
    board.removeAttribute("aria-busy");
  }

  function soon() {
    clearTimeout(timer);
    timer = setTimeout(check, pause);
  }

  form.addEventListener("input", (event) => {
    // While an input method is composing there are letters in the field that belong to no name.
    if (!event.isComposing) {
      soon();
    }
  });
  form.addEventListener("compositionend", soon);
  if (board.hasAttribute("data-later")) {
    last = "";
    check();
  }
  form.addEventListener("change", soon);
})();
