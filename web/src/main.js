// Asks the daemon every two seconds and shows what it answers. Nothing is asked while nobody can see the page.
import { showAccounts } from "./accounts.js";
import { showAlarms } from "./alarms.js";
import { showCampaigns } from "./campaigns.js";
import { kinds, remakeCharts, showCharts } from "./charts.js";
import { setAttribute, setText, show } from "./dom.js";
import { duration, second, zone } from "./format.js";
import { choose, language, t } from "./language.js";
import { showTiles } from "./tiles.js";

const interval = 2000;
const patience = 10000; // for one answer
const stale_after = 10000;

const find = (id) => document.getElementById(id);
let status; // the last answer
let known_at; // when what it shows was read, by the viewer's clock
let answered_at; // when it arrived
let asking = false;

// `placed`: with what may have been placed; `times` as the charts want them.
function prepared(answer) {
  const { minutes } = answer;
  minutes.times = minutes.kinds.open.map((_, i) => minutes.first / 1000 + i * 60);
  minutes.placed = minutes.times.map((_, i) =>
    kinds.reduce((sum, kind) => sum + (kind === "no_call" ? 0 : minutes.kinds[kind][i]), 0));
  return answer;
}

function showWords() {
  document.documentElement.lang = language();
  for (const node of document.querySelectorAll("[data-t]")) setText(node, t(node.dataset.t));
  for (const node of document.querySelectorAll("[data-label]")) setAttribute(node, "aria-label", t(node.dataset.label));
  for (const button of document.querySelectorAll("[data-language]")) {
    setAttribute(button, "aria-pressed", button.dataset.language === language());
  }
}

function showStatus() {
  showTiles(find("tiles"), status);
  showCampaigns(find("campaign-list"), status.campaigns);
  showAlarms(find("alarm-list"), status.alarms);
  showAccounts(find("account-list"), status.accounts);
  const daemons = status.daemons.map((one) => `${one.host} ${one.version}${one.accepting ? "" : ` (${t("stopping")})`}`);
  setText(find("about"), t("about", { daemons: daemons.join(", "), readiness: status.readiness, zone: zone() }));
  setAttribute(find("main"), "aria-busy", false);
  showCharts(status.minutes);
  const pressing = status.alarms.filter((alarm) => alarm.severity !== "notice").length;
  document.title = pressing ? `(${pressing}) dialerd` : "dialerd";
}

// How old it is, and why, if it is old.
function staleness() {
  if (!status) return asking || performance.now() < 4000 ? "" : t("stale_never");
  const silence = Date.now() - answered_at;
  if (silence > stale_after) return t("stale_silent", { age: duration(silence), time: second(known_at) });
  const failure = status.database_failure;
  if (failure && status.at === null) return t("stale_database_never", { failure });
  return failure && Date.now() - known_at > interval * 2 ? t("stale_database", { failure, time: second(known_at) }) : "";
}

function showAge() {
  const words = staleness();
  setText(find("stale"), words);
  show(find("stale"), words !== "");
  setAttribute(find("main"), "data-stale", words !== "");
  setAttribute(find("live"), "data-state", words ? "stale" : status ? "live" : "waiting");
  setText(find("live-text"), words ? t("stale") : status ? t("live", { time: second(known_at) }) : t("connecting"));
}

async function ask() {
  if (asking || document.hidden) return;
  asking = true;
  try {
    const answer = await fetch("api/status", { cache: "no-store", signal: AbortSignal.timeout(patience) });
    if (!answer.ok) throw new Error(answer.statusText);
    status = prepared(await answer.json());
    answered_at = Date.now();
    known_at = answered_at - (status.age_ms ?? 0);
    // Nothing is known before the database has answered for the first time: no campaign would look like none at all.
    if (status.at !== null) showStatus();
  } catch (error) {
    // The next round asks again; meanwhile the page says how old it is.
    console.debug(error);
  }
  asking = false;
  showAge();
}

document.querySelector(".languages").addEventListener("click", ({ target }) => {
  const tag = target.closest("[data-language]")?.dataset.language;
  if (!tag || tag === language()) return;
  choose(tag);
  showWords();
  if (status && status.at !== null) {
    remakeCharts();
    showStatus();
  }
  showAge();
});
document.addEventListener("visibilitychange", ask);
showWords();
ask();
setInterval(ask, interval);
setInterval(showAge, 1000);
