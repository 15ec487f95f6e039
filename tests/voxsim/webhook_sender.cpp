#include "tests/voxsim/webhook_sender.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <mutex>
#include <optional>
#include <queue>
#include <stdexcept>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "tests/voxsim/webhook_delivery.h"
#include "tests/voxsim/webhook_lane.h"
#include "tests/voxsim/webhook_log.h"
#include "tests/voxsim/webhook_signature.h"

namespace dialerd::voxsim {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

namespace {

std::vector<WebhookUrl> urls_of(const WebhookOptions& options) {
  std::vector<WebhookUrl> urls;
  for (const WebhookTarget& target : options.targets) urls.push_back(parse_webhook_url(target.url));
  return urls;
}

// For each key the target of its own, or else the first that is for all keys.
std::vector<std::optional<std::size_t>> targets_of(const Options& options) {
  const auto& targets = options.webhooks.targets;
  const auto find = [&](const std::string& key) -> std::optional<std::size_t> {
    const auto found =
        std::find_if(targets.begin(), targets.end(), [&](const WebhookTarget& t) { return t.api_key == key; });
    if (found == targets.end()) return std::nullopt;
    return static_cast<std::size_t>(found - targets.begin());
  };
  std::vector<std::optional<std::size_t>> of_keys;
  for (const std::string& key : options.api_keys) {
    const auto own = find(key);
    of_keys.push_back(own ? own : find(""));
  }
  for (const WebhookTarget& target : targets) {
    if (target.api_key.empty()) continue;
    if (std::find(options.api_keys.begin(), options.api_keys.end(), target.api_key) == options.api_keys.end()) {
      throw std::invalid_argument("webhook URL: for an API key that is not accepted");
    }
  }
  return of_keys;
}

// Another path of the same length.
std::string wrong_path(const std::string& path) {
  std::string wrong = path;
  const std::size_t last = std::min(path.find('?'), path.size()) - 1;
  wrong[last] = path[last] == 'x' ? 'y' : 'x';
  return wrong;
}

}  // namespace

struct WebhookSender::Impl {
  struct Due {
    steady_clock::time_point at;
    std::uint64_t sequence = 0;  // among those that are due at the same time, the first come
    std::shared_ptr<WebhookDelivery> delivery;

    bool operator>(const Due& other) const { return std::tie(at, sequence) > std::tie(other.at, other.sequence); }
  };

  Impl(const Options& options, const Clock& provider_clock)
      : webhooks(options.webhooks),
        clock(provider_clock),
        urls(urls_of(webhooks)),
        target_of_account(targets_of(options)),
        signer(webhooks.signing),
        log(webhooks.log_file),
        tls(asio::ssl::context::tls_client),
        timer(loop) {
    tls.set_verify_mode(asio::ssl::verify_peer);
    if (webhooks.authority_file.empty()) {
      tls.set_default_verify_paths();
    } else {
      tls.load_verify_file(webhooks.authority_file);
    }
    for (const WebhookUrl& url : urls) {
      for (std::uint32_t i = 0; i < std::max(1U, webhooks.connections); ++i) {
        lanes.push_back(std::make_unique<WebhookLane>(
            loop, tls, url, milliseconds(webhooks.timeout_ms),
            [this](const WebhookDelivery& delivery, const WebhookUrl& to) { return request_for(delivery, to); },
            [this](WebhookAttempt attempt) { attempted(std::move(attempt)); }));
      }
    }
    thread = std::thread([this] { loop.run(); });
  }

  ~Impl() {
    asio::post(loop, [this] {
      stopping = true;
      stay.reset();
      timer.cancel();
      for (const auto& lane : lanes) lane->stop();
    });
    thread.join();
  }

  void announce(EventCall call, const WebhookPlan& plan, std::size_t account, std::string attempt_id,
                std::uint64_t seed) {
    auto due = deliveries_of(std::move(call), plan, account, std::move(attempt_id), seed);
    if (due.empty()) return;
    const std::size_t count = count_deliveries(due);
    if (waiting.fetch_add(count) + count > webhooks.waiting_most) {
      waiting -= count;
      asio::post(loop, [this, due = std::move(due)] {
        for (const DueDelivery& one : due) lose(*one.delivery);
      });
      return;
    }
    asio::post(loop, [this, due = std::move(due)] {
      const auto now = steady_clock::now();
      const std::int64_t now_us = clock.now_us();
      for (const DueDelivery& one : due) {
        schedule(now + std::chrono::microseconds(one.due_ms * 1000 - now_us), one.delivery);
      }
    });
  }

  void schedule(steady_clock::time_point at, std::shared_ptr<WebhookDelivery> delivery) {
    later.push({at, sequence++, std::move(delivery)});
    if (later.top().sequence == sequence - 1) wait_for_next();
  }

  void wait_for_next() {
    if (stopping || later.empty()) return;
    timer.expires_at(later.top().at);
    timer.async_wait([this](const boost::system::error_code& error) {
      if (error || stopping) return;
      const auto now = steady_clock::now();
      while (!later.empty() && later.top().at <= now) {
        const std::shared_ptr<WebhookDelivery> delivery = later.top().delivery;
        later.pop();
        dispatch(delivery);
      }
      wait_for_next();
    });
  }

