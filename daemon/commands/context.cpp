#include "daemon/commands/context.h"

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <utility>

#include <pwd.h>
#include <unistd.h>

#include "config/load.h"
#include "daemon/campaign_terms.h"
#include "daemon/secrets.h"

namespace dialerd::daemon::commands {
namespace {

void print(const std::vector<config::Diagnostic>& diagnostics) {
  for (const config::Diagnostic& diagnostic : diagnostics) std::cerr << to_string(diagnostic) << '\n';
}

}  // namespace

void complain(const std::string& message) { std::cerr << "dialerd: " << message << '\n'; }

std::optional<config::DaemonConfig> load_daemon_file(const std::filesystem::path& daemon_file) {
  auto loaded = config::load_daemon_config(daemon_file);
  print(loaded.diagnostics);
  return std::move(loaded.value);
}

std::optional<Files> load_files(const std::filesystem::path& daemon_file) {
  auto daemon = load_daemon_file(daemon_file);
  if (!daemon) return std::nullopt;
  Files files;
  files.daemon = std::move(*daemon);
  bool good = true;
  for (const std::filesystem::path& file : files.daemon.campaigns) {
    auto campaign = config::load_campaign_config(file);
    print(campaign.diagnostics);
    good = good && campaign.value;
    if (campaign.value) files.campaigns.push_back(std::move(*campaign.value));
  }
  if (!good) return std::nullopt;
  auto together = config::check_together(files.daemon, files.campaigns, files.daemon.campaigns);
  print(together);
  if (!together.empty()) return std::nullopt;
  return files;
}

const config::CampaignConfig* find_campaign(const Files& files, const std::string& name) {
  auto found = std::find_if(files.campaigns.begin(), files.campaigns.end(),
                            [&](const config::CampaignConfig& campaign) { return campaign.name == name; });
  if (found != files.campaigns.end()) return &*found;
  std::string known;
  for (const config::CampaignConfig& campaign : files.campaigns) known += (known.empty() ? "" : ", ") + campaign.name;
  complain("there is no campaign '" + name + "'; configured are: " + (known.empty() ? "none" : known));
  return nullptr;
}

std::optional<storage::SessionSettings> session_settings(const config::DaemonConfig& config,
                                                         const std::string& application_name) {
  storage::SessionSettings settings;
  settings.conninfo = config.database.conninfo;
  settings.application_name = application_name;
  settings.statement_timeout = config.database.statement_timeout;
  settings.lock_timeout = config.database.lock_timeout;
  if (config.database.password) {
    auto password = read_secret(*config.database.password);
    if (!password) {
      complain("the database's password: " + password.error().message);
      return std::nullopt;
    }
    settings.password = std::move(*password);
  }
  return settings;
}

std::optional<campaign::CampaignId> find_in_database(storage::Session& session, const std::string& name,
                                                     ExitCode& code) {
  auto found = session.find_campaign(name);
  if (found && *found) return **found;
  code = found ? ExitCode::failed : exit_code_of(found.error());
  complain(found ? "the database knows no campaign '" + name + "'; `dialerd status` lists those it knows"
                 : found.error().message);
  return std::nullopt;
}

storage::Result<campaign::CampaignId> find_or_register(storage::Session& session,
                                                       const config::CampaignConfig& campaign) {
  storage::Result<std::optional<campaign::CampaignId>> found = session.find_campaign(campaign.name);
  if (found.has_error()) return found.error();
  if (*found) return **found;
  return session.register_campaign(campaign.name, campaign.account, campaign.region, campaign_terms(campaign));
}

std::string operator_name() {
  if (const char* sudo_user = std::getenv("SUDO_USER"); sudo_user != nullptr && *sudo_user != '\0') return sudo_user;
  const passwd* entry = getpwuid(getuid());
  return entry != nullptr ? entry->pw_name : "uid " + std::to_string(getuid());
}

ExitCode exit_code_of(const storage::Error& error) {
  switch (error.kind) {
    case storage::ErrorKind::schema:
      return ExitCode::schema;
    case storage::ErrorKind::unavailable:
    case storage::ErrorKind::in_doubt:
      return ExitCode::database;
    case storage::ErrorKind::not_owner:
    case storage::ErrorKind::refused:
      return ExitCode::failed;
  }
  return ExitCode::failed;
}

}  // namespace dialerd::daemon::commands
