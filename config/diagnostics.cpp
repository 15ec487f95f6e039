#include "config/diagnostics.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <tuple>
#include <utility>

#include "config/excerpt.h"
#include "config/source_text.h"

namespace dialerd::config {
namespace {

// Whether the character in that column, from 1, is a quotation mark as word processors make them.
bool starts_with_curly_quote(std::string_view line, int column) {
  for (; column > 1 && !line.empty(); --column) {
    line.remove_prefix(std::max<std::size_t>(utf8_sequence_length(line), 1));
  }
  constexpr std::array<std::string_view, 5> marks = {"\u201C", "\u201D", "\u201E", "\u2018", "\u2019"};
  return std::ranges::any_of(marks, [&](std::string_view mark) { return line.starts_with(mark); });
}

}  // namespace

std::string to_string(const Diagnostic& diagnostic) {
  std::string text = diagnostic.file.string() + ":";
  if (diagnostic.line > 0) {
    text += std::to_string(diagnostic.line) + ":" + std::to_string(diagnostic.column) + ":";
  }
  text += diagnostic.severity == Severity::error ? " error: " : " warning: ";
  return text + diagnostic.what + "; " + diagnostic.remedy;
}

void Diagnostics::add(Position at, std::string what, std::string remedy, Severity severity) {
  diagnostics_.push_back({file_, at.line, at.column, std::move(what), std::move(remedy), {}, severity});
}

void Diagnostics::conceal(Position at) {
  const auto [place, added] = concealed_.emplace(at.line, at.column);
  if (!added) place->second = std::min(place->second, at.column);
}

void Diagnostics::append(std::vector<Diagnostic> of_included_file) {
  std::ranges::move(of_included_file, std::back_inserter(included_));
}

std::vector<Diagnostic> Diagnostics::take() {
  std::ranges::stable_sort(diagnostics_, {},
                           [](const Diagnostic& diagnostic) { return std::tuple(diagnostic.line, diagnostic.column); });
  show_sources();
  std::ranges::move(std::exchange(included_, {}), std::back_inserter(diagnostics_));
  return std::exchange(diagnostics_, {});
}

void Diagnostics::show_sources() {
  if (text_.empty()) return;
  const SourceText source(text_);
  for (Diagnostic& diagnostic : diagnostics_) {
    if (diagnostic.line == 0) continue;
    const auto concealed = concealed_.find(diagnostic.line);
    if (starts_with_curly_quote(source.line(diagnostic.line), diagnostic.column)) {
      diagnostic.remedy = "these are curly quotes, which are text for YAML: write straight ones, \"...\"";
    }
    diagnostic.source = shown_line(source.line(diagnostic.line), concealed == concealed_.end() ? 0 : concealed->second);
  }
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
