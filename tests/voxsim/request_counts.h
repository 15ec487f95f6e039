#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "tests/voxsim/flat_map.h"

namespace dialerd::voxsim {

using CountsByName = std::map<std::string, std::uint64_t, std::less<>>;

// What GET /_sim/stats tells of the requests so far. Not thread-safe.
class RequestCounts {
 public:
  void request(std::string_view kind, std::string_view outcome);
  // A POST to the calls; without an attempt id it is no duplicate of any.
  void post(const std::string& attempt_id, bool created);

  // What others have counted.
  struct Others {
    std::uint64_t calls_created = 0;
    std::uint64_t open_now = 0;
    std::uint64_t open_max = 0;
    std::optional<CountsByName> webhooks{};  // none: no webhooks are sent
  };
  std::string text(const Others& others) const;

 private:
  struct OfAttempt {
    std::uint16_t posted = 0;
    std::uint16_t created = 0;
  };

  FlatMap<OfAttempt> attempts_;  // by hash
  std::uint64_t requests_ = 0;
  std::uint64_t posts_ = 0;
  std::uint64_t duplicates_posted_ = 0;
  std::uint64_t duplicates_created_ = 0;
  CountsByName by_kind_;
  CountsByName by_outcome_;
};

}  // namespace dialerd::voxsim
