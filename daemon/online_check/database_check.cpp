#include "daemon/online_check/database_check.h"

#include <string>
#include <utility>
#include <vector>

#include "campaign/call_template.h"
#include "daemon/commands/context.h"
#include "daemon/online_check/lead_check.h"
#include "daemon/secrets.h"
#include "storage/durability.h"
#include "storage/migrate.h"
#include "storage/next_leads.h"
#include "storage/preflight.h"

namespace dialerd::daemon::online_check {
namespace {

class DatabaseCheck {
 public:
  DatabaseCheck(const config::DaemonConfig& daemon, std::span<const config::CampaignConfig> campaigns,
                Findings& findings)
      : daemon_(daemon), campaigns_(campaigns), findings_(findings) {}

  void run() {
    if (daemon_.database.password) {
      if (auto password = read_secret(*daemon_.database.password); !password) {
        findings_.of_daemon({"database", "password"}, "the database's password: " + password.error().message,
                            "check as the user that runs the daemon, with the daemon's credentials");
        return leave_out();
      }
    }
    const auto settings = commands::session_settings(daemon_, "dialerd check");
    if (!settings || !check_server(*settings)) return leave_out();
    storage::Session session(*settings);
    if (auto schema = session.check_schema(); !schema) {
      report(schema.error());
      return leave_out();
    }
    if (!check_rights(session)) return leave_out();
    findings_.checked("the database: schema version " + std::to_string(storage::migrations().size()) +
                      ", the role's rights, " + durability_);
    check_campaigns(session);
  }

 private:
  void leave_out() { findings_.not_checked("campaigns and leads in the database"); }

  void report(const storage::Error& error) {
    std::string remedy = "see that 'conninfo' is right and that the server takes connections from here";
    if (error.kind == storage::ErrorKind::schema) {
      remedy =
          "the daemon starts on the schema of its own version alone: `dialerd migrate` brings an older one up to it";
    } else if (error.kind == storage::ErrorKind::refused) {
      remedy = "correct 'conninfo', or what the role may do (docs/database.md)";
    }
    findings_.of_daemon({"database", "conninfo"}, "the database: " + error.message, remedy);
  }

  // Whether it is there, and keeps what it commits.
  bool check_server(const storage::SessionSettings& settings) {
    const auto faults = storage::durability_faults(settings);
    if (!faults) {
      report(faults.error());
      return false;
    }
    if (faults->empty()) {
      durability_ = "what it commits lasts";
    } else if (daemon_.database.allow_data_loss) {
      durability_ = "what it commits may be lost, as 'allow_data_loss' allows";
    } else {
      findings_.of_daemon({"database", "conninfo"},
                          "the database may lose what it has committed, and people would be called twice: " +
                              storage::words_of(*faults),
                          "the daemon does not start on it, except with 'allow_data_loss: true', for a database that "
                          "holds nothing real");
      durability_ = "but not what it keeps";
    }
    return true;
  }

  bool check_rights(storage::Session& session) {
    const auto missing = storage::missing_rights(session);
    if (!missing) {
      report(missing.error());
      return false;
    }
    if (missing->empty()) return true;
    std::string rights;
    for (const std::string& one : *missing) rights += (rights.empty() ? "" : ", ") + one;
    findings_.of_daemon({"database", "conninfo"}, "the database's role lacks rights that the daemon needs: " + rights,
                        "grant them as the schema's owner (docs/database.md, A role that cannot change the schema)");
    return false;
  }

  void check_campaigns(storage::Session& session) {
    std::vector<std::string> names;
    for (const config::CampaignConfig& campaign : campaigns_) names.push_back(campaign.name);
    const auto known = storage::known_campaigns(session, names);
    if (!known) return report(known.error());
    const auto now = session.database_time();
    if (!now) return report(now.error());
    for (std::size_t i = 0; i < campaigns_.size(); ++i) {
      const config::CampaignConfig& campaign = campaigns_[i];
      const auto found = known->find(campaign.name);
      if (found == known->end()) {
        findings_.checked("campaign " + campaign.name + ": new to the database, no lead imported yet");
      } else if (found->second.account != campaign.account) {
        findings_.of_campaign(i, {"account"},
                              "the database has a campaign " + config::quote(campaign.name) + " of account " +
                                  config::quote(found->second.account),
                              "choose another name for the campaign, or correct the account: a name belongs to the "
                              "account that used it first");
      } else {
        check_leads_of(session, i, found->second.id, *now);
      }
    }
  }

  void check_leads_of(storage::Session& session, std::size_t i, campaign::CampaignId id, campaign::WallTime now) {
    const campaign::CallTemplate call(campaigns_[i]);
    const auto leads = storage::next_leads(session, id, leads_looked_at, call.lead_fields());
    if (!leads) return report(leads.error());
    check_leads(i, campaigns_[i], *leads, now, findings_);
  }

  const config::DaemonConfig& daemon_;
  std::span<const config::CampaignConfig> campaigns_;
  Findings& findings_;
  std::string durability_;
};

}  // namespace

void check_database(const config::DaemonConfig& daemon, std::span<const config::CampaignConfig> campaigns,
                    Findings& findings) {
  DatabaseCheck(daemon, campaigns, findings).run();
}

}  // namespace dialerd::daemon::online_check
