// A folder of one test, and the loaders' messages as text.
#pragma once

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>
#include <stdlib.h>

#include "config/load.h"

namespace dialerd::config {

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "dialerd-config-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
    path_ = name;
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }

  const std::filesystem::path& path() const { return path_; }

  std::filesystem::path write(std::string_view name, std::string_view text) const {
    const auto file = path_ / name;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << text;
    return file;
  }

 private:
  std::filesystem::path path_;
};

// The messages without the folder's name: "f.yaml:1:2: error: ...".
inline std::vector<std::string> messages(const std::vector<Diagnostic>& diagnostics) {
  std::vector<std::string> texts;
  for (Diagnostic diagnostic : diagnostics) {
    diagnostic.file = diagnostic.file.filename();
    texts.push_back(to_string(diagnostic));
  }
  return texts;
}

inline Loaded<DaemonConfig> load_daemon_text(std::string_view text) {
  const TemporaryFolder folder;
  return load_daemon_config(folder.write("d.yaml", text));
}

inline Loaded<CampaignConfig> load_campaign_text(std::string_view text) {
  const TemporaryFolder folder;
  return load_campaign_config(folder.write("c.yaml", text));
}

}  // namespace dialerd::config
