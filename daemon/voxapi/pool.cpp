#include "daemon/voxapi/pool.h"

#include <utility>

#include <boost/asio/post.hpp>

#include "daemon/boot_time.h"

namespace dialerd::daemon::voxapi {
namespace {

// How late a waiting request may learn that its time to be sent has passed.
constexpr std::chrono::milliseconds send_by_resolution{50};

constexpr const char* send_by_passed = "send deadline passed";

bool is_overdue(const Job& job) { return job.send_by && boot_time() >= *job.send_by; }

}  // namespace

Pool::Pool(ConnectionSettings settings)
    : settings_(std::move(settings)),
      addresses_(std::make_shared<AddressLookup>(settings_.io, settings_.endpoint)),
      send_by_timer_(settings_.io.get_executor()) {}

void Pool::submit(Job job) {
  if (closed_) {
    answer_not_sent(std::move(job), "the client is closed");
    return;
  }
  if (give_to_idle(job)) return;
  waiting_.push_back(std::move(job));
  watch_send_by();
  start_connections();
}

// True when the job is dealt with.
bool Pool::give_to_idle(Job& job) {
  while (!idle_.empty()) {
    if (is_overdue(job)) {
      answer_not_sent(std::move(job), send_by_passed);
      return true;
    }
    Connection* connection = idle_.back();
    idle_.pop_back();
    ++busy_;
    if (connection->start(job)) return true;
  }
  return false;
}

void Pool::ready(Connection& connection) {
  if (connecting_.erase(&connection) == 1) {
    ++opened_;
  } else {
    --busy_;
  }
  while (!waiting_.empty()) {
    Job job = std::move(waiting_.front());
    waiting_.pop_front();
    if (is_overdue(job)) {
      answer_not_sent(std::move(job), send_by_passed);
      continue;
    }
    ++busy_;
    if (!connection.start(job)) {
      waiting_.push_front(std::move(job));
      start_connections();
    }
    return;
  }
  idle_.push_back(&connection);
  if (closed_) connection.retire();
}

void Pool::ended(Connection& connection, const std::string& failure) {
  if (connecting_.erase(&connection) == 1) {
    if (!failure.empty() && !waiting_.empty()) {
      Job job = std::move(waiting_.front());
      waiting_.pop_front();
      answer_not_sent(std::move(job), failure);
    }
  } else if (std::erase(idle_, &connection) == 0) {
    --busy_;
  }
  start_connections();
}

void Pool::start_connections() {
  const auto connections_max = static_cast<std::size_t>(settings_.http.connections);
  while (!closed_ && connecting_.size() < waiting_.size() &&
         connecting_.size() + idle_.size() + static_cast<std::size_t>(busy_) < connections_max) {
    const auto connection = std::make_shared<Connection>(settings_, addresses_, shared_from_this());
    connecting_.insert(connection.get());
    connection->connect();
  }
}

void Pool::close() {
  closed_ = true;
  send_by_timer_.cancel();
  for (Job& job : std::exchange(waiting_, {})) answer_not_sent(std::move(job), "the client is closed");
  for (Connection* connection : std::vector<Connection*>(idle_)) connection->retire();
  for (Connection* connection : std::vector<Connection*>(connecting_.begin(), connecting_.end())) connection->retire();
}

ClientStatistics Pool::statistics() const {
  return {.connections_opened = opened_,
          .connections_open = busy_ + static_cast<std::int64_t>(idle_.size()),
          .requests_waiting = static_cast<std::int64_t>(waiting_.size())};
}

void Pool::answer_not_sent(Job job, std::string failure) {
  boost::asio::post(settings_.io, [job = std::move(job), failure = std::move(failure)] {
    Exchange exchange;
    exchange.result = Exchange::Result::not_sent;
    exchange.failure = failure;
    job.done(exchange);
  });
}

void Pool::watch_send_by() {
  if (send_by_watched_) return;
  send_by_watched_ = true;
  send_by_timer_.expires_after(send_by_resolution);
  send_by_timer_.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
    self->send_by_watched_ = false;
    if (error) return;
    self->answer_overdue();
    if (!self->waiting_.empty()) self->watch_send_by();
  });
}

void Pool::answer_overdue() {
  std::deque<Job> still_waiting;
  for (Job& job : std::exchange(waiting_, {})) {
    if (is_overdue(job)) {
      answer_not_sent(std::move(job), send_by_passed);
    } else {
      still_waiting.push_back(std::move(job));
    }
  }
  waiting_ = std::move(still_waiting);
}

}  // namespace dialerd::daemon::voxapi
