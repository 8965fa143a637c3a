// What script adds to pages that work without it: copy buttons, progress of an upload.

"use strict";

const HOW_LONG = 2000; // Milliseconds for which a button says that it has copied.

function textOf(button) {
  const id = button.dataset.copy;
  const source = document.getElementById(id);
  return source.dataset.text ?? source.innerText.trim();
}

async function copy(button) {
  const text = textOf(button);
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Browsers give the clipboard only to https and localhost; this older way works elsewhere.
    const area = document.createElement("textarea");
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
    button.focus();
  }
  const label = button.querySelector("span");
  const before = (button.dataset.label ??= label.textContent);
  label.textContent = button.dataset.done;
  document.getElementById("said").textContent = button.dataset.done;
  clearTimeout(button.timer);
  button.timer = setTimeout(() => (label.textContent = before), HOW_LONG);
}

for (const button of document.querySelectorAll("[data-copy]")) button.hidden = false;

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-copy]");
  if (button) copy(button);
});

// Who asked by keyboard for more goes on from the answer, which took the place of the link.
document.addEventListener("htmx:afterSwap", (event) => {
  const { target, requestConfig } = event.detail;
  if (requestConfig.triggeringEvent?.type === "click" && target.tabIndex === -1) target.focus();
});

// How much of a bundle has been sent.
document.addEventListener("htmx:xhr:progress", (event) => {
  const bar = event.target.closest("form[data-upload]")?.querySelector("progress");
  const { loaded, total } = event.detail;
  if (!bar || !total) return;
  bar.hidden = false;
  bar.value = Math.round((loaded / total) * 100);
});
