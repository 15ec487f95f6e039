// What most subcommands begin with: the configuration loaded, or its errors printed; and a session on its database.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "config/campaign_config.h"
#include "config/daemon_config.h"
#include "daemon/exit_code.h"
#include "storage/session.h"

namespace dialerd::daemon::commands {

// Every message of a subcommand's failure goes through here: "dialerd: MESSAGE" on standard error.
void complain(const std::string& message);

struct Files {
  config::DaemonConfig daemon;
  std::vector<config::CampaignConfig> campaigns;
};

// Prints every diagnostic to standard error; nullopt if there was any.
std::optional<Files> load_files(const std::filesystem::path& daemon_file);
std::optional<config::DaemonConfig> load_daemon_file(const std::filesystem::path& daemon_file);

const config::CampaignConfig* find_campaign(const Files& files, const std::string& name);  // complains if there is none

// The database's settings with its password read. Complains and returns nullopt if the secret cannot be read.
std::optional<storage::SessionSettings> session_settings(const config::DaemonConfig& config,
                                                         const std::string& application_name);

// The campaign that the database knows by that name; else complains, and `code` says what to return.
std::optional<campaign::CampaignId> find_in_database(storage::Session& session, const std::string& name,
                                                     ExitCode& code);

// The campaign's id; made if neither an import nor a daemon has named it yet.
storage::Result<campaign::CampaignId> find_or_register(storage::Session& session,
                                                       const config::CampaignConfig& campaign);

// Who typed the command: the login name behind sudo, if there is one.
std::string operator_name();

// The exit code that a storage error stands for.
ExitCode exit_code_of(const storage::Error& error);

}  // namespace dialerd::daemon::commands
