// Sends each photo or file as it is chosen, with its progress, and shows it in its place: several in a row without leaving the
// page. Without a connection it waits in this browser. Without scripts the form sends itself.
"use strict";

(function () {
  const root = document.documentElement;
  root.classList.add("picks-at-once");
  const placeOf = (form) => form.closest(".material[id]");
  const said = (form) => form.querySelector(".upload-said");
  const files = (form) => [...form.querySelectorAll("input[type=file]")].flatMap((input) => [...input.files]);
  const tooLarge = (form) => files(form).filter((file) => file.size > Number(form.dataset.most));
  const busy = (form, is) => {
    form.toggleAttribute("data-busy", is);
    form.querySelector("progress").hidden = !is;
    form.querySelectorAll("button, input[type=file]").forEach((each) => { each.disabled = is; });
  };

  function post(form, file, words) {
    const body = new FormData();
    form.querySelectorAll("input[type=hidden]").forEach((each) => body.append(each.name, each.value));
    body.append("file", file, file.name);
    return new Promise((resolve, reject) => {
      const sending = new XMLHttpRequest();
      sending.upload.addEventListener("progress", (step) => {
        if (!step.lengthComputable) return;
        const share = Math.floor((100 * step.loaded) / step.total);
        form.querySelector("progress").value = share;
        said(form).textContent = `${words} ${share}%`;
      });
      sending.addEventListener("error", reject);
      sending.addEventListener("timeout", reject);
      sending.addEventListener("load", () => ([502, 503, 504].includes(sending.status) ? reject(sending) : resolve(sending)));
      sending.open("POST", form.getAttribute("action"));
      sending.setRequestHeader("X-Kept", "1");
      sending.timeout = 600000;
      sending.send(body);
    });
  }

  function faultOf(html) {
    const page = new DOMParser().parseFromString(html, "text/html");
    const fault = page.querySelector(".field-error[role=alert]") || page.querySelector("main p, main h1");
    return fault ? fault.textContent.trim() : "";
  }

  // The material as it stands now, in place of the one on the page; what is going on elsewhere on the page stays.
  async function refresh(id, sentence) {
    const answer = await fetch(location.href, { credentials: "same-origin" });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const now = page.getElementById(id);
    const before = document.getElementById(id);
    if (!now || !before) {
      location.reload();
      return;
    }
    before.replaceWith(now);
    const lead = page.querySelector("main .lead");
    if (lead && document.querySelector("main .lead")) document.querySelector("main .lead").textContent = lead.textContent;
    now.querySelectorAll("form[data-upload]").forEach(prepare);
    const form = now.querySelector("form[data-upload]");
    if (form) {
      said(form).textContent = sentence;
      const picker = [...form.querySelectorAll("input[type=file]")].find((input) => input.closest("div").offsetParent);
      if (picker) picker.focus({ preventScroll: true });
    }
  }

  async function keep(form, chosen) {
    let kept = 0;
    for (const file of chosen) {
      try {
        await window.photoOutbox.add(form, file);
        kept += 1;
      } catch {
        break;
      }
    }
    said(form).textContent = kept === chosen.length ? form.dataset.kept.replace("NUMBER", String(kept)) : form.dataset.lost;
  }

  async function sendAll(form) {
    const all = files(form);
    if (!all.length || form.hasAttribute("data-busy")) return;
    if (tooLarge(form).length) {
      said(form).textContent = form.dataset.tooLarge;
      return;
    }
    busy(form, true);
    let done = 0;
    let fault = "";
    let next = "";
    try {
      for (const file of all) {
        const words = form.dataset.sending.replace("NUMBER", String(done + 1)).replace("TOTAL", String(all.length));
        said(form).textContent = words;
        const answer = await post(form, file, words);
        next = answer.getResponseHeader("X-Next") || "";
        if (!next) {
          fault = faultOf(answer.responseText) || form.dataset.lost;
          break;
        }
        done += 1;
      }
    } catch {
      await keep(form, all.slice(done));
      fault = said(form).textContent;
    }
    busy(form, false);
    form.querySelectorAll("input[type=file]").forEach((input) => { if (fault !== form.dataset.lost) input.value = ""; });
    const place = placeOf(form);
    if (done && !place) location.assign(next);
    else if (done) await refresh(place.id, fault || form.dataset.done.replace("NUMBER", String(done))).catch(() => {});
    else said(form).textContent = fault;
  }

  function prepare(form) {
    form.querySelectorAll("input[type=file]").forEach((input) => {
      input.multiple = !input.hasAttribute("capture");
      input.addEventListener("change", () => sendAll(form));
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      sendAll(form);
    });
    countWaiting(form);
  }

  async function countWaiting(form) {
    if (!window.photoOutbox) return;
    const here = new URL(form.getAttribute("action"), location.href).pathname;
    const own = JSON.stringify([...new FormData(form)].filter(([name, value]) => typeof value === "string" && name !== "csrf_token"));
    const there = await window.photoOutbox.waiting().catch(() => []);
    const mine = there.filter((photo) => photo.action === here && JSON.stringify(photo.fields) === own).length;
    if (mine && !said(form).textContent) said(form).textContent = form.dataset.kept.replace("NUMBER", String(mine));
  }

  // After every other script: what waits is asked of another one.
  document.addEventListener("DOMContentLoaded", () => document.querySelectorAll("form[data-upload]").forEach(prepare));
  document.addEventListener("photos-sent", () => {
    if (!document.querySelector("form[data-busy]")) location.reload();
  });
})();
