"use strict";
// Sends a file in place with its progress: a lost connection leaves the chosen file where it is. Without scripts the form sends itself.
for (const form of document.querySelectorAll("form[data-upload]")) {
  const said = form.querySelector(".upload-said");
  const bar = form.querySelector("progress");
  const button = form.querySelector("button[type=submit]");
  const inputs = form.querySelectorAll("input[type=file]");
  const tooLarge = () => [...inputs].some((input) => [...input.files].some((file) => file.size > Number(form.dataset.most)));
  for (const input of inputs) {
    input.addEventListener("change", () => { said.textContent = tooLarge() ? form.dataset.tooLarge : ""; });
  }
  form.addEventListener("submit", (event) => {
    if (tooLarge()) {
      event.preventDefault();
      said.textContent = form.dataset.tooLarge;
      return;
    }
    if (![...inputs].some((input) => input.files.length)) return;
    event.preventDefault();
    const sending = new XMLHttpRequest();
    const ready = () => { button.disabled = false; bar.hidden = true; };
    sending.upload.addEventListener("progress", (step) => { if (step.lengthComputable) bar.value = 100 * step.loaded / step.total; });
    sending.addEventListener("error", () => { ready(); said.textContent = form.dataset.lost; });
    sending.addEventListener("timeout", () => { ready(); said.textContent = form.dataset.lost; });
    sending.addEventListener("load", () => {
      if (sending.status < 400 && sending.responseURL) { location.assign(sending.responseURL); return; }
      // What was refused comes as the page itself, with its sentence beside the file.
      const page = new DOMParser().parseFromString(sending.responseText, "text/html");
      const fault = page.querySelector(".field-error[role=alert]") || page.querySelector("main p, main h1");
      ready();
      said.textContent = fault ? fault.textContent.trim() : form.dataset.lost;
    });
    button.disabled = true;
    bar.hidden = false;
    bar.value = 0;
    said.textContent = form.dataset.sending;
    sending.open("POST", form.action);
    sending.timeout = 600000;
    sending.send(new FormData(form));
  });
}
