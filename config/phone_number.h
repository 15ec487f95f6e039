#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/diagnostics.h"
#include "config/document.h"

namespace dialerd::config {

// A number as the voice API takes it: domestic digits without hyphens, 7 to 15 of them. Whether it exists and belongs
// to the organisation is the provider's to say.
std::optional<std::string> read_phone_number(const Node& node, std::string_view name, Diagnostics& diagnostics);

// The same of a text at `at`, such as a key.
std::optional<std::string> check_phone_number(std::string_view text, Position at, std::string_view name,
                                              Diagnostics& diagnostics);

// A list of at least one, without repetition.
std::vector<std::string> read_phone_numbers(const Node& node, std::string_view name, Diagnostics& diagnostics);

}  // namespace dialerd::config
