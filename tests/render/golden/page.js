(() => {
"use strict";
const root = document.documentElement, words = document.body.dataset;
const every = (selector, inside) => [...(inside || document).querySelectorAll(selector)];
const themes = ["", "light", "dark"], picker = document.getElementById("theme");
let kept = "";
try { kept = localStorage.getItem("daoscan-theme") || ""; } catch { /* no storage for this page */ }
const wear = theme => { if (theme) root.dataset.theme = theme; else delete root.dataset.theme; };
if (themes.includes(kept)) wear(kept);
if (picker) {
picker.closest("[hidden]").hidden = false;
picker.value = root.dataset.theme || "";
picker.addEventListener("change", () => {
wear(picker.value);
try { localStorage.setItem("daoscan-theme", picker.value); } catch { /* for this time only */ }
});
}
const reveal = () => {
const place = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
if (!place) return;
let closed = false;
for (let each = place; each; each = each.parentElement) {
if (each.hidden) { each.hidden = false; closed = true; }
if (each.tagName === "DETAILS" && !each.open) { each.open = closed = true; }
}
if (closed) place.scrollIntoView();
};
addEventListener("hashchange", reveal);
reveal();
const settle = (group, shown) => {
group.hidden = !shown;
group.style.setProperty("--rows", shown);
};
for (const tools of every(".tools[data-rows]")) {
const field = tools.querySelector("input"), choice = tools.querySelector("select");
const said = tools.querySelector("output"), place = document.getElementById(tools.dataset.in);
if (!place) continue;
const counted = tools.querySelector(".count-words").textContent;
const groups = new Map();
let rows = null, waiting = 0;
const read = () => {
rows = every(tools.dataset.rows, place).map(row => [row, "", (row.dataset.k || "").split(","), true]);
for (const group of tools.dataset.groups ? every(tools.dataset.groups, place) : []) groups.set(group, 0);
};
const text = entry => entry[1] ||= `${entry[0].textContent} ${entry[0].dataset.a || ""}`.toLowerCase();
const apply = () => {
waiting = 0;
if (!rows) read();
const wanted = field ? field.value.toLowerCase().split(/\s+/).filter(Boolean) : [];
const kind = choice ? choice.value : "";
let shown = 0;
for (const entry of rows) {
const fits = (!kind || entry[2].includes(kind)) && wanted.every(word => text(entry).includes(word));
if (fits !== entry[3]) { entry[0].hidden = !fits; entry[3] = fits; }
if (!fits) continue;
shown++;
const group = groups.size && entry[0].closest(tools.dataset.groups);
if (group) groups.set(group, groups.get(group) + 1);
}
groups.forEach((count, group) => { settle(group, count); groups.set(group, 0); });
said.textContent = shown === rows.length ? "" : counted.replace("{shown}", shown).replace("{all}", rows.length);
};
const soon = () => { waiting = waiting || requestAnimationFrame(apply); };
if (field) {
field.addEventListener("input", soon);
field.addEventListener("focus", () => { rows || read(); rows.forEach(text); }, { once: true });  // before the first key
}
if (choice) choice.addEventListener("change", soon);
const opener = tools.querySelector("button.open-all");
if (opener) opener.addEventListener("click", () => {
const open = opener.getAttribute("aria-pressed") !== "true";
opener.setAttribute("aria-pressed", open);
for (const each of every("details", place)) each.open = open;
});
tools.hidden = false;
}
for (const table of every("table.sortable")) {
const bodies = [...table.tBodies], most = bodies[0].rows.length;
every("thead th", table).forEach((head, column) => {
const button = document.createElement("button");
button.type = "button";
button.className = "sort";
button.append(...head.childNodes);
head.append(button);
button.addEventListener("click", () => {
const now = head.getAttribute("aria-sort"), words = bodies[0].rows[0]?.cells[column].dataset.v === undefined;
const up = now ? now === "descending" : words;  // names from A, ranks from the worst
every("thead th", table).forEach(each => each.removeAttribute("aria-sort"));
head.setAttribute("aria-sort", up ? "ascending" : "descending");
const key = row => {
const cell = row.cells[column], value = cell.dataset.v;
return value === undefined ? cell.textContent.trim().toLowerCase() : Number(value);
};
const order = (a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0);
const rows = bodies.flatMap(body => [...body.rows]).map(row => [key(row), row]);
const sorted = rows.sort((a, b) => (up ? order(a, b) : order(b, a))).map(each => each[1]);
for (const body of bodies) {
const part = sorted.splice(0, most);
body.replaceChildren(...part);
settle(body, part.filter(row => !row.hidden).length);
}
});
});
}
const copy = async (button, code) => {
const text = code.textContent;
try { await navigator.clipboard.writeText(text); } catch {
getSelection().selectAllChildren(code);
if (!document.execCommand("copy")) return;
}
button.textContent = words.copied;
setTimeout(() => { button.textContent = words.copy; }, 1500);
};
for (const code of every(".check code")) {
const button = document.createElement("button");
button.type = "button";
button.className = "copy";
button.textContent = words.copy;
button.addEventListener("click", () => copy(button, code));
code.after(" ", button);
}
})();
