// Shows the regions that the kernel draws, and keeps them up to date.

const REGIONS = ["head", "main", "side", "foot"];
let views = 0;

function frame() {
  const root = document.createElement("section");
  root.className = "imagelab";
  root.setAttribute("data-lm-suppress-shortcuts", ""); // keys typed here are no commands of Jupyter
  const part = {};
  for (const name of REGIONS) {
    part[name] = document.createElement("div");
    part[name].className = `il-${name}`;
  }
  const middle = document.createElement("div");
  middle.className = "il-middle";
  middle.append(part.main, part.side);
  const notice = document.createElement("p");
  notice.className = "il-gone";
  notice.setAttribute("role", "status");
  notice.hidden = true;
  root.append(notice, part.head, middle, part.foot);
  return { root, part, notice };
}

function show({ model, el }) {
  const { root, part, notice } = frame();
  const page = `${Date.now().toString(36)}-${Math.random().toString(36).slice(2)}`;
  const scope = `il${(views += 1)}-${page.slice(-4)}-`;
  let sent = 0;
  let player = null;
  let alive = true;
  let ready = false;

  function send(action, value) {
    if (!alive) return;
    sent = Math.max(sent + 1, Date.now()); // grows from page to page, too
    root.setAttribute("aria-busy", "true");
    model.send({ action, value, number: sent, page });
  }

  const zoom = makeZoom(root);
  listen(root, scope, send);

  function draw(name) {
    const looked = marks(root);
    const focused = document.activeElement;
    const inside = root.contains(focused) ? focused.id || focused.dataset.value : "";
    morph(part[name], drawn(model.get(name), scope));
    noteOpen(part[name]);
    if (alive) play();
    else freeze();
    zoom.apply();
    if (inside && !root.contains(document.activeElement)) regain(inside);
    obey(looked);
  }

  // An element that had the focus and was drawn anew gets it again.
  function regain(key) {
    const found = Array.from(root.querySelectorAll("[id], [data-value]"))
      .find((each) => each.id === key || each.dataset.value === key);
    found?.focus({ preventScroll: true });
  }

  function marks(within) {
    const found = new Map();
    for (const name of LOOK) {
      for (const each of within.querySelectorAll(`[${name}]`)) {
        found.set(`${name} ${each.id}`, each.getAttribute(name));
      }
    }
    return found;
  }

  function obey(before) {
    for (const [key, token] of marks(root)) {
      if (before.get(key) === token) continue;
      const [name, id] = key.split(" ");
      const element = id ? root.querySelector(`#${CSS.escape(id)}`) : root.querySelector(`[${name}]`);
      if (name === "data-scroll-end") element.scrollTop = element.scrollHeight;
      // The first drawing must not take the focus from the cell.
      if (name === "data-focus" && ready) element.focus({ preventScroll: true });
    }
  }

  function play() {
    const playing = root.querySelector("[data-play]");
    const every = Number(playing?.dataset.every) || 1000;
    if (player && (!playing || player.every !== every)) {
      clearInterval(player.timer);
      player = null;
    }
    if (playing && !player) {
      player = { every, timer: setInterval(next, every) };
    }
  }

  function next() {
    const playing = root.querySelector("[data-play]");
    if (!root.isConnected || !playing) {
      clearInterval(player.timer);
      player = null;
    } else if (root.getAttribute("aria-busy") !== "true") {
      send(playing.dataset.play, null);
    }
  }

  function answered() {
    if (model.get("done") >= sent) root.removeAttribute("aria-busy");
  }

  // The views of a kernel that has ended stay as pictures.
  function checkKernel() {
    setTimeout(() => {
      const dead = Boolean(el.closest(".jupyter-widgets-disconnected"));
      if (dead && alive) {
        alive = false;
        freeze();
      }
    });
  }

  function freeze() {
    notice.textContent = model.get("gone");
    notice.hidden = false;
    root.removeAttribute("aria-busy");
    if (player) clearInterval(player.timer);
    for (const each of root.querySelectorAll("button, input, select, textarea")) {
      each.disabled = true;
    }
    for (const each of root.querySelectorAll("[data-click][tabindex]")) {
      each.removeAttribute("tabindex");
      each.setAttribute("aria-disabled", "true");
    }
  }

  const handlers = REGIONS.map((name) => [`change:${name}`, () => draw(name)]);
  handlers.push(["change:done", answered], ["comm_live_update", checkKernel],
    ["change:language", () => root.setAttribute("lang", model.get("language"))]);
  for (const [name, handler] of handlers) model.on(name, handler);
  root.setAttribute("lang", model.get("language"));
  el.append(root);
  for (const name of REGIONS) draw(name);
  ready = true;
  model.send({ page, shown: true });
  checkKernel(); // a model out of a saved notebook has never had one
  return () => {
    for (const [name, handler] of handlers) model.off(name, handler);
    if (player) clearInterval(player.timer);
    zoom.end();
    if (alive) model.send({ page, shown: false });
  };
}

export default { render: show };
