#include "daemon/metrics/words.h"

#include <algorithm>
#include <utility>

#include "campaign/retry_policy.h"
#include "daemon/http_server/server.h"
#include "daemon/webhook/receiver.h"

namespace dialerd::daemon::metrics {
namespace {

std::size_t place_of(std::string_view word) {
  return static_cast<std::size_t>(std::find(disposition_words.begin(), disposition_words.end(), word) -
                                  disposition_words.begin());
}

}  // namespace

std::size_t disposition_group(const campaign::Settlement& settlement) {
  using campaign::AttemptState;
  switch (settlement.state) {
    case AttemptState::ended:
      return static_cast<std::size_t>(campaign::classify(settlement.disposition));
    case AttemptState::rejected:
    case AttemptState::not_placed:
    case AttemptState::abandoned:
      return place_of(to_string(settlement.state));
    default:
      return place_of("other");
  }
}

std::size_t webhook_reason(std::string_view reason) {
  namespace theirs = webhook::reason;
  namespace server = http_server::reason;
  // In the order of webhook_reason_words.
  constexpr std::array<std::string_view, 16> reasons = {
      theirs::method,        theirs::path,           theirs::address,
      theirs::unsigned_body, theirs::signature,      theirs::unreadable,
      theirs::too_late,      theirs::too_many,       theirs::not_taken,
      server::tls,           server::malformed,      server::header_too_large,
      server::too_slow,      server::body_too_large, server::cut_off,
      server::internal};
  static_assert(reasons.size() + 1 == webhook_reason_words.size());
  return static_cast<std::size_t>(std::find(reasons.begin(), reasons.end(), reason) - reasons.begin());
}

}  // namespace dialerd::daemon::metrics
