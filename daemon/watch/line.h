// A line of the screen: pieces of text, each in one style. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace dialerd::daemon::watch {

enum class Style : std::uint8_t { plain, bold, dim, reverse, red, yellow, green, blue };

enum class Colours : bool { off, on };

struct Piece {
  std::string text;
  Style style = Style::plain;
};

class Line {
 public:
  // Cut so that the line never has more than `columns_max` columns of a terminal.
  explicit Line(std::size_t columns_max) : columns_max_(columns_max) {}

  Line& add(std::string_view text, Style style = Style::plain);
  // In a field of that many columns.
  Line& add_left(std::string_view text, std::size_t columns, Style style = Style::plain);
  Line& add_right(std::string_view text, std::size_t columns, Style style = Style::plain);
  Line& fill_to(std::size_t column, Style style = Style::plain);

  std::size_t columns() const { return columns_; }
  // Without styles.
  std::string text() const;
  // With them, as SGR sequences (ECMA-48, 8.3.117); without colours what they say is bold, or plain.
  std::string styled(Colours colours) const;

 private:
  std::size_t columns_max_;
  std::size_t columns_ = 0;
  std::vector<Piece> pieces_;
};

// A bar of that many columns, filled to `share` (0 to 1) in eighths of a column.
std::string bar(double share, std::size_t columns);

}  // namespace dialerd::daemon::watch
