#include "config/check_campaign.h"

#include <algorithm>
#include <string>

#include "config/date_reader.h"
#include "config/time_of_day.h"

namespace dialerd::config {
namespace {

class CampaignCheck {
 public:
  CampaignCheck(const CampaignConfig& campaign, const Node& root, Diagnostics& diagnostics)
      : campaign_(campaign), root_(root), diagnostics_(diagnostics) {}

  void dates() {
    if (campaign_.start_date && campaign_.end_date && *campaign_.end_date < *campaign_.start_date) {
      diagnostics_.add(at("end_date"), "'end_date' is before 'start_date' (" + date_text(*campaign_.start_date) + ")",
                       "correct one of them; no call could ever start");
    }
  }

  void pacing() {
    if (campaign_.pacing == Pacing::even && !in("limits", "per_day")) {
      diagnostics_.add(at("pacing"), "'pacing: even' without 'limits.per_day'",
                       "add per_day to limits: it is what is spread over the day");
    }
  }

  void timezones() {
    const auto& sources = campaign_.lead_timezone;
    if (sources.empty()) return;  // that was reported
    const auto has = [&](ZoneSource source) { return std::ranges::find(sources, source) != sources.end(); };
    const bool column = in("leads", "timezone");
    if (has(ZoneSource::column) && !column) {
      diagnostics_.add(at("lead_timezone"), "'lead_timezone' names a column that 'leads' does not",
                       "add timezone to leads, or remove column here");
    } else if (!has(ZoneSource::column) && column) {
      diagnostics_.add(find(find(root_, "leads")->value, "timezone")->at, "the leads' timezone is not used",
                       "add 'lead_timezone: [column, campaign]', or remove it");
    }
    const auto rules = std::ranges::find_if(campaign_.rules, &Rules::called_party_time);
    if (rules != campaign_.rules.end() && !has(ZoneSource::column) && !has(ZoneSource::number)) {
      diagnostics_.add(at_rule(*rules, "called_party_time"),
                       owner(*rules) + " goes by the called party's time, which 'lead_timezone' does not tell",
                       "add 'lead_timezone: [column, number]'; every lead would be held");
    }
  }

  void consent() {
    const auto rules = std::ranges::find_if(campaign_.rules, [](const Rules& r) { return r.consent.required; });
    if (rules == campaign_.rules.end() || in("leads", "consent_at")) return;
    diagnostics_.add(at_rule(*rules, "consent"),
                     owner(*rules) + " requires consent, but no column says when it was given",
                     "add consent_at to leads; every lead would be held");
  }

  void retries() {
    const Entry* retry = find(root_, "retry");
    const Entry* reasons = retry == nullptr ? nullptr : find(retry->value, "reasons");
    if (reasons == nullptr) return;
    for (const auto& [reason, policy] : campaign_.retry.reasons) {
      const Node& node = find(reasons->value, reason)->value;
      if (policy.next_caller_number && campaign_.caller_numbers.size() == 1) {
        diagnostics_.add(find(node, "next_caller_number")->at, "'next_caller_number' with one caller number",
                         "add another to caller_numbers, or remove it");
      }
      if (policy.next_number && !in("leads", "alternates")) {
        diagnostics_.add(find(node, "next_number")->at, "'next_number', but leads have one number",
                         "add alternates to leads, or remove it");
      }
    }
  }

  // Whether any call can start in a calling window and the hours that all rules allow. Those that a lead's consent
  // lifts do not count here.
  void hours() {
    if (campaign_.calling_windows.empty()) return;
    int from = 0;
    int to = 24 * 60;
    const Rules* last = nullptr;
    for (const Rules& rules : campaign_.rules) {
      for (const AllowedHours& hours : rules.hours) {
        if (hours.unless_night_consent) continue;
        from = std::max<int>(from, hours.from_minute);
        to = std::min<int>(to, hours.to_minute);
        last = &rules;
      }
    }
    if (last == nullptr) return;
    if (from >= to) {
      diagnostics_.add(at_rule(*last, "allowed_hours"), "the allowed hours have no time in common",
                       "all of them hold, so widen one; no call could ever start");
      return;
    }
    const bool any = std::ranges::any_of(campaign_.calling_windows, [&](const CallingWindow& window) {
      const int common = std::min<int>(to, window.to_minute) - std::max<int>(from, window.from_minute);
      return std::chrono::minutes(common) > campaign_.window_margin;
    });
    if (any) return;
    diagnostics_.add(at("calling_windows"),
                     "no calling window lies in the allowed hours, " + time_text(static_cast<std::uint16_t>(from)) +
                         "-" + time_text(static_cast<std::uint16_t>(to)),
                     "move a window; no call could ever start");
  }

 private:
  Position at(std::string_view key) const {
    const Entry* entry = find(root_, key);
    return entry == nullptr ? Position{} : entry->value.at;
  }

  // Where a rule was asked for: the campaign's own key, or its list of policy packs.
  Position at_rule(const Rules& rules, std::string_view key) const {
    return at(rules.origin == "campaign" ? key : "policies");
  }

  static std::string owner(const Rules& rules) {
    return rules.origin == "campaign" ? "the campaign" : "the policy pack " + quote(rules.origin);
  }

  bool in(std::string_view section, std::string_view key) const {
    const Entry* entry = find(root_, section);
    return entry != nullptr && find(entry->value, key) != nullptr;
  }

  const CampaignConfig& campaign_;
  const Node& root_;
  Diagnostics& diagnostics_;
};

}  // namespace

void check_campaign(const CampaignConfig& campaign, const Node& root, Diagnostics& diagnostics) {
  CampaignCheck check(campaign, root, diagnostics);
  check.dates();
  check.pacing();
  check.timezones();
  check.consent();
  check.retries();
  check.hours();
}

}  // namespace dialerd::config
