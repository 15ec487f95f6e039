// The page's files, as they stand in daemon/status_page/assets (made there by web/build) and were embedded by
// embed_assets.cmake. A file's name holds a digest of its content, but for the page itself.
#pragma once

#include <span>
#include <string_view>

namespace dialerd::daemon::status_page {

struct Asset {
  std::string_view name;  // "index.html", "app-1A2B3C4D.js"
  std::string_view content;
};

std::span<const Asset> embedded_assets();

}  // namespace dialerd::daemon::status_page
