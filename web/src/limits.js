// How much of a limit is used, as a small bar.
import { el, setAttribute, setText, setWidth, sync } from "./dom.js";
import { number } from "./format.js";
import { t } from "./language.js";

const make = () =>
  el("li", "limit",
    el("span", "limit-name"),
    el("span", { class: "meter", role: "meter", "aria-valuemin": "0" }, el("span", "meter-used")),
    el("span", "limit-numbers"));

function update(node, limit) {
  const name = [limit.caller_number, t(`limit_${limit.limit}`)].filter(Boolean).join(" ");
  setText(node.querySelector(".limit-name"), name);
  const numbers = `${number(limit.used)} / ${number(limit.of)}`;
  setText(node.querySelector(".limit-numbers"), numbers);
  const meter = node.querySelector(".meter");
  setAttribute(meter, "aria-label", name);
  setAttribute(meter, "aria-valuemax", limit.of);
  setAttribute(meter, "aria-valuenow", Math.min(limit.used, limit.of));
  setAttribute(meter, "aria-valuetext", t("used_of", { used: number(limit.used), of: number(limit.of) }));
  setWidth(meter.firstElementChild, limit.used / limit.of);
  // As many calls at once as there may be is how it should be; a window that is used up means waiting.
  setAttribute(meter, "data-full", limit.used >= limit.of && limit.limit !== "concurrency");
}

export function showLimits(list, limits) {
  sync(list, limits, (limit) => `${limit.caller_number ?? ""} ${limit.limit}`, make, update);
}
