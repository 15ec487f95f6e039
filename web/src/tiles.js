// The row of key figures.
import { el, setAttribute, setText, sync } from "./dom.js";
import { decimal, number, percent } from "./format.js";
import { t } from "./language.js";

const sum = (numbers) => numbers.reduce((total, n) => total + n, 0);

function figures(status) {
  const { accounts, alarms, campaigns, minutes } = status;
  const owned = accounts.filter((account) => "open" in account);
  const concurrency = owned.map((account) => account.limits.find((limit) => limit.limit === "concurrency")?.of);
  const open = sum(owned.map((account) => account.open));
  const dialing = sum(owned.map((account) => account.dialing));

  const placed = minutes.placed;
  // Whole minutes, from the first in which there was a call: as the forecast counts.
  const quarter = placed.slice(-16, -1);
  const paced = quarter.slice(Math.max(0, quarter.findIndex((n) => n > 0)));
  const kinds = Object.fromEntries(Object.entries(minutes.kinds).map(([kind, counts]) => [kind, sum(counts)]));
  const ended = kinds.conversation + kinds.voicemail + kinds.no_answer + kinds.failed;

  const finished = sum(campaigns.map((one) => one.done + one.held));
  const total = finished + sum(campaigns.map((one) => one.ready + one.active));
  const pressing = alarms.filter((alarm) => alarm.severity !== "notice");
  const critical = alarms.filter((alarm) => alarm.severity === "critical").length;

  return [
    {
      name: "calls_open",
      value: number(open),
      note: concurrency.length && concurrency.every(Boolean)
        ? t("of_concurrency", { limit: number(sum(concurrency)) })
        : t("dialing", { n: number(dialing) }),
    },
    {
      name: "calls_per_minute",
      value: number(placed.at(-2) ?? 0),
      note: t("last_quarter", { n: decimal(sum(paced) / paced.length), minutes: paced.length }),
    },
    {
      name: "answered",
      value: ended ? percent(kinds.conversation / ended) : "–",
      note: t("answered_of", { n: number(ended) }),
    },
    {
      name: "leads_finished",
      value: total ? percent(finished / total) : "–",
      note: t("leads_of", { done: number(finished), total: number(total) }),
    },
    {
      name: "alarms_tile",
      value: number(pressing.length),
      note: pressing.length === 0 ? t("alarms_none") : critical ? t("alarms_worst", { n: number(critical) }) : t("no_critical"),
      level: critical ? "critical" : pressing.length ? "warning" : "quiet",
      link: "#alarms",
    },
  ];
}

function make(figure) {
  const value = figure.link ? el("a", { class: "value", href: figure.link }) : el("span", "value");
  return el("div", "panel tile", el("dt"), el("dd", null, value, el("span", "note")));
}

function update(node, figure) {
  setText(node.querySelector("dt"), t(figure.name));
  setText(node.querySelector(".value"), figure.value);
  setText(node.querySelector(".note"), figure.note);
  setAttribute(node, "data-level", figure.level ?? "plain");
}

export function showTiles(parent, status) {
  sync(parent, figures(status), (figure) => figure.name, make, update);
}
