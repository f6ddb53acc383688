// The window without a mouse: where the keyboard stands when a page opens, what Enter and the keys listed on the page do, and
// numbers and dates as people type them. Everything here can also be reached with the Tab key, and works without scripts.
"use strict";

(function () {
  const form = document.querySelector("form[data-hurry]");
  const aside = document.querySelector(".window-aside");
  if (aside && !matchMedia("(min-width: 992px)").matches) {
    aside.querySelectorAll("details[open]").forEach((part) => part.removeAttribute("open"));
  }

  const CONTROLS = "input:not([type=hidden]):not([type=file]), select, textarea";
  const isShown = (each) => each.offsetParent !== null && !each.disabled;
  // Of a group of radio buttons the chosen one stands for all, as with the Tab key.
  function fields() {
    const seen = new Set();
    return [...form.querySelectorAll(CONTROLS)].filter((each) => {
      if (!isShown(each) || each.closest("template")) return false;
      if (each.type !== "radio") return true;
      const chosen = form.querySelector(`input[type=radio][name="${CSS.escape(each.name)}"]:checked`);
      if (seen.has(each.name) || (chosen && chosen !== each)) return false;
      seen.add(each.name);
      return true;
    });
  }

  function stand(each) {
    each.focus();
    if (each.select && ["text", "tel", "email"].includes(each.type) && each.value) each.select();
    each.scrollIntoView({ block: "nearest" });
  }

  function begin() {
    if (!form) return;
    const faulty = fields().find((each) => each.getAttribute("aria-invalid") === "true");
    const marked = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const within = marked ? fields().filter((each) => marked === each || marked.contains(each)) : fields();
    // A box that may stay as it is counts as answered; a declaration has to be ticked, and of several choices one chosen.
    const isEmpty = (each) => {
      if (each.type === "checkbox") return !each.checked && !!each.closest(".field-declaration");
      return each.type === "radio" ? !each.checked : !each.value;
    };
    // A page that is written for the first time may begin with what was filled in already.
    const first = faulty || ((marked || form.dataset.hurry === "new") && within.find(isEmpty)) || within[0];
    if (first) stand(first);
  }

  // ---- numbers and dates ----------------------------------------------------------------------------------------------

  const plain = (text) => text.normalize("NFKC").replace(/[\s\u2010-\u2015-]/g, "");
  function asDate(text) {
    const found = /^(\d{4})(?:[-./\u5e74]?)(\d{1,2})(?:[-./\u6708]?)(\d{1,2})\u65e5?$/.exec(text.normalize("NFKC").trim());
    return found ? `${found[1]}-${found[2].padStart(2, "0")}-${found[3].padStart(2, "0")}` : text;
  }
  function tidy(each) {
    const field = each.closest(".field");
    if (!field || !each.value) return;
    let value = each.value;
    if (field.classList.contains("field-identity")) value = plain(value).toUpperCase();
    if (field.classList.contains("field-phone")) value = plain(value).replace(/^\+?86(?=1\d{10}$)/, "");
    if (each.classList.contains("input-date")) value = asDate(value);
    if (value !== each.value) {
      each.value = value;
      each.dispatchEvent(new Event("input", { bubbles: true }));
    }
  }
  // A date is typed in one go where there is a keyboard; on a phone its own picker is quicker.
  function typedDates(within) {
    if (!matchMedia("(pointer: fine)").matches) return;
    within.querySelectorAll("input.input-date[type=date]").forEach((each) => {
      const value = each.value;
      each.type = "text";
      each.inputMode = "numeric";
      each.value = value;
    });
  }

  // ---- long lists -----------------------------------------------------------------------------------------------------

  const words = {};
  const folded = (text) => text.normalize("NFKC").toLowerCase().replace(/[^\p{L}\p{N}]/gu, "");
  async function wordsOf(list) {
    words[list] = words[list] || fetch(`/desk/intake/words?list=${list}`).then((answer) => (answer.ok ? answer.json() : {}));
    return words[list].catch(() => ({}));
  }
  function narrowable(within) {
    within.querySelectorAll("select[data-list]").forEach((select) => {
      if (select.options.length < 12 || select.dataset.narrowed || select.closest("template")) return;
      select.dataset.narrowed = "yes";
      const every = [...select.options].filter((option) => option.value);
      const box = Object.assign(document.createElement("input"), { type: "text", className: "form-control narrow", autocomplete: "off" });
      const said = Object.assign(document.createElement("p"), { className: "narrow-found" });
      const label = within.ownerDocument.querySelector(`label[for="${select.id}"]`);
      box.setAttribute("aria-label", `${label ? label.firstChild.textContent.trim() : ""} ${form.dataset.narrow}`);
      box.placeholder = form.dataset.narrow;
      said.setAttribute("role", "status");
      select.before(box, said);
      box.addEventListener("input", async (event) => {
        event.stopPropagation();
        if (event.isComposing) return;
        const found = await wordsOf(select.dataset.list);
        const wanted = folded(box.value);
        const fits = every.filter((option) => !wanted || folded(option.text).includes(wanted) || (found[option.value] || "").includes(wanted));
        every.forEach((option) => { option.hidden = option.disabled = !fits.includes(option); });
        said.textContent = wanted ? form.dataset.found.replace("NUMBER", String(fits.length)) : "";
        if (wanted && fits.length) {
          // What a code or an initial begins goes before what merely holds it.
          const best = fits.find((option) => (found[option.value] || "").split(" ").some((word) => word.startsWith(wanted))) || fits[0];
          select.value = best.value;
          select.dispatchEvent(new Event("change", { bubbles: true }));
        }
      });
    });
  }

  // ---- keys -----------------------------------------------------------------------------------------------------------

  function onEnter(event) {
    const here = event.target;
    if (!form || !form.contains(here) || !here.matches(CONTROLS) || here.tagName === "TEXTAREA") return;
    event.preventDefault();
    tidy(here);
    const all = fields();
    const next = all[all.indexOf(here.type === "radio" ? all.find((each) => each.name === here.name) : here) + 1];
    if (next) stand(next);
    else (form.querySelector(".save-bar .btn-primary, .submit-panel .btn-primary, .btn-primary") || form).focus();
  }

  function onAlt(event) {
    const digit = /^(?:Digit|Numpad)(\d)$/.exec(event.code);
    const place = digit && document.querySelector(`[data-key="${digit[1]}"]`);
    if (place) {
      event.preventDefault();
      place.click();
    } else if (event.code === "KeyQ" && document.querySelector(".window-queue")) {
      event.preventDefault();
      const queue = document.querySelector(".window-queue");
      queue.open = true;
      (queue.querySelector("a") || queue.querySelector("summary")).focus();
    } else if (event.code === "KeyA" && form) {
      const table = document.activeElement.closest("[data-table]") || [...form.querySelectorAll("[data-table]")].find(isShown);
      if (!table) return;
      event.preventDefault();
      table.querySelector("[data-add]").click();
    }
  }

  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229) return; // Enter that ends what an input method composes
    if (event.key === "Enter" && event.ctrlKey && form) {
      event.preventDefault();
      if (document.activeElement && document.activeElement.matches(CONTROLS)) tidy(document.activeElement);
      form.requestSubmit(form.querySelector(".save-bar .btn-primary, .btn-primary[type=submit]") || undefined);
    } else if (event.key === "Enter" && !event.altKey && !event.shiftKey) onEnter(event);
    else if (event.altKey && !event.ctrlKey && !event.metaKey) onAlt(event);
    else if (event.key === "/" && !event.ctrlKey && !event.target.matches("input:not([type=checkbox]):not([type=radio]), textarea, select")) {
      const box = document.getElementById("find");
      if (box) {
        event.preventDefault();
        box.focus();
      }
    }
  });

  if (!form) return;
  form.addEventListener("change", (event) => tidy(event.target));
  typedDates(form);
  narrowable(form);
  new MutationObserver(() => { typedDates(form); narrowable(form); }).observe(form, { childList: true, subtree: true });
  // The applicant reads the check page from its top before anybody stands at its button.
  if (form.dataset.hurry !== "read") begin();
})();
