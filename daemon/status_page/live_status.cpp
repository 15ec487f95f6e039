#include "daemon/status_page/live_status.h"

#include <utility>

#include <boost/asio/post.hpp>

#include "daemon/status_page/status_json.h"

namespace dialerd::daemon::status_page {
namespace {

storage::SessionSettings for_reading(storage::SessionSettings settings) {
  settings.application_name = "dialerd status page";
  settings.statement_timeout = LiveStatus::statement_timeout;
  settings.must_be_durable = false;
  return settings;
}

}  // namespace

LiveStatus::LiveStatus(boost::asio::io_context& io, storage::SessionSettings session,
                       std::function<EnginePicture()> engine)
    : io_(io), session_(for_reading(std::move(session))), engine_(std::move(engine)), timer_(io), patience_timer_(io) {}

void LiveStatus::ask(std::function<void(std::string)> answer) {
  asked_ = Clock::now();
  if (!std::exchange(watched_, true)) {
    feed_ = std::make_unique<storage::StatusFeed>();
    thread_ = std::make_unique<StorageThread>(session_);
    read();
  }
  if (!json_.empty() && asked_ - json_at_ <= fresh) return answer(dated(asked_));
  waiting_.push_back(std::move(answer));
}

void LiveStatus::read() {
  reading_ = true;
  reading_since_ = Clock::now();
  expect_answer();
  thread_->post([this](StorageThread&, storage::Session& session) {
    auto picture = feed_->read(session);
    boost::asio::post(io_, [this, picture = std::move(picture)]() mutable { arrived(std::move(picture)); });
  });
}

void LiveStatus::expect_answer() {
  patience_timer_.expires_after(patience);
  patience_timer_.async_wait([this](boost::system::error_code error) {
    if (error || !reading_) return;
    const auto waited = std::chrono::duration_cast<std::chrono::seconds>(Clock::now() - reading_since_);
    answer_all("it has not answered for " + std::to_string(waited.count()) + " s");
    expect_answer();
  });
}

void LiveStatus::answer_all(const std::string& failure) {
  json_ = status_json(picture_ ? &*picture_ : nullptr, failure, engine_());
  json_at_ = Clock::now();
  const std::string answer = dated(json_at_);
  for (auto& waiting : std::exchange(waiting_, {})) waiting(answer);
}

void LiveStatus::arrived(storage::Result<storage::StatusPicture> picture) {
  const Clock::time_point now = Clock::now();
  reading_ = false;
  patience_timer_.cancel();
  std::string failure;
  if (picture) {
    picture_ = std::move(*picture);
    picture_at_ = now;
  } else {
    failure = picture.error().message;
  }
  answer_all(failure);

  if (now - asked_ >= watched_for) {
    watched_ = false;
    thread_.reset();
    feed_.reset();
    return;
  }
  timer_.expires_after(interval);
  timer_.async_wait([this](boost::system::error_code error) {
    if (!error) read();
  });
}

std::string LiveStatus::dated(Clock::time_point now) const {
  std::string age = "null";
  if (picture_) age = std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(now - picture_at_).count());
  return json_ + ",\"age_ms\":" + age + "}\n";
}

}  // namespace dialerd::daemon::status_page
