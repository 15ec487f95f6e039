// Text from outside made fit for a log line, a metric or a database column: valid UTF-8 in a bounded number of bytes,
// no control characters, no API key, no phone number.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace dialerd::daemon::voxapi {

inline constexpr std::size_t detail_bytes_max = 500;

// Invalid bytes become U+FFFD; control, line-separating and direction-changing characters become spaces; cut to
// `bytes_max` between characters.
std::string clean_text(std::string_view text, std::size_t bytes_max);

// clean_text within detail_bytes_max, with `secret` (when not empty) replaced wherever it stands, and with the digits
// of anything that may be a phone number masked: seven or more digits in a row, single spaces, hyphens and dots among
// them (`010-1234-5678` becomes `010-****-5678`).
std::string make_detail(std::string_view text, std::string_view secret);

}  // namespace dialerd::daemon::voxapi
