// The journal's own protocol, by libsystemd. Any thread.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dialerd::daemon::journal {

// Whether the file is the one that systemd connected to the journal: `journal_stream` is the environment variable
// JOURNAL_STREAM, `DEVICE:INODE` (systemd.exec(5)), or null.
bool is_connected(int file, const char* journal_stream);

using Field = std::pair<std::string_view, std::string>;  // a name of [A-Z0-9_], and any bytes

// False: it could not be handed over.
bool send(const std::vector<Field>& fields);

}  // namespace dialerd::daemon::journal
