#pragma once

#include <charconv>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

#include "tests/voxsim/options.h"

// Kinds of command line flags that CLI11 does not have.
namespace dialerd::voxsim {

template <typename Number>
bool read_number(std::string_view text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return !text.empty() && error == std::errc{} && end == text.data() + text.size();
}

// "a:b" or "a" for both ends.
inline void add_range(CLI::App& app, const std::string& flag, MillisecondRange& range, const std::string& help) {
  const auto read = [&range](const std::string& text) {
    const std::size_t colon = text.find(':');
    const std::string_view view = text;
    MillisecondRange given;
    if (!read_number(view.substr(0, colon), given.lowest)) return false;
    given.highest = given.lowest;
    if (colon != std::string::npos && !read_number(view.substr(colon + 1), given.highest)) return false;
    if (given.highest < given.lowest) return false;
    range = given;
    return true;
  };
  app.add_option_function<std::string>(
         flag,
         [read, flag](const std::string& text) {
           if (!read(text))
             throw CLI::ValidationError(flag, "expected milliseconds as LOWEST:HIGHEST, got '" + text + "'");
         },
         help)
      ->type_name("MS:MS");
}

// "name=probability", repeatable.
inline void add_faults(CLI::App& app, const std::string& flag, std::vector<std::pair<std::string, double>>& faults,
                       const std::string& help) {
  app.add_option_function<std::vector<std::string>>(
         flag,
         [&faults, flag](const std::vector<std::string>& texts) {
           for (const std::string& text : texts) {
             const std::size_t equals = text.find('=');
             double probability = 0;
             if (equals == std::string::npos || !read_number(std::string_view(text).substr(equals + 1), probability)) {
               throw CLI::ValidationError(flag, "expected NAME=PROBABILITY, got '" + text + "'");
             }
             faults.emplace_back(text.substr(0, equals), probability);
           }
         },
         help)
      ->type_name("NAME=PROBABILITY");
}

template <typename Enum>
void add_choice(CLI::App& app, const std::string& flag, Enum& value,
                const std::vector<std::pair<std::string, Enum>>& choices, const std::string& help) {
  std::string names;
  for (const auto& [name, meaning] : choices) names += (names.empty() ? "" : "|") + name;
  app.add_option_function<std::string>(
         flag,
         [&value, flag, choices, names](const std::string& text) {
           for (const auto& [name, meaning] : choices) {
             if (name == text) {
               value = meaning;
               return;
             }
           }
           throw CLI::ValidationError(flag, "expected " + names + ", got '" + text + "'");
         },
         help)
      ->type_name(names);
}

}  // namespace dialerd::voxsim
