#include "tests/voxsim/webhook_lane.h"

#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "tests/voxsim/webhook_signature.h"

namespace dialerd::voxsim {

namespace asio = boost::asio;

WebhookLane::WebhookLane(asio::io_context& loop, asio::ssl::context& tls, const WebhookUrl& url,
                         std::chrono::milliseconds timeout, MakeRequest make_request, Done done)
    : url_(url),
      timeout_(timeout),
      make_request_(std::move(make_request)),
      done_(std::move(done)),
      connection_(loop, tls, url),
      news_(loop) {
  asio::co_spawn(loop, run(), asio::detached);
}

void WebhookLane::add(std::shared_ptr<WebhookDelivery> delivery) {
  waiting_.push_back(std::move(delivery));
  news_.cancel();
}

void WebhookLane::stop() {
  stopping_ = true;
  news_.cancel();
  connection_.abort();
}

asio::awaitable<void> WebhookLane::run() {
  while (!stopping_) {
    if (waiting_.empty()) {
      boost::system::error_code cancelled;
      news_.expires_at(std::chrono::steady_clock::time_point::max());
      co_await news_.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
      continue;
    }
    WebhookAttempt attempt{.delivery = std::move(waiting_.front())};
    waiting_.pop_front();
    ++attempt.delivery->tries;
    const WebhookRequest request = make_request_(*attempt.delivery, url_);
    attempt.body_sha256 = sha256_hex(request.body());
    attempt.sent_at = std::chrono::steady_clock::now();
    attempt.status = co_await connection_.post(request, timeout_);
    attempt.latency = std::chrono::steady_clock::now() - attempt.sent_at;
    done_(std::move(attempt));
  }
}

}  // namespace dialerd::voxsim
