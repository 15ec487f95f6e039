// CSV as RFC 4180 writes it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace dialerd::daemon::commands {

// A record with its line end. A field is quoted only where it must be. A text that a spreadsheet would take for a
// formula (it begins with = + - or @, and is no number) gets an apostrophe in front: fields hold what strangers wrote.
std::string csv_record(const std::vector<std::string>& fields);

}  // namespace dialerd::daemon::commands
