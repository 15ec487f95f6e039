// Text made fit for a line of the log, whoever wrote it: what a provider, a server or an operator says is hostile until
// proven otherwise. Pure; any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace dialerd::daemon::text {

inline constexpr std::size_t log_bytes_max = 2000;  // of one text, before it is escaped

// `json` also escapes what must not stand in a JSON string (RFC 8259, section 7).
enum class Escape { text, json };

// Always valid UTF-8 and one line: unprintable characters (utf8.h) as \uXXXX, invalid bytes as U+FFFD, phone numbers
// masked, cut between characters.
std::string log_text(std::string_view text, Escape escape);

// Masks what may be a phone number: 9 to 15 digits that begin with a 0, a + or 8210, with single spaces, hyphens or
// dots among them (`010-1234-5678` becomes `010-****-5678`). The last net: texts from outside are masked more broadly
// where they come in (voxapi/detail.h). Attempt ids, times, and numbers that begin otherwise stay as they are.
std::string with_masked_numbers(std::string_view text);

}  // namespace dialerd::daemon::text
