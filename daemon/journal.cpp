#include "daemon/journal.h"

#include <sys/stat.h>
#include <sys/uio.h>

#define SD_JOURNAL_SUPPRESS_LOCATION  // else every entry would say that it was made here
#include <systemd/sd-journal.h>

namespace dialerd::daemon::journal {

bool is_connected(int file, const char* journal_stream) {
  struct stat status {};
  if (journal_stream == nullptr || fstat(file, &status) != 0) return false;
  return std::string_view(journal_stream) == std::to_string(status.st_dev) + ":" + std::to_string(status.st_ino);
}

bool send(const std::vector<Field>& fields) {
  std::vector<std::string> assignments;
  assignments.reserve(fields.size());
  for (const auto& [name, value] : fields) assignments.push_back(std::string(name) + "=" + value);
  std::vector<iovec> parts;
  parts.reserve(assignments.size());
  for (std::string& assignment : assignments) parts.push_back({assignment.data(), assignment.size()});
  return sd_journal_sendv(parts.data(), static_cast<int>(parts.size())) == 0;
}

}  // namespace dialerd::daemon::journal
