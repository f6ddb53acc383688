// What makes forms quicker to fill in. Each of these also works without scripts, through the server.
"use strict";

(function () {
  const forms = Array.from(document.forms).filter((form) => form.querySelector("[data-table], [data-show-name], .boxes"));

  // ---- questions that depend on other answers -----------------------------------------------------------------------

  function answersOf(form, name) {
    const controls = Array.from(form.elements).filter((control) => control.name === name && control.type !== "hidden");
    if (controls.length === 1 && controls[0].type === "checkbox" && controls[0].value === "y") {
      return [String(controls[0].checked)];
    }
    return controls
      .filter((control) => !["checkbox", "radio"].includes(control.type) || control.checked)
      .map((control) => control.value);
  }

  function reveal(form) {
    form.querySelectorAll("[data-show-name]").forEach((part) => {
      const wanted = JSON.parse(part.dataset.showValues);
      part.hidden = !answersOf(form, part.dataset.showName).some((answer) => wanted.includes(answer));
    });
  }

  // ---- rows of tables -----------------------------------------------------------------------------------------------

  function rowsOf(table) {
    return table.querySelector("[data-rows]").querySelectorAll("[data-row]");
  }

  function numberRows(table) {
    rowsOf(table).forEach((row, place) => {
      row.querySelector("[data-row-number]").textContent = String(place + 1);
    });
    table.querySelector("[data-add]").disabled = rowsOf(table).length >= Number(table.dataset.most);
  }

  function nextIndex(table) {
    let highest = -1;
    table.querySelectorAll("[data-rows] [data-remove]").forEach((button) => {
      highest = Math.max(highest, Number(button.value.split(".").pop()));
    });
    return highest + 1;
  }

  function addRow(form, table) {
    const index = String(nextIndex(table));
    const row = table.querySelector("[data-pattern]").content.firstElementChild.cloneNode(true);
    row.querySelectorAll("*").forEach((element) => {
      for (const attribute of Array.from(element.attributes)) {
        if (attribute.value.includes("ROW")) {
          attribute.value = attribute.value.replace("-ROW", "-" + index).replace(".ROW", "." + index);
        }
      }
    });
    row.querySelectorAll(".row-remove .visually-hidden").forEach((text) => {
      text.textContent = text.textContent.replace("ROW", String(Number(index) + 1));
    });
    table.querySelector("[data-rows]").append(row);
    numberRows(table);
    reveal(form);
    tally(form);
    const first = row.querySelector("input:not([type=hidden]), select, textarea");
    if (first) {
      first.focus();
    }
  }

  function removeRow(form, table, row) {
    const wasLast = rowsOf(table).length === 1;
    row.remove();
    if (wasLast) {
      addRow(form, table);
    }
    numberRows(table);
    tally(form);
    table.focus();
  }

  // ---- what the shareholders subscribe, against the capital ---------------------------------------------------------

  function cents(text) {
    const plain = text.normalize("NFKC").replace(/[,\s]/g, "").replace(/^[¥￥]/, "").replace(/\u5143$/, "");
    const found = /^(\d{1,15})(?:\.(\d{0,2}))?$/.exec(plain);
    return found ? BigInt(found[1]) * 100n + BigInt((found[2] || "").padEnd(2, "0")) : null;
  }

  function yuan(amount) {
    const sign = amount < 0n ? "-" : "";
    const size = amount < 0n ? -amount : amount;
    const whole = (size / 100n).toString().replace(/\B(?=(\d{3})+$)/g, ",");
    return sign + whole + "." + (size % 100n).toString().padStart(2, "0");
  }

  function tally(form) {
    const board = document.querySelector("[data-tally]");
    const capitalInput = form.elements.namedItem("capital");
    if (!board || !capitalInput) {
      return;
    }
    const capital = cents(capitalInput.value);
    const shares = board.querySelector("[data-tally-shares]");
    let total = 0n;
    const parts = [];
    form.querySelectorAll("[data-table=shareholders] [data-rows] [data-row]").forEach((row, place) => {
      const amount = cents(row.querySelector("[name$='-amount']").value);
      if (amount !== null) {
        total += amount;
        parts.push([row.querySelector("[name$='-name']").value.trim() || String(place + 1), amount]);
      }
    });
    board.querySelector("[data-tally-capital]").textContent = capital === null ? "—" : yuan(capital);
    board.querySelector("[data-tally-sum]").textContent = yuan(total);
    const difference = board.querySelector("[data-tally-difference]");
    difference.textContent = capital === null ? "—" : yuan(capital - total);
    difference.className = capital === total ? "sum-right" : "sum-wrong";
    shares.replaceChildren(
      ...parts.map(([name, amount]) => {
        const line = document.createElement("div");
        const term = document.createElement("dt");
        const value = document.createElement("dd");
        const isolated = document.createElement("bdi");
        isolated.textContent = name;
        term.append(isolated);
        // Ten-thousandths, rounded half up, as the server does it.
        const share = total > 0n ? (amount * 20000n + total) / (total * 2n) : 0n;
        value.textContent = (share / 100n).toString() + "." + (share % 100n).toString().padStart(2, "0") + "%";
        line.append(term, value);
        return line;
      }),
    );
  }

  // ---- binding ------------------------------------------------------------------------------------------------------

  forms.forEach((form) => {
    const mark = document.createElement("input");
    mark.type = "hidden";
    mark.name = "scripts";
    mark.value = "1";
    form.append(mark);
    form.addEventListener("input", () => {
      reveal(form);
      tally(form);
    });
    form.addEventListener("change", (event) => {
      reveal(form);
      const kept = event.target.closest(".boxes");
      if (kept) {
        kept.querySelectorAll("[data-until-chosen]").forEach((old) => old.remove());
      }
    });
    form.addEventListener("click", (event) => {
      const add = event.target.closest("[data-add]");
      const remove = event.target.closest("[data-remove]");
      if (!add && !remove) {
        return;
      }
      event.preventDefault();
      const table = (add || remove).closest("[data-table]");
      if (add) {
        addRow(form, table);
      } else {
        removeRow(form, table, remove.closest("[data-row]"));
      }
    });
    form.querySelectorAll("[data-table]").forEach(numberRows);
    reveal(form);
    tally(form);
  });

  // A second click on a button that files something does nothing; the server acts once in any case.
  document.querySelectorAll("form[data-once]").forEach((form) => {
    form.addEventListener("submit", (event) => {
      const pressed = event.submitter;
      if (pressed && (pressed.name === "add" || pressed.name === "remove")) {
        return;
      }
      if (form.dataset.sent) {
        event.preventDefault();
        return;
      }
      form.dataset.sent = "yes";
    });
  });
  window.addEventListener("pageshow", () => {
    document.querySelectorAll("form[data-once]").forEach((form) => delete form.dataset.sent);
  });

  document.querySelectorAll("[data-print]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  });

  const answer = document.querySelector(".error-summary, [data-answer]");
  if (answer) {
    answer.focus();
  }
})();
