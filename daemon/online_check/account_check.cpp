#include "daemon/online_check/account_check.h"

#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>

#include <boost/asio/io_context.hpp>

#include "daemon/online_check/provider_verdict.h"
#include "daemon/secrets.h"
#include "daemon/voxapi/client.h"
#include "daemon/webhook/path_secrets.h"

namespace dialerd::daemon::online_check {
namespace {

// The secrets by which the account's webhooks are known: `run` does not start without them.
void check_webhook_secrets(const config::Account& account, Findings& findings) {
  if (!account.webhook) return;
  const auto wrong = [&](std::string_view key, const std::string& what) {
    findings.of_daemon({"accounts", account.name, "webhook", key},
                       "account " + config::quote(account.name) + ": " + what,
                       "the daemon would not start: put the secret there, or correct the reference");
  };
  for (const config::SecretReference& reference : account.webhook->path_secrets) {
    const auto secret = read_secret(reference);
    if (!secret) {
      wrong("path_secrets", secret.error().message);
    } else if (const auto fault = webhook::path_secret_fault(*secret)) {
      wrong("path_secrets", config::quote(reference.value) + " " + *fault);
    }
  }
  if (!account.webhook->signature) return;
  for (const config::SecretReference& reference : account.webhook->signature->secrets) {
    if (const auto secret = read_secret(reference); !secret) wrong("signature", secret.error().message);
  }
}

std::optional<std::string> read_key(const config::Account& account, Findings& findings) {
  auto key = read_secret(account.api_key);
  if (key) return std::move(*key);
  findings.of_daemon({"accounts", account.name, "api_key"},
                     "account " + config::quote(account.name) + ": " + key.error().message,
                     "check as the user that runs the daemon, with the daemon's credentials");
  return std::nullopt;
}

// Null: the key or the CA file cannot be used; reported.
std::unique_ptr<voxapi::Client> make_client(boost::asio::io_context& io, const config::Account& account,
                                            std::string key, const config::Http& http, Findings& findings) {
  try {
    return std::make_unique<voxapi::Client>(io, voxapi::ClientSettings{account.base_url, std::move(key), http});
  } catch (const std::system_error&) {
    throw;
  } catch (const std::runtime_error& error) {
    const std::string what = error.what();
    const std::string words = "account " + config::quote(account.name) + ": " + what;
    if (what.find("CA file") != std::string::npos) {
      findings.of_daemon({"http", "ca_file"}, words, "name a PEM file that the daemon's user can read");
    } else {
      findings.of_daemon({"accounts", account.name, "api_key"}, words, "the secret must be the key alone, on one line");
    }
  }
  return nullptr;
}

}  // namespace

void check_accounts(const config::DaemonConfig& daemon, Findings& findings) {
  struct Question {
    const config::Account& account;
    std::unique_ptr<voxapi::Client> client;
    voxapi::ListAnswer answer{};
  };
  boost::asio::io_context io;
  std::vector<Question> questions;
  for (const config::Account& account : daemon.accounts) {
    check_webhook_secrets(account, findings);
    auto key = read_key(account, findings);
    if (!key) continue;
    auto client = make_client(io, account, std::move(*key), daemon.http, findings);
    if (client) questions.push_back({account, std::move(client)});
  }
  for (Question& question : questions) {
    voxapi::ListQuery newest;
    newest.start_at_after = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
    newest.limit = 1;
    question.client->list_calls(newest, [&question](voxapi::ListAnswer answer) {
      question.answer = std::move(answer);
      question.client->close();
    });
  }
  io.run();
  for (const Question& question : questions) {
    const config::Account& account = question.account;
    if (const auto verdict = judge(account, daemon.http, question.answer)) {
      findings.of_daemon({"accounts", account.name, verdict->of_key ? "api_key" : "base_url"}, verdict->what,
                         verdict->remedy);
    } else {
      findings.checked("account " + account.name + ": " + account.base_url + " accepts its key");
    }
  }
  findings.not_checked("agents and caller numbers: the provider's API has no documented request that looks one up");
}

}  // namespace dialerd::daemon::online_check
