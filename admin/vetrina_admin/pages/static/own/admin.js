// Conveniences only: every page works without them.
"use strict";

// Requests by script carry the token that forms carry in a field.
document.addEventListener("htmx:config:request", (event) => {
  const token = document.querySelector('meta[name="csrf-token"]');
  if (token) event.detail.ctx.request.headers["x-csrf-token"] = token.content;
});

// What had the focus may have been exchanged with the part of the page around it: reading goes on at its beginning.
document.addEventListener("htmx:after:swap", () => {
  if (document.activeElement === document.body) document.getElementById("content").focus({ preventScroll: true });
});

// A form that wants to be confirmed first asks in its dialog; the dialog's own button sends it.
document.addEventListener("submit", (event) => {
  const form = event.target;
  const dialog = form.dataset.confirm && document.getElementById(form.dataset.confirm);
  if (!dialog || (event.submitter && "confirmed" in event.submitter.dataset)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  dialog.showModal();
}, true);

// A secret shown once can be taken along with one press.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copies]");
  if (!button) return;
  await navigator.clipboard.writeText(document.getElementById(button.dataset.copies).textContent.trim());
  button.textContent = button.dataset.copied;
});

// What is made for paper is printed with one press.
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-prints]")) window.print();
});

// One box ticks all the boxes of its group.
document.addEventListener("change", (event) => {
  if (!("all" in event.target.dataset)) return;
  for (const box of event.target.closest("fieldset, #listing").querySelectorAll("input[type=checkbox]:not(:disabled)")) {
    box.checked = event.target.checked;
  }
});

const shown = () => {
  // What only scripts can do appears with them; what went wrong is where reading begins.
  document.documentElement.classList.add("scripted");
  document.getElementById("problems")?.focus();
};
if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", shown);
else shown();
