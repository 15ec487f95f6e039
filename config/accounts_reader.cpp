#include "config/accounts_reader.h"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "config/base_url.h"
#include "config/limits_reader.h"
#include "config/map_reader.h"
#include "config/names.h"
#include "config/phone_number.h"
#include "config/secrets.h"
#include "config/units.h"
#include "config/webhook_reader.h"

namespace dialerd::config {
namespace {

Requests read_requests(const Node& node, Diagnostics& diagnostics) {
  Requests requests;
  MapReader map(node, "requests", diagnostics);
  map.integer("per_second", requests.per_second, {1, 10'000});
  map.integer("per_minute", requests.per_minute, {1, 600'000});
  map.percent("follow", requests.follow_percent, {5, 90});
  map.finish();
  return requests;
}

std::map<std::string, CallerNumber> read_caller_numbers(const Node& node, Diagnostics& diagnostics) {
  std::map<std::string, CallerNumber> numbers;
  if (node.schema != nullptr) node.schema->map_of("^[0-9]{7,15}$");
  for (const Entry* entry : read_entries(node, "caller_numbers", diagnostics)) {
    const auto number = check_phone_number(entry->key, entry->at, "caller_numbers", diagnostics);
    CallerNumber caller;
    MapReader map(entry->value, entry->key, diagnostics);
    if (const Node* limits = map.optional("limits")) caller.limits = read_limits(*limits, diagnostics);
    map.boolean("rested", caller.rested);
    map.finish();
    if (number) numbers.emplace(*number, std::move(caller));
  }
  return numbers;
}

// A reserve is at least the share that it says, so a small limit may have nothing left beside it.
void check_reserve(const Node& account_node, const Account& account, Diagnostics& diagnostics) {
  const Limits& limits = account.limits;
  const std::pair<std::string_view, std::optional<std::int64_t>> all[] = {{"concurrency", limits.concurrency},
                                                                          {"per_second", limits.per_second},
                                                                          {"per_minute", limits.per_minute},
                                                                          {"per_hour", limits.per_hour},
                                                                          {"per_day", limits.per_day}};
  for (const auto& [key, limit] : all) {
    if (!limit || *limit * (100 - account.reserve_percent) / 100 >= 1) continue;
    diagnostics.add(find(account_node, "reserve")->value.at,
                    "'reserve' (" + format_percent(account.reserve_percent) + ") leaves nothing of " + quote(key) +
                        " (" + std::to_string(*limit) + ")",
                    "lower it, or raise the limit; no call could ever start");
  }
}

Account read_account(const Entry& entry, Diagnostics& diagnostics) {
  Account account;
  account.name = entry.key;
  account.base_url = "https://client-api.tryvox.co";
  const bool has_name = check_name(entry.key, entry.at, "an account", diagnostics);

  if (entry.value.kind == Node::Kind::scalar) {
    diagnostics.conceal(entry.value.at);  // most likely its key
    diagnostics.add(entry.value.at, quote(entry.key) + " must be a map, not text",
                    "write 'api_key: {credential: NAME}' under it");
    return account;
  }
  MapReader map(entry.value, entry.key, diagnostics);
  if (const Node* node = map.optional("base_url")) {
    if (auto url = read_base_url(*node, diagnostics)) account.base_url = std::move(*url);
  }
  if (const Node* node =
          map.required("api_key", "api_key: {credential: vox-" + (has_name ? entry.key : "main") + "}")) {
    if (auto key = read_secret_reference(*node, "api_key", diagnostics)) account.api_key = std::move(*key);
  }
  if (const Node* node = map.optional("limits")) account.limits = read_limits(*node, diagnostics);
  map.percent("reserve", account.reserve_percent, {0, 90});
  if (const Node* node = map.optional("requests")) account.requests = read_requests(*node, diagnostics);
  if (const Node* node = map.optional("caller_numbers")) {
    account.caller_numbers = read_caller_numbers(*node, diagnostics);
  }
  if (const Node* node = map.optional("webhook")) account.webhook = read_account_webhook(*node, diagnostics);
  map.finish();
  if (account.reserve_percent > 0) check_reserve(entry.value, account, diagnostics);
  return account;
}

}  // namespace

std::vector<Account> read_accounts(const Node& node, Diagnostics& diagnostics) {
  std::vector<Account> accounts;
  std::map<std::pair<int, std::string>, std::string> owners;  // which account has a key
  if (node.schema != nullptr) node.schema->map_of(std::string(name_pattern), {}, 1);
  if (node.kind == Node::Kind::map && node.entries.empty()) {
    diagnostics.add(node.at, "'accounts' is empty", "add an account: 'main: {api_key: {credential: vox-main}}'");
  }
  for (const Entry* entry : read_entries(node, "accounts", diagnostics)) {
    Account account = read_account(*entry, diagnostics);
    if (!account.api_key.value.empty()) {
      const auto [owner, added] =
          owners.emplace(std::pair(static_cast<int>(account.api_key.kind), account.api_key.value), account.name);
      if (!added) {
        diagnostics.add(find(entry->value, "api_key")->value.at,
                        "account " + quote(account.name) + " has the same key as " + quote(owner->second),
                        "keep one account a key: the provider counts its limits by key");
      }
    }
    accounts.push_back(std::move(account));
  }
  return accounts;
}

}  // namespace dialerd::config
