#include "config/policies.h"

#include <algorithm>
#include <string>
#include <utility>

#include "config/names.h"
#include "config/rules_reader.h"

namespace dialerd::config {
namespace {

Rules read_pack(const Node& root, Diagnostics& diagnostics) {
  std::string name;
  std::string title;
  MapReader map(root, "", diagnostics);
  map.required_text("policy", name, "policy: kr-advertising");
  map.required_text("title", title, "title: Advertising calls in Korea");
  Rules rules = read_rules(map, name, Sources::required, diagnostics);
  map.finish();
  if (!name.empty()) check_name(name, find(root, "policy")->value.at, "a policy pack", diagnostics);
  return rules;
}

}  // namespace

Loaded<Rules> read_policy_pack(std::string_view text, const std::filesystem::path& file) {
  Diagnostics diagnostics(file);
  Loaded<Rules> loaded;
  if (const auto root = parse_document(text, diagnostics)) loaded.value = read_pack(*root, diagnostics);
  if (!diagnostics.empty()) loaded.value.reset();
  loaded.diagnostics = diagnostics.take();
  return loaded;
}

std::vector<Rules> read_policies(const Node& node, Diagnostics& diagnostics) {
  std::vector<std::string_view> names;
  std::ranges::transform(policy_packs(), std::back_inserter(names), &PolicyPack::name);

  std::vector<Rules> all;
  if (node.schema != nullptr) {
    node.schema->list(1).words(names);
    return all;
  }
  if (!is_list(node, "policies", "[kr-advertising]", diagnostics)) return all;
  for (const Node& item : node.items) {
    const auto name = read_text(item, "policies", diagnostics);
    if (!name) continue;
    const auto pack = std::ranges::find(policy_packs(), *name, &PolicyPack::name);
    if (pack == policy_packs().end()) {
      diagnostics.add(item.at, "unknown policy pack " + quote(*name),
                      suggest(*name, names, "the packs are: " + join(names)));
    } else if (std::ranges::find(all, *name, &Rules::origin) != all.end()) {
      diagnostics.add(item.at, "the policy pack " + quote(*name) + " is named twice", "keep one");
    } else {
      auto rules = read_policy_pack(pack->text, std::filesystem::path(*name + ".yaml"));
      diagnostics.append(std::move(rules.diagnostics));
      if (rules.value) all.push_back(std::move(*rules.value));
    }
  }
  return all;
}

}  // namespace dialerd::config
