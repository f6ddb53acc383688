// Sends a kept form in place. Without a connection the page stays, says so, and sends again with the same request key.
"use strict";

(function () {
  const kept = window.kept;
  const GONE = [502, 503, 504]; // a server that cannot be reached behind its proxy
  const within = (time) => {
    const stop = new AbortController();
    setTimeout(() => stop.abort(), time);
    return stop.signal;
  };

  function serve(form, state) {
    let failed = null;
    let box = null;
    let pressed = null;

    async function send(by) {
      pressed = by;
      const isLarge = form.enctype === "multipart/form-data";
      const body = new FormData(form);
      if (by && by.name) body.append(by.name, by.value);
      const to = (by && by.getAttribute("formaction")) || form.getAttribute("action") || location.href;
      form.dataset.sending = "yes";
      if (by) by.setAttribute("aria-busy", "true");
      state.remember({ unsent: true });
      let answer = null;
      let page = "";
      try {
        answer = await fetch(to, {
          method: "POST", body: isLarge ? body : new URLSearchParams(body), headers: { "X-Kept": "1" }, signal: within(isLarge ? 600000 : 30000),
        });
        page = await answer.text();
      } catch {
        answer = null;
      }
      const next = answer && answer.headers.get("X-Next");
      if (next) {
        // Until the next page is here nothing more is sent: a press meanwhile would be a second time.
        state.done();
        follow(new URL(next, location.href));
        return;
      }
      rest();
      if (!answer || GONE.includes(answer.status)) {
        failed = { by };
        tell(kept.said.offline, by);
        return;
      }
      if (answer.status === 401) {
        const link = document.createElement("a");
        Object.assign(link, { href: kept.said.signInAt, target: "_blank", rel: "noopener", textContent: kept.said.signIn });
        tell(kept.said.signedOut, by, link);
        return;
      }
      failed = null;
      state.remember({ sent: window.typedValues.read(form) }); // part of it may have been stored
      window.keptAnswer = true;
      document.open();
      document.write(page);
      document.close();
    }

    function rest() {
      delete form.dataset.sending;
      delete form.dataset.sent;
      if (pressed) pressed.removeAttribute("aria-busy");
    }

    function follow(to) {
      const isHere = to.pathname + to.search === location.pathname + location.search;
      location.assign(to);
      if (to.hash && isHere) location.reload(); // a mark alone loads nothing
    }

    function tell(sentence, by, ...more) {
      if (box) box.remove();
      box = kept.note(sentence, "alert", ...more, kept.button(kept.said.again, () => form.requestSubmit(by || undefined)));
      const last = [...form.querySelectorAll("[type=submit]:not(.enter-presses-this)")].pop();
      ((last && last.closest(".button-row")) || last || form.lastElementChild).before(box);
    }

    const again = () => {
      if (failed && !form.dataset.sending) form.requestSubmit(failed.by || undefined);
    };
    window.addEventListener("online", again);
    // Whoever comes back to this page may send it again.
    window.addEventListener("pageshow", (event) => event.persisted && rest());
    setInterval(() => navigator.onLine && again(), 20000);
    form.addEventListener("submit", (event) => {
      if (event.defaultPrevented) return;
      event.preventDefault();
      if (!form.dataset.sending) send(event.submitter);
    });
    form.addEventListener("input", (event) => {
      // What somebody still works on is not sent behind their back.
      if (!event.isTrusted || !failed) return;
      failed = null;
      box.querySelector("p").textContent = kept.said.changed;
    });
  }

  if (kept && window.fetch) kept.forms.forEach((state, form) => serve(form, state));
})();
