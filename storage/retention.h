// What is removed after its time (`dialerd prune`), and what is known of a person on request (`dialerd forget`):
// migration 0009_retention. Both need the rights of the schema's owner, which the daemon's role does not have.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "storage/session.h"

namespace dialerd::storage {

// Ages from which something goes; nullopt: it stays.
struct RetentionPolicy {
  std::chrono::seconds attempts{};  // whole months; at least 366 days, as far as caps and lock-outs reach back
  std::optional<std::chrono::seconds> words;      // summary, sentiment, analysis and recording of calls; the cost stays
  std::optional<std::chrono::seconds> webhooks;   // that were handled
  std::optional<std::chrono::seconds> rejects;    // rows that an import refused
  std::optional<std::chrono::seconds> decisions;  // why due leads got no attempt
  // That are done for so long, with their numbers and variables: of campaigns that are stopped or past their end. Of
  // others an import that brings them again must find them, or it has them called again.
  std::optional<std::chrono::seconds> leads;
};

struct Removed {
  std::string what;  // "partition attempt_2025_01", "webhooks" ...
  std::int64_t rows = 0;
  std::string kept;  // not empty: it stays, and why
};

// Tells of each thing as it is done; with `dry_run` of what would go, and removes nothing. In small transactions: what
// is removed when it breaks off is removed. refused: attempts younger than 366 days.
Result<void> prune(Session& session, const RetentionPolicy& policy, bool dry_run, const std::string& done_by,
                   const std::function<void(const Removed&)>& tell);

struct Forgotten {
  bool open_call = false;  // nothing was removed yet: a call to the person is open
  // Rows by table, suppressions by whom they were for; "numbers": how many of the person's were known, one at least.
  std::map<std::string, std::int64_t> removed;
};
// `person`: region and domestic digits. With `dry_run` it is found out and taken back: meanwhile claims of this
// person's leads wait.
Result<Forgotten> forget(Session& session, const std::string& person, const std::string& done_by,
                         const std::string& reason, bool dry_run = false);

}  // namespace dialerd::storage
