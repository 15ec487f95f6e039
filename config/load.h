// Reading the two kinds of YAML file. Everything wrong with a file is reported at once; a file with any error yields no
// value. Blocking file reads; no other side effect. Thread-safe.
#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "config/campaign_config.h"
#include "config/daemon_config.h"

namespace dialerd::config {

enum class Severity {
  error,   // the file yields no value
  warning  // it does, and most likely not what was meant (config/warnings.h)
};

// One thing that is wrong, in the form of a compiler's message.
struct Diagnostic {
  std::filesystem::path file;
  int line = 0;        // from 1; 0 when the file as a whole is meant
  int column = 0;      // from 1, in characters
  std::string what;    // "unknown key 'per_huor'"
  std::string remedy;  // "did you mean 'per_hour'?"
  std::string
      source;  // the line that it is about, secrets hidden (config/excerpt.h); empty if the file as a whole is meant
  Severity severity = Severity::error;
};

// `file:line:col: error: what; remedy`
std::string to_string(const Diagnostic& diagnostic);

template <typename T>
struct Loaded {
  std::optional<T> value;               // set exactly when diagnostics is empty
  std::vector<Diagnostic> diagnostics;  // errors
};

Loaded<DaemonConfig> load_daemon_config(const std::filesystem::path& file);
Loaded<CampaignConfig> load_campaign_config(const std::filesystem::path& file);
// By its keys, and not a daemon's; false for what cannot be read.
bool is_campaign_file(const std::filesystem::path& file);
// The same of a text, as if it stood in that file: an earlier revision of it, say. The daemon's campaign files are not
// looked for: `campaigns` stays empty.
Loaded<DaemonConfig> read_daemon_config(std::string text, const std::filesystem::path& file);
Loaded<CampaignConfig> read_campaign_config(std::string text, const std::filesystem::path& file);

// What only the files together can show: an account that does not exist, a campaign name used twice, an account's word
// on a caller number that no campaign has.
// `files` runs parallel to `campaigns`.
std::vector<Diagnostic> check_together(const DaemonConfig& daemon, std::span<const CampaignConfig> campaigns,
                                       std::span<const std::filesystem::path> files);

}  // namespace dialerd::config
