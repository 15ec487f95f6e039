// Webhooks on their way into the database: collected while a transaction is under way, committed together in the next,
// and answered only then.
//
// Whoever is not answered by the database within `patience` is told that it was not kept, and is to send it again. It
// is tried further all the same, one transaction's worth, so that it shows when the database is back; the second time
// it is a duplicate. Belongs to the loop's thread; must outlive the loop's run, and the storage thread must end before
// it.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "daemon/storage_thread.h"
#include "daemon/webhook/receiver.h"
#include "storage/inbox.h"

namespace dialerd::daemon {

struct WebhookIntakeLimits {
  std::chrono::milliseconds patience{5000};
  std::size_t events = 2000;             // on their way at once; one more is not kept
  std::size_t bytes = 32 * 1024 * 1024;  // likewise, of their bodies
  std::size_t batch_events = 200;        // in one transaction
  std::size_t batch_bytes = 4 * 1024 * 1024;
};

class WebhookIntake {
 public:
  struct Listener {
    std::function<void(std::vector<storage::PendingWebhook>)> kept;  // what was not there before, with its digest
    std::function<void(const storage::Error&)> failed;               // the database cannot keep anything at the moment
    std::function<void()> worked;                                    // the database answers
    std::function<void(const storage::Error&)> refused;              // it answers, and does not take this one webhook
  };

  WebhookIntake(boost::asio::io_context& io, StorageThread& thread, const WebhookIntakeLimits& limits,
                Listener listener);

  // `done` is called once, on the loop's thread, perhaps before this returns.
  void keep(storage::Webhook webhook, webhook::Receiver::KeepDone done);
  // Nobody waits for an answer.
  bool idle() const;

 private:
  using Time = std::chrono::steady_clock::time_point;

  struct Item {
    storage::Webhook webhook;
    webhook::Receiver::KeepDone done;  // empty once called
    Time deadline{};
  };
  struct Outcome {
    std::optional<storage::Error> error;  // nullopt: kept
    std::optional<std::int64_t> id;       // of an event that is new
  };

  // What runs parallel to the webhooks. `waits` is told before each pause, on the storage thread.
  static std::vector<Outcome> keep_all(StorageThread& thread, storage::Session& session,
                                       const std::vector<storage::Webhook>& webhooks,
                                       const std::function<void(const storage::Error&)>& waits);
  void start();
  void ended(std::vector<storage::Webhook> webhooks, const std::vector<Outcome>& outcomes);
  void watch();
  void give_up(Time now);

  boost::asio::io_context& io_;
  StorageThread& thread_;
  WebhookIntakeLimits limits_;
  Listener listener_;
  boost::asio::steady_timer deadline_timer_;
  bool watching_ = false;
  std::deque<Item> waiting_;
  std::vector<Item> batch_;  // their webhooks are with the storage thread
  bool under_way_ = false;
  std::size_t bytes_ = 0;  // of all
};

}  // namespace dialerd::daemon
