#include <algorithm>

#include "config/compare_values.h"

namespace dialerd::config {
namespace {

std::string text_of(const SecretReference& reference) {
  return (reference.kind == SecretReference::Kind::credential ? "credential " : "file ") + reference.value;
}

std::string text_of(const std::vector<SecretReference>& references) {
  std::vector<std::string> texts;
  texts.reserve(references.size());
  for (const SecretReference& reference : references) texts.push_back(text_of(reference));
  return joined(texts);
}

std::string text_of(const std::optional<SecretReference>& reference) { return reference ? text_of(*reference) : none; }

std::string text_of(const std::optional<ListenAddress>& address) {
  if (!address) return "systemd";
  const std::string text = to_string(address->address);
  return (text.find(':') == std::string::npos ? text : "[" + text + "]") + ":" + std::to_string(address->port);
}

std::string text_of(const std::vector<IpRange>& ranges) {
  std::vector<std::string> texts;
  for (const IpRange& range : ranges) {
    const std::string text = to_string(range.first);
    const bool ipv4 = text.find(':') == std::string::npos;
    texts.push_back(text + "/" + std::to_string(range.prefix - (ipv4 ? 96 : 0)));
  }
  return joined(texts);
}

std::string text_of(const std::optional<TlsFiles>& tls) {
  return tls ? "certificate " + tls->certificate.string() + ", key " + tls->key.string() : none;
}

std::string text_of(const std::optional<BasicAuth>& auth) {
  return auth ? "user " + auth->user + ", password " + text_of(auth->password) : none;
}

std::string text_of(const std::optional<WebhookSignature>& signature) {
  if (!signature) return none;
  const char* algorithm = signature->algorithm == SignatureAlgorithm::hmac_sha256 ? "hmac-sha256"
                          : signature->algorithm == SignatureAlgorithm::hmac_sha1 ? "hmac-sha1"
                                                                                  : "hmac-sha512";
  std::string text = "header " + signature->header + ", " + algorithm + ", " +
                     (signature->encoding == SignatureEncoding::hex ? "hex" : "base64");
  if (!signature->prefix.empty()) text += ", prefix '" + signature->prefix + "'";
  return text + ", secrets " + text_of(signature->secrets) + (signature->trusted ? ", trusted" : "");
}

std::string text_of(const std::string& text) { return text; }
std::string text_of(LogLevel level) {
  return level == LogLevel::debug     ? "debug"
         : level == LogLevel::info    ? "info"
         : level == LogLevel::warning ? "warning"
                                      : "error";
}
std::string text_of(LogFormat format) { return format == LogFormat::text ? "text" : "json"; }

// One key of a section, said by the texts above.
template <typename Value>
void key(const std::string& what, const Value& before, const Value& after, Changes& changes) {
  if (!(before == after)) changes.add(what, text_of(before), text_of(after), false);
}

std::vector<Change> at_restart(std::vector<Change> changes) {
  for (Change& change : changes) change.at_restart = true;
  return changes;
}

void compare_account_webhook(const std::string& of, const std::optional<AccountWebhook>& before,
                             const std::optional<AccountWebhook>& after, Changes& changes) {
  const AccountWebhook from = before.value_or(AccountWebhook{});
  const AccountWebhook to = after.value_or(AccountWebhook{});
  Changes later;
  key(of + ".path_secrets", from.path_secrets, to.path_secrets, later);
  key(of + ".signature", from.signature, to.signature, later);
  key(of + ".allow_from", from.allow_from, to.allow_from, later);
  changes.append(at_restart(later.take()));
}

void compare_listeners(const DaemonConfig& before, const DaemonConfig& after, Changes& changes) {
  if (before.webhook && after.webhook) {
    key("webhook.listen", before.webhook->address, after.webhook->address, changes);
    key("webhook.tls", before.webhook->tls, after.webhook->tls, changes);
    changes.note("webhook.connections", before.webhook->connections, after.webhook->connections);
    key("webhook.trusted_proxies", before.webhook->trusted_proxies, after.webhook->trusted_proxies, changes);
  } else if (before.webhook || after.webhook) {
    auto listen = [](const DaemonConfig& daemon) { return daemon.webhook ? text_of(daemon.webhook->address) : none; };
    changes.add("webhook.listen", listen(before), listen(after), false);
  }
  auto listen = [](const DaemonConfig& daemon) {
    return daemon.monitoring ? text_of(std::optional(daemon.monitoring->address)) : none;
  };
  auto auth = [](const DaemonConfig& daemon) {
    return daemon.monitoring ? text_of(daemon.monitoring->basic_auth) : none;
  };
  changes.note("monitoring.listen", listen(before), listen(after));
  changes.note("monitoring.basic_auth", auth(before), auth(after));
}

// A connection string holds no password (config/secrets.h).
void compare_database(const Database& before, const Database& after, Changes& changes) {
  key("database.conninfo", before.conninfo, after.conninfo, changes);
  key("database.password", before.password, after.password, changes);
  changes.note("database.statement_timeout", before.statement_timeout, after.statement_timeout);
  changes.note("database.lock_timeout", before.lock_timeout, after.lock_timeout);
  if (before.allow_data_loss != after.allow_data_loss) {
    changes.add("database.allow_data_loss", config::text_of(before.allow_data_loss),
                config::text_of(after.allow_data_loss), after.allow_data_loss);
  }
}

void compare_account(const Account& before, const Account& after, Changes& changes) {
  const std::string of = "accounts." + before.name;
  changes.note(of + ".base_url", before.base_url, after.base_url);
  if (!(before.api_key == after.api_key)) {
    changes.add(of + ".api_key", text_of(before.api_key), text_of(after.api_key), false);
  }
  changes.limits(of + ".limits", before.limits, after.limits);
  if (before.reserve_percent != after.reserve_percent) {
    changes.add(of + ".reserve", format_percent(before.reserve_percent), format_percent(after.reserve_percent),
                after.reserve_percent < before.reserve_percent);
  }
  changes.at_most(of + ".requests.per_second", before.requests.per_second, after.requests.per_second);
  changes.at_most(of + ".requests.per_minute", before.requests.per_minute, after.requests.per_minute);
  if (before.requests.follow_percent != after.requests.follow_percent) {
    changes.add(of + ".requests.follow", format_percent(before.requests.follow_percent),
                format_percent(after.requests.follow_percent), false);
  }
  auto numbers = before.caller_numbers;
  numbers.insert(after.caller_numbers.begin(), after.caller_numbers.end());
  const std::string prefix = of + ".caller_numbers.";
  for (const auto& [number, either] : numbers) {
    auto said = [&number = number](const Account& account) {
      const auto found = account.caller_numbers.find(number);
      return found == account.caller_numbers.end() ? CallerNumber{} : found->second;
    };
    const CallerNumber from = said(before);
    const CallerNumber to = said(after);
    const std::string name = prefix + number;
    changes.limits(name, from.limits, to.limits);
    if (from.rested != to.rested) {
      changes.add(name + ".rested", config::text_of(from.rested), config::text_of(to.rested), from.rested);
    }
  }
  compare_account_webhook(of + ".webhook", before.webhook, after.webhook, changes);
}

const Account* find_account(const std::vector<Account>& accounts, const std::string& name) {
  const auto found =
      std::find_if(accounts.begin(), accounts.end(), [&](const Account& account) { return account.name == name; });
  return found == accounts.end() ? nullptr : &*found;
}

void compare_http(const Http& before, const Http& after, Changes& changes) {
  changes.note("http.connections", before.connections, after.connections);
  changes.note("http.connect_timeout", before.connect_timeout, after.connect_timeout);
  changes.note("http.write_timeout", before.write_timeout, after.write_timeout);
  changes.note("http.response_timeout", before.response_timeout, after.response_timeout);
  changes.note("http.idle_timeout", before.idle_timeout, after.idle_timeout);
  if (before.response_size_max != after.response_size_max) {
    changes.add("http.response_size_max", format_size(before.response_size_max), format_size(after.response_size_max),
                false);
  }
  auto file = [](const Http& http) { return http.ca_file ? http.ca_file->string() : "the system's"; };
  changes.note("http.ca_file", std::string(file(before)), std::string(file(after)));
}

void compare_follow(const Follow& before, const Follow& after, Changes& changes) {
  changes.note("follow.list_interval", before.list_interval, after.list_interval);
  changes.note("follow.horizon", before.horizon, after.horizon);
  // Sooner, or by less, a call counts as not placed, and its lead is called again.
  changes.at_least("follow.list_lag", before.list_lag, after.list_lag);
  changes.at_least("follow.confirmations", before.confirmations, after.confirmations);
  changes.note("follow.abandon_after", before.abandon_after, after.abandon_after);
  changes.note("follow.details_for", before.details_for, after.details_for);
}

}  // namespace

std::vector<Change> compare(const DaemonConfig& before, const DaemonConfig& after) {
  Changes changes;
  for (const Account& account : before.accounts) {
    if (const Account* now = find_account(after.accounts, account.name)) {
      compare_account(account, *now, changes);
    } else {
      changes.add("accounts: no longer", account.name, none, false);
    }
  }
  for (const Account& account : after.accounts) {
    if (find_account(before.accounts, account.name) == nullptr) changes.add("accounts: new", none, account.name, false);
  }
  compare_http(before.http, after.http, changes);
  compare_follow(before.follow, after.follow, changes);
  changes.note("drain_timeout", before.drain_timeout, after.drain_timeout);
  changes.note("reload.on_change", before.reload.on_change, after.reload.on_change);

  Changes later;
  compare_database(before.database, after.database, later);
  later.note("lease", before.lease, after.lease);
  key("logging.level", before.logging.level, after.logging.level, later);
  key("logging.format", before.logging.format, after.logging.format, later);
  compare_listeners(before, after, later);
  changes.append(at_restart(later.take()));
  return changes.take();
}

}  // namespace dialerd::config
