// The daemons that share a database, and who of them owns what, as one of them reads it with its heartbeat.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "campaign/ids.h"

namespace dialerd::storage {

// What a daemon says of itself.
struct DaemonCard {
  std::string owner;
  std::vector<std::string> accounts;
  bool accepting = true;  // false: it is stopping, and takes no account any more
  std::string host;
  std::int64_t pid = 0;
  std::string version;
  std::vector<campaign::CampaignId> campaigns = {};  // that its configuration has
};

struct SeenDaemon {
  std::string owner;
  std::vector<std::string> accounts;
  bool accepting = true;
  std::int64_t beat = 0;  // grows with each of its heartbeats
  bool fresh = false;     // by the database's clock it was seen lately
};

struct SeenLease {
  std::string account;
  std::string owner;  // the last one; of a released account too
  std::int64_t epoch = 0;
  std::int64_t stamp = 0;             // changes with each renewal
  std::chrono::milliseconds lease{};  // its length when it was renewed
  bool ran_out = false;               // by the database's clock
  bool released = false;              // given back by its owner
};

struct Fleet {
  std::vector<SeenDaemon> daemons;  // the asking one among them
  std::vector<SeenLease> leases;    // of every account that was ever owned
};

}  // namespace dialerd::storage
