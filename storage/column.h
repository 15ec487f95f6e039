// One column of a batch of rows, as the array that its statement unnests. Private to this folder.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "campaign/time.h"
#include "storage/array_text.h"

namespace dialerd::storage {

class Column {
 public:
  void text(const std::string& value) { value.empty() ? array_.add_null() : array_.add(value); }
  void token(std::string_view value) { array_.add_token(value); }
  void flag(bool value) { array_.add_token(value ? "true" : "false"); }
  void number(std::optional<std::int64_t> value) { value ? array_.add_number(*value) : array_.add_null(); }
  void number_or_null(int value) { value == 0 ? array_.add_null() : array_.add_number(value); }
  // In milliseconds since 1970.
  void time(std::optional<campaign::WallTime> value) {
    value ? array_.add_number(value->time_since_epoch().count()) : array_.add_null();
  }
  // Kept as it is when empty: for columns that are not null.
  void exact_text(const std::string& value) { array_.add(value); }
  std::string array() const { return array_.text(); }

 private:
  ArrayText array_;
};

}  // namespace dialerd::storage
