// What a provider's answer to a harmless question says of an account's settings. Pure.
#pragma once

#include <optional>
#include <string>

#include "config/daemon_config.h"
#include "daemon/voxapi/client.h"

namespace dialerd::daemon::online_check {

struct Verdict {
  bool of_key = false;  // about the account's api_key; else about its base_url
  std::string what;
  std::string remedy;
};

// nullopt: the key is accepted. Holds nothing of the key.
std::optional<Verdict> judge(const config::Account& account, const config::Http& http,
                             const voxapi::ListAnswer& answer);

}  // namespace dialerd::daemon::online_check
