#include "daemon/online_check/lead_check.h"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "campaign/gate.h"
#include "config/place.h"
#include "config/suggestion.h"
#include "daemon/lead_explanation.h"
#include "daemon/plan/words.h"

namespace dialerd::daemon::online_check {
namespace {

struct Group {
  std::int64_t leads = 0;
  const storage::NextLead* example = nullptr;

  void add(const storage::NextLead& lead) {
    if (leads++ == 0) example = &lead;
  }
};

// "12 of the next 10,000 leads", "1 of 3 leads that are ready": the whole when there are no more than were looked at.
std::string share(std::int64_t part, std::size_t all) {
  const auto whole = static_cast<std::int64_t>(all);
  return plan::grouped(part) + " of " + (whole >= leads_looked_at ? "the next " : "") + plan::grouped(whole) +
         (whole >= leads_looked_at ? " leads"
          : whole == 1             ? " ready lead"
                                   : " ready leads");
}

std::string example_of(const Group& group) {
  const std::string id = std::to_string(static_cast<std::int64_t>(group.example->lead));
  return "lead " + id + " for one (`dialerd why " + id + "`)";
}

// `taker`: "the dynamic variable".
void report_missing(std::size_t campaign, std::string_view section, std::string_view taker, const std::string& name,
                    const std::string& field, const std::string& counted, const Group& group, Findings& findings) {
  const std::vector<std::string_view> names(group.example->field_names.begin(), group.example->field_names.end());
  const std::string guess = config::suggest(field, names, "");
  const std::string has = names.empty() ? "no fields at all" : config::join(names);
  findings.of_campaign(campaign, {section, name},
                       counted + " lack the field " + config::quote(field) + ", which " + std::string(taker) + " " +
                           config::quote(name) + " takes",
                       guess + (guess.empty() ? "" : " ") + "they would be held as missing_field:" + field + "; " +
                           example_of(group) + " has " + has +
                           ". Another import adds no field to leads that are there, SQL does");
}

// Rules that differ in their names alone ("timezone_invalid:NAME") are told at once.
struct Held {
  Group group;
  std::set<std::string> rules;
};

void report_held(std::size_t campaign, const config::CampaignConfig& config, const std::string& counted,
                 const Held& held, Findings& findings) {
  const std::string& rule = *held.rules.begin();
  std::string what = counted + " would be held and not called: " + in_words(rule);
  if (held.rules.size() > 1) what += ", and " + std::to_string(held.rules.size() - 1) + " more such";
  const std::string remedy = "add what is missing by SQL, or change the rule; " + example_of(held.group);
  if (rule.starts_with("timezone_")) {
    findings.of_campaign(campaign, {"lead_timezone"}, what, remedy);
  } else if (config::place_of(config.source, {"rules"}).line > 0) {
    findings.of_campaign(campaign, {"rules"}, what, remedy);
  } else {
    findings.of_campaign(campaign, {"policies"}, what, remedy);
  }
}

}  // namespace

void check_leads(std::size_t campaign, const config::CampaignConfig& config, std::span<const storage::NextLead> leads,
                 campaign::WallTime now, Findings& findings) {
  const campaign::Gate gate(config);
  std::map<std::string, Group> lacking;
  std::map<std::string, Held> held;
  std::int64_t good = 0;
  for (const storage::NextLead& lead : leads) {
    const campaign::Verdict verdict = gate.decide(lead.facts, now);
    if (lead.suppressed || verdict.kind == campaign::VerdictKind::done) continue;
    if (verdict.kind == campaign::VerdictKind::hold) {
      Held& alike = held[verdict.rule.substr(0, verdict.rule.find(':'))];
      alike.group.add(lead);
      alike.rules.insert(verdict.rule);
    }
    for (const std::string& field : lead.missing_fields) lacking[field].add(lead);
    if (verdict.kind != campaign::VerdictKind::hold && lead.missing_fields.empty()) ++good;
  }
  const auto report_sources = [&](std::string_view section, std::string_view taker,
                                  const std::map<std::string, config::ValueSource>& sources) {
    for (const auto& [name, source] : sources) {
      const auto found = lacking.find(source.value);
      if (source.kind != config::ValueSource::Kind::field || found == lacking.end()) continue;
      report_missing(campaign, section, taker, name, source.value, share(found->second.leads, leads.size()),
                     found->second, findings);
    }
  };
  report_sources("dynamic_variables", "the dynamic variable", config.dynamic_variables);
  report_sources("metadata", "the metadata key", config.metadata);
  for (const auto& [kind, alike] : held) {
    report_held(campaign, config, share(alike.group.leads, leads.size()), alike, findings);
  }
  if (!lacking.empty() || !held.empty()) return;
  findings.checked("campaign " + config.name + ": " +
                   (leads.empty() ? "no lead is ready"
                                  : share(good, leads.size()) + " can be called" +
                                        (good < static_cast<std::int64_t>(leads.size())
                                             ? ", the others are suppressed or past their end"
                                             : "")));
}

}  // namespace dialerd::daemon::online_check
