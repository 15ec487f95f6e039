#include "daemon/file_watch.h"

#include <filesystem>
#include <set>
#include <system_error>

#include <glob.h>
#include <sys/stat.h>

namespace dialerd::daemon {
namespace {

bool is_yaml(const std::filesystem::path& file) {
  const auto extension = file.extension();
  return extension == ".yaml" || extension == ".yml";
}

}  // namespace

std::string files_seen(const config::DaemonConfig& daemon) {
  std::set<std::filesystem::path> files = {daemon.file};
  for (const std::string& pattern : daemon.campaign_patterns) {
    glob_t found{};
    if (::glob(pattern.c_str(), 0, nullptr, &found) == 0) {
      for (std::size_t i = 0; i < found.gl_pathc; ++i) files.insert(found.gl_pathv[i]);
    }
    ::globfree(&found);
  }
  std::set<std::filesystem::path> folders;
  for (const std::filesystem::path& file : files) folders.insert(file.parent_path());
  for (const std::filesystem::path& folder : folders) {
    std::error_code error;
    const auto here = folder.empty() ? std::filesystem::path(".") : folder;
    for (std::filesystem::directory_iterator entry(here, error), end; !error && entry != end; entry.increment(error)) {
      if (is_yaml(entry->path())) files.insert(entry->path());
    }
  }
  std::string seen;
  for (const std::filesystem::path& file : files) {
    struct stat status {};
    if (::stat(file.c_str(), &status) != 0) continue;
    seen += file.string() + ' ' + std::to_string(status.st_ino) + ' ' + std::to_string(status.st_size) + ' ' +
            std::to_string(status.st_mtim.tv_sec) + '.' + std::to_string(status.st_mtim.tv_nsec) + '\n';
  }
  return seen;
}

}  // namespace dialerd::daemon
