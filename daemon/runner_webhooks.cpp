// Webhooks, and being asked how the daemon is: what the runner has to do with its servers.
#include <utility>

#include "daemon/log.h"
#include "daemon/metrics/loop_lag.h"
#include "daemon/metrics/metrics.h"
#include "daemon/monitoring.h"
#include "daemon/runner.h"
#include "daemon/status_page/live_status.h"
#include "daemon/status_page/page.h"
#include "daemon/webhook/envelope.h"
#include "daemon/webhook_reception.h"

namespace dialerd::daemon {
namespace {

constexpr std::size_t monitoring_connections = 16;

}  // namespace

void Runner::start_servers() {
  if (settings_.daemon.webhook) {
    std::vector<webhook::Endpoint> endpoints;
    for (std::size_t i = 0; i < settings_.daemon.accounts.size(); ++i) {
      const config::Account& account = settings_.daemon.accounts[i];
      if (account.webhook) endpoints.push_back(webhook::make_endpoint(account, settings_.webhook_secrets[i]));
    }
    webhooks_ = std::make_unique<WebhookReception>(
        io_, *settings_.daemon.webhook, std::move(endpoints), settings_.session,
        WebhookReception::Listener{
            [this](const std::vector<storage::PendingWebhook>& webhooks) { return tell_webhooks(webhooks); },
            [this](StorageUse use, const storage::Error& error) { storage_failed(error, use); },
            [this](StorageUse use) { storage_worked(use); },
            [this](const std::string& account) { metrics_->webhook_kept(account); },
            [this](std::string_view reason) { metrics_->webhook_rejected(reason); }});
  }
  if (settings_.daemon.monitoring) {
    http_server::Limits limits;
    limits.connections = monitoring_connections;
    limits.body_bytes_max = 0;
    monitoring_ = std::make_unique<Monitoring>([this] { return readiness(); }, [this] { return metrics_text(); });
    loop_lag_ = std::make_unique<metrics::LoopLag>(io_, *metrics_);
    std::optional<status_page::BasicLogin> login;
    if (const auto& auth = settings_.daemon.monitoring->basic_auth) {
      login.emplace(auth->user, settings_.status_page_password);
    }
    live_status_ =
        std::make_unique<status_page::LiveStatus>(io_, settings_.session, [this] { return engine_picture(); });
    status_page_ = std::make_unique<status_page::Page>(
        std::move(login), [this](std::function<void(std::string)> answer) { live_status_->ask(std::move(answer)); });
    monitoring_->serve(*status_page_);
    monitoring_server_ = std::make_unique<http_server::Server>(
        io_, limits, nullptr, *monitoring_, [](std::string_view, const std::optional<config::IpAddress>&) {});
    const config::ListenAddress& address = settings_.daemon.monitoring->address;
    monitoring_server_->listen(address.address, address.port);
  }
}

// What is kept of webhooks, told to the engine where this daemon owns the account. A trusted one is the provider's own
// word, if it says what became of the call; every other one makes the engine look the call up.
std::vector<storage::HandledWebhook> Runner::tell_webhooks(const std::vector<storage::PendingWebhook>& webhooks) {
  using Verdict = storage::HandledWebhook::Verdict;
  std::vector<storage::HandledWebhook> handled;
  for (const auto& [id, webhook] : webhooks) {
    const AccountLink* account = account_called(webhook.account);
    if (account == nullptr || !account->ownership()) continue;
    auto said = webhook.trusted ? webhook::read_envelope(webhook.body) : std::nullopt;
    if (said && !said->call.status.empty()) {
      engine_.news(clock_.now(), account->index(), said->call);
      handled.push_back({id, Verdict::news});
    } else {
      engine_.hinted(clock_.now(), account->index(),
                     campaign::Hint{webhook.attempt, webhook.call_id, webhook::tells_only_of_beginning(webhook.event)});
      handled.push_back({id, Verdict::hint});
    }
  }
  if (!handled.empty()) schedule_tick();
  return handled;
}

void Runner::keep_house_of_webhooks() {
  if (webhooks_) webhooks_->keep_house(owned_accounts());
}

}  // namespace dialerd::daemon
