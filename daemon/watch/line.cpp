#include "daemon/watch/line.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "daemon/text/utf8.h"

namespace dialerd::daemon::watch {
namespace {

std::string_view sequence_of(Style style, Colours colours) {
  if (colours == Colours::off) {
    switch (style) {
      case Style::red:
        style = Style::bold;
        break;
      case Style::yellow:
      case Style::green:
      case Style::blue:
        style = Style::plain;
        break;
      default:
        break;
    }
  }
  switch (style) {
    case Style::plain:
      return "";
    case Style::bold:
      return "\x1b[1m";
    case Style::dim:
      return "\x1b[2m";
    case Style::reverse:
      return "\x1b[7m";
    case Style::red:
      return "\x1b[1;31m";
    case Style::yellow:
      return "\x1b[33m";
    case Style::green:
      return "\x1b[32m";
    case Style::blue:
      return "\x1b[36m";
  }
  return "";
}

}  // namespace

Line& Line::add(std::string_view text, Style style) {
  std::string fitted = text::fitted(text, columns_max_ - columns_);
  if (fitted.empty()) return *this;
  columns_ += text::columns(fitted);
  pieces_.push_back({std::move(fitted), style});
  return *this;
}

Line& Line::add_left(std::string_view text, std::size_t columns, Style style) {
  const std::string fitted = text::fitted(text, columns);
  return add(fitted + std::string(columns - text::columns(fitted), ' '), style);
}

Line& Line::add_right(std::string_view text, std::size_t columns, Style style) {
  const std::string fitted = text::fitted(text, columns);
  return add(std::string(columns - text::columns(fitted), ' ') + fitted, style);
}

Line& Line::fill_to(std::size_t column, Style style) {
  if (column <= columns_) return *this;
  return add(std::string(column - columns_, ' '), style);
}

std::string Line::text() const {
  std::string all;
  for (const Piece& piece : pieces_) all += piece.text;
  return all;
}

std::string Line::styled(Colours colours) const {
  std::string all;
  for (const Piece& piece : pieces_) {
    const std::string_view begin = sequence_of(piece.style, colours);
    all.append(begin).append(piece.text);
    if (!begin.empty()) all += "\x1b[0m";
  }
  return all;
}

std::string bar(double share, std::size_t columns) {
  constexpr std::array<std::string_view, 9> eighths = {" ", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"};
  const double clamped = std::isfinite(share) ? std::clamp(share, 0.0, 1.0) : 0.0;
  auto filled = static_cast<std::size_t>(clamped * static_cast<double>(columns) * 8);
  if (filled == 0 && clamped > 0) filled = 1;  // something is not nothing
  std::string text;
  for (std::size_t i = 0; i < columns; ++i) {
    const std::size_t here = std::min<std::size_t>(filled, 8);
    text += here == 0 ? "·" : eighths[here];
    filled -= here;
  }
  return text;
}

}  // namespace dialerd::daemon::watch
