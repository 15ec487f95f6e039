#include "config/rules_reader.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include "config/disconnection_reason.h"
#include "config/names.h"
#include "config/schema.h"
#include "config/time_of_day.h"

namespace dialerd::config {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;
using std::chrono::seconds;

constexpr Range<seconds> period_range{1min, days(366)};
constexpr Range<seconds> age_range{1h, days(3660)};

// What a lock-out can follow: the reasons of calls that reached, or may have reached, the person's telephone.
constexpr auto lock_out_reasons = [] {
  std::array<std::string_view, placed_call_reasons.size() + 1> names{"conversation"};
  std::ranges::copy(placed_call_reasons, names.begin() + 1);
  return names;
}();

class RulesReader {
 public:
  RulesReader(Sources sources, Diagnostics& diagnostics) : sources_(sources), diagnostics_(diagnostics) {}

  std::vector<AllowedHours> allowed_hours(const Node& node) {
    std::vector<AllowedHours> all;
    if (!is_list(node, "allowed_hours", R"([{from: "08:00", to: "21:00"}])", diagnostics_)) return all;
    for (const Node& item : node.items) {
      constexpr std::array<Choice<bool>, 1> exceptions = {{{"night_consent", true}}};
      AllowedHours hours;
      MapReader map(item, "allowed_hours", diagnostics_);
      const Node* from_node = map.required("from", R"(from: "08:00")");
      const Node* to_node = map.required("to", R"(to: "21:00")");
      map.choice("unless", hours.unless_night_consent, exceptions);
      source(map);
      map.finish();
      const auto from = read_from_time(from_node, diagnostics_);
      const auto to = read_to_time(to_node, diagnostics_);
      if (!from || !to) continue;
      if (*from >= *to) {
        diagnostics_.add(from_node->at,
                         "the allowed hours end at " + time_text(*to) + ", not after they begin at " + time_text(*from),
                         "write a stretch of one day, such as from: \"08:00\", to: \"21:00\"");
        continue;
      }
      hours.from_minute = *from;
      hours.to_minute = *to;
      all.push_back(hours);
    }
    return all;
  }

  bool called_party_time(const Node& node) {
    if (node.schema != nullptr) {
      node.schema->either().boolean();
      const Node& form = node.schema->either().place();
      MapReader map(form, "called_party_time", diagnostics_);
      read_required(map);
      return false;
    }
    const bool plain = sources_ == Sources::optional && node.kind != Node::Kind::map;
    if (plain) return read_boolean(node, "called_party_time", diagnostics_).value_or(false);
    MapReader map(node, "called_party_time", diagnostics_);
    return read_required(map);
  }

  std::vector<FrequencyCap> frequency_caps(const Node& node) {
    constexpr Range<std::int64_t> max_range{1, 1000};
    std::vector<FrequencyCap> caps;
    if (!is_list(node, "frequency_caps", "[{attempts: 7, per: 7d}]", diagnostics_)) return caps;
    for (const Node& item : node.items) {
      if (item.schema == nullptr && item.kind != Node::Kind::map) {
        report_kind(item, "frequency_caps", "a list of maps", "write it like {attempts: 3, per: 1d}", diagnostics_);
        continue;
      }
      FrequencyCap cap;
      MapReader map(item, "frequency_caps", diagnostics_);
      std::optional<std::int64_t> max;
      const bool attempts = map.optional("attempts") != nullptr;
      const bool conversations = map.optional("conversations") != nullptr;
      if (attempts) map.integer("attempts", max, max_range);
      if (conversations) map.integer("conversations", max, max_range);
      cap.max = max.value_or(cap.max);
      if (map.required("per", "per: 7d") != nullptr) map.duration("per", cap.window, period_range);
      source(map);
      map.finish();
      if (item.kind == Node::Kind::map && attempts == conversations) {
        diagnostics_.add(item.at,
                         attempts ? "a frequency cap counts either attempts or conversations"
                                  : "a frequency cap without what it counts",
                         attempts ? "write two caps" : "write it like {attempts: 7, per: 7d}");
      }
      if (conversations) cap.counts = FrequencyCap::Counts::conversations;
      caps.push_back(cap);
    }
    return caps;
  }

