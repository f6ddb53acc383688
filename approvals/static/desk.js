// A form that does something is sent once, however often its button is pressed. The server would act once anyway: this
// only spares the second answer. Coming back with the browser's button makes it usable again.
"use strict";
document.querySelectorAll("form[data-once]").forEach((form) => {
  form.addEventListener("submit", (event) => {
    const pressed = event.submitter;
    if (pressed && (pressed.name === "add" || pressed.name === "remove")) return;
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
  });
});
window.addEventListener("pageshow", () => {
  document.querySelectorAll("form[data-once]").forEach((form) => delete form.dataset.sent);
});
