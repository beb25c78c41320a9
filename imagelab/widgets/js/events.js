// What a reader does, as messages to the kernel: which attributes say what, is told in pane.py.

const TYPING_PAUSE = 120; // milliseconds without a key before the kernel hears of typed text
const PIECE = 750_000; // bytes of a file in one message

function listen(root, scope, send) {
  let typed = null;

  function flush() {
    if (!typed) return;
    clearTimeout(typed.timer);
    const element = typed.element;
    typed = null;
    changed(element);
  }

  function changed(element) {
    const toggles = element.type === "checkbox" || element.type === "radio";
    const value = toggles ? element.checked : element.value;
    const own = element.dataset.value;
    send(element.dataset.input, own === undefined ? value : [own, value]);
  }

  root.addEventListener("click", (event) => {
    const element = event.target.closest("[data-click]");
    if (!element || element.disabled || element.getAttribute("aria-disabled") === "true") return;
    if (element.nodeName === "A") event.preventDefault();
    flush();
    send(element.dataset.click, element.dataset.value ?? null);
  });

  root.addEventListener("input", (event) => {
    const element = event.target.closest("[data-input]");
    if (!element) return;
    const text = element.nodeName === "TEXTAREA"
      || ["text", "search", "number"].includes(element.type);
    if (!text) {
      flush();
      changed(element);
      return;
    }
    if (typed) clearTimeout(typed.timer);
    typed = { element, timer: setTimeout(flush, TYPING_PAUSE) };
  });

  // What was typed is told before the field may be drawn anew.
  root.addEventListener("focusout", flush);

  // A file is told piece by piece: what is too large for one message ends the connection.
  root.addEventListener("change", async (event) => {
    const element = event.target.closest("input[data-file]");
    const file = element?.files[0];
    if (!file) return;
    const { name, size } = file;
    for (let at = 0; at === 0 || at < size; at += PIECE) {
      send(element.dataset.file, { name, size, at, data: await base64(file.slice(at, at + PIECE)) });
    }
    element.value = "";
  });

  root.addEventListener("submit", (event) => {
    event.preventDefault();
    const form = event.target.closest("[data-submit]");
    if (!form) return;
    flush();
    const fields = {};
    for (const element of form.elements) {
      if (!element.name) continue;
      if (element.type === "radio" || element.type === "checkbox") {
        if (!element.checked) continue;
      }
      fields[element.name.replace(scope, "")] = element.value;
    }
    send(form.dataset.submit, fields);
  });

  root.addEventListener("toggle", (event) => {
    const element = event.target;
    if (!element.matches?.("details[data-toggle]")) return;
    if (element.open === Boolean(element.ilOpen)) return;
    element.ilOpen = element.open;
    send(element.dataset.toggle, [element.dataset.value ?? null, element.open]);
  }, true);

  // JupyterLab keeps Enter from breaking a line in a cell's outputs, and with that from submitting
  // a form. What does not get to the field is out of its reach, and still does what Enter does.
  root.addEventListener("beforeinput", (event) => {
    if (event.inputType === "insertLineBreak") event.stopPropagation();
  }, true);

  root.addEventListener("keydown", (event) => {
    const element = event.target;
    if (ownKey(element, event)) {
      event.preventDefault();
      flush();
      send(element.dataset.keyAction, [keyName(event), element.value, element.selectionStart]);
    } else if ((event.key === "Enter" || event.key === " ") && element.dataset?.click
               && !["BUTTON", "A", "SUMMARY", "INPUT"].includes(element.nodeName.toUpperCase())) {
      event.preventDefault();
      element.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true }));
    }
  });
}

function base64(blob) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result.slice(reader.result.indexOf(",") + 1));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(blob);
  });
}

function ownKey(element, event) {
  if (event.isComposing) return false; // Hangul being put together
  return (element.dataset?.keys ?? "").split(/\s+/).includes(keyName(event));
}

function keyName(event) {
  if (event.ctrlKey) return `Ctrl+${event.key.toLowerCase()}`;
  return event.shiftKey && event.key === "Tab" ? "Shift+Tab" : event.key;
}
