#include "daemon/webhook_reception.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include <boost/asio/post.hpp>
#include <systemd/sd-daemon.h>

#include "daemon/http_server/temporary_failure.h"
#include "daemon/log.h"

namespace dialerd::daemon {
namespace {

constexpr std::int64_t pending_most = 1000;  // read at once

std::unique_ptr<http_server::TlsIdentity> tls_identity(const std::optional<config::TlsFiles>& files) {
  if (!files) return nullptr;
  return std::make_unique<http_server::TlsIdentity>(*files,
                                                    [](const std::string& what) { log::error("webhooks: " + what); });
}

http_server::Limits limits_of(const config::WebhookListener& settings) {
  http_server::Limits limits;
  limits.connections = static_cast<std::size_t>(settings.connections);
  return limits;
}

storage::SessionSettings named(storage::SessionSettings settings) {
  settings.application_name = "dialerd webhooks";
  return settings;
}

bool is_loopback(const config::IpAddress& address) {
  constexpr std::array<std::string_view, 2> loopback = {"127.0.0.0/8", "::1/128"};
  return std::any_of(loopback.begin(), loopback.end(),
                     [&](std::string_view range) { return config::parse_ip_range(range)->contains(address); });
}

// What is not encrypted here must not leave the machine, or must be a proxy's business.
void warn_of_open_secrets(const config::WebhookListener& settings, const std::vector<config::IpAddress>& addresses) {
  if (settings.tls || !settings.trusted_proxies.empty()) return;
  if (std::all_of(addresses.begin(), addresses.end(), is_loopback)) return;
  log::warning(
      "webhooks: listening without TLS on an address that others reach: path secrets travel in the clear; "
      "add 'tls', or name the proxy before it in 'trusted_proxies'");
}

void adopt_systemd_sockets(http_server::Server& server) {
  const int count = sd_listen_fds(1);
  if (count <= 0) {
    throw http_server::TemporaryFailure(
        "webhook: listen: systemd, but systemd handed over no socket; start the socket unit first (docs/webhooks.md), "
        "or name an address");
  }
  for (int i = 0; i < count; ++i) server.adopt(SD_LISTEN_FDS_START + i);
}

}  // namespace

WebhookReception::WebhookReception(boost::asio::io_context& io, const config::WebhookListener& settings,
                                   std::vector<webhook::Endpoint> endpoints, storage::SessionSettings session,
                                   Listener listener)
    : io_(io),
      listener_(std::move(listener)),
      refusals_([](const std::string& line) { log::warning("webhooks: refused: " + line); }),
      thread_(std::make_unique<StorageThread>(named(std::move(session)))),
      intake_(io, *thread_, {},
              {[this](const std::vector<storage::PendingWebhook>& kept) { tell(kept); },
               [this](const storage::Error& error) { listener_.storage_failed(StorageUse::webhook_writes, error); },
               [this] { listener_.storage_worked(StorageUse::webhook_writes); },
               [](const storage::Error& error) { log::error("webhooks: one cannot be kept: " + error.message); }}),
      receiver_(
          std::move(endpoints), settings.trusted_proxies,
          [this](storage::Webhook webhook, webhook::Receiver::KeepDone done) {
            const std::string account = webhook.account;
            intake_.keep(std::move(webhook), [this, account, done = std::move(done)](webhook::Keeping keeping) {
              if (keeping == webhook::Keeping::kept) listener_.kept(account);
              done(keeping);
            });
          },
          [this](std::string_view reason, const std::optional<config::IpAddress>& client) { refused(reason, client); }),
      server_(io, limits_of(settings), tls_identity(settings.tls), receiver_,
              [this](std::string_view reason, const std::optional<config::IpAddress>& client) {
                refused(reason, client);
              }) {
  if (settings.address) {
    server_.listen(settings.address->address, settings.address->port);
    log::info("webhooks: listening on " + to_string(settings.address->address) + ", port " +
              std::to_string(settings.address->port) + (settings.tls ? " with TLS" : " without TLS"));
  } else {
    adopt_systemd_sockets(server_);
    log::info(std::string("webhooks: listening on systemd's sockets") + (settings.tls ? " with TLS" : " without TLS"));
  }
  warn_of_open_secrets(settings, server_.addresses());
}

WebhookReception::~WebhookReception() {
  thread_.reset();  // its jobs refer to the rest
}

void WebhookReception::keep_house(const std::vector<std::string>& owned_accounts) {
  refusals_.flush(http_server::RefusalLog::Clock::now());
  close_handled();
  read_pending(owned_accounts);
}

void WebhookReception::tell(const std::vector<storage::PendingWebhook>& webhooks) {
  for (const storage::HandledWebhook& one : listener_.tell(webhooks)) {
    told_.insert(one.id);
    handled_.push_back(one);
  }
  close_handled();
}

void WebhookReception::refused(std::string_view reason, const std::optional<config::IpAddress>& client) {
  refusals_.count(http_server::RefusalLog::Clock::now(), reason, client);
  listener_.refused(reason);
}

// What cannot be closed now is closed later, or told once more by the next process: a hint does no harm twice.
void WebhookReception::close_handled() {
  if (handled_.empty() || std::exchange(closing_, true)) return;
  thread_->post([this, handled = std::move(handled_)](StorageThread&, storage::Session& session) mutable {
    auto closed = session.webhooks_handled(handled);
    boost::asio::post(io_, [this, handled = std::move(handled), closed = std::move(closed)] {
      closing_ = false;
      if (!closed) {
        listener_.storage_failed(StorageUse::webhook_writes, closed.error());
        handled_.insert(handled_.end(), handled.begin(), handled.end());
        return;
      }
      listener_.storage_worked(StorageUse::webhook_writes);
      for (const storage::HandledWebhook& one : handled) told_.erase(one.id);
      if (!handled_.empty()) close_handled();
    });
  });
  handled_.clear();
}

void WebhookReception::read_pending(const std::vector<std::string>& accounts) {
  if (accounts.empty() || std::exchange(reading_, true)) return;
  thread_->post([this, accounts](StorageThread&, storage::Session& session) {
    auto pending = session.pending_webhooks(accounts, pending_most);
    boost::asio::post(io_, [this, pending = std::move(pending)]() mutable {
      reading_ = false;
      if (!pending) return listener_.storage_failed(StorageUse::webhook_reads, pending.error());
      listener_.storage_worked(StorageUse::webhook_reads);
      // Read after it was told, and before it was closed.
      std::erase_if(*pending, [this](const storage::PendingWebhook& one) { return told_.contains(one.id); });
      if (!pending->empty()) tell(*pending);
    });
  });
}

}  // namespace dialerd::daemon
