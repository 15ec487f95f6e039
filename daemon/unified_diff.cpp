#include "daemon/unified_diff.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace dialerd::daemon {
namespace {

constexpr std::size_t context = 3;
constexpr std::size_t cells_max = 16'000'000;  // of the table of common subsequences: 64 MB, for a moment

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    lines.push_back(text.substr(0, end));
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
  }
  return lines;
}

struct Line {
  char mark = ' ';  // ' ' in both, '-' before, '+' after
  std::string_view text;
};

using Lines = std::vector<std::string_view>;

// What lies between the common beginning and end: by the longest common subsequence, the classical table.
void add_middle(const Lines& a, const Lines& b, std::vector<Line>& script) {
  if (a.size() * b.size() > cells_max) {
    for (std::string_view line : a) script.push_back({'-', line});
    for (std::string_view line : b) script.push_back({'+', line});
    return;
  }
  const std::size_t width = b.size() + 1;
  std::vector<std::uint32_t> common((a.size() + 1) * width, 0);
  for (std::size_t i = a.size(); i-- > 0;) {
    for (std::size_t j = b.size(); j-- > 0;) {
      common[i * width + j] = a[i] == b[j] ? common[(i + 1) * width + j + 1] + 1
                                           : std::max(common[(i + 1) * width + j], common[i * width + j + 1]);
    }
  }
  std::size_t i = 0, j = 0;
  while (i < a.size() || j < b.size()) {
    if (i < a.size() && j < b.size() && a[i] == b[j]) {
      script.push_back({' ', a[i]});
      ++i, ++j;
    } else if (j == b.size() || (i < a.size() && common[(i + 1) * width + j] >= common[i * width + j + 1])) {
      script.push_back({'-', a[i++]});
    } else {
      script.push_back({'+', b[j++]});
    }
  }
}

std::vector<Line> script_of(const Lines& a, const Lines& b) {
  std::vector<Line> script;
  std::size_t head = 0;
  while (head < a.size() && head < b.size() && a[head] == b[head]) script.push_back({' ', a[head++]});
  std::size_t tail = 0;
  while (tail < a.size() - head && tail < b.size() - head && a[a.size() - 1 - tail] == b[b.size() - 1 - tail]) ++tail;
  auto middle = [&](const Lines& lines) {
    return Lines(lines.begin() + static_cast<std::ptrdiff_t>(head), lines.end() - static_cast<std::ptrdiff_t>(tail));
  };
  add_middle(middle(a), middle(b), script);
  for (std::size_t i = a.size() - tail; i < a.size(); ++i) script.push_back({' ', a[i]});
  return script;
}

}  // namespace

std::string unified_diff(std::string_view before, std::string_view after) {
  if (before == after) return {};
  const std::vector<Line> script = script_of(lines_of(before), lines_of(after));
  std::string text;
  std::size_t old_line = 0, new_line = 0;  // lines of either text before `at`
  std::size_t at = 0;
  auto count = [&](const Line& line) {
    if (line.mark != '+') ++old_line;
    if (line.mark != '-') ++new_line;
  };
  while (at < script.size()) {
    const auto changed = std::find_if(script.begin() + static_cast<std::ptrdiff_t>(at), script.end(),
                                      [](const Line& line) { return line.mark != ' '; });
    if (changed == script.end()) break;
    const auto first = static_cast<std::size_t>(changed - script.begin());
    const std::size_t begin = std::max(at, first - std::min(first, context));
    for (; at < begin; ++at) count(script[at]);
    // The hunk ends where more than twice the context lies before the next change.
    std::size_t end = first;
    for (std::size_t i = first; i < script.size() && i <= end + 2 * context + 1; ++i) {
      if (script[i].mark != ' ') end = i;
    }
    end = std::min(script.size(), end + 1 + context);
    const std::size_t old_from = old_line, new_from = new_line;
    std::string body;
    for (; at < end; ++at) {
      count(script[at]);
      body += script[at].mark + std::string(script[at].text) + '\n';
    }
    auto range = [](std::size_t from, std::size_t to) {
      return std::to_string(to == from ? from : from + 1) + "," + std::to_string(to - from);
    };
    text += "@@ -" + range(old_from, old_line) + " +" + range(new_from, new_line) + " @@\n" + body;
  }
  return text;
}

}  // namespace dialerd::daemon
