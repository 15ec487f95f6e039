#include "daemon/webhook_intake.h"

#include <algorithm>
#include <utility>

#include <boost/asio/post.hpp>

namespace dialerd::daemon {

using storage::ErrorKind;

WebhookIntake::WebhookIntake(boost::asio::io_context& io, StorageThread& thread, const WebhookIntakeLimits& limits,
                             Listener listener)
    : io_(io), thread_(thread), limits_(limits), listener_(std::move(listener)), deadline_timer_(io) {}

void WebhookIntake::keep(storage::Webhook webhook, std::function<void(bool)> done) {
  const bool full = waiting_.size() + batch_.size() >= limits_.events || bytes_ + webhook.body.size() > limits_.bytes;
  if (full) return done(false);
  bytes_ += webhook.body.size();
  waiting_.push_back({std::move(webhook), std::move(done), std::chrono::steady_clock::now() + limits_.patience});
  start();
  watch();
}

// What a lost COMMIT leaves in doubt is simply kept again: an event that is there stays as it is.
WebhookIntake::Outcomes WebhookIntake::keep_all(StorageThread& thread, storage::Session& session,
                                                const std::vector<storage::Webhook>& webhooks, Time deadline) {
  storage::Backoff backoff;
  auto kept = session.keep_webhooks(webhooks);
  while (!kept && kept.error().kind == ErrorKind::unavailable && std::chrono::steady_clock::now() < deadline) {
    if (!thread.wait(backoff)) break;
    kept = session.keep_webhooks(webhooks);
  }
  Outcomes outcomes;
  if (kept) {
    for (const auto& id : *kept) outcomes.of.push_back({true, id});
    return outcomes;
  }
  outcomes.error = kept.error();
  outcomes.of.resize(webhooks.size());
  // One that the database refuses must not take the others with it.
  if (kept.error().kind != ErrorKind::refused || webhooks.size() == 1) return outcomes;
  for (std::size_t i = 0; i < webhooks.size(); ++i) {
    outcomes.of[i] = keep_all(thread, session, {webhooks[i]}, deadline).of.front();
  }
  return outcomes;
}

void WebhookIntake::start() {
  if (under_way_ || waiting_.empty()) return;
  under_way_ = true;
  std::vector<storage::Webhook> webhooks;
  std::size_t bytes = 0;
  while (!waiting_.empty() && batch_.size() < limits_.batch_events && (bytes < limits_.batch_bytes)) {
    Item item = std::move(waiting_.front());
    waiting_.pop_front();
    bytes += item.webhook.body.size();
    webhooks.push_back(std::move(item.webhook));
    batch_.push_back(std::move(item));
  }
  const Time deadline = batch_.front().deadline;
  thread_.post(
      [this, deadline, webhooks = std::move(webhooks)](StorageThread& thread, storage::Session& session) mutable {
        Outcomes outcomes = keep_all(thread, session, webhooks, deadline);
        boost::asio::post(io_, [this, webhooks = std::move(webhooks), outcomes = std::move(outcomes)]() mutable {
          ended(std::move(webhooks), outcomes);
        });
      });
}

void WebhookIntake::ended(std::vector<storage::Webhook> webhooks, const Outcomes& outcomes) {
  std::vector<Item> batch = std::move(batch_);
  batch_.clear();
  under_way_ = false;
  std::vector<storage::PendingWebhook> fresh;
  for (std::size_t i = 0; i < batch.size(); ++i) {
    bytes_ -= webhooks[i].body.size();
    const Outcome& outcome = outcomes.of[i];
    if (outcome.id) fresh.push_back({*outcome.id, std::move(webhooks[i])});
    if (batch[i].done) batch[i].done(outcome.kept);
  }
  outcomes.error ? listener_.failed(*outcomes.error) : listener_.worked();
  start();
  if (!fresh.empty()) listener_.kept(std::move(fresh));
}

void WebhookIntake::watch() {
  if (watching_) return;
  std::optional<Time> next;
  for (const Item& item : batch_) {
    if (item.done && (!next || item.deadline < *next)) next = item.deadline;
  }
  if (!waiting_.empty() && (!next || waiting_.front().deadline < *next)) next = waiting_.front().deadline;
  if (!next) return;
  watching_ = true;
  deadline_timer_.expires_at(*next);
  deadline_timer_.async_wait([this](boost::system::error_code error) {
    watching_ = false;
    if (error) return;
    give_up(std::chrono::steady_clock::now());
    watch();
  });
}

void WebhookIntake::give_up(Time now) {
  for (Item& item : batch_) {
    if (item.done && item.deadline <= now) std::exchange(item.done, nullptr)(false);
  }
  while (!waiting_.empty() && waiting_.front().deadline <= now) {
    Item item = std::move(waiting_.front());
    waiting_.pop_front();
    bytes_ -= item.webhook.body.size();
    item.done(false);
  }
}

}  // namespace dialerd::daemon