  std::vector<LockOut> lock_outs(const Node& node) {
    std::vector<LockOut> all;
    if (!is_list(node, "lock_outs", "[{after: conversation, for: 7d}]", diagnostics_)) return all;
    for (const Node& item : node.items) {
      LockOut lock_out;
      MapReader map(item, "lock_outs", diagnostics_);
      if (const Node* after = map.required("after", "after: conversation")) {
        if (const auto place = read_word(*after, "after", lock_out_reasons, diagnostics_)) {
          lock_out.after = lock_out_reasons[*place];
        }
      }
      if (map.required("for", "for: 7d") != nullptr) map.duration("for", lock_out.period, period_range);
      source(map);
      map.finish();
      all.push_back(std::move(lock_out));
    }
    return all;
  }

  ConsentRule consent(const Node& node) {
    ConsentRule rule;
    MapReader map(node, "consent", diagnostics_);
    if (map.required("required", "required: true") != nullptr) map.boolean("required", rule.required);
    map.duration("max_age", rule.max_age, age_range);
    source(map);
    map.finish();
    const Entry* required = find(node, "required");
    if (rule.max_age && required != nullptr && required->value.text == "false") {
      diagnostics_.add(find(node, "max_age")->value.at, "'max_age' of a consent that is not required",
                       "write required: true, or remove it");
    }
    return rule;
  }

  std::vector<RequiredList> suppression(const Node& node) {
    std::vector<RequiredList> lists;
    MapReader map(node, "suppression", diagnostics_);
    const Node* required = map.required("required", "required: [dnc-kr]");
    map.finish();
    if (required == nullptr ||
        !is_list(*required, "required", "[dnc-kr, {list: nat-dnc, max_age: 31d}]", diagnostics_)) {
      return lists;
    }
    for (const Node& item : required->items) {
      auto list = required_list(item);
      if (!list) continue;
      if (std::ranges::find(lists, list->name, &RequiredList::name) != lists.end()) {
        diagnostics_.add(item.at, "the list " + quote(list->name) + " is required twice", "keep one");
      } else {
        lists.push_back(std::move(*list));
      }
    }
    return lists;
  }

 private:
  bool read_required(MapReader& map) {
    bool required = false;
    if (map.required("required", "required: true") != nullptr) map.boolean("required", required);
    source(map);
    map.finish();
    return required;
  }

  std::optional<RequiredList> required_list(const Node& listed) {
    RequiredList list;
    if (listed.schema != nullptr) listed.schema->either().text(std::string(name_pattern));
    const Node& item = listed.schema != nullptr ? listed.schema->either().place() : listed;
    const Node* name_node = &item;
    if (item.kind == Node::Kind::map || item.schema != nullptr || sources_ == Sources::required) {
      MapReader map(item, "required", diagnostics_);
      name_node = map.required("list", "list: dnc-kr");
      map.duration("max_age", list.max_age, age_range);
      source(map);
      map.finish();
    }
    if (name_node == nullptr) return std::nullopt;
    if (name_node->schema != nullptr) {
      name_node->schema->text(std::string(name_pattern));
      return std::nullopt;
    }
    auto name = read_text(*name_node, "list", diagnostics_);
    if (!name || !check_name(*name, name_node->at, "a suppression list", diagnostics_)) return std::nullopt;
    list.name = std::move(*name);
    return list;
  }

  void source(MapReader& map) {
    constexpr std::string_view example = "source: 12 CFR 1006.6";
    const Node* node = sources_ == Sources::required ? map.required("source", example) : map.optional("source");
    if (node != nullptr) read_text(*node, "source", diagnostics_);
  }

  Sources sources_;
  Diagnostics& diagnostics_;
};

}  // namespace

Rules read_rules(MapReader& map, std::string origin, Sources sources, Diagnostics& diagnostics) {
  RulesReader reader(sources, diagnostics);
  Rules rules;
  rules.origin = std::move(origin);
  if (const Node* node = map.optional("allowed_hours")) rules.hours = reader.allowed_hours(*node);
  if (const Node* node = map.optional("called_party_time")) rules.called_party_time = reader.called_party_time(*node);
  if (const Node* node = map.optional("frequency_caps")) rules.frequency_caps = reader.frequency_caps(*node);
  if (const Node* node = map.optional("lock_outs")) rules.lock_outs = reader.lock_outs(*node);
  if (const Node* node = map.optional("consent")) rules.consent = reader.consent(*node);
  if (const Node* node = map.optional("suppression")) rules.required_lists = reader.suppression(*node);
  return rules;
}

bool is_empty(const Rules& rules) {
  return rules.hours.empty() && !rules.called_party_time && rules.frequency_caps.empty() && rules.lock_outs.empty() &&
         !rules.consent.required && !rules.consent.max_age && rules.required_lists.empty();
}

}  // namespace dialerd::config
