#include "daemon/voxapi/connection.h"

#include <cerrno>
#include <exception>
#include <utility>

#include "failpoint/failpoint.h"
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/write.hpp>
#include <openssl/bio.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include "daemon/voxapi/tcp_socket.h"
#include "daemon/voxapi/tls.h"

namespace dialerd::daemon::voxapi {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

std::string within(std::chrono::milliseconds time) { return " within " + std::to_string(time.count()) + " ms"; }

}  // namespace

Connection::Connection(ConnectionSettings& settings, std::shared_ptr<AddressLookup> addresses,
                       std::shared_ptr<ConnectionOwner> owner)
    : settings_(settings),
      addresses_(std::move(addresses)),
      owner_(std::move(owner)),
      stream_(Socket(settings.io.get_executor()), settings.tls),
      resolved_(settings.io.get_executor(), Clock::time_point::max()),
      deadline_timer_(settings.io.get_executor()),
      reader_(static_cast<std::uint64_t>(settings.http.response_size_max)) {}

void Connection::connect() {
  asio::co_spawn(settings_.io.get_executor(), run(shared_from_this()), [](std::exception_ptr error) {
    if (error) std::rethrow_exception(error);
  });
}

// ---- the connection's life

Awaitable<void> Connection::run([[maybe_unused]] std::shared_ptr<Connection> self) {
  if (state_ == State::ended) co_return;  // retired before the loop came here
  const std::string failure = co_await open();
  if (state_ == State::ended) co_return;
  if (!failure.empty()) {
    end(failure);
    co_return;
  }
  become_idle();
  fresh_ = true;
  owner_->ready(*this);
  fresh_ = false;
  while (state_ != State::ended) {
    const asio::mutable_buffer space = reader_.space();
    const auto [error, bytes] = co_await stream_.async_read_some(space, as_values);
    if (state_ == State::ended) co_return;
    if (error) {
      stopped_reading(error);
      co_return;
    }
    received(bytes);
  }
}

Awaitable<std::string> Connection::open() {
  const auto deadline = Clock::now() + settings_.http.connect_timeout;
  std::string failure = co_await resolve(deadline);
  if (failure.empty()) failure = co_await connect_to_any(deadline);
  if (failure.empty()) failure = co_await shake_hands(deadline);
  if (!failure.empty()) failure = settings_.endpoint.host + ":" + settings_.endpoint.port + ": " + failure;
  co_return failure;
}

// Waits beside the look-up and not for it: getaddrinfo(3) cannot be interrupted and knows no deadline of ours.
Awaitable<std::string> Connection::resolve(Clock::time_point deadline) {
  set_deadline(deadline);
  addresses_->ask([weak = weak_from_this()](const Addresses& addresses) {
    const auto self = weak.lock();
    if (!self) return;
    self->found_ = addresses;
    self->resolved_.cancel();
  });
  while (!found_ && state_ == State::connecting && !step_timed_out_) co_await resolved_.async_wait(as_values);
  if (!found_) co_return "name look-up: no answer" + within(settings_.http.connect_timeout);
  if (found_->error) co_return "name look-up: " + found_->error.message();
  co_return std::string();
}

Awaitable<std::string> Connection::connect_to_any(Clock::time_point deadline) {
  std::string failure = "no address";
  const std::size_t count = found_->endpoints.size();
  for (std::size_t i = 0; i < count && state_ == State::connecting; ++i) {
    // An address that swallows packets must not use up the time of the next one.
    const auto now = Clock::now();
    const auto addresses_left = static_cast<Clock::rep>(count - i);
    set_deadline(addresses_left == 1 ? deadline : now + (deadline - now) / addresses_left);
    step_timed_out_ = false;
    const auto address = found_->endpoints[i];
    const auto [error] = co_await stream_.next_layer().async_connect(address, as_values);
    if (state_ == State::ended) break;
    if (!error && !step_timed_out_) {
      error_code ignored;
      stream_.next_layer().set_option(asio::ip::tcp::no_delay(true), ignored);
      // Closing, and the end of this process, drop what was not yet delivered. Else the kernel would go on for minutes
      // to deliver a POST that has been given up, and perhaps proved absent.
      stream_.next_layer().set_option(asio::socket_base::linger(true, 0), ignored);
      // The same for a process that is stopped and sees no deadline: its POST must be gone by the time at which another
      // owner may prove it absent.
      limit_delivery(stream_.next_layer().native_handle(),
                     settings_.http.write_timeout + settings_.http.response_timeout);
      co_return std::string();
    }
    failure = "connect: " + (step_timed_out_ ? "no answer" + within(settings_.http.connect_timeout) : error.message());
    error_code ignored;
    stream_.next_layer().close(ignored);
  }
  co_return failure;
}

Awaitable<std::string> Connection::shake_hands(Clock::time_point deadline) {
  set_deadline(deadline);
  expect_host(stream_.native_handle(), settings_.endpoint);
  const auto [error] = co_await stream_.async_handshake(asio::ssl::stream_base::client, as_values);
  if (step_timed_out_) co_return "TLS handshake: not done" + within(settings_.http.connect_timeout);
  if (error) co_return handshake_failure(stream_.native_handle(), error);
  co_return std::string();
}

void Connection::become_idle() {
  state_ = State::idle;
  set_deadline(Clock::now() + settings_.http.idle_timeout);
}

void Connection::retire() {
  if (state_ == State::writing || state_ == State::reading) {
    retiring_ = true;
    return;
  }
  if (state_ == State::idle) say_goodbye();
  end({});
}

