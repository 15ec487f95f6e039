// `dialerd why`: what becomes of one lead, and why.
#include <algorithm>
#include <charconv>
#include <iostream>
#include <optional>
#include <string>
#include <vector>

#include "daemon/claim_rules.h"
#include "daemon/commands/commands.h"
#include "daemon/commands/context.h"
#include "daemon/import/phone_number.h"
#include "daemon/lead_explanation.h"
#include "storage/lead_story.h"

namespace dialerd::daemon::commands {
namespace {

constexpr std::size_t entries_shown = 20;

const config::CampaignConfig* configured(const Files& files, const std::string& name) {
  auto found = std::find_if(files.campaigns.begin(), files.campaigns.end(),
                            [&](const config::CampaignConfig& campaign) { return campaign.name == name; });
  return found == files.campaigns.end() ? nullptr : &*found;
}

std::optional<campaign::LeadId> lead_id(const std::string& text) {
  std::int64_t number = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || number < 1) return std::nullopt;
  return campaign::LeadId{number};
}

// A lead's number as a person writes it, in the campaign's country.
std::string digits_of(const std::string& text, const std::string& region) {
  auto read = import::NumberReader(region).read(text);
  return std::holds_alternative<std::string>(read) ? std::get<std::string>(read) : text;
}

storage::Result<std::vector<storage::LeadReference>> find(storage::Session& session, const Files& files,
                                                          const WhyOptions& options) {
  // A number begins with zero or has other characters in it, or --number says that it is one.
  auto id = options.number || options.lead.starts_with('0') ? std::nullopt : lead_id(options.lead);
  if (id) {
    auto found = storage::find_lead(session, *id);
    if (!found) return found.error();
    std::vector<storage::LeadReference> leads;
    if (*found) leads.push_back(**found);
    return leads;
  }
  std::optional<campaign::CampaignId> campaign;
  std::string region = "KR";
  if (!options.campaign.empty()) {
    auto known = session.find_campaign(options.campaign);
    if (!known) return known.error();
    if (!*known) return std::vector<storage::LeadReference>{};
    campaign = **known;
    if (const auto* config = configured(files, options.campaign)) region = config->region;
  } else if (!files.campaigns.empty()) {
    region = files.campaigns.front().region;
  }
  return storage::find_leads(session, digits_of(options.lead, region), campaign);
}

}  // namespace

ExitCode why(const WhyOptions& options) {
  auto files = load_files(options.config);
  if (!files) return ExitCode::configuration;
  auto settings = session_settings(files->daemon, "dialerd why");
  if (!settings) return ExitCode::configuration;
  storage::Session session(*settings);
  if (auto schema = session.check_schema(); !schema) {
    complain(schema.error().message);
    return exit_code_of(schema.error());
  }
  auto leads = find(session, *files, options);
  if (!leads) {
    complain(leads.error().message);
    return exit_code_of(leads.error());
  }
  if (leads->empty()) {
    complain("there is no such lead; give its id, or its number with or without --campaign");
    return ExitCode::failed;
  }
  bool first = true;
  for (const storage::LeadReference& lead : *leads) {
    const config::CampaignConfig* config = configured(*files, lead.campaign_name);
    storage::ClaimRules rules = config != nullptr ? claim_rules(*config) : storage::ClaimRules{};
    auto story = storage::lead_story(session, lead.lead, rules, entries_shown);
    if (!story) {
      complain(story.error().message);
      return exit_code_of(story.error());
    }
    if (!*story) continue;  // deleted meanwhile
    if (!first) std::cout << '\n';
    first = false;
    std::cout << explain(**story, config);
  }
  return ExitCode::ok;
}

}  // namespace dialerd::daemon::commands
