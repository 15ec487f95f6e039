#include "tests/voxsim/session.h"

#include <algorithm>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/error.hpp>

#include "tests/voxsim/api_error.h"
#include "tests/voxsim/json_text.h"

namespace dialerd::voxsim {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using boost::system::error_code;

namespace {

constexpr std::size_t kReadSize = 16 * 1024;

std::string_view reason_phrase(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 402:
      return "Payment Required";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 413:
      return "Content Too Large";
    case 429:
      return "Too Many Requests";
    case 500:
      return "Internal Server Error";
    case 503:
      return "Service Unavailable";
    default:
      return "";
  }
}

}  // namespace

Session::Session(asio::ip::tcp::socket socket, asio::ssl::context& tls, Service& service, std::uint32_t close_idle_ms)
    : stream_(std::move(socket), tls),
      service_(service),
      close_idle_(close_idle_ms),
      delay_(stream_.get_executor()),
      idle_(stream_.get_executor()) {}

void Session::start() {
  stream_.async_handshake(asio::ssl::stream_base::server, [self = shared_from_this()](error_code error) {
    if (error) return;
    if (self->close_idle_.count() > 0) {
      self->idle_since_ = std::chrono::steady_clock::now();
      self->watch_idle();
    }
    self->read();
  });
}

void Session::read() {
  waiting_for_request_ = true;
  if (close_idle_.count() > 0) idle_since_ = std::chrono::steady_clock::now();
  stream_.async_read_some(
      received_.prepare(kReadSize),
      [self = shared_from_this()](error_code error, std::size_t size) { self->on_read(error, size); });
}

void Session::on_read(error_code error, std::size_t size) {
  waiting_for_request_ = false;
  if (error) {
    close();
    return;
  }
  received_.commit(size);
  handle_received();
}

void Session::handle_received() {
  while (received_.size() > 0 && handle_one()) {
  }
  service_.flush_ledger();
  if (output_.empty() && !end_) {
    read();
  } else {
    write_later();
  }
}

bool Session::handle_one() {
  if (!parser_) parser_.emplace();
  error_code error;
  received_.consume(parser_->put(received_.data(), error));
  if (error == http::error::need_more) return false;
  if (error) {
    refuse_unreadable(error);
    return false;
  }
  if (!parser_->is_done()) return received_.size() > 0;
  const Answer answer = service_.handle({.method = parser_->method(),
                                         .target = parser_->target(),
                                         .authorization = parser_->authorization(),
                                         .body = parser_->body()});
  const bool keep_alive = parser_->keep_alive();
  parser_.reset();
  delay_ms_ = std::max(delay_ms_, answer.delay_ms);
  switch (answer.delivery) {
    case Delivery::kAnswer:
      append_response(answer, keep_alive);
      if (!keep_alive) after_write_ = AfterWrite::kClose;
      return keep_alive;
    case Delivery::kCutAnswer:
      append_response(answer, keep_alive);
      output_.resize(output_.size() - answer.body.size() / 2);
      after_write_ = AfterWrite::kClose;
      return false;
    case Delivery::kReset:
    case Delivery::kSilence:
      end_ = answer.delivery;
      return false;
  }
  return false;
}

// RFC 9110, 5.6.7, by the provider's clock.
std::string http_date(std::int64_t unix_us) {
  const auto seconds = static_cast<std::time_t>(unix_us / 1'000'000);
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  char text[40];
  return {text, std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &utc)};
}

void Session::append_response(const Answer& answer, bool keep_alive) {
  output_ += "HTTP/1.1 ";
  append_integer(output_, answer.status);
  output_ += ' ';
  output_ += reason_phrase(answer.status);
  output_ += "\r\nContent-Type: application/json\r\nContent-Length: ";
  append_integer(output_, answer.body.size());
  output_ += "\r\nDate: ";
  output_ += http_date(service_.now_us());
  if (!answer.retry_after.empty()) {
    output_ += "\r\nRetry-After: ";
    output_ += answer.retry_after;
  }
  if (!keep_alive) output_ += "\r\nConnection: close";
  output_ += "\r\n\r\n";
  output_ += answer.body;
}

// What is not HTTP, or too large, is answered without reaching the service (and so without a ledger line).
void Session::refuse_unreadable(const error_code& error) {
  const bool too_large = error == http::error::body_limit || error == http::error::header_limit;
  Answer answer;
  answer.status = too_large ? 413 : 400;
  answer.body =
      ApiError{
          .status = answer.status, .code = too_large ? "PAYLOAD_TOO_LARGE" : "BAD_REQUEST", .message = error.message()}
          .body();
  append_response(answer, false);
  after_write_ = AfterWrite::kClose;
}

void Session::write_later() {
  if (delay_ms_ == 0) {
    write();
    return;
  }
  delay_.expires_after(std::chrono::milliseconds(std::exchange(delay_ms_, 0)));
  delay_.async_wait([self = shared_from_this()](error_code error) {
    if (!error) self->write();
  });
}

void Session::write() {
  if (output_.empty()) {
    on_written({});
    return;
  }
  asio::async_write(stream_, asio::buffer(output_),
                    [self = shared_from_this()](error_code error, std::size_t) { self->on_written(error); });
}

void Session::on_written(error_code error) {
  output_.clear();
  if (error || after_write_ == AfterWrite::kClose) {
    close();
  } else if (end_ == Delivery::kReset) {
    reset();
  } else if (end_ == Delivery::kSilence) {
    wait_in_silence();
  } else {
    read();
  }
}

// Nothing is answered any more; the connection ends when the client gives up.
void Session::wait_in_silence() {
  received_.clear();
  stream_.async_read_some(received_.prepare(kReadSize), [self = shared_from_this()](error_code error, std::size_t) {
    if (error) {
      self->close();
    } else {
      self->wait_in_silence();
    }
  });
}

// A zero linger time makes close() send RST in place of FIN.
void Session::reset() {
  error_code ignored;
  stream_.next_layer().set_option(asio::socket_base::linger(true, 0), ignored);
  close();
}

// Without a TLS close_notify, as many servers do.
void Session::close() {
  error_code ignored;
  stream_.next_layer().close(ignored);
  idle_.cancel();
  delay_.cancel();
}

void Session::watch_idle() {
  idle_.expires_at(waiting_for_request_ ? idle_since_ + close_idle_ : std::chrono::steady_clock::now() + close_idle_);
  idle_.async_wait([self = shared_from_this()](error_code error) {
    if (error || !self->stream_.next_layer().is_open()) return;
    const bool idle_long_enough = std::chrono::steady_clock::now() - self->idle_since_ >= self->close_idle_;
    if (self->waiting_for_request_ && idle_long_enough) {
      self->close();
    } else {
      self->watch_idle();
    }
  });
}

}  // namespace dialerd::voxsim
