#include <algorithm>

#include "config/accounts_reader.h"
#include "config/campaign_files.h"
#include "config/file_text.h"
#include "config/load.h"
#include "config/map_reader.h"
#include "config/secrets.h"
#include "config/units.h"
#include "config/webhook_reader.h"

namespace dialerd::config {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr Range<milliseconds> timeout_range{1ms, 10min};

Database read_database(const Node& node, Diagnostics& diagnostics) {
  Database database;
  MapReader map(node, "database", diagnostics);
  map.required_text("conninfo", database.conninfo, R"(conninfo: "host=/run/postgresql dbname=dialerd user=dialerd")");
  if (const Node* password = map.optional("password")) {
    database.password = read_secret_reference(*password, "password", diagnostics);
  }
  map.duration("statement_timeout", database.statement_timeout, timeout_range);
  map.duration("lock_timeout", database.lock_timeout, timeout_range);
  map.boolean("allow_data_loss", database.allow_data_loss);
  map.finish();

  if (database.conninfo.empty()) return database;
  const Position at = find(node, "conninfo")->value.at;
  if (examine_conninfo(database.conninfo) != ConninfoFault::none) diagnostics.conceal(at);
  switch (examine_conninfo(database.conninfo)) {
    case ConninfoFault::none:
      break;
    case ConninfoFault::malformed:
      diagnostics.add(at, "'conninfo' is no libpq connection string",
                      "write keyword=value pairs, or a URI that begins with postgresql://");
      break;
    case ConninfoFault::password:
      diagnostics.add(at, "'conninfo' holds a password",
                      "remove it and write 'password: {credential: NAME}' or 'password: {file: /absolute/path}'");
      break;
  }
  return database;
}

Http read_http(const Node& node, Diagnostics& diagnostics) {
  Http http;
  MapReader map(node, "http", diagnostics);
  map.integer("connections", http.connections, {1, 10'000});
  map.duration("connect_timeout", http.connect_timeout, timeout_range);
  map.duration("write_timeout", http.write_timeout, timeout_range);
  map.duration("response_timeout", http.response_timeout, timeout_range);
  map.duration("idle_timeout", http.idle_timeout, timeout_range);
  map.size("response_size_max", http.response_size_max, {1024, 64 * 1024 * 1024});
  if (const Node* file = map.optional("ca_file")) {
    if (file->schema != nullptr) file->schema->quoted_text("^/");
    const auto path = file->schema != nullptr ? std::nullopt : read_text(*file, "ca_file", diagnostics);
    if (path && !path->starts_with('/')) {
      diagnostics.add(file->at, "'ca_file' is no absolute path: " + quote(*path), "write the whole path, from '/'");
    } else if (path) {
      http.ca_file = *path;
    }
  }
  map.finish();
  return http;
}

Follow read_follow(const Node& node, Diagnostics& diagnostics) {
  Follow follow;
  MapReader map(node, "follow", diagnostics);
  map.duration("list_interval", follow.list_interval, {100ms, 10min});
  map.duration("horizon", follow.horizon, {10s, 24h});
  map.duration("list_lag", follow.list_lag, {1s, 1h});
  map.duration("abandon_after", follow.abandon_after, {10s, std::chrono::days(7)});
  map.integer("confirmations", follow.confirmations, {2, 20});
  map.duration("details_for", follow.details_for, {0s, 24h});
  map.finish();
  if (follow.abandon_after <= follow.horizon) {
    diagnostics.add(node.at,
                    "'abandon_after' (" + format_duration(follow.abandon_after) + ") is not longer than 'horizon' (" +
                        format_duration(follow.horizon) + ")",
                    "raise it: calls past the horizon must be looked up before they are given up");
  }
  return follow;
}

Logging read_logging(const Node& node, Diagnostics& diagnostics) {
  constexpr std::array<Choice<LogLevel>, 4> levels = {{{"debug", LogLevel::debug},
                                                       {"info", LogLevel::info},
                                                       {"warning", LogLevel::warning},
                                                       {"error", LogLevel::error}}};
  constexpr std::array<Choice<LogFormat>, 2> formats = {{{"text", LogFormat::text}, {"json", LogFormat::json}}};
  Logging logging;
  MapReader map(node, "logging", diagnostics);
  map.choice("level", logging.level, levels);
  map.choice("format", logging.format, formats);
  map.finish();
  return logging;
}

Reload read_reload(const Node& node, Diagnostics& diagnostics) {
  Reload reload;
  MapReader map(node, "reload", diagnostics);
  map.boolean("on_change", reload.on_change);
  map.finish();
  return reload;
}

// The listener and the accounts that it listens for need each other.
void check_webhooks(const Node& root, const DaemonConfig& daemon, Diagnostics& diagnostics) {
  bool wanted = false;
  for (const Account& account : daemon.accounts) {
    if (!account.webhook) continue;
    wanted = true;
    if (daemon.webhook) continue;
    const Entry* entry = find(find(root, "accounts")->value, account.name);
    diagnostics.add(find(entry->value, "webhook")->at,
                    "account " + quote(account.name) + " has a 'webhook', but nothing listens",
                    "add 'webhook: {listen: \"127.0.0.1:8443\"}' at the top level (docs/webhooks.md)");
  }
  if (daemon.webhook && !wanted) {
    diagnostics.add(find(root, "webhook")->at, "'webhook' listens, but no account has one",
                    "add 'webhook: {path_secrets: [{credential: NAME}]}' to an account, or remove it");
  }
}

enum class CampaignFiles { found, left_out };

DaemonConfig read_daemon(const Node& root, const std::filesystem::path& folder, CampaignFiles files,
                         Diagnostics& diagnostics) {
  DaemonConfig daemon;
  MapReader map(root, "", diagnostics);
  if (const Node* node = map.required("database", R"(database: {conninfo: "dbname=dialerd"})")) {
    daemon.database = read_database(*node, diagnostics);
  }
  if (const Node* node = map.required("accounts", "accounts: {main: {api_key: {credential: vox-main}}}")) {
    daemon.accounts = read_accounts(*node, diagnostics);
  }
  if (const Node* node = map.required("campaigns", R"(campaigns: ["campaigns/*.yaml"])")) {
    if (files == CampaignFiles::found) daemon.campaigns = read_campaign_files(*node, folder, diagnostics);
    daemon.campaign_patterns = campaign_patterns(*node, folder);
  }
  if (const Node* node = map.optional("http")) daemon.http = read_http(*node, diagnostics);
  if (const Node* node = map.optional("follow")) daemon.follow = read_follow(*node, diagnostics);
  if (const Node* node = map.optional("webhook")) daemon.webhook = read_webhook_listener(*node, diagnostics);
  if (const Node* node = map.optional("monitoring")) daemon.monitoring = read_monitoring(*node, diagnostics);
  if (const Node* node = map.optional("logging")) daemon.logging = read_logging(*node, diagnostics);
  if (const Node* node = map.optional("reload")) daemon.reload = read_reload(*node, diagnostics);
  map.duration("drain_timeout", daemon.drain_timeout, {1s, 1h});
  map.duration("lease", daemon.lease, {3s, 5min});
  map.finish();
  check_webhooks(root, daemon, diagnostics);
  return daemon;
}

}  // namespace

namespace {

Loaded<DaemonConfig> load(std::optional<std::string> text, const std::filesystem::path& file, CampaignFiles files,
                          Diagnostics& diagnostics) {
  Loaded<DaemonConfig> loaded;
  if (text) {
    if (const auto root = parse_document(*text, diagnostics)) {
      loaded.value = read_daemon(*root, file.parent_path(), files, diagnostics);
      loaded.value->file = file;
      loaded.value->source = std::move(*text);
    }
  }
  if (!diagnostics.empty()) loaded.value.reset();
  loaded.diagnostics = diagnostics.take();
  return loaded;
}

}  // namespace

Loaded<DaemonConfig> load_daemon_config(const std::filesystem::path& file) {
  Diagnostics diagnostics(file);
  return load(read_file_text(diagnostics), file, CampaignFiles::found, diagnostics);
}

Loaded<DaemonConfig> read_daemon_config(std::string text, const std::filesystem::path& file) {
  Diagnostics diagnostics(file);
  return load(std::move(text), file, CampaignFiles::left_out, diagnostics);
}

std::unique_ptr<Schema> daemon_schema() {
  auto schema = std::make_unique<Schema>();
  Diagnostics nobody({});
  read_daemon(schema->place(), {}, CampaignFiles::found, nobody);
  return schema;
}

}  // namespace dialerd::config
