// Which language the page speaks: the viewer's choice, which is remembered, else the browser's.
import en from "./messages_en.js";
import ko from "./messages_ko.js";

const messages = { en, ko };
const remembered = "dialerd.language";

function preferred() {
  try {
    const chosen = localStorage.getItem(remembered);
    if (chosen in messages) return chosen;
  } catch {
    // Storage is switched off: nothing is remembered.
  }
  const wished = navigator.languages.find((tag) => tag.slice(0, 2).toLowerCase() in messages);
  return wished ? wished.slice(0, 2).toLowerCase() : "en";
}

let current = preferred();

export const language = () => current;

export function choose(tag) {
  current = tag;
  try {
    localStorage.setItem(remembered, tag);
  } catch {
    // As above.
  }
}

// The text of that name. `values.n` decides between one and several where a text has both.
export function t(name, values = {}) {
  let text = messages[current][name] ?? name;
  if (Array.isArray(text)) text = text[values.count === 1 ? 0 : 1];
  return text.replace(/\{(\w+)\}/g, (whole, key) => values[key] ?? whole);
}

export const has = (name) => name in messages.en;
