// A string as JSON writes it.
#pragma once

#include <string>
#include <string_view>

namespace dialerd::config {

// In double quotes, escaped (RFC 8259, section 7). Bytes that are not UTF-8 become U+FFFD.
std::string json_text(std::string_view text);

}  // namespace dialerd::config
