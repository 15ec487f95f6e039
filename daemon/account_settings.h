// An account as the engine is told of it, by the daemon and by the forecast alike.
#pragma once

#include "campaign/engine.h"
#include "config/daemon_config.h"

namespace dialerd::daemon {

campaign::AccountSettings account_settings(const config::Account& account, const config::Http& http);
campaign::FollowSettings follow_settings(const config::DaemonConfig& daemon);

}  // namespace dialerd::daemon
