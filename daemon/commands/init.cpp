// `dialerd init`: files to start from, in a folder of the user's choice.
#include <array>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string_view>
#include <system_error>

#include "config/schema.h"
#include "config/starter.h"
#include "daemon/commands/commands.h"
#include "daemon/commands/context.h"

namespace dialerd::daemon::commands {
namespace {

struct NewFile {
  std::filesystem::path path;
  std::string text;
};

// False, after a complaint, if it cannot be written.
bool write(const NewFile& file) {
  std::error_code error;
  std::filesystem::create_directories(file.path.parent_path(), error);
  errno = 0;
  std::ofstream output(file.path, std::ios::binary);
  output << file.text << std::flush;
  if (output) return true;
  complain(file.path.string() +
           " cannot be written: " + (error ? error.message() : std::generic_category().message(errno)));
  return false;
}

}  // namespace

ExitCode init(const InitOptions& options) {
  const std::filesystem::path& folder = options.folder;
  const std::array<NewFile, 4> files = {
      {{folder / "dialerd.yaml", std::string(config::starter_daemon())},
       {folder / "campaigns" / "first-campaign.yaml", std::string(config::starter_campaign())},
       {folder / "schema" / "dialerd.schema.json", config::daemon_schema_text()},
       {folder / "schema" / "campaign.schema.json", config::campaign_schema_text()}}};
  bool free = true;
  for (const NewFile& file : files) {
    std::error_code error;
    if (!std::filesystem::exists(std::filesystem::symlink_status(file.path, error))) continue;
    complain(file.path.string() + " is there already and is not touched");
    free = false;
  }
  if (!free) {
    complain("nothing was written; name another folder: dialerd init FOLDER");
    return ExitCode::failed;
  }
  for (const NewFile& file : files) {
    if (!write(file)) return ExitCode::failed;
    std::cout << "wrote " << file.path.string() << '\n';
  }
  std::cout << "\nNext:\n  1. Put your agent's id and your caller number into " << files[1].path.string()
            << "\n  2. Put your database and where the API key is kept into " << files[0].path.string()
            << "\n  3. dialerd check --config " << files[0].path.string() << '\n';
  return ExitCode::ok;
}

}  // namespace dialerd::daemon::commands
