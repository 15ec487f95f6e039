// `dialerd schema`: what a file may hold, for editors.
#include "config/schema.h"

#include <iostream>

#include "daemon/commands/commands.h"

namespace dialerd::daemon::commands {

ExitCode schema(const SchemaOptions& options) {
  std::cout << (options.kind == "daemon" ? config::daemon_schema_text() : config::campaign_schema_text());
  return ExitCode::ok;
}

}  // namespace dialerd::daemon::commands
