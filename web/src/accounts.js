// The accounts: who dials for each, what is open, and how much of its limits is used.
import { el, setAttribute, setText, show, sync } from "./dom.js";
import { number } from "./format.js";
import { t } from "./language.js";
import { showLimits } from "./limits.js";

function make() {
  return el("li", "account-row",
    el("div", "account-head", el("h3"), el("span", "calls")),
    el("p", "owner"),
    el("ul", "limits of-account"),
    el("p", "remark"),
    el("details", "numbers", el("summary"), el("ul", "limits")));
}

function update(node, account) {
  const find = (selector) => node.querySelector(selector);
  const known = "open" in account;
  setText(find("h3"), account.name);
  const calls = known
    ? [`${t("open")} ${number(account.open)}`, account.dialing && t("dialing", { n: number(account.dialing) }),
       account.unknown && t("unknown_calls", { n: number(account.unknown) })]
    : [];
  setText(find(".calls"), calls.filter(Boolean).join(" · "));
  const owner = account.ours ? "owned_here" : account.owner ? "owned_elsewhere" : "owned_by_nobody";
  setText(find(".owner"), t(owner, { host: account.owner }));
  setAttribute(find(".owner"), "data-owner", owner);
  showLimits(find(".of-account"), account.limits ?? []);
  const remark = !known ? account.owner && t("limits_elsewhere") : account.limits.length === 0 && t("no_limits");
  setText(find(".remark"), remark || "");
  show(find(".remark"), Boolean(remark));
  const numbers = account.caller_numbers ?? [];
  show(find(".numbers"), numbers.length > 0);
  setText(find("summary"), `${t("caller_numbers")} (${number(new Set(numbers.map((one) => one.caller_number)).size)})`);
  showLimits(find(".numbers .limits"), numbers);
}

export function showAccounts(list, accounts) {
  if (accounts.length === 0) {
    list.replaceChildren(el("li", "empty", t("no_accounts")));
    return;
  }
  list.querySelectorAll(".empty").forEach((node) => node.remove());
  sync(list, accounts, (account) => account.name, make, update);
}
