// Makes the children of an element like freshly drawn ones, and keeps what can be kept: elements
// with their focus, scroll positions, text being typed, and details that a reader has opened.

const LOOK = ["data-focus", "data-scroll-end", "data-reset"];

function drawn(html, scope) {
  const template = document.createElement("template");
  template.innerHTML = html;
  // Several views share a page, so the IDs of each get its scope in front.
  for (const element of template.content.querySelectorAll("*")) scoped(element, scope);
  return template.content;
}

function scoped(element, scope) {
  for (const name of ["id", "for", "name"]) {
    if (element.hasAttribute(name) && (name !== "name" || element.type === "radio")) {
      element.setAttribute(name, scope + element.getAttribute(name));
    }
  }
  for (const name of ["aria-labelledby", "aria-describedby", "aria-controls",
                      "aria-activedescendant", "aria-owns"]) {
    const value = element.getAttribute(name);
    if (value) {
      element.setAttribute(name, value.split(/\s+/).map((id) => scope + id).join(" "));
    }
  }
  for (const attribute of Array.from(element.attributes)) {
    const value = attribute.value;
    if (value.includes("url(#")) {
      element.setAttribute(attribute.name, value.replaceAll("url(#", `url(#${scope}`));
    } else if (attribute.name.endsWith("href") && value.startsWith("#")) {
      element.setAttribute(attribute.name, `#${scope}${value.slice(1)}`);
    }
  }
}

function morph(old, fresh) {
  const pairs = paired(old, fresh);
  const kept = new Set(pairs.map(([place]) => place));
  for (const child of Array.from(old.childNodes)) if (!kept.has(child)) child.remove();
  let here = old.firstChild;
  for (const [place, wanted] of pairs) {
    // What is moved loses the focus, and with it a syllable that is being put together: so what
    // stands in front of the element with the focus makes way for it.
    while (place !== here && place?.contains(document.activeElement)) {
      const next = here.nextSibling;
      old.append(here);
      here = next;
    }
    if (place && place === here) here = here.nextSibling;
    else old.insertBefore(place ?? wanted, here);
    if (!place) continue;
    if (place.nodeType === Node.ELEMENT_NODE) morphOne(place, wanted);
    else if (place.data !== wanted.data) place.data = wanted.data;
  }
}

// Finds for each fresh child the old one that becomes it, if any: by its ID, or by the IDs of what
// is in it; what has neither takes its turn.
function paired(old, fresh) {
  const known = new Map();
  for (const child of old.children) {
    for (const id of ids(child)) if (!known.has(id)) known.set(id, child);
  }
  const free = new Set(old.childNodes);
  const take = (found) => {
    free.delete(found);
    return found;
  };
  const fits = (child, wanted) => free.has(child) && child.id === wanted.id
    && alike(child, wanted);
  const pairs = Array.from(fresh.childNodes, (wanted) => {
    const own = wanted.nodeType === Node.ELEMENT_NODE ? ids(wanted) : [];
    const found = own.map((id) => known.get(id)).find((child) => child && fits(child, wanted));
    return [found && take(found), wanted];
  });
  let here = old.firstChild;
  for (const pair of pairs) {
    const [place, wanted] = pair;
    if (place) here = place.nextSibling;
    if (place || wanted.id) continue;
    let next = here;
    while (next && (next.id || !fits(next, wanted))) next = next.nextSibling;
    if (!next) continue;
    pair[0] = take(next);
    here = next.nextSibling;
  }
  return pairs;
}

function ids(element) {
  if (element.id) return [element.id];
  return Array.from(element.querySelectorAll("[id]"), (each) => each.id);
}

function alike(one, other) {
  return one.nodeType === other.nodeType && one.nodeName === other.nodeName
    && one.type === other.type;
}

function morphOne(old, fresh) {
  const value = fresh.getAttribute("value");
  const other = value !== old.getAttribute("value");
  const reset = LOOK.some((name) => name === "data-reset"
    && old.getAttribute(name) !== fresh.getAttribute(name));
  const typing = old === document.activeElement && !reset;
  attributes(old, fresh); // before the value, which a range cuts to its bounds
  if (old.nodeName === "INPUT" && !typing) {
    if (old.type === "checkbox" || old.type === "radio") {
      old.checked = fresh.hasAttribute("checked");
    } else if (reset || other) {
      old.value = value ?? "";
    }
  }
  if (old.nodeName === "TEXTAREA") {
    if (!typing && (reset || old.defaultValue !== fresh.value)) old.value = fresh.value;
    return;
  }
  morph(old, fresh);
  if (old.nodeName === "SELECT" && !typing) {
    const chosen = Array.from(old.options).find((each) => each.hasAttribute("selected"));
    if (chosen) chosen.selected = true;
  }
}

function attributes(old, fresh) {
  const free = old.nodeName === "DETAILS" && !fresh.hasAttribute("data-toggle");
  for (const { name } of Array.from(old.attributes)) {
    const own = (name === "open" && free) || name.startsWith("data-own")
      || (name === "style" && old.hasAttribute("data-own-style"));
    if (!fresh.hasAttribute(name) && !own) old.removeAttribute(name);
  }
  for (const { name, value } of Array.from(fresh.attributes)) {
    if (name === "open" && free) continue;
    if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
}

// Remember which details the kernel believes to be open: what they tell us later of themselves
// may be no more than what the kernel drew.
function noteOpen(root) {
  for (const each of root.querySelectorAll("details[data-toggle]")) each.ilOpen = each.open;
}
