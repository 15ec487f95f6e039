// Policy packs: rules that the law or a regulator asks for, shipped with dialerd as readable YAML (config/policies/)
// and embedded at build time, so that `policies: [NAME]` means the same on every machine. A pack can only add rules to
// a campaign; it takes none away and changes none.
#pragma once

#include <filesystem>
#include <span>
#include <string_view>
#include <vector>

#include "config/diagnostics.h"
#include "config/document.h"
#include "config/load.h"
#include "config/rules_config.h"

namespace dialerd::config {

struct PolicyPack {
  std::string_view name;  // "kr-advertising"
  std::string_view title;
  std::string_view text;  // the YAML file, with the source of each rule
};

// All that are shipped, sorted by name. Valid for the program's whole life.
std::span<const PolicyPack> policy_packs();

// The rules of a pack's text. `file` is what the messages call it.
Loaded<Rules> read_policy_pack(std::string_view text, const std::filesystem::path& file);

// A campaign's `policies`: the rules of the packs that it names, in that order; `origin` is the pack's name.
std::vector<Rules> read_policies(const Node& node, Diagnostics& diagnostics);

}  // namespace dialerd::config
