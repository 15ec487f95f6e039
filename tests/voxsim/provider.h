#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "tests/voxsim/api_error.h"
#include "tests/voxsim/call_listing.h"
#include "tests/voxsim/call_store.h"
#include "tests/voxsim/create_request.h"
#include "tests/voxsim/limits.h"
#include "tests/voxsim/list_query.h"
#include "tests/voxsim/options.h"
#include "tests/voxsim/outcome_model.h"
#include "tests/voxsim/time_index.h"
#include "tests/voxsim/webhook_body.h"

namespace dialerd::voxsim {

// A call that was refused outright, and for how long that will be so at least (0: not known).
struct Rejection {
  ApiError error;
  std::int64_t wait_us = 0;
};

// The voice provider behind the HTTP API: its calls, their fates and its limits. Knows nothing of HTTP, keys or faults.
// Times are unix microseconds of the provider's clock and never go back. Not thread-safe. `options` must outlive it.
class Provider {
 public:
  explicit Provider(const Options& options);

  std::variant<CallIndex, Rejection> create(const CreateRequest& request, std::int64_t now_us);

  std::optional<CallIndex> find(std::string_view id) const { return store_.find(id); }
  void append_call(std::string& out, CallIndex index, std::int64_t now_us) const;
  std::string list(const ListQuery& query, std::int64_t now_us);
  std::string organization() const;

  const Call& call(CallIndex index) const { return store_.at(index); }
  std::string call_id(CallIndex index) const { return store_.id(index); }
  // What its webhooks will say.
  EventCall event_call(CallIndex index) const;
  // Drawn from the seed, the number called and how many calls it has had: as a call's fate.
  std::uint64_t seed_of_newest_call_to(PackedNumber number) const;
  const OutcomeModel& outcomes() const { return outcomes_; }
  std::size_t calls_created() const { return store_.size(); }
  std::size_t open_now(std::int64_t now_us) { return limits_.open_now(now_us); }
  std::size_t open_most() const { return limits_.open_most(); }

 private:
  const Options& options_;
  OutcomeModel outcomes_;
  CallStore store_;
  TimeIndex index_;
  CallListing listing_;
  CallLimits limits_;
};

}  // namespace dialerd::voxsim
