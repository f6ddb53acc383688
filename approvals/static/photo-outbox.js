// Photos that were chosen without a connection wait in this browser and go up when it is back. The same photo sent twice is kept
// once by the server, so what may have arrived is simply sent again.
"use strict";

(function () {
  const said = document.currentScript.dataset;
  const DATABASE = "kept-photos";
  let running = false;

  const opened = () =>
    new Promise((resolve, reject) => {
      const asked = indexedDB.open(DATABASE, 1);
      asked.onupgradeneeded = () => asked.result.createObjectStore("photos", { autoIncrement: true });
      asked.onsuccess = () => resolve(asked.result);
      asked.onerror = () => reject(asked.error);
    });
  // One small transaction at a time; ``ask`` gives the request whose result is wanted.
  async function inStore(mode, ask) {
    const database = await opened();
    try {
      return await new Promise((resolve, reject) => {
        const asked = ask(database.transaction("photos", mode).objectStore("photos"));
        asked.onsuccess = () => resolve(asked.result);
        asked.onerror = () => reject(asked.error);
      });
    } finally {
      database.close();
    }
  }
  const waiting = async () => {
    const keys = await inStore("readonly", (store) => store.getAllKeys());
    const rows = await inStore("readonly", (store) => store.getAll());
    return rows.map((row, place) => ({ ...row, number: keys[place] }));
  };
  const remove = (number) => inStore("readwrite", (store) => store.delete(number));

  function add(form, file) {
    const fields = [...new FormData(form)].filter(([name, value]) => typeof value === "string" && name !== "csrf_token");
    const action = new URL(form.getAttribute("action"), location.href).pathname;
    return inStore("readwrite", (store) =>
      store.add({ person: said.person, at: Date.now(), action, page: location.pathname, fields, file, name: file.name }));
  }

  async function post(photo) {
    const body = new FormData();
    body.append("csrf_token", document.querySelector("input[name=csrf_token]").value);
    photo.fields.forEach(([name, value]) => body.append(name, value));
    body.append("file", photo.file, photo.name);
    return fetch(photo.action, { method: "POST", body, headers: { "X-Kept": "1" } });
  }

  function tell(sentence, page) {
    const box = document.createElement("div");
    const line = document.createElement("p");
    const link = document.createElement("a");
    box.className = "kept-note";
    box.setAttribute("role", "status");
    line.textContent = sentence;
    Object.assign(link, { href: page, textContent: said.open });
    box.append(line, link);
    document.getElementById("main").prepend(box);
  }

  const faultOf = (html) => {
    const page = new DOMParser().parseFromString(html, "text/html");
    const fault = page.querySelector(".field-error[role=alert]") || page.querySelector("main h1");
    return fault ? fault.textContent.trim() : "";
  };

  // Sends everything that waits. What the server refuses is not sent again: its sentence is shown.
  async function sendAll() {
    if (running || !navigator.onLine) return;
    running = true;
    let sent = 0;
    try {
      for (const photo of await waiting()) {
        if (photo.person !== said.person || Date.now() - photo.at > 24 * 3600000) {
          await remove(photo.number);
          continue;
        }
        const answer = await post(photo);
        if (answer.status === 401 || answer.status === 429 || answer.status >= 500) break;
        await remove(photo.number);
        if (answer.status === 204) sent += 1;
        else tell(said.refused + faultOf(await answer.text()), photo.page);
      }
    } catch {
      // Still no connection: they stay where they are.
    } finally {
      running = false;
    }
    if (sent) document.dispatchEvent(new CustomEvent("photos-sent"));
  }

  async function begin() {
    const there = (await waiting()).filter((photo) => photo.person === said.person);
    if (!there.length) return;
    const elsewhere = there.find((photo) => photo.page !== location.pathname);
    await sendAll();
    if (elsewhere && (await waiting()).length) tell(said.waiting, elsewhere.page);
  }

  if (!window.indexedDB) return;
  window.photoOutbox = { add, waiting, sendAll };
  window.addEventListener("online", sendAll);
  setInterval(async () => { if (navigator.onLine && (await waiting()).length) sendAll(); }, 20000);
  document.addEventListener("submit", (event) => {
    if (/\/sign-out(-everywhere)?$/.test(event.target.getAttribute("action"))) indexedDB.deleteDatabase(DATABASE);
  });
  begin().catch(() => {});
})();
