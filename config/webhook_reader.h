#pragma once

#include <optional>

#include "config/diagnostics.h"
#include "config/document.h"
#include "config/webhook_config.h"

namespace dialerd::config {

// The daemon's `webhook` section.
WebhookListener read_webhook_listener(const Node& node, Diagnostics& diagnostics);

// An account's `webhook` section.
AccountWebhook read_account_webhook(const Node& node, Diagnostics& diagnostics);

std::optional<Monitoring> read_monitoring(const Node& node, Diagnostics& diagnostics);

}  // namespace dialerd::config
