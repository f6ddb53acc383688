// Shows while somebody types only the guides that fit: their names, what people call them, pinyin and initials.
"use strict";
const box = document.getElementById("find");
const said = document.getElementById("found-now");
const cards = [...document.querySelectorAll("[data-key]")];
let words = null;
const folded = (text) => text.normalize("NFKC").toLowerCase().replace(/[^\p{L}\p{N}]/gu, "");
const filter = () => {
  const wanted = folded(box.value);
  let found = 0;
  for (const card of cards) {
    card.hidden = wanted !== "" && !(words[card.dataset.key] || "").includes(wanted);
    found += card.hidden ? 0 : 1;
  }
  said.textContent = found ? "" : said.dataset.none;
};
if (box && said && cards.length) {
  box.addEventListener("input", async () => {
    if (words === null) {
      try {
        words = await (await fetch(said.dataset.words)).json();
      } catch {
        return; // the button still searches
      }
    }
    filter();
  });
}
