// All that receiving webhooks takes, put together: the server, who decides about requests, and their way into the
// database. On the loop's thread; it must live as long as the loop runs.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "config/daemon_config.h"
#include "daemon/http_server/refusal_log.h"
#include "daemon/http_server/server.h"
#include "daemon/storage_health.h"
#include "daemon/storage_thread.h"
#include "daemon/webhook/endpoint.h"
#include "daemon/webhook/receiver.h"
#include "daemon/webhook_intake.h"
#include "storage/inbox.h"

namespace dialerd::daemon {

class WebhookReception {
 public:
  struct Listener {
    // Tells the engine what is kept, and returns what it did with it. What is missing from that (the account is
    // another daemon's) stays pending, for its owner.
    std::function<std::vector<storage::HandledWebhook>(const std::vector<storage::PendingWebhook>&)> tell;
    std::function<void(StorageUse, const storage::Error&)> storage_failed;
    std::function<void(StorageUse)> storage_worked;
    std::function<void(const std::string& account)> kept;  // one was, new or again
    std::function<void(std::string_view reason)> refused;  // a request was, whoever sent it
  };

  // Listens from then on. Throws std::runtime_error when it cannot; where another try may do, http_server's
  // TemporaryFailure: an address in use, a certificate that is being replaced, no sockets from systemd.
  WebhookReception(boost::asio::io_context& io, const config::WebhookListener& settings,
                   std::vector<webhook::Endpoint> endpoints, storage::SessionSettings session, Listener listener);
  ~WebhookReception();

  // Reads what other daemons received for these accounts, and closes what was told. Once a second.
  StorageProgress storage_progress() { return thread_->progress(); }

  void keep_house(const std::vector<std::string>& owned_accounts);

  void drain() { server_.drain(); }
  // Every webhook that had arrived is answered.
  bool quiet() const { return server_.quiet() && intake_.idle() && !closing_; }
  void close() { server_.close(); }

 private:
  void tell(const std::vector<storage::PendingWebhook>& webhooks);
  void refused(std::string_view reason, const std::optional<config::IpAddress>& client);
  void close_handled();
  void read_pending(const std::vector<std::string>& accounts);

  boost::asio::io_context& io_;
  Listener listener_;
  http_server::RefusalLog refusals_;
  std::set<std::int64_t> told_;                   // and not closed in the database yet
  std::vector<storage::HandledWebhook> handled_;  // to be closed
  bool closing_ = false;
  bool reading_ = false;
  std::unique_ptr<StorageThread> thread_;
  WebhookIntake intake_;
  webhook::Receiver receiver_;
  http_server::Server server_;
};

}  // namespace dialerd::daemon
