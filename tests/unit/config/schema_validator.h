// A validator of JSON Schema for the keywords of draft-07 that dialerd's schemas use; any other is a failure.
#pragma once

#include <string>
#include <vector>

#include <yaml-cpp/yaml.h>

namespace dialerd::config {

// What of `document` is not as `schema` says, each with its path; both as YAML. Scalars have the types that YAML 1.2's
// core schema gives them, as editors read them.
std::vector<std::string> schema_problems(const YAML::Node& schema, const YAML::Node& document);

}  // namespace dialerd::config
