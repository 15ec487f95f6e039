#include "daemon/webhook_intake.h"

#include <algorithm>
#include <utility>

#include <boost/asio/post.hpp>

namespace dialerd::daemon {

using storage::ErrorKind;
using webhook::Keeping;

WebhookIntake::WebhookIntake(boost::asio::io_context& io, StorageThread& thread, const WebhookIntakeLimits& limits,
                             Listener listener)
    : io_(io), thread_(thread), limits_(limits), listener_(std::move(listener)), deadline_timer_(io) {}

void WebhookIntake::keep(storage::Webhook webhook, webhook::Receiver::KeepDone done) {
  const bool full = waiting_.size() + batch_.size() >= limits_.events || bytes_ + webhook.body.size() > limits_.bytes;
  if (full) return done(Keeping::too_many);
  bytes_ += webhook.body.size();
  waiting_.push_back({std::move(webhook), std::move(done), std::chrono::steady_clock::now() + limits_.patience});
  start();
  watch();
}

// What a lost COMMIT leaves in doubt is simply kept again: an event that is there stays as it is.
std::vector<WebhookIntake::Outcome> WebhookIntake::keep_all(StorageThread& thread, storage::Session& session,
                                                            const std::vector<storage::Webhook>& webhooks,
                                                            const std::function<void(const storage::Error&)>& waits) {
  storage::Backoff backoff;
  auto kept = session.keep_webhooks(webhooks);
  while (!kept && kept.error().kind == ErrorKind::unavailable) {
    waits(kept.error());
    if (!thread.wait(backoff)) break;
    kept = session.keep_webhooks(webhooks);
  }
  std::vector<Outcome> outcomes;
  if (kept) {
    for (const auto& id : *kept) outcomes.push_back({std::nullopt, id});
    return outcomes;
  }
  if (kept.error().kind != ErrorKind::refused || webhooks.size() == 1) {
    outcomes.resize(webhooks.size(), Outcome{kept.error(), std::nullopt});
    return outcomes;
  }
  // One that the database refuses must not take the others with it.
  for (const storage::Webhook& one : webhooks) outcomes.push_back(keep_all(thread, session, {one}, waits).front());
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
  thread_.post([this, webhooks = std::move(webhooks)](StorageThread& thread, storage::Session& session) mutable {
    auto outcomes = keep_all(thread, session, webhooks, [this](const storage::Error& error) {
      boost::asio::post(io_, [this, error] { listener_.failed(error); });
    });
    boost::asio::post(io_, [this, webhooks = std::move(webhooks), outcomes = std::move(outcomes)]() mutable {
      ended(std::move(webhooks), outcomes);
    });
  });
}

void WebhookIntake::ended(std::vector<storage::Webhook> webhooks, const std::vector<Outcome>& outcomes) {
  std::vector<Item> batch = std::move(batch_);
  batch_.clear();
  under_way_ = false;
  std::vector<storage::PendingWebhook> fresh;
  std::optional<storage::Error> failure;
  for (std::size_t i = 0; i < batch.size(); ++i) {
    bytes_ -= webhooks[i].body.size();
    const auto& [error, id] = outcomes[i];
    const bool refused = error && error->kind == ErrorKind::refused;
    if (refused) listener_.refused(*error);
    if (error && !refused) failure = error;
    if (id) fresh.push_back({*id, std::move(webhooks[i])});
    if (batch[i].done) batch[i].done(!error ? Keeping::kept : refused ? Keeping::refused : Keeping::too_late);
  }
  failure ? listener_.failed(*failure) : listener_.worked();
  start();
  if (!fresh.empty()) listener_.kept(std::move(fresh));
}

bool WebhookIntake::idle() const {
  return waiting_.empty() && std::none_of(batch_.begin(), batch_.end(), [](const Item& item) { return !!item.done; });
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
    if (item.done && item.deadline <= now) std::exchange(item.done, nullptr)(Keeping::too_late);
  }
  while (!waiting_.empty() && waiting_.front().deadline <= now) {
    Item item = std::move(waiting_.front());
    waiting_.pop_front();
    bytes_ -= item.webhook.body.size();
    item.done(Keeping::too_late);
  }
}

}  // namespace dialerd::daemon
