// `dialerd diff`: what changed files would do against what runs: the last revision in the database, or another file.
#include <algorithm>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "config/compare.h"
#include "config/load.h"
#include "daemon/commands/commands.h"
#include "daemon/commands/context.h"
#include "daemon/process_name.h"
#include "daemon/revision_notes.h"
#include "storage/revisions.h"

namespace dialerd::daemon::commands {
namespace {

void print(const std::vector<config::Diagnostic>& diagnostics) {
  for (const config::Diagnostic& diagnostic : diagnostics) std::cerr << to_string(diagnostic) << '\n';
}

class Diff {
 public:
  explicit Diff(const DiffOptions& options) : options_(options) {}

  ExitCode run() {
    std::vector<std::filesystem::path> files = options_.files;
    if (options_.against && files.size() != 1) {
      complain("--against takes one FILE to compare with it");
      return ExitCode::usage;
    }
    std::optional<config::DaemonConfig> config;
    if (files.empty()) {
      config = load_daemon_file(options_.config);
      if (!config) return ExitCode::configuration;
      files = config->campaigns;
      files.insert(files.begin(), options_.config);
    }
    for (const std::filesystem::path& file : files) {
      const ExitCode code = config::is_campaign_file(file) ? campaign(file) : daemon(file);
      if (code != ExitCode::ok) return code;
    }
    if (config) {
      if (ExitCode code = left(*config); code != ExitCode::ok) return code;
    }
    return differs_ && options_.exit_code ? ExitCode::failed : ExitCode::ok;
  }

 private:
  ExitCode campaign(const std::filesystem::path& file) {
    auto now = config::load_campaign_config(file);
    print(now.diagnostics);
    if (!now.value) return ExitCode::configuration;
    named_.push_back(now.value->name);
    const std::string title = "campaign " + now.value->name;
    if (options_.against) {
      auto before = config::load_campaign_config(*options_.against);
      print(before.diagnostics);
      if (!before.value) return ExitCode::configuration;
      show(title, options_.against->string(), {compare(*before.value, *now.value), {}});
      return ExitCode::ok;
    }
    if (ExitCode code = connect(); code != ExitCode::ok) return code;
    auto last = storage::last_campaign_revisions(*session_, {now.value->name});
    if (!last) return failed(last.error());
    auto found = last->find(now.value->name);
    if (found == last->end()) {
      differs_ = true;
      std::cout << title << ": new, never applied\n";
      return ExitCode::ok;
    }
    const Comparison compared = compare_with(found->second, *now.value, file);
    show(title, revision_text(found->second), compared);
    if (compared.changes.empty() && compared.fault.empty()) return ExitCode::ok;
    return leads(now.value->name);
  }

  // Campaigns that were applied, and that no file names any more.
  ExitCode left(const config::DaemonConfig& config) {
    std::vector<std::string> accounts;
    for (const config::Account& account : config.accounts) accounts.push_back(account.name);
    if (ExitCode code = connect(); code != ExitCode::ok) return code;
    auto campaigns = storage::left_campaigns(*session_, accounts, named_);
    if (!campaigns) return failed(campaigns.error());
    for (const storage::LeftCampaign& campaign : *campaigns) {
      differs_ = true;
      std::cout << "campaign " << campaign.name << ": dialled -> gone, " << campaign.ready
                << (campaign.ready == 1 ? " lead" : " leads") << " still to be called\n";
    }
    return ExitCode::ok;
  }

  // How many leads it concerns.
  ExitCode leads(const std::string& name) {
    auto id = session_->find_campaign(name);
    if (!id) return failed(id.error());
    if (!*id) return ExitCode::ok;
    auto ready = storage::ready_leads(*session_, **id);
    if (!ready) return failed(ready.error());
    std::cout << "  concerns " << *ready << (*ready == 1 ? " lead that is" : " leads that are")
              << " to be called yet\n";
    return ExitCode::ok;
  }

  ExitCode daemon(const std::filesystem::path& file) {
    auto now = config::load_daemon_config(file);
    print(now.diagnostics);
    if (!now.value) return ExitCode::configuration;
    if (options_.against) {
      auto before = config::load_daemon_config(*options_.against);
      print(before.diagnostics);
      if (!before.value) return ExitCode::configuration;
      show(file.string(), options_.against->string(), {compare(*before.value, *now.value), {}});
      return ExitCode::ok;
    }
    if (ExitCode code = connect(); code != ExitCode::ok) return code;
    std::error_code ignored;
    auto last =
        storage::last_daemon_revision(*session_, host_name(), std::filesystem::absolute(file, ignored).string());
    if (!last) return failed(last.error());
    if (!*last) {
      differs_ = true;
      std::cout << file.string() << ": never applied on this host\n";
      return ExitCode::ok;
    }
    show(file.string(), revision_text(**last), compare_with(**last, *now.value));
    return ExitCode::ok;
  }

  // Reads the database that --config names.
  ExitCode connect() {
    if (session_) return ExitCode::ok;
    auto config = load_daemon_file(options_.config);
    if (!config) return ExitCode::configuration;
    auto settings = session_settings(*config, "dialerd diff");
    if (!settings) return ExitCode::configuration;
    session_ = std::make_unique<storage::Session>(*settings);
    return ExitCode::ok;
  }

  static std::string revision_text(const storage::LastRevision& last) {
    return "revision " + std::to_string(last.revision) +
           (last.applied_by.empty() ? std::string() : ", applied by " + last.applied_by);
  }

  void show(const std::string& title, const std::string& against, const Comparison& compared) {
    std::cout << title << " against " << against << ": ";
    if (!compared.fault.empty()) {
      differs_ = true;
      std::cout << compared.fault << '\n';
      return;
    }
    if (compared.changes.empty()) {
      std::cout << "no difference\n";
      return;
    }
    differs_ = true;
    const auto loosened = std::count_if(compared.changes.begin(), compared.changes.end(),
                                        [](const config::Change& change) { return change.loosened; });
    std::cout << compared.changes.size() << (compared.changes.size() == 1 ? " difference" : " differences");
    if (loosened > 0) std::cout << ", " << loosened << " of them loosened (!)";
    std::cout << '\n';
    for (const config::Change& change : compared.changes) {
      std::cout << (change.loosened ? "  ! " : "    ") << to_string(change)
                << (change.at_restart ? " (takes effect at the next restart)" : "") << '\n';
    }
  }

  static ExitCode failed(const storage::Error& error) {
    complain(error.message);
    return exit_code_of(error);
  }

  const DiffOptions& options_;
  std::unique_ptr<storage::Session> session_;
  std::vector<std::string> named_;  // campaigns that have a file
  bool differs_ = false;
};

}  // namespace

ExitCode diff(const DiffOptions& options) { return Diff(options).run(); }

}  // namespace dialerd::daemon::commands
