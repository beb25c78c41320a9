// The page: shows the panes that the lab in the worker draws, by the same front end as notebooks.

const { dress, fault, language, link, say } = globalThis.early;
const lab = document.getElementById("lab");
const dark = matchMedia("(prefers-color-scheme: dark)");

let worker = null;
let front = null; // the module of the views
let models = new Map(); // by the pane's name
let leave = []; // ends what is shown

function makeModel(name, state) {
  const heard = new Map();
  const told = (event) => heard.get(event) ?? [];
  return {
    get: (key) => state[key],
    on: (event, run) => heard.set(event, [...told(event), run]),
    off: (event, run) => heard.set(event, told(event).filter((each) => each !== run)),
    send: (content) => worker.postMessage(JSON.stringify({ pane: name, content })),
    take(update) {
      const changed = Object.keys(update).filter((key) => state[key] !== update[key]);
      Object.assign(state, update);
      for (const key of changed) for (const run of told(`change:${key}`)) run();
    },
    end: () => told("comm_live_update").forEach((run) => run()),
  };
}

// Where a pane stands: an element of the page, folded in if that has a name.
function place({ name, fold }) {
  const box = document.createElement(fold ? "details" : "div");
  box.className = `place ${name}`;
  if (fold) {
    const summary = document.createElement("summary");
    summary.textContent = fold;
    box.append(summary);
  }
  const el = document.createElement("div");
  box.append(el);
  lab.append(box);
  return el;
}

async function open(found) {
  front ??= await load(found);
  for (const end of leave) end();
  lab.replaceChildren();
  lab.className = found.open.map((each) => `has-${each.name}`).join(" ");
  models = new Map(found.open.map((each) => [each.name, makeModel(each.name, each.state)]));
  leave = found.open.map((each) => front.render({ model: models.get(each.name), el: place(each) }));
  document.title = found.title;
  say("");
}

async function load({ script, style }) {
  const sheet = document.createElement("style");
  sheet.textContent = style;
  document.head.prepend(sheet); // the page's own sheet comes after it
  const address = URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
  const module = await import(address);
  URL.revokeObjectURL(address);
  return module.default;
}

function stop(key) {
  say(key);
  for (const each of lab.querySelectorAll(".place > div")) {
    each.classList.add("jupyter-widgets-disconnected"); // what a front end that lost its kernel has
  }
  for (const model of models.values()) model.end();
}

function take({ data: message }) {
  if (message.loaded) say("preparing");
  if (message.failed || message.stopped) {
    console.error(message.failed ?? message.stopped);
    stop(message.failed ? "failed" : "stopped");
  }
  if (!message.data) return;
  const found = JSON.parse(message.data);
  if (found.open) open(found).catch(() => stop("failed"));
  else models.get(found.pane)?.take(found.state);
}

function ask() {
  dress();
  const address = location.origin + location.pathname;
  const wish = { link: link(), language: language(), address };
  worker.postMessage(JSON.stringify({ open: wish }));
}

async function copy(button) {
  const field = button.closest(".imagelab").querySelector(`textarea[id$="${button.dataset.copy}"]`);
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
  } catch {
    if (!document.execCommand("copy")) return; // it is selected, so Ctrl-C copies it
  }
  button.textContent = button.dataset.copied;
}

function theme() {
  document.body.dataset.jpThemeLight = String(!dark.matches);
}

function tellHeight() {
  const height = Math.ceil(document.documentElement.getBoundingClientRect().height);
  parent.postMessage({ imagelab: { height } }, "*");
}

theme();
dark.addEventListener("change", theme);
if (parent !== window) new ResizeObserver(tellHeight).observe(document.documentElement);
lab.addEventListener("click", ({ target }) => {
  const button = target.closest("button[data-copy]");
  if (button) copy(button);
});
if (!fault) {
  worker = new Worker(new URL("worker.mjs", import.meta.url), { type: "module" });
  worker.onmessage = take;
  worker.onerror = () => stop(models.size ? "stopped" : "failed");
  ask();
  addEventListener("hashchange", () => {
    say("preparing");
    ask();
  });
}
