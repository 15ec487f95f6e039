// What `dialerd init` writes: files to start from, embedded from config/starter/.
#pragma once

#include <string_view>

namespace dialerd::config {

std::string_view starter_daemon();
std::string_view starter_campaign();

}  // namespace dialerd::config
