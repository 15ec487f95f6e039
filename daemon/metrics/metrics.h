// What this process counts and measures, for GET /metrics in Prometheus' text format (docs/monitoring.md lists it all).
//
// Counters and histograms are told here as things happen; what can be read at any moment (calls open, limits, leases)
// is handed over as a Picture when somebody asks. Labels are names out of the configuration and fixed words, never a
// lead, an attempt, a phone number or an error's text, so the number of series is bounded by the configuration.
//
// Belongs to the event loop's thread. An event costs well under a microsecond (tests/bench/metrics_bench.cpp). Names
// follow https://prometheus.io/docs/practices/naming/: base units, `_total` for counters.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "campaign/attempt.h"
#include "campaign/call.h"
#include "daemon/metrics/picture.h"
#include "daemon/storage_health.h"

namespace dialerd::daemon::metrics {

using Duration = std::chrono::nanoseconds;

// What must never happen, whatever the provider, the network or the database do. Each is a fault of dialerd's, or of an
// assumption that it rests on.
enum class Invariant : std::uint8_t {
  write_refused,       // the database refuses to record what became of an attempt
  answer_unmatched,    // a POST was answered of which the engine knows nothing
  call_after_no_call,  // the provider shows a call of an attempt that was settled as never placed
};

// Why a claim failed: storage::ErrorKind, without its header.
enum class ClaimFailure : std::uint8_t { unavailable, in_doubt, not_owner, schema, refused };

enum class FollowRequest : std::uint8_t { list, look_up };

// One answered claim.
struct ClaimCounts {
  std::int64_t claimed = 0;
  std::int64_t deferred = 0;    // due, but a frequency cap or lock-out put them off
  std::int64_t suppressed = 0;  // due, and done because their number is suppressed
};

class Metrics {
 public:
  explicit Metrics(std::string_view version);
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  // --- the way of a lead. Each `took` is from the loop's command to the answer back on the loop: with the waiting for
  // a storage thread or a connection
  void claimed(std::string_view account, std::string_view campaign, const ClaimCounts& counts, Duration took);
  void claim_failed(std::string_view account, ClaimFailure why, Duration took);
  void post_answered(std::string_view account, std::string_view campaign, campaign::AnswerKind kind, Duration took);
  // A batch of one account is committed.
  void written(std::string_view account, std::int64_t rows, Duration took);
  // Of a settlement that is committed.
  void settled(std::string_view account, std::string_view campaign, const campaign::Settlement& settlement);
  void follow_answered(std::string_view account, FollowRequest request, bool answered);
  // The provider says something else of a call than was settled.
  void late_news(std::string_view account);

  // --- webhooks. `reason`: one of webhook::reason or http_server::reason; any other is counted as "other"
  void webhook_kept(std::string_view account);
  void webhook_rejected(std::string_view reason);

  // --- the process
  void storage_failed(StorageUse use);
  void ownership_gained(std::string_view account);
  void ownership_lost(std::string_view account);
  // The configuration was loaded anew, or was not because something is wrong with it. The start counts as a success.
  void reloaded(bool success);
  void violated(Invariant invariant);
  void loop_lagged(Duration lag);

  // Everything as text, for an answer of `content_type`. Reads /proc/self too.
  std::string text(const Picture& picture);
  static constexpr std::string_view content_type = "text/plain; version=0.0.4; charset=utf-8";

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace dialerd::daemon::metrics
