#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "tests/voxsim/line_file.h"

namespace dialerd::voxsim {

// One received request. Empty texts and a zero status are written as null.
struct LedgerEntry {
  std::int64_t at_us = 0;  // unix time, the provider's clock
  std::uint64_t sequence = 0;
  std::string_view method{};
  std::string_view target{};
  int status = 0;              // HTTP status that was sent; 0 when none was
  std::string_view outcome{};  // "accepted", an error code, or the name of the fault that struck
  std::uint32_t delay_ms = 0;

  // Of a POST only.
  bool is_create = false;
  std::string_view attempt_id{};
  std::string_view to_number{};  // in full: the ledger is a test's judge
  std::string_view from_number{};
  bool created = false;

  // Of a created call only: what it will come to.
  std::string_view call_id{};
  std::string_view reason{};
  std::string_view final_status{};
  std::int64_t answer_ms = 0;       // 0: never connects
  std::int64_t end_ms = 0;          // 0: never ends
  std::string_view later_reason{};  // what the API says from later_ms on, when that contradicts what it said before
  std::string_view later_status{};
  std::int64_t later_ms = 0;
};

// A file of JSON Lines. Lines are handed to the operating system by flush(), which is called before the answers to
// their requests leave: whatever a client has an answer to is in the file, even if this process is killed. Not
// thread-safe.
class Ledger {
 public:
  // Appends to `path`; writes nothing when it is empty. Throws std::system_error when the file cannot be opened.
  explicit Ledger(const std::string& path) : file_(path, "ledger") {}

  void append(const LedgerEntry& entry);
  void flush() { file_.flush(); }

 private:
  LineFile file_;
};

}  // namespace dialerd::voxsim
