// A process without descriptors or memory cannot say anything about a file: nothing is wrong with it, and the next try
// may read it. Taking that for a fault of the file would stop a service for good that systemd should start again.
#pragma once

#include <filesystem>
#include <system_error>

namespace dialerd::config {

// Throws std::system_error when `error` is such a shortage (EMFILE, ENFILE, ENOMEM): as std::bad_alloc, it leaves
// nothing that a caller could return. Whoever stands between it and a thread's end catches it.
void throw_on_shortage(const std::error_code& error, const std::filesystem::path& file);

// The same unless so many more descriptors can be opened now: before a library reads `folder` that takes a folder it
// cannot open for an empty one.
void require_descriptors(int count, const std::filesystem::path& folder);

}  // namespace dialerd::config
