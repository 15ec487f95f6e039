// The daemon's own settings (dialerd.yaml) as plain validated values. Made by load_daemon_config (config/load.h).
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "config/limits_config.h"
#include "config/secret_reference.h"
#include "config/webhook_config.h"

namespace dialerd::config {

// HTTP requests of one account, of whatever kind: creating, listing and looking up calls.
struct Requests {
  std::optional<std::int64_t> per_second;
  std::optional<std::int64_t> per_minute;
  // Calls are created first, but listing and looking up may always use this share.
  std::int64_t follow_percent = 20;  // 5-90

  friend bool operator==(const Requests&, const Requests&) = default;
};

// What an account says of one of its caller numbers.
struct CallerNumber {
  Limits limits;
  bool rested = false;  // by hand: no call is placed from it

  friend bool operator==(const CallerNumber&, const CallerNumber&) = default;
};

// One organisation at the voice API: one key, one set of limits. The unit of ownership between daemons.
struct Account {
  std::string name;      // [a-z0-9][a-z0-9_-]{0,62}
  std::string base_url;  // https://host[:port], without a path; default https://client-api.tryvox.co
  SecretReference api_key;
  Limits limits;
  std::int64_t reserve_percent = 0;  // of each of the limits, left to other users of the account; 0-90
  Requests requests;
  std::map<std::string, CallerNumber> caller_numbers;  // by number, domestic digits; only those with something to say
  std::optional<AccountWebhook> webhook;

  friend bool operator==(const Account&, const Account&) = default;
};

// How the voice API is talked to. One pool of kept-alive connections per account.
struct Http {
  std::int64_t connections = 64;                    // at most this many connections per account
  std::chrono::milliseconds connect_timeout{5000};  // resolve + TCP + TLS together
  std::chrono::milliseconds write_timeout{5000};
  std::chrono::milliseconds response_timeout{30000};  // from the request written to the whole answer read
  std::chrono::milliseconds idle_timeout{15000};      // an idle connection older than this is not used again
  std::int64_t response_size_max = 4 * 1024 * 1024;   // bytes of one answer's body
  std::optional<std::filesystem::path> ca_file;       // PEM; absent: the system's trust store

  friend bool operator==(const Http&, const Http&) = default;
};

// How the outcome of accepted calls is found out, and how doubt is resolved.
struct Follow {
  std::chrono::milliseconds list_interval{2000};    // pause between two listings of an account with open calls
  std::chrono::seconds horizon{20 * 60};            // older open calls are looked up one by one instead of listed
  std::chrono::seconds list_lag{30};                // a created call may be absent from listings for this long
  std::chrono::seconds abandon_after{2 * 60 * 60};  // an open call that never ends is closed as abandoned
  std::int64_t confirmations = 2;                   // complete listings without a call prove that it was not placed
  std::chrono::seconds details_for{15 * 60};        // so long after a call's end its cost and analysis are looked for

  friend bool operator==(const Follow&, const Follow&) = default;
};

struct Database {
  std::string conninfo;  // libpq connection string or URI, without a password
  std::optional<SecretReference> password;
  std::chrono::milliseconds statement_timeout{15000};
  std::chrono::milliseconds lock_timeout{5000};
  bool allow_data_loss = false;  // runs even on a server that may forget what it has committed

  friend bool operator==(const Database&, const Database&) = default;
};

enum class LogLevel { debug, info, warning, error };
enum class LogFormat { text, json };

struct Logging {
  LogLevel level = LogLevel::info;
  LogFormat format = LogFormat::text;

  friend bool operator==(const Logging&, const Logging&) = default;
};

// When the files are read again while the daemon runs.
struct Reload {
  bool on_change = false;  // by itself when one of them has changed; else only when asked: SIGHUP, `dialerd reload`
};

struct DaemonConfig {
  Database database;
  std::vector<Account> accounts;  // at least one, names distinct
  std::vector<std::filesystem::path>
      campaigns;  // campaign files, resolved against the configuration's folder, globs expanded
  std::vector<std::string> campaign_patterns;  // as the list has them, absolute: to see files that come later
  Http http;
  Follow follow;
  Logging logging;
  Reload reload;
  std::optional<WebhookListener> webhook;  // set exactly when an account has one
  std::optional<Monitoring> monitoring;
  std::chrono::seconds drain_timeout{60};  // after SIGTERM: longest wait for answers and outcomes under way
  std::chrono::seconds lease{10};          // ownership of an account passes on after this long without a sign of life
  std::filesystem::path file;              // where all this stands
  std::string source;                      // and its text
};

}  // namespace dialerd::config