// Best effort: the alert (RFC 8446, 6.1) is handed to the kernel at once, or dropped with the socket.
void Connection::say_goodbye() {
  if (write_pending_) return;
  stream_.async_shutdown([self = shared_from_this()](const error_code&) {});
}

void Connection::end(const std::string& connect_failure) {
  if (state_ == State::ended) return;
  state_ = State::ended;
  error_code ignored;
  stream_.next_layer().close(ignored);
  resolved_.cancel();
  deadline_timer_.cancel();
  owner_->ended(*this, connect_failure);
}

// ---- one request

bool Connection::start(Job& job) {
  const auto now = Clock::now();
  if (now >= deadline_ || (!fresh_ && may_have_left())) {
    say_goodbye();
    end({});
    return false;
  }
  // On a connection that has been idle there is nothing, or it may have left.
  received_before_request_ = fresh_ ? bytes_received(stream_.next_layer().native_handle()) : 0;
  job_ = std::move(job);
  request_ = std::move(job_->request);
  reader_.expect_response();
  state_ = State::writing;
  write_pending_ = true;
  set_deadline(now + settings_.http.write_timeout);
  if (request_.starts_with("POST ")) failpoint::hit("post.before_first_byte");
  asio::async_write(stream_, asio::buffer(request_),
                    [self = shared_from_this()](const error_code& error, std::size_t) { self->written(error); });
  return true;
}

// The read that is always pending learns of the peer's leaving only at the loop's next turn; this looks at once.
// Anything unread means that too: nobody speaks before being asked, except to say goodbye.
bool Connection::may_have_left() {
  char byte = 0;
  const ssize_t peeked = ::recv(stream_.next_layer().native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  const bool silent = peeked < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
  SSL* tls = stream_.native_handle();
  return !silent || SSL_has_pending(tls) == 1 || BIO_ctrl_pending(SSL_get_rbio(tls)) > 0;
}

void Connection::written(const error_code& error) {
  write_pending_ = false;
  if (state_ != State::writing) return;
  if (error) {
    fail("writing the request: " + error.message());
    return;
  }
  if (request_.starts_with("POST ")) failpoint::hit("post.written");
  request_.clear();
  state_ = State::reading;
  set_deadline(Clock::now() + settings_.http.response_timeout);
}

void Connection::received(std::size_t bytes) {
  if (state_ == State::idle) {  // an answer to nothing, such as a server's 408 before it closes
    end({});
    return;
  }
  if (came_before_request()) {
    fail("reading the answer: it was there before the request");
    return;
  }
  switch (reader_.received(bytes)) {
    case ResponseReader::Progress::more:
      return;
    case ResponseReader::Progress::complete:
      complete(reader_.keeps_alive() && !reader_.has_unread());
      return;
    case ResponseReader::Progress::failed:
      fail("reading the answer: " + reader_.failure());
      return;
  }
}

// Whether what was just read had come before the request was written, and so is no answer to it, whatever it says.
bool Connection::came_before_request() {
  return received_before_request_ > 0 &&
         BIO_number_read(SSL_get_rbio(stream_.native_handle())) <= received_before_request_;
}

void Connection::stopped_reading(const error_code& error) {
  if (state_ == State::idle) {
    end({});
    return;
  }
  // Only TLS's own end of the stream may end a response; a cut connection (stream_truncated) may hide its rest.
  if (error != asio::error::eof) {
    fail("reading the answer: " + error.message());
  } else if (reader_.peer_finished() == ResponseReader::Progress::complete) {
    complete(false);
  } else {
    fail("reading the answer: " + reader_.failure());
  }
}

void Connection::complete(bool reusable) {
  failpoint::hit("answer.read");
  const ResponseReader::Response response = reader_.take();
  const auto done = std::move(job_->done);
  job_.reset();
  const Exchange exchange = answered(response);

  // The next request leaves before this one's answer is worked on.
  if (reusable && !write_pending_ && !retiring_) {
    become_idle();
    owner_->ready(*this);
  } else {
    say_goodbye();
    end({});
  }
  done(exchange);
}

void Connection::fail(const std::string& failure) {
  const auto done = std::move(job_->done);
  job_.reset();
  Exchange exchange;
  exchange.result = Exchange::Result::no_answer;
  exchange.failure = failure;
  exchange.status = reader_.status();
  end({});
  done(exchange);
}

// ---- deadlines

void Connection::set_deadline(Clock::time_point deadline) {
  deadline_ = deadline;
  if (deadline_ < timer_expiry_) arm_deadline_timer();
}

void Connection::arm_deadline_timer() {
  timer_expiry_ = deadline_;
  deadline_timer_.expires_at(deadline_);
  deadline_timer_.async_wait([self = shared_from_this()](const error_code& error) {
    if (error || self->state_ == State::ended) return;  // moved, or over
    self->timer_expiry_ = Clock::time_point::max();
    if (Clock::now() < self->deadline_) {
      self->arm_deadline_timer();
    } else {
      self->deadline_passed();
    }
  });
}

void Connection::deadline_passed() {
  switch (state_) {
    case State::connecting: {
      step_timed_out_ = true;
      error_code ignored;
      stream_.next_layer().close(ignored);  // the pending step ends, and with it the coroutine goes on
      resolved_.cancel();
      return;
    }
    case State::idle:
      say_goodbye();
      end({});
      return;
    case State::writing:
      fail("request not written" + within(settings_.http.write_timeout));
      return;
    case State::reading:
      fail("no whole answer" + within(settings_.http.response_timeout));
      return;
    case State::ended:
      return;
  }
}

}  // namespace dialerd::daemon::voxapi
