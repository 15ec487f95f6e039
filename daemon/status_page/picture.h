// What the status page shows that this process alone knows: its engine's calls and limits, and how it is.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "campaign/binding.h"
#include "campaign/limit_use.h"
#include "daemon/readiness.h"

namespace dialerd::daemon::status_page {

struct EngineAccount {
  std::string name;
  std::int64_t dialing = 0;
  std::int64_t open = 0;
  std::int64_t doubts = 0;
  std::int64_t unwritten = 0;
  std::vector<campaign::LimitUse> limits;
};

struct EngineCampaign {
  std::string name;
  std::vector<campaign::Binding> binding;  // what keeps it from another call just now
};

struct EnginePicture {
  std::string owner;  // this process, as the database knows it
  std::string version;
  Readiness readiness;
  std::string database_failure;           // empty: none is known
  std::vector<EngineAccount> accounts;    // those that this process owns
  std::vector<EngineCampaign> campaigns;  // of these accounts
};

}  // namespace dialerd::daemon::status_page
