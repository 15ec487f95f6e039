// Whether the server keeps what it has committed. An intent that a crash forgets is a person called twice.
//
// PostgreSQL manual, 20.5 "Write Ahead Log": fsync, synchronous_commit, full_page_writes. `synchronous_commit` is a
// setting of each session: dialerd sets its own, which a pooler may drop, so what the session got is what counts while
// it runs; at the start the server's own is asked for too, because people change leads and lists in other sessions.
#pragma once

#include <string>
#include <vector>

#include "storage/error.h"
#include "storage/session.h"

namespace dialerd::storage {

struct DurabilityFault {
  std::string setting;
  std::string value;
  std::string remedy;
};

// Of the server that the transaction runs on, with its session's own settings.
std::vector<DurabilityFault> durability_faults(Transaction& transaction);

// Of the server as dialerd's sessions find it, and as sessions find it that set nothing. Two connections, both closed.
Result<std::vector<DurabilityFault>> durability_faults(const SessionSettings& settings);

// "fsync is off (set ...); ...": for one message.
std::string words_of(const std::vector<DurabilityFault>& faults);

}  // namespace dialerd::storage
