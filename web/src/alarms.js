// What a person should look at, with what to do about it.
import { el, setAttribute, setText, sync } from "./dom.js";
import { moment, number } from "./format.js";
import { has, t } from "./language.js";

const most = 30;

function textName(alarm) {
  if (alarm.code === "rested" && alarm.detail === "by_hand") return "rested_by_hand";
  return has(`alarm_${alarm.code}`) ? alarm.code : "other";
}

// A reason has a word of its own where the page knows one; what stands behind its ':' is what the reason is about.
function inWords(reason) {
  const [name, about] = reason.split(/:(.*)/s);
  return has(`held_${name}`) ? t(`held_${name}`, { about }) : reason;
}

const make = () =>
  el("li", "alarm", el("p", "alarm-head", el("span", "severity"), " ", el("span", "what")), el("p", "todo"), el("p", "where"));

function update(node, alarm) {
  const values = {
    ...alarm,
    detail: alarm.code === "held" ? inWords(alarm.detail) : alarm.detail,
    n: number(alarm.count),
    number: alarm.caller_number,
    code: [alarm.code, alarm.detail].filter(Boolean).join(": "),
  };
  const name = textName(alarm);
  setAttribute(node, "data-severity", alarm.severity);
  setText(node.querySelector(".severity"), t(alarm.severity));
  setText(node.querySelector(".what"), t(`alarm_${name}`, values));
  setText(node.querySelector(".todo"), t(`todo_${name}`, values));
  const where = [
    alarm.campaign || alarm.account,
    alarm.since && t("since", { time: moment(alarm.since) }),
    alarm.until && t("until", { time: moment(alarm.until) }),
  ];
  setText(node.querySelector(".where"), where.filter(Boolean).join(" · "));
}

const key = (alarm) => [alarm.code, alarm.detail, alarm.account, alarm.campaign, alarm.caller_number].join("\n");

export function showAlarms(list, alarms) {
  if (alarms.length === 0) {
    list.replaceChildren(el("li", "empty", t("no_alarms")));
    return;
  }
  list.querySelectorAll(".empty, .more").forEach((node) => node.remove());
  sync(list, alarms.slice(0, most), key, make, update);
  if (alarms.length > most) list.append(el("li", "more", t("more_alarms", { n: number(alarms.length - most) })));
}
