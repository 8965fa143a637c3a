// The console of a reference page: asks this installation with the reader's own credentials, and keeps nothing.

"use strict";

const LONGEST = 20000; // Characters of an answer that are shown.
const EARLY = 60; // Seconds before its end in which a token isn't used any more.

const form = document.getElementById("console");
const parts = Object.fromEntries(
  [...form.querySelectorAll("[id]")].map((element) => [element.id.replace("console-", ""), element]),
);
const line = document.getElementById("code-try");
let token = null; // In memory alone: `{value, whose, until}`.

// What is asked never leaves this host, whatever address the page is known by.
function here(address) {
  return location.origin + new URL(address, location).pathname.replace(/\/$/, "");
}

function question() {
  const chosen = parts.operation.selectedOptions[0];
  const ids = [...parts.ids.querySelectorAll("input")].map((input) => encodeURIComponent(input.value.trim()));
  const path = chosen.value.replace(/\{\w+\}/g, () => ids.shift() || "…");
  const query = [...parts.query.querySelectorAll("[name]")]
    .filter((field) => field.value.trim() && !field.closest("[hidden]"))
    .map((field) => [field.name, field.value.trim()]);
  return { address: here(form.dataset.host) + path, query };
}

function drawIds() {
  const chosen = parts.operation.selectedOptions[0];
  const fields = [...chosen.value.matchAll(/\{(\w+)\}/g)].map(([, name]) => {
    const label = document.createElement("label");
    const input = document.createElement("input");
    input.type = "text";
    input.required = true;
    input.autocomplete = "off";
    label.className = "field";
    label.append(Object.assign(document.createElement("b"), { textContent: name }), input);
    return label;
  });
  parts.ids.replaceChildren(...fields);
  const single = chosen.value.endsWith("}");
  for (const field of parts.query.querySelectorAll("[data-many]")) field.hidden = single;
}

const quoted = (text) => `'${text.replaceAll("'", `'\\''`)}'`;

function drawLine() {
  const { address, query } = question();
  const more = query.map(([name, value]) => `--data-urlencode ${quoted(`${name}=${value}`)}`);
  line.textContent = ['curl -sS -G -H "Authorization: Bearer $TOKEN"', ...more, quoted(address)].join(" \\\n  ");
}

async function bearer() {
  const [id, secret] = [parts.id.value.trim(), parts.secret.value.trim()];
  const whose = `${id} ${secret}`;
  if (token?.whose === whose && Date.now() < token.until) return token.value;
  const body = new URLSearchParams({ grant_type: "client_credentials", client_id: id, client_secret: secret });
  const answer = await ask(here(form.dataset.token), { method: "POST", body });
  const told = await answer.json();
  if (!answer.ok) throw new Error(`${answer.status} ${told.error}: ${told.error_description}`);
  token = { value: told.access_token, whose, until: Date.now() + (told.expires_in - EARLY) * 1000 };
  return token.value;
}

function ask(address, more) {
  return fetch(address, { credentials: "omit", cache: "no-store", redirect: "error", ...more });
}

async function run() {
  parts.button.disabled = true;
  show("Asking…", "");
  try {
    const { address, query } = question();
    const headers = { Authorization: `Bearer ${await bearer()}` };
    const began = performance.now();
    const answer = await ask(query.length ? `${address}?${new URLSearchParams(query)}` : address, { headers });
    const text = await answer.text();
    show(summary(answer, performance.now() - began), pretty(text));
  } catch (error) {
    show(error instanceof TypeError ? "No answer from the server." : error.message, "");
  }
  parts.button.disabled = false;
}

function summary(answer, took) {
  const total = answer.headers.get("X-Total-Count");
  const next = /rel="next"/.test(answer.headers.get("Link") ?? "");
  return [
    String(answer.status),
    total && `${total} records in all`,
    next && "more pages: Link names the next",
    `${Math.round(took)} ms`,
  ].filter(Boolean).join(" · ");
}

function pretty(text) {
  let shown = text;
  try {
    shown = JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    // An answer that is no JSON is shown as it came.
  }
  return shown.length > LONGEST ? `${shown.slice(0, LONGEST)}\n… cut after ${LONGEST} characters` : shown;
}

function show(said, body) {
  parts.said.textContent = said;
  parts.answer.textContent = body;
  parts.answer.hidden = !body;
}

function forget() {
  token = null;
  form.reset();
  drawIds();
  drawLine();
  show("", "");
}

form.addEventListener("input", drawLine);
parts.operation.addEventListener("change", () => (drawIds(), drawLine()));
form.addEventListener("submit", (event) => {
  event.preventDefault();
  run();
});
parts.forget.addEventListener("click", forget);
addEventListener("pagehide", forget);

form.hidden = false;
forget();
