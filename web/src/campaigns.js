// The campaigns: what each is doing, how far it is, and when it will be through.
import { el, setAttribute, setText, setWidth, show, sync } from "./dom.js";
import { duration, moment, number, percent } from "./format.js";
import { t } from "./language.js";
import { showLimits } from "./limits.js";

const parts = ["done", "held", "active", "ready"];
const order = ["running", "stopping", "paused", "scheduled", "draft", "completed"];
const spark = { width: 120, height: 28 };

function make() {
  const bar = el("div", { class: "progress", role: "progressbar", "aria-valuemin": "0", "aria-valuemax": "100" });
  for (const part of parts.slice(0, 3)) bar.append(el("span", `part ${part}`));
  const counts = el("ul", "counts");
  for (const part of parts) counts.append(el("li", part, el("i", { class: "swatch", "aria-hidden": "true" }), el("b"), " ", el("span")));
  const line = el("svg:polyline", { class: "spark-line" });
  const svg = el("svg:svg", {
    class: "spark", viewBox: `0 0 ${spark.width} ${spark.height}`, preserveAspectRatio: "none", role: "img",
  }, line);
  return el("li", "campaign",
    el("div", "campaign-head", el("h3"), el("span", "state"), el("span", "account")),
    el("p", "campaign-why"),
    el("div", "campaign-pace", el("p", "percent"), el("p", "end"), svg),
    bar, counts,
    el("p", "held-back"),
    el("ul", "limits"));
}

function why(one) {
  if (one.state === "scheduled" && one.starts_at) return t("starts", { time: moment(one.starts_at) });
  if (one.state === "running") return "";
  const said = one.state === "completed" && one.completed_by && one.completed_by !== "stopped"
    ? [t(`completed_${one.completed_by}`)]
    : [one.reason, one.changed_by && one.changed_at && t("by_whom", { who: one.changed_by, time: moment(one.changed_at) })];
  return said.filter(Boolean).join(" — ");
}

function end(one, total) {
  if (total === 0) return t("no_leads");
  if (one.ready + one.active === 0 || one.state !== "running") return "";
  // While it waits for the provider or for money, what was before says nothing about what comes.
  if (one.held_back_by.some((name) => name.endsWith(".hold_off"))) return "";
  if (!one.expected_end) return t("no_pace");
  return `${t("expected_end", { time: moment(one.expected_end) })} · ${t("expected_in", { duration: duration(one.expected_end - Date.now()) })}`;
}

// Without the running minute, which is not full yet.
function points(calls) {
  const full = calls.slice(0, -1);
  const most = Math.max(1, ...full);
  return full
    .map((n, i) => `${((i / (full.length - 1)) * spark.width).toFixed(1)},${(spark.height - 2 - (n / most) * (spark.height - 4)).toFixed(1)}`)
    .join(" ");
}

function update(node, one) {
  const find = (selector) => node.querySelector(selector);
  const total = parts.reduce((leads, part) => leads + one[part], 0);
  const finished = one.done + one.held;
  const share = total ? finished / total : 0;
  setAttribute(node, "data-state", one.state);
  setText(find("h3"), one.name);
  setText(find(".state"), t(`state_${one.state}`));
  setText(find(".account"), one.account);
  setText(find(".campaign-why"), why(one));
  show(find(".campaign-why"), why(one) !== "");
  setText(find(".percent"), total ? percent(Math.floor(share * 1000) / 1000) : "–");
  setText(find(".end"), end(one, total));
  const bar = find(".progress");
  setAttribute(bar, "aria-label", t("progress_of", { name: one.name }));
  setAttribute(bar, "aria-valuenow", Math.floor(share * 100));
  setAttribute(bar, "aria-valuetext", t("finished_of", { finished: number(finished), total: number(total) }));
  for (const part of parts) {
    if (part !== "ready") setWidth(bar.querySelector(`.${part}`), total ? one[part] / total : 0);
    const count = find(`.counts .${part}`);
    setText(count.querySelector("b"), number(one[part]));
    setText(count.querySelector("span"), t(part));
  }
  setAttribute(find(".spark"), "data-idle", !one.calls.some((n) => n > 0));
  setAttribute(find(".spark"), "aria-label", t("sparkline", { n: number(one.calls.at(-2)) }));
  setAttribute(find(".spark-line"), "points", points(one.calls));
  const limits = [...new Set(one.held_back_by.map((name) => t(name)))].join(", ");
  const shown = limits !== "" && one.state === "running" && one.ready > 0;
  show(find(".held-back"), shown);
  setText(find(".held-back"), shown ? `${t("held_back")}: ${limits}` : "");
  showLimits(find(".limits"), one.limits);
}

export function showCampaigns(list, campaigns) {
  if (campaigns.length === 0) {
    list.replaceChildren(el("li", "empty", t("no_campaigns")));
    return;
  }
  list.querySelectorAll(".empty").forEach((node) => node.remove());
  const ordered = [...campaigns].sort((a, b) => order.indexOf(a.state) - order.indexOf(b.state) || (a.name < b.name ? -1 : 1));
  sync(list, ordered, (one) => one.name, make, update);
}
