// Writes one JSON text (RFC 8259) key by key, indented by two blanks.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace dialerd::daemon::plan {

class JsonWriter {
 public:
  // An object's members have a key; an array's elements, and the outermost value, have none.
  void begin_object(std::string_view key = {}) { open(key, '{', '}'); }
  void begin_array(std::string_view key = {}) { open(key, '[', ']'); }
  void end();

  void string(std::string_view key, std::string_view value);
  void integer(std::string_view key, std::int64_t value) { raw(key, std::to_string(value)); }
  void number(std::string_view key, double value);  // finite; four digits behind the point
  void boolean(std::string_view key, bool value) { raw(key, value ? "true" : "false"); }
  void null(std::string_view key) { raw(key, "null"); }
  void element(std::string_view value) { raw({}, quoted(value)); }

  std::string take() { return std::move(text_) + '\n'; }

 private:
  struct Level {
    char closing = '}';
    bool empty = true;
  };

  static std::string quoted(std::string_view text);
  void open(std::string_view key, char opening, char closing);
  void raw(std::string_view key, std::string_view value);
  void begin_value(std::string_view key);
  void new_line() { text_ += '\n' + std::string(2 * levels_.size(), ' '); }

  std::string text_;
  std::vector<Level> levels_;
};

}  // namespace dialerd::daemon::plan
