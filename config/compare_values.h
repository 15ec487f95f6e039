// What the comparisons of configurations have in common: values as texts, and the list of changes. Private to this
// folder.
#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "config/compare.h"
#include "config/limits_config.h"
#include "config/units.h"

namespace dialerd::config {

inline const std::string none = "none";

inline std::string text_of(const std::string& value) { return value; }
inline std::string text_of(bool value) { return value ? "true" : "false"; }
inline std::string text_of(std::integral auto value) { return std::to_string(value); }
template <typename Rep, typename Period>
std::string text_of(std::chrono::duration<Rep, Period> value) {
  return format_duration(std::chrono::duration_cast<std::chrono::milliseconds>(value));
}
std::string text_of(std::chrono::sys_days date);  // "2026-11-25"
template <typename T>
std::string text_of(const std::optional<T>& value) {
  return value ? text_of(*value) : none;
}

class Changes {
 public:
  explicit Changes(std::string prefix = {}) : prefix_(std::move(prefix)) {}

  // Values that differ and loosen nothing.
  template <typename T>
  void note(const std::string& what, const T& from, const T& to) {
    if (!(from == to)) add(what, text_of(from), text_of(to), false);
  }
  // More is looser; nothing is a limit without end.
  template <typename T>
  void at_most(const std::string& what, const std::optional<T>& from, const std::optional<T>& to) {
    if (from != to) add(what, text_of(from), text_of(to), !to || (from && *to > *from));
  }
  template <typename T>
  void at_most(const std::string& what, const T& from, const T& to) {
    if (from != to) add(what, text_of(from), text_of(to), to > from);
  }
  // Less is looser.
  template <typename T>
  void at_least(const std::string& what, const T& from, const T& to) {
    if (from != to) add(what, text_of(from), text_of(to), to < from);
  }
  void add(const std::string& what, std::string from, std::string to, bool loosened) {
    list_.push_back({prefix_ + what, std::move(from), std::move(to), loosened, false});
  }
  void limits(const std::string& what, const Limits& from, const Limits& to);
  void append(std::vector<Change> more);

  std::vector<Change> take() { return std::move(list_); }

 private:
  std::string prefix_;
  std::vector<Change> list_;
};

// "a, b", or "none".
std::string joined(const std::vector<std::string>& texts);

// compare_rules.cpp: windows, dates and rules
void compare_rules(const CampaignConfig& before, const CampaignConfig& after, Changes& changes);
// compare_retry.cpp
void compare_retry(const Retry& before, const Retry& after, Changes& changes);

}  // namespace dialerd::config
