// Elements are made once and then only changed where what they show has changed: nothing flickers, and what a viewer has
// opened, selected or focused stays.

// el("p", "note", "text") or el("p", { class: "note", role: "status" }, child, ...). No markup is ever parsed from text.
export function el(tag, attributes, ...children) {
  const node = tag.startsWith("svg:")
    ? document.createElementNS("http://www.w3.org/2000/svg", tag.slice(4))
    : document.createElement(tag);
  const all = typeof attributes === "string" ? { class: attributes } : (attributes ?? {});
  for (const [name, value] of Object.entries(all)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

export function setAttribute(node, name, value) {
  if (node.getAttribute(name) !== String(value)) node.setAttribute(name, value);
}

export function show(node, visible) {
  if (node.hidden === visible) node.hidden = !visible;
}

// A share of the parent's width. By the style object, which the page's policy allows; a style attribute it would not.
export function setWidth(node, share) {
  const width = `${(Math.min(1, Math.max(0, share)) * 100).toFixed(2)}%`;
  if (node.style.width !== width) node.style.width = width;
}

// Makes the children of `parent` stand for `items`, in their order: `make(item)` for a new key, `update(node, item)` for all.
export function sync(parent, items, key, make, update) {
  const old = new Map([...parent.children].map((node) => [node.dataset.key, node]));
  let place = parent.firstElementChild;
  for (const item of items) {
    const name = key(item);
    let node = old.get(name);
    if (node) {
      old.delete(name);
    } else {
      node = make(item);
      node.dataset.key = name;
    }
    if (node === place) {
      place = place.nextElementSibling;
    } else {
      parent.insertBefore(node, place);
    }
    update(node, item);
  }
  for (const node of old.values()) node.remove();
}