  void dispatch(const std::shared_ptr<WebhookDelivery>& delivery) {
    if (delivery->kind == WebhookKind::kDropped) {
      WebhookAttempt attempt{.delivery = delivery, .sent_at = steady_clock::now()};
      attempt.delivery->tries = 1;
      finish(attempt);
      return;
    }
    const std::size_t of_target = lanes.size() / urls.size();
    const std::size_t place = std::hash<std::string>{}(delivery->call->id) % of_target;
    lanes[*target_of_account[delivery->account] * of_target + place]->add(delivery);
  }

  WebhookRequest request_for(const WebhookDelivery& delivery, const WebhookUrl& url) const {
    const bool wrong = delivery.forgery == Forgery::kWrongPath;
    WebhookRequest request(http::verb::post, wrong ? wrong_path(url.path) : url.path, 11);
    request.set(http::field::host, url.authority());
    request.set(http::field::user_agent, "voxsim");
    request.set(http::field::content_type, "application/json");
    request.body() = webhook_body(webhooks.version, delivery.event, *delivery.call);
    if (signer.signs() && delivery.forgery != Forgery::kNoSignature) {
      const bool badly = delivery.forgery == Forgery::kWrongSignature;
      request.set(signer.header(), badly ? signer.forge(request.body()) : signer.sign(request.body()));
    }
    request.prepare_payload();
    return request;
  }

  void attempted(WebhookAttempt attempt) {
    const WebhookDelivery& delivery = *attempt.delivery;
    const bool accepted = attempt.status && *attempt.status / 100 == 2;
    const bool worth_it = delivery.kind == WebhookKind::kGenuine || delivery.kind == WebhookKind::kDuplicate;
    if (!accepted && worth_it && delivery.tries <= webhooks.retries && !stopping) {
      record(attempt);
      release_followers(*attempt.delivery);
      const std::uint32_t doublings = std::min(delivery.tries - 1, 10U);
      schedule(steady_clock::now() + milliseconds(webhooks.backoff_ms) * (1U << doublings), attempt.delivery);
      return;
    }
    finish(attempt);
  }

  void finish(const WebhookAttempt& attempt) {
    record(attempt);
    release_followers(*attempt.delivery);
    --waiting;
  }

  // After the first attempt, whatever came of it.
  void release_followers(WebhookDelivery& delivery) {
    for (auto& [delay_ms, follower] : std::exchange(delivery.afterwards, {})) {
      schedule(steady_clock::now() + milliseconds(delay_ms), std::move(follower));
    }
  }

  void record(const WebhookAttempt& attempt) {
    const WebhookDelivery& delivery = *attempt.delivery;
    write(delivery, kind_name(delivery), attempt);
  }

  // There were too many that wait.
  void lose(WebhookDelivery& delivery) {
    write(delivery, "lost", {.delivery = nullptr, .sent_at = steady_clock::now()});
    for (const auto& [delay_ms, follower] : delivery.afterwards) lose(*follower);
  }

  void write(const WebhookDelivery& delivery, std::string_view kind, const WebhookAttempt& attempt) {
    const auto ago = std::chrono::duration_cast<std::chrono::microseconds>(steady_clock::now() - attempt.sent_at);
    log.append({.at_us = clock.now_us() - ago.count(),
                .account = delivery.account,
                .kind = kind,
                .forgery = forgery_name(delivery.forgery),
                .event = webhook_event_name(delivery.event),
                .call_id = delivery.call->id,
                .attempt_id = delivery.attempt_id,
                .number = std::max(1U, delivery.tries),
                .body_sha256 = attempt.body_sha256,
                .status = attempt.status,
                .latency_us = std::chrono::duration_cast<std::chrono::microseconds>(attempt.latency).count()});
    const std::lock_guard lock(counts_mutex);
    ++counts[std::string(kind)];
  }

  const WebhookOptions& webhooks;
  const Clock& clock;
  const std::vector<WebhookUrl> urls;
  const std::vector<std::optional<std::size_t>> target_of_account;
  const WebhookSigner signer;
  WebhookLog log;
  std::atomic<std::size_t> waiting = 0;
  mutable std::mutex counts_mutex;
  std::map<std::string, std::uint64_t, std::less<>> counts;

  // All below belongs to the loop's thread.
  asio::io_context loop{1};
  asio::executor_work_guard<asio::io_context::executor_type> stay = asio::make_work_guard(loop);
  asio::ssl::context tls;
  asio::steady_timer timer;  // for the first of `later`
  std::priority_queue<Due, std::vector<Due>, std::greater<>> later;
  std::uint64_t sequence = 0;
  std::vector<std::unique_ptr<WebhookLane>> lanes;  // of the first target, then of the second, and so on
  bool stopping = false;
  std::thread thread;
};

WebhookSender::WebhookSender(const Options& options, const Clock& clock)
    : impl_(std::make_unique<Impl>(options, clock)) {}

WebhookSender::~WebhookSender() = default;

bool WebhookSender::has_target(std::size_t account) const { return impl_->target_of_account.at(account).has_value(); }

void WebhookSender::announce(EventCall call, const WebhookPlan& plan, std::size_t account, std::string attempt_id,
                             std::uint64_t seed) {
  impl_->announce(std::move(call), plan, account, std::move(attempt_id), seed);
}

std::map<std::string, std::uint64_t, std::less<>> WebhookSender::counts() const {
  const std::lock_guard lock(impl_->counts_mutex);
  auto counts = impl_->counts;
  counts["waiting"] = impl_->waiting;
  return counts;
}

}  // namespace dialerd::voxsim
