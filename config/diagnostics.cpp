#include "config/diagnostics.h"

#include <algorithm>
#include <iterator>
#include <tuple>
#include <utility>

namespace dialerd::config {

std::string to_string(const Diagnostic& diagnostic) {
  std::string text = diagnostic.file.string() + ":";
  if (diagnostic.line > 0) {
    text += std::to_string(diagnostic.line) + ":" + std::to_string(diagnostic.column) + ":";
  }
  return text + " error: " + diagnostic.what + "; " + diagnostic.remedy;
}

void Diagnostics::add(Position at, std::string what, std::string remedy) {
  diagnostics_.push_back({file_, at.line, at.column, std::move(what), std::move(remedy)});
}

void Diagnostics::append(std::vector<Diagnostic> of_included_file) {
  std::ranges::move(of_included_file, std::back_inserter(included_));
}

std::vector<Diagnostic> Diagnostics::take() {
  std::ranges::stable_sort(diagnostics_, {},
                           [](const Diagnostic& diagnostic) { return std::tuple(diagnostic.line, diagnostic.column); });
  std::ranges::move(std::exchange(included_, {}), std::back_inserter(diagnostics_));
  return std::exchange(diagnostics_, {});
}

std::string quote(std::string_view text) {
  constexpr int longest = 60;
  std::string quoted = "'";
  int characters = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool starts_character = (byte & 0xC0U) != 0x80U;
    if (starts_character && ++characters > longest) {
      quoted += "...";
      break;
    }
    quoted += byte < 0x20 || byte == 0x7F ? ' ' : c;
  }
  return quoted + "'";
}

}  // namespace dialerd::config
