#pragma once

#include "tests/voxsim/webhook_options.h"

namespace CLI {
class App;
}

namespace dialerd::voxsim {

// The --webhook-... flags.
void add_webhook_flags(CLI::App& app, WebhookOptions& options);

}  // namespace dialerd::voxsim
