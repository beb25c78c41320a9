// Pictures that can be zoomed and dragged: an element with data-zoom around an svg. It scrolls, so
// that a keyboard and a screen magnifier find their way; zooming only makes the svg larger.

const ZOOM_STEP = 1.25;
const ZOOM_READABLE = 0.8; // smaller text than at this factor is for an overview only
const ZOOM_LEAST = 0.1;
const ZOOM_MOST = 6;
const CHANGED = ["new", "moved", "untagged", "deleted", "dangling"]
  .map((mark) => `.node.${mark}`).join();

function makeZoom(root) {
  const chosen = new Map(); // the zoom that a reader chose, by the element's id
  const revealed = new Map(); // the tokens of what was scrolled to, by the element's id

  function boxes() {
    return Array.from(root.querySelectorAll("[data-zoom]"));
  }

  function natural(svg) {
    const [, , width, height] = (svg.getAttribute("viewBox") || "0 0 1 1").split(/[\s,]+/);
    return { width: (width * 4) / 3, height: (height * 4) / 3 };
  }

  // The factor at which all of a picture is seen.
  function fitting(box, svg) {
    const size = natural(svg);
    const room = box.clientWidth - 4;
    const tall = parseFloat(getComputedStyle(box).maxHeight);
    const low = Number.isFinite(tall) ? (tall - 4) / size.height : 1;
    return room > 0 ? Math.max(ZOOM_LEAST, Math.min(1, room / size.width, low)) : 1;
  }

  // The factor to begin with: as wide as there is room, but readable.
  function beginning(box, svg) {
    const room = box.clientWidth - 4;
    const wide = room > 0 ? room / natural(svg).width : 1;
    return Math.min(1, Math.max(wide, ZOOM_READABLE));
  }

  function apply(box) {
    const svg = box.querySelector("svg");
    if (!svg) return;
    const factor = chosen.get(box.id) ?? beginning(box, svg);
    svg.setAttribute("data-own-style", "");
    svg.style.width = `${Math.round(natural(svg).width * factor)}px`;
    svg.style.height = "auto";
    svg.style.maxWidth = "none";
    box.setAttribute("data-own-factor", factor.toFixed(3));
    reveal(box, svg);
  }

  // Scroll to what has changed in another picture than before, or to what data-reveal-at finds.
  function reveal(box, svg) {
    if (box.dataset.reveal === undefined || !box.offsetWidth) return;
    const token = `${box.offsetWidth} ${box.dataset.reveal}`; // another width, another place
    if (revealed.get(box.id) === token) return;
    revealed.set(box.id, token);
    const places = Array.from(svg.querySelectorAll(box.dataset.revealAt || CHANGED),
      (each) => each.getBoundingClientRect());
    if (!places.length) return;
    const edge = box.getBoundingClientRect();
    const least = (side) => Math.min(...places.map((each) => each[side])) - edge[side];
    const most = (side, start) => Math.max(...places.map((each) => each[side])) - edge[start];
    box.scrollLeft += distance(least("left"), most("right", "left"), box.clientWidth);
    box.scrollTop += distance(least("top"), most("bottom", "top"), box.clientHeight);
  }

  // How far to scroll to see something: to its middle, or to its start if it is longer than that.
  function distance(low, high, room) {
    if (low >= 0 && high <= room) return 0;
    return high - low > room ? low - 8 : (low + high - room) / 2;
  }

  function set(box, factor, x, y) {
    const svg = box.querySelector("svg");
    if (!svg) return;
    const before = parseFloat(box.getAttribute("data-own-factor")) || 1;
    const after = Math.min(ZOOM_MOST, Math.max(ZOOM_LEAST, factor));
    chosen.set(box.id, after);
    apply(box);
    const ratio = after / before;
    box.scrollLeft = (box.scrollLeft + x) * ratio - x;
    box.scrollTop = (box.scrollTop + y) * ratio - y;
  }

  function by(box, step, x = box.clientWidth / 2, y = box.clientHeight / 2) {
    set(box, (parseFloat(box.getAttribute("data-own-factor")) || 1) * step, x, y);
  }

  function fit(box) {
    const svg = box.querySelector("svg");
    if (svg) set(box, fitting(box, svg), 0, 0);
    box.scrollTo(0, 0);
  }

  root.addEventListener("click", (event) => {
    const button = event.target.closest("[data-zoom-in], [data-zoom-out], [data-zoom-fit]");
    if (!button) return;
    for (const box of boxes()) {
      if (button.hasAttribute("data-zoom-fit")) fit(box);
      else by(box, button.hasAttribute("data-zoom-in") ? ZOOM_STEP : 1 / ZOOM_STEP);
    }
  });

  root.addEventListener("wheel", (event) => {
    const box = event.target.closest("[data-zoom]");
    if (!box || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    const edge = box.getBoundingClientRect();
    by(box, event.deltaY < 0 ? ZOOM_STEP : 1 / ZOOM_STEP,
      event.clientX - edge.left, event.clientY - edge.top);
  }, { passive: false });

  root.addEventListener("keydown", (event) => {
    const box = event.target.closest("[data-zoom]");
    if (!box || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "+" || event.key === "=") by(box, ZOOM_STEP);
    else if (event.key === "-") by(box, 1 / ZOOM_STEP);
    else if (event.key === "0") fit(box);
    else return;
    event.preventDefault();
  });

  let drag = null;
  let dragged = false;
  root.addEventListener("pointerdown", (event) => {
    dragged = false;
    const box = event.target.closest("[data-zoom]");
    if (!box || event.button !== 0 || event.pointerType === "touch") return;
    if (event.offsetX > event.target.clientWidth && event.target === box) return; // a scroll bar
    drag = { box, x: event.clientX, y: event.clientY, left: box.scrollLeft, top: box.scrollTop,
             moved: false };
  });
  root.addEventListener("pointermove", (event) => {
    if (!drag) return;
    const [dx, dy] = [event.clientX - drag.x, event.clientY - drag.y];
    if (!drag.moved && Math.hypot(dx, dy) < 4) return;
    drag.moved = true;
    drag.box.scrollLeft = drag.left - dx;
    drag.box.scrollTop = drag.top - dy;
  });
  const end = () => {
    const moved = drag?.moved;
    drag = null;
    return moved;
  };
  root.addEventListener("pointerup", () => { dragged = Boolean(end()); });
  root.addEventListener("pointerleave", end);
  // What was dragged was not clicked.
  root.addEventListener("click", (event) => {
    if (!dragged) return;
    dragged = false;
    event.stopPropagation();
  }, true);

  const watch = new ResizeObserver(() => boxes().forEach(apply));
  watch.observe(root);
  return { apply: () => boxes().forEach(apply), end: () => watch.disconnect() };
}
