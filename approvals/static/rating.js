// Why it was bad is asked of whoever was not satisfied. What was ticked before stays ticked and is sent only while it shows.
"use strict";
document.querySelectorAll(".rating-form").forEach((form) => {
  const why = form.querySelector("[data-for-bad]");
  const show = () => {
    const chosen = form.querySelector("input[name=score]:checked");
    why.hidden = why.disabled = !chosen || Number(chosen.value) > 2;
  };
  form.addEventListener("change", show);
  show();
});
