#include "config/lead_columns_reader.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "config/map_reader.h"

namespace dialerd::config {
namespace {

std::vector<std::string> read_alternates(const Node& node, const std::string& number, Diagnostics& diagnostics) {
  std::vector<std::string> columns;
  if (!is_list(node, "alternates", "[휴대폰2]", diagnostics)) return columns;
  for (const Node& item : node.items) {
    auto column = read_text(item, "alternates", diagnostics);
    if (!column) continue;
    if (*column == number || std::ranges::find(columns, *column) != columns.end()) {
      diagnostics.add(item.at, "the column " + quote(*column) + " holds another of the lead's numbers already",
                      "name each column once");
    } else {
      columns.push_back(std::move(*column));
    }
  }
  return columns;
}

}  // namespace

LeadColumns read_lead_columns(const Node& node, Diagnostics& diagnostics) {
  LeadColumns leads;
  MapReader map(node, "leads", diagnostics);
  map.text("number", leads.number);
  const Node* fields = map.optional("fields");
  if (const Node* alternates = map.optional("alternates")) {
    leads.alternates = read_alternates(*alternates, leads.number, diagnostics);
  }
  map.text("timezone", leads.timezone);
  map.text("consent_at", leads.consent_at);
  map.text("consent_expires_at", leads.consent_expires_at);
  map.text("night_consent", leads.night_consent);
  map.text("call_at", leads.call_at);
  map.text("expires_at", leads.expires_at);
  map.finish();
  if (fields == nullptr) return leads;
  for (const Entry* entry : read_entries(*fields, "fields", diagnostics)) {
    if (entry->key.empty()) {
      diagnostics.add(entry->at, "a lead field without a name", "write 'field: column'");
    } else if (auto column = read_text(entry->value, entry->key, diagnostics)) {
      leads.fields.emplace(entry->key, std::move(*column));
    }
  }
  return leads;
}

std::vector<ZoneSource> read_lead_timezone(const Node& node, Diagnostics& diagnostics) {
  constexpr std::array<std::string_view, 3> words = {"column", "number", "campaign"};
  constexpr std::array<ZoneSource, 3> meanings = {ZoneSource::column, ZoneSource::number, ZoneSource::campaign};
  std::vector<ZoneSource> sources;
  const auto add = [&](const Node& item) {
    const auto word = read_word(item, "lead_timezone", words, diagnostics);
    if (!word) return;
    if (std::ranges::find(sources, meanings[*word]) != sources.end()) {
      diagnostics.add(item.at, quote(words[*word]) + " stands twice in 'lead_timezone'", "keep one");
    } else {
      sources.push_back(meanings[*word]);
    }
  };
  if (node.schema != nullptr) {
    node.schema->either().words(words);
    node.schema->either().list(1).words(words);
    return sources;
  }
  if (node.kind == Node::Kind::sequence) {
    if (is_list(node, "lead_timezone", "[column, number, campaign]", diagnostics))
      std::ranges::for_each(node.items, add);
  } else {
    add(node);
  }
  return sources;
}

}  // namespace dialerd::config
