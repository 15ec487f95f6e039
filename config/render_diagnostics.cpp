#include "config/render_diagnostics.h"

#include <algorithm>
#include <set>
#include <string_view>
#include <vector>

#include "config/display_text.h"
#include "config/json_text.h"

namespace dialerd::config {
namespace {

constexpr std::size_t shown_before = 60;  // characters of a long line
constexpr std::size_t shown_most = 110;

struct Colours {
  std::string_view place, error, warning, caret, help, off;
};
constexpr Colours no_colours{};
constexpr Colours ansi{"\033[1m", "\033[1;31m", "\033[1;33m", "\033[1;32m", "\033[1;36m", "\033[0m"};

using Line = std::vector<DisplayCharacter>;

bool is(const Line& line, std::size_t at, std::string_view text) { return at < line.size() && line[at].text == text; }

// Whether `at` lies within brackets that are open on this line: there, a comma or a closing bracket ends a value.
bool in_brackets(const Line& line, std::size_t at) {
  int open = 0;
  for (std::size_t i = 0; i < at && i < line.size(); ++i) {
    if (is(line, i, "[") || is(line, i, "{")) ++open;
    if (is(line, i, "]") || is(line, i, "}")) --open;
  }
  return open > 0;
}

std::size_t end_of_quoted(const Line& line, std::size_t at) {
  const std::string quote = line[at].text;
  for (std::size_t i = at + 1; i < line.size(); ++i) {
    if (quote == "\"" && is(line, i, "\\")) {
      ++i;
    } else if (line[i].text == quote) {
      return i + 1;
    }
  }
  return line.size();
}

// The end of the key or value that begins at `at`.
std::size_t end_of_token(const Line& line, std::size_t at) {
  if (at >= line.size()) return at + 1;
  if (is(line, at, "\"") || is(line, at, "'")) return end_of_quoted(line, at);
  constexpr std::string_view single = "[]{},";
  if (single.find(line[at].text) != std::string_view::npos || line[at].text == "    ") return at + 1;
  if (is(line, at, "-") && is(line, at + 1, " ")) return at + 1;
  const bool flow = in_brackets(line, at);
  std::size_t end = at;
  for (std::size_t i = at; i < line.size(); ++i) {
    const bool blank_follows = i + 1 == line.size() || is(line, i + 1, " ");
    if (is(line, i, ":") && blank_follows) break;
    if (is(line, i, " ") && is(line, i + 1, "#")) break;
    if (flow && (is(line, i, ",") || is(line, i, "]") || is(line, i, "}"))) break;
    if (!is(line, i, " ")) end = i + 1;
  }
  return std::max(end, at + 1);
}

// `first` and `last` (excluded) bound the characters that are shown.
struct Cut {
  std::size_t first = 0;
  std::size_t last = 0;
};

Cut cut_around(const Line& line, std::size_t at) {
  if (line.size() <= shown_most) return {0, line.size()};
  const std::size_t first = at > shown_before ? at - shown_before : 0;
  return {first, std::min(line.size(), first + shown_most)};
}

int width(const Line& line, std::size_t from, std::size_t to) {
  int columns = 0;
  for (std::size_t i = from; i < std::min(to, line.size()); ++i) columns += line[i].width;
  return columns;
}

std::string with_margin(std::string_view number, std::string_view text) {
  constexpr std::size_t margin = 5;
  const std::string blanks(number.size() < margin ? margin - number.size() : 0, ' ');
  return blanks + std::string(number) + " | " + std::string(text) + "\n";
}

std::string excerpt(const Diagnostic& diagnostic, const Colours& colours) {
  const Line line = display_characters(diagnostic.source);
  const auto at = std::min(static_cast<std::size_t>(std::max(diagnostic.column, 1)) - 1, line.size());
  const Cut cut = cut_around(line, at);
  std::string shown = cut.first > 0 ? "..." : "";
  std::string pointer(shown.size() + static_cast<std::size_t>(width(line, cut.first, at)), ' ');
  for (std::size_t i = cut.first; i < cut.last; ++i) shown += line[i].text;
  if (cut.last < line.size()) shown += "...";
  const int length = std::max(1, width(line, at, std::min(end_of_token(line, at), cut.last)));
  pointer += std::string(colours.caret) + "^" + std::string(static_cast<std::size_t>(length) - 1, '~') +
             std::string(colours.off);
  return with_margin(std::to_string(diagnostic.line), shown) + with_margin("", pointer);
}

std::string place_of(const Diagnostic& diagnostic) {
  std::string place = diagnostic.file.string() + ":";
  if (diagnostic.line > 0) place += std::to_string(diagnostic.line) + ":" + std::to_string(diagnostic.column) + ":";
  return place;
}

// GitHub's toolkit, packages/core/src/command.ts: what must be escaped in a command's message, and in its properties.
std::string escaped(std::string_view text, bool property) {
  std::string result;
  for (const char c : text) {
    switch (c) {
      case '%':
        result += "%25";
        break;
      case '\r':
        result += "%0D";
        break;
      case '\n':
        result += "%0A";
        break;
      case ':':
        result += property ? "%3A" : ":";
        break;
      case ',':
        result += property ? "%2C" : ",";
        break;
      default:
        result += c;
    }
  }
  return result;
}

}  // namespace

std::string render_text(std::span<const Diagnostic> diagnostics, bool colour) {
  const Colours& colours = colour ? ansi : no_colours;
  std::string text;
  for (const Diagnostic& diagnostic : diagnostics) {
    text.append(colours.place).append(place_of(diagnostic)).append(colours.off).append(" ");
    const bool error = diagnostic.severity == Severity::error;
    text.append(error ? colours.error : colours.warning).append(error ? "error:" : "warning:");
    text.append(colours.off).append(" ");
    text.append(colours.place).append(diagnostic.what).append(colours.off).append("\n");
    if (!diagnostic.source.empty()) text += excerpt(diagnostic, colours);
    text.append("      = ").append(colours.help).append("help:").append(colours.off);
    text.append(" ").append(diagnostic.remedy).append("\n\n");
  }
  return text;
}

std::string render_summary(std::span<const Diagnostic> diagnostics) {
  std::set<std::filesystem::path> files;
  std::size_t errors = 0;
  for (const Diagnostic& diagnostic : diagnostics) {
    files.insert(diagnostic.file);
    if (diagnostic.severity == Severity::error) ++errors;
  }
  const std::size_t warnings = diagnostics.size() - errors;
  const auto count = [](std::size_t number, std::string_view noun) {
    return std::to_string(number) + " " + std::string(noun) + (number == 1 ? "" : "s");
  };
  std::string text;
  if (errors > 0 || warnings == 0) text += count(errors, "error");
  if (warnings > 0) text += (text.empty() ? "" : " and ") + count(warnings, "warning");
  return text + " in " + count(files.size(), "file") + "\n";
}

std::string render_json(std::span<const Diagnostic> diagnostics) {
  std::string text = "[";
  for (const Diagnostic& diagnostic : diagnostics) {
    text += text.size() == 1 ? "\n" : ",\n";
    text += "  {\"file\": " + json_text(diagnostic.file.string()) + ", \"line\": " + std::to_string(diagnostic.line) +
            ", \"column\": " + std::to_string(diagnostic.column) +
            ", \"severity\": " + (diagnostic.severity == Severity::error ? R"("error")" : R"("warning")") +
            ", \"message\": " + json_text(diagnostic.what) + ", \"help\": " + json_text(diagnostic.remedy) + "}";
  }
  return text + (diagnostics.empty() ? "]\n" : "\n]\n");
}

std::string render_github(std::span<const Diagnostic> diagnostics) {
  std::string text;
  for (const Diagnostic& diagnostic : diagnostics) {
    text += diagnostic.severity == Severity::error ? "::error file=" : "::warning file=";
    text += escaped(diagnostic.file.string(), true);
    if (diagnostic.line > 0) {
      text += ",line=" + std::to_string(diagnostic.line) + ",col=" + std::to_string(diagnostic.column);
    }
    text += "::" + escaped(diagnostic.what + "; " + diagnostic.remedy, false) + "\n";
  }
  return text;
}

}  // namespace dialerd::config
