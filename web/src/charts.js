// The two charts: calls a minute, and what became of them. Of the last hour, or since the first call in it. Under the pointer
// the legend has the numbers of that minute, else of all that is shown.
import uPlot from "uplot";
import { el, setAttribute, setText, sync } from "./dom.js";
import { hour, number } from "./format.js";
import { t } from "./language.js";

export const kinds = ["conversation", "voicemail", "no_answer", "failed", "unknown", "open", "no_call"];
const height = 170;
const least = 15; // minutes
const dark = matchMedia("(prefers-color-scheme: dark)");
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

function axes() {
  const font = "11px system-ui, sans-serif";
  const common = { stroke: colour("muted"), font, ticks: { show: false } };
  return [
    { ...common, grid: { show: false }, size: 26, space: 64, values: (_, times) => times.map((time) => hour(time * 1000)) },
    { ...common, grid: { stroke: colour("line"), width: 1 }, size: 44, space: 36,
      values: (_, counts) => counts.map((n) => (Number.isInteger(n) ? number(n) : "")) },
  ];
}

// From 0 to a little above the highest, and never so little that a line lies on the frame.
const range = (_, low, high) => [0, Math.max(4, Math.ceil((high ?? 0) * 1.1))];

function cut({ times, placed, kinds: counts }) {
  const busy = times.findIndex((_, i) => kinds.some((kind) => counts[kind][i] > 0));
  const from = Math.min(busy < 0 ? times.length : busy, times.length - least);
  return {
    times: times.slice(from), placed: placed.slice(from),
    kinds: Object.fromEntries(kinds.map((kind) => [kind, counts[kind].slice(from)])),
  };
}

class Chart {
  // `ahead`: how many seconds of the time axis lie behind the last minute's beginning.
  constructor(figure, title, ahead, series, options, data, rows) {
    this.title = title;
    this.ahead = ahead;
    this.options = options;
    this.data = data;
    this.rows = rows;
    this.series = series;
    this.caption = el("figcaption", null, el("h3", "chart-title"), el("span", "chart-period"));
    this.plot = el("div", { class: "plot", role: "img" });
    this.legend = el("ul", "legend");
    this.table = el("table");
    this.details = el("details", "as-table", el("summary"), el("div", "scroll", this.table));
    this.details.addEventListener("toggle", () => this.last && this.update(this.last));
    figure.append(this.caption, this.plot, this.legend, this.details);
    new ResizeObserver(() => this.chart?.setSize({ width: this.plot.clientWidth, height })).observe(this.plot);
    dark.addEventListener("change", () => this.remake());
  }

  // Colours and words are part of a chart: with new ones it is made anew.
  remake() {
    this.chart?.destroy();
    this.chart = undefined;
    if (this.last) this.update(this.last);
  }

  update(minutes) {
    this.last = minutes;
    const data = this.data(minutes);
    if (this.chart) {
      this.chart.setData(data);
    } else {
      this.chart = new uPlot({
        width: this.plot.clientWidth, height, padding: [8, 20, 0, 0], axes: axes(),
        scales: { x: { range: (_, first, last) => [first, last + this.ahead] }, y: { range } },
        legend: { show: false }, cursor: { y: false, points: { show: false }, drag: { x: false, y: false }, sync: { key: "minutes" } },
        hooks: { setCursor: [({ cursor }) => this.point(cursor.idx)] },
        series: [{}, ...this.options()],
      }, data, this.plot);
    }
    const rows = this.rows(minutes);
    setText(this.caption.querySelector(".chart-title"), t(this.title));
    const totals = this.series.map((name) => ({ name, total: rows[name].reduce((sum, n) => sum + n, 0) }));
    setAttribute(this.plot, "aria-label",
      `${t(this.title)}, ${t("last_minutes", { n: minutes.times.length })}: ${totals.map((one) => `${t(one.name)} ${number(one.total)}`).join(", ")}`);
    this.totals = totals;
    this.shown = rows;
    this.showLegend();
    setText(this.details.querySelector("summary"), t("as_table"));
    if (this.details.open) this.fill(minutes, rows);
  }

  point(at) {
    if (this.at === at) return;
    this.at = at;
    if (this.last) this.showLegend();
  }

  showLegend() {
    const { times } = this.last;
    const at = this.at < times.length ? this.at : undefined; // null: no pointer is there
    const pointed = at !== undefined && at !== null;
    setText(this.caption.querySelector(".chart-period"), pointed ? hour(times[at] * 1000) : t("last_minutes", { n: times.length }));
    sync(this.legend, this.totals, (one) => one.name,
      (one) => el("li", one.name, el("i", { class: "swatch", "aria-hidden": "true" }), el("span"), " ", el("b")),
      (node, one) => {
        setText(node.querySelector("span"), t(one.name));
        setText(node.querySelector("b"), number(pointed ? this.shown[one.name][at] : one.total));
      });
  }

  fill(minutes, rows) {
    const head = el("tr", null, el("th", { scope: "col" }, t("time")),
      ...this.series.map((name) => el("th", { scope: "col" }, t(name))));
    const lines = minutes.times.map((time, i) => el("tr", null, el("th", { scope: "row" }, hour(time * 1000)),
      ...this.series.map((name) => el("td", null, number(rows[name][i])))));
    this.table.replaceChildren(el("thead", null, head), el("tbody", null, ...lines.reverse()));
  }
}

let charts;

function make() {
  const bars = uPlot.paths.bars({ size: [0.82, 20], align: 1 });
  const line = (name, fill) => ({
    stroke: colour(name), width: 1.75, fill: fill && colour(fill), points: { show: false },
    paths: uPlot.paths.linear({ alignGaps: 0 }),
  });
  charts = [
    new Chart(document.getElementById("chart-calls"), "chart_calls", 0, ["placed", "conversation"],
      () => [line("placed", "placed-fill"), line("conversation")],
      // The running minute is not full yet.
      (m) => [m.times.slice(0, -1), m.placed.slice(0, -1), m.kinds.conversation.slice(0, -1)],
      (m) => ({ placed: m.placed, conversation: m.kinds.conversation })),
    new Chart(document.getElementById("chart-outcomes"), "chart_outcomes", 60, kinds,
      // Stacked: the sums are drawn from the highest to the lowest, each over the one before.
      () => [...kinds].reverse().map((kind) => ({ fill: colour(kind), width: 0, paths: bars, points: { show: false } })),
      (m) => {
        const sums = [];
        kinds.reduce((below, kind) => {
          const sum = m.kinds[kind].map((n, i) => n + (below?.[i] ?? 0));
          sums.unshift(sum);
          return sum;
        }, undefined);
        return [m.times, ...sums];
      },
      (m) => m.kinds),
  ];
}

export function showCharts(minutes) {
  if (!charts) make();
  const shown = cut(minutes);
  for (const chart of charts) chart.update(shown);
}

export function remakeCharts() {
  for (const chart of charts ?? []) chart.remake();
}
