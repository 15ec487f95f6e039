#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include "tests/voxsim/webhook_connection.h"
#include "tests/voxsim/webhook_delivery.h"

namespace dialerd::voxsim {

// What came of one attempt.
struct WebhookAttempt {
  std::shared_ptr<WebhookDelivery> delivery;
  std::chrono::steady_clock::time_point sent_at{};
  std::chrono::steady_clock::duration latency{};
  std::string body_sha256{};
  std::optional<int> status{};
};

// Sends deliveries to one target over one connection, one after the other. Runs on its event loop's thread.
class WebhookLane {
 public:
  using MakeRequest = std::function<WebhookRequest(const WebhookDelivery&, const WebhookUrl&)>;
  using Done = std::function<void(WebhookAttempt)>;

  // What it refers to must outlive it.
  WebhookLane(boost::asio::io_context& loop, boost::asio::ssl::context& tls, const WebhookUrl& url,
              std::chrono::milliseconds timeout, MakeRequest make_request, Done done);

  void add(std::shared_ptr<WebhookDelivery> delivery);

  // Ends what is under way and takes nothing more.
  void stop();

 private:
  boost::asio::awaitable<void> run();

  const WebhookUrl& url_;
  std::chrono::milliseconds timeout_;
  MakeRequest make_request_;
  Done done_;
  WebhookConnection connection_;
  std::deque<std::shared_ptr<WebhookDelivery>> waiting_;
  boost::asio::steady_timer news_;  // cancelled when there is something new
  bool stopping_ = false;
};

}  // namespace dialerd::voxsim
