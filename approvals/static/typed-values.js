// Reads what was typed into a form, and fills it in again. Nothing hidden, no password, no code and no file is read.
"use strict";

window.typedValues = (function () {
  const UNKEPT = ["hidden", "password", "file", "submit", "button", "reset"];
  const isBox = (each) => each.type === "checkbox" || each.type === "radio";
  const controlsOf = (form) => [...form.elements].filter((each) => each.name && !UNKEPT.includes(each.type) && each.autocomplete !== "one-time-code");
  const read = (form) => {
    const values = {};
    for (const each of controlsOf(form)) {
      values[each.name] = values[each.name] || [];
      if (!isBox(each) || each.checked) values[each.name].push(each.value);
    }
    return values;
  };

  // The rows of a table may have other numbers now than when they were typed: they are matched in order.
  const rowsFor = (table, values) => {
    const start = `${table.dataset.table}-`;
    const typed = [...new Set(Object.keys(values).filter((key) => key.startsWith(start)).map((key) => parseInt(key.slice(start.length), 10)))];
    const rows = () => [...table.querySelectorAll("[data-rows] > [data-row] > [data-remove]")];
    for (let tries = 0; typed.length && rows().length !== typed.length && tries < 100; tries += 1) {
      (rows().length > typed.length ? rows().pop() : table.querySelector("[data-add]")).click();
    }
    return rows().map((row, place) => [`${start}${row.value.split(".").pop()}-`, `${start}${typed[place]}-`]);
  };
  const fill = (form, values) => {
    const focused = document.activeElement;
    const renamed = [...form.querySelectorAll("[data-table]")].flatMap((table) => rowsFor(table, values));
    for (const each of controlsOf(form)) {
      const [now, then] = renamed.find(([prefix]) => each.name.startsWith(prefix)) || ["", ""];
      const list = values[then + each.name.slice(now.length)];
      if (list && isBox(each)) each.checked = list.includes(each.value);
      else if (list && list.length) each.value = list[0];
    }
    form.dispatchEvent(new Event("change", { bubbles: true }));
    form.dispatchEvent(new Event("input", { bubbles: true }));
    focused.focus({ preventScroll: true });
  };

  return { read, fill };
})();
