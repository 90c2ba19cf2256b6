"use strict";
const filter = document.getElementById("filter");
const text = document.getElementById("text");
const shown = document.getElementById("shown");
const boxes = [...filter.querySelectorAll("input[type=checkbox]")];
const findings = [...document.querySelectorAll("details.finding")].map((node) => ({ node, text: node.textContent.toLowerCase() }));
const rules = [...document.querySelectorAll("section.rule")];

function apply() {
  const words = text.value.toLowerCase().split(/\s+/);
  const wanted = new Set(boxes.filter((b) => b.checked).map((b) => b.value));
  let count = 0;
  for (const f of findings) {
    f.node.hidden = !wanted.has(f.node.dataset.kind) || !words.every((w) => f.text.includes(w));
    if (!f.node.hidden) count++;
  }
  for (const r of rules) r.hidden = !r.querySelector("details.finding:not([hidden])");
  shown.textContent = count + " of " + findings.length;
}

filter.hidden = false;
filter.addEventListener("input", apply);
apply();

let closed = [];
addEventListener("beforeprint", () => {
  closed = [...document.querySelectorAll("details:not([open])")];
  for (const d of closed) d.open = true;
});
addEventListener("afterprint", () => {
  for (const d of closed) d.open = false;
});
