#include <algorithm>
#include <array>
#include <iterator>

#include "config/calling_windows.h"
#include "config/check_campaign.h"
#include "config/date_reader.h"
#include "config/file_text.h"
#include "config/holidays.h"
#include "config/lead_columns_reader.h"
#include "config/limits_reader.h"
#include "config/load.h"
#include "config/map_reader.h"
#include "config/names.h"
#include "config/pacing_reader.h"
#include "config/phone_number.h"
#include "config/policies.h"
#include "config/retry_reader.h"
#include "config/rules_reader.h"
#include "config/timezone.h"
#include "config/value_sources.h"

namespace dialerd::config {
namespace {

using namespace std::chrono_literals;

// The name of an account or campaign under `key`, which must be there.
void read_name(MapReader& map, std::string_view key, std::string& name, std::string_view what, std::string_view example,
               Diagnostics& diagnostics) {
  const Node* node = map.required(key, example);
  if (node == nullptr) return;
  if (node->schema != nullptr) node->schema->text(std::string(name_pattern));
  auto text = node->schema != nullptr ? std::nullopt : read_text(*node, key, diagnostics);
  if (text && check_name(*text, node->at, what, diagnostics)) name = std::move(*text);
}

bool is_hexadecimal(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

// RFC 9562, section 4: 8-4-4-4-12 hexadecimal digits.
bool is_uuid(std::string_view text) {
  constexpr std::string_view form = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
  return std::ranges::equal(text, form, [](char c, char f) { return f == '-' ? c == '-' : is_hexadecimal(c); });
}

constexpr std::string_view placeholder_number = "07000000000";  // the starter's

// The starter's (config/starter/campaign.yaml), or one of zeros alone: no agent has it.
bool is_placeholder_id(std::string_view id) {
  return std::ranges::all_of(id, [](char c) { return c == '0' || c == '-'; }) ||
         id == "00000000-0000-4000-8000-000000000000";
}

bool is_version(std::string_view text) {
  if (text == "production" || text == "current") return true;
  return text.size() >= 2 && text.size() <= 10 && text[0] == 'v' && text[1] != '0' &&
         std::ranges::all_of(text.substr(1), [](char c) { return c >= '0' && c <= '9'; });
}

Agent read_agent(const Node& node, Diagnostics& diagnostics) {
  constexpr std::array<std::string_view, 2> names = {"production", "current"};
  Agent agent;
  agent.version = "production";
  MapReader map(node, "agent", diagnostics);
  map.required_text("id", agent.id, "id: 2b0c7b1e-5d3f-4e0a-9c53-6f1f6a7a9f10");
  map.text("version", agent.version);
  map.finish();

  if (node.schema != nullptr) {
    node.schema->key("id").quoted_text("^[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}$");
    node.schema->key("version").quoted_text("^(production|current|v[1-9][0-9]{0,8})$");
  }
  if (!agent.id.empty() && !is_uuid(agent.id)) {
    diagnostics.add(find(node, "id")->value.at, "'id' is no agent id: " + quote(agent.id),
                    "copy the agent's UUID from the vox.ai console");
  } else if (!agent.id.empty() && is_placeholder_id(agent.id)) {
    diagnostics.add(find(node, "id")->value.at, "'id' is still the one that `dialerd init` wrote",
                    "put your agent's id here: its UUID, from the vox.ai console");
  }
  std::ranges::transform(agent.id, agent.id.begin(),
                         [](char c) { return c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c; });
  if (!is_version(agent.version)) {
    diagnostics.add(find(node, "version")->value.at, "'version' is no agent version: " + quote(agent.version),
                    suggest(agent.version, names, "use production, current, or a number such as v3"));
  }
  return agent;
}

std::optional<std::string> read_region(const Node& node, Diagnostics& diagnostics) {
  if (node.schema != nullptr) {
    node.schema->quoted_text("^[A-Z]{2}$");
    return std::nullopt;
  }
  auto text = read_text(node, "region", diagnostics);
  if (!text) return std::nullopt;
  if (text->size() == 2 && std::ranges::all_of(*text, [](char c) { return c >= 'A' && c <= 'Z'; })) return text;
  diagnostics.add(node.at, "unknown region " + quote(*text), "use the two capital letters of a country, such as KR");
  return std::nullopt;
}

// When nobody is called at all.
void read_dates(MapReader& map, CampaignConfig& campaign, Diagnostics& diagnostics) {
  std::vector<ClosedDate> closed;
  if (const Node* node = map.optional("holidays")) {
    for (HolidayList& list : read_holidays(*node, diagnostics)) {
      campaign.holidays_until = std::min(campaign.holidays_until.value_or(list.valid_until), list.valid_until);
      HolidaysIncluded& included = campaign.holidays.emplace_back();
      included.name = list.name;
      std::ranges::transform(list.dates, std::back_inserter(included.dates), &ClosedDate::date);
      std::ranges::move(list.dates, std::back_inserter(closed));
    }
  }
  if (const Node* node = map.optional("blackout_dates")) {
    std::ranges::move(read_blackout_dates(*node, diagnostics), std::back_inserter(closed));
  }
  campaign.closed_dates = merge(std::move(closed));
  if (const Node* node = map.optional("start_date")) campaign.start_date = read_date(*node, "start_date", diagnostics);
  if (const Node* node = map.optional("end_date")) campaign.end_date = read_date(*node, "end_date", diagnostics);
}

std::chrono::seconds read_callback_tolerance(const Node& node, Diagnostics& diagnostics) {
  std::chrono::seconds tolerance = CampaignConfig{}.callback_tolerance;
  MapReader map(node, "callbacks", diagnostics);
  map.duration("tolerance", tolerance, {1min, 24h});
  map.finish();
  return tolerance;
}

// The campaign's own rules, then those of the packs that it includes.
void read_all_rules(MapReader& map, CampaignConfig& campaign, Diagnostics& diagnostics) {
  Rules own = read_rules(map, "campaign", Sources::optional, diagnostics);
  if (!is_empty(own)) campaign.rules.push_back(std::move(own));
  const Node* node = map.optional("policies");
  if (node == nullptr) return;
  for (Rules& rules : read_policies(*node, diagnostics)) {
    campaign.rules.push_back(std::move(rules));
  }
}

CampaignConfig read_campaign(const Node& root, Diagnostics& diagnostics) {
  CampaignConfig campaign;
  MapReader map(root, "", diagnostics);
  read_name(map, "campaign", campaign.name, "a campaign", "campaign: spring-renewal", diagnostics);
  read_name(map, "account", campaign.account, "an account", "account: main", diagnostics);
  if (const Node* node = map.required("agent", "agent: {id: 2b0c7b1e-5d3f-4e0a-9c53-6f1f6a7a9f10}")) {
    campaign.agent = read_agent(*node, diagnostics);
  }
  if (const Node* node = map.required("caller_numbers", R"(caller_numbers: ["07011112222"])")) {
    campaign.caller_numbers = read_phone_numbers(*node, "caller_numbers", diagnostics);
    for (const Node& item : node->items) {
      if (item.kind != Node::Kind::scalar || item.text != placeholder_number) continue;
      diagnostics.add(item.at, "'caller_numbers' still has the number that `dialerd init` wrote",
                      "put a number here that your vox.ai organisation may call from");
    }
  }
  if (const Node* node = map.optional("presentation_number")) {
    campaign.presentation_number = read_phone_number(*node, "presentation_number", diagnostics);
  }
  if (const Node* node = map.optional("region")) {
    if (auto region = read_region(*node, diagnostics)) campaign.region = std::move(*region);
  }
  if (const Node* node = map.optional("timezone")) {
    if (auto timezone = read_timezone(*node, diagnostics)) campaign.timezone = std::move(*timezone);
  }
  map.duration("window_margin", campaign.window_margin, {0s, 30min});
  if (const Node* node =
          map.required("calling_windows", R"(calling_windows: [{days: mon-fri, from: "09:00", to: "20:00"}])")) {
    campaign.calling_windows = read_calling_windows(*node, campaign.window_margin, diagnostics);
  }
  if (const Node* node = map.optional("lead_timezone")) campaign.lead_timezone = read_lead_timezone(*node, diagnostics);
  read_dates(map, campaign, diagnostics);
  map.choice("start", campaign.start,
             std::array<Choice<Start>, 2>{{{"automatic", Start::automatic}, {"manual", Start::manual}}});
  if (const Node* node = map.optional("limits")) campaign.limits = read_limits(*node, diagnostics);
  read_pacing(map, campaign, diagnostics);
  if (const Node* node = map.optional("retry")) campaign.retry = read_retry(*node, diagnostics);
  if (const Node* node = map.optional("callbacks")) {
    campaign.callback_tolerance = read_callback_tolerance(*node, diagnostics);
  }
  map.duration("lead_lifetime", campaign.lead_lifetime, {1h, std::chrono::days(3660)});
  read_all_rules(map, campaign, diagnostics);
  if (const Node* node = map.optional("dynamic_variables")) {
    campaign.dynamic_variables = read_dynamic_variables(*node, diagnostics);
  }
  if (const Node* node = map.optional("metadata")) campaign.metadata = read_metadata(*node, diagnostics);
  if (const Node* node = map.optional("leads")) campaign.leads = read_lead_columns(*node, diagnostics);
  map.finish();
  check_campaign(campaign, root, diagnostics);
  return campaign;
}

}  // namespace

namespace {

bool is_daemon_file(const Node& root) {
  return find(root, "campaign") == nullptr && find(root, "accounts") != nullptr && find(root, "database") != nullptr;
}

Loaded<CampaignConfig> load(std::optional<std::string> text, Diagnostics& diagnostics) {
  Loaded<CampaignConfig> loaded;
  if (text) {
    const auto root = parse_document(*text, diagnostics);
    if (root && is_daemon_file(*root)) {
      diagnostics.add({}, "this is the daemon's configuration, not a campaign's file",
                      "give it with --config: dialerd check --config " + diagnostics.file().string());
    } else if (root) {
      loaded.value = read_campaign(*root, diagnostics);
      loaded.value->source = std::move(*text);
    }
  }
  if (!diagnostics.empty()) loaded.value.reset();
  loaded.diagnostics = diagnostics.take();
  return loaded;
}

}  // namespace

Loaded<CampaignConfig> load_campaign_config(const std::filesystem::path& file) {
  Diagnostics diagnostics(file);
  return load(read_file_text(diagnostics), diagnostics);
}

Loaded<CampaignConfig> read_campaign_config(std::string text, const std::filesystem::path& file) {
  Diagnostics diagnostics(file);
  return load(std::move(text), diagnostics);
}

std::unique_ptr<Schema> campaign_schema() {
  auto schema = std::make_unique<Schema>();
  Diagnostics nobody({});
  read_campaign(schema->place(), nobody);
  return schema;
}

bool is_campaign_file(const std::filesystem::path& file) {
  Diagnostics ignored(file);
  const auto text = read_file_text(ignored);
  const auto root = text ? parse_document(*text, ignored) : std::nullopt;
  return root && find(*root, "campaign") != nullptr;
}

}  // namespace dialerd::config
