#include "daemon/http_server/conversation.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <boost/asio/ssl/error.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>

#include "daemon/http_server/response_text.h"

namespace dialerd::daemon::http_server {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::system::error_code;
using Parser = http::request_parser<http::string_body>;

constexpr std::size_t read_ahead = 16 * 1024;           // what is read past a head at most
constexpr std::size_t parting_bytes_max = 1024 * 1024;  // what a refused peer may still send before it is cut off

PlainStream& lowest(PlainStream& stream) { return stream; }
PlainStream& lowest(TlsStream& stream) { return stream.next_layer(); }

Awaitable<void> say_goodbye(PlainStream&) { co_return; }

// TLS's own end of the stream. A peer that is still sending makes it fail after it was sent, which is all that matters.
Awaitable<void> say_goodbye(TlsStream& stream) { co_await stream.async_shutdown(as_values); }

// Nothing more is coming from us; what the peer still sends is read on, since closing now could make its kernel drop
// our answer before it was read (RFC 9112, 9.6).
template <typename Stream>
Awaitable<void> part(Stream& stream, Host& host) {
  host.set_idle(true);
  PlainStream& bottom = lowest(stream);
  bottom.expires_after(host.limits().parting);
  co_await say_goodbye(stream);
  error_code unimportant;
  bottom.socket().shutdown(asio::socket_base::shutdown_send, unimportant);
  std::array<char, 4096> ignored;
  std::size_t left = parting_bytes_max;
  while (left > 0) {
    const auto [error, bytes] = co_await bottom.async_read_some(asio::buffer(ignored), as_values);
    if (error) co_return;
    left -= std::min(left, bytes);
  }
}

template <typename Stream>
Awaitable<bool> write(Stream& stream, Host& host, const std::string& text) {
  lowest(stream).expires_after(host.limits().response);
  const auto [error, bytes] = co_await asio::async_write(stream, asio::buffer(text), as_values);
  co_return !error;
}

bool is_of_http(const error_code& error) {
  return error.category() == error_code(http::make_error_code(http::error::bad_method)).category();
}

// Why reading a request ended, and what is answered; nothing when there is nobody to answer any more.
struct Fault {
  std::string_view reason;
  int status = 0;
};

Fault fault_of(const error_code& error) {
  if (error == http::error::header_limit || error == http::error::buffer_overflow) {
    return {reason::header_too_large, 431};
  }
  if (error == http::error::body_limit) return {reason::body_too_large, 413};
  if (error == beast::error::timeout) return {reason::too_slow};
  if (error == http::error::partial_message || error == http::error::end_of_stream) return {reason::cut_off};
  if (is_of_http(error)) return {reason::malformed, 400};
  return {reason::cut_off};
}

Request head_of(const Parser& parser, const config::IpAddress& peer) {
  const auto& message = parser.get();
  const auto text = [](auto view) { return std::string(view.data(), view.size()); };
  Request head;
  head.peer = peer;
  head.method = text(message.method_string());
  head.target = text(message.target());
  for (const auto& field : message) {
    std::string name = text(field.name_string());
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    head.headers.emplace_back(std::move(name), text(field.value()));
  }
  return head;
}

// The handler's answer, whenever it comes.
Awaitable<Response> answer(const Executor& executor, Handler& handler, Request request, std::size_t route) {
  struct Waiting {
    explicit Waiting(const Executor& on) : changed(on, Clock::time_point::max()) {}
    std::optional<Response> response;
    Timer changed;
  };
  const auto waiting = std::make_shared<Waiting>(executor);
  handler.handle(std::move(request), route, [waiting](Response response) {
    waiting->response = std::move(response);
    waiting->changed.cancel();
  });
  while (!waiting->response) co_await waiting->changed.async_wait(as_values);
  co_return std::move(*waiting->response);
}

// Waits for the first bytes of the next request. False: there is none.
template <typename Stream>
Awaitable<bool> await_request(Stream& stream, Host& host, beast::flat_buffer& buffer, bool first) {
  if (buffer.size() > 0) co_return true;
  host.set_idle(true);
  lowest(stream).expires_after(first ? host.limits().request : host.limits().idle);
  const auto [error, bytes] = co_await stream.async_read_some(buffer.prepare(read_ahead), as_values);
  host.set_idle(false);
  if (error || host.draining()) co_return false;
  buffer.commit(bytes);
  co_return true;
}

// Boost before 1.86 fails an assertion, and with it the process, when an empty chunked body comes in such pieces that
// the parser sees "0", CRLF and one byte more of it (boostorg/beast#2861). It ends with two CRLF, so there is nothing
// to see yet.
bool ends_too_early_to_parse(const Parser& parser, const beast::flat_buffer& buffer) {
  constexpr std::size_t last_chunk_bytes_min = 5;
  return parser.chunked() && buffer.size() < last_chunk_bytes_min &&
         *static_cast<const char*>(buffer.data().data()) == '0';
}

// As http::async_read.
template <typename Stream>
Awaitable<error_code> read_body(Stream& stream, beast::flat_buffer& buffer, Parser& parser) {
  parser.eager(true);
  bool needs_more = false;
  while (!parser.is_done()) {
    if (!needs_more && buffer.size() > 0 && !ends_too_early_to_parse(parser, buffer)) {
      error_code error;
      buffer.consume(parser.put(buffer.data(), error));
      needs_more = error == http::error::need_more;
      if (error && !needs_more) co_return error;
      continue;
    }
    if (buffer.size() == buffer.max_size()) co_return http::error::buffer_overflow;
    const std::size_t space = std::min(read_ahead, buffer.max_size() - buffer.size());
    const auto [error, bytes] = co_await stream.async_read_some(buffer.prepare(space), as_values);
    if (error) co_return error == asio::error::eof ? error_code(http::error::partial_message) : error;
    buffer.commit(bytes);
    needs_more = false;
  }
  co_return error_code();
}

// One request. False: the connection ends.
template <typename Stream>
Awaitable<bool> take_request(Stream& stream, Host& host, beast::flat_buffer& buffer) {
  Parser parser;
  parser.header_limit(host.limits().header_bytes_max);
  parser.body_limit(host.limits().body_bytes_max);
  lowest(stream).expires_after(host.limits().request);

  auto [head_error, head_bytes] = co_await http::async_read_header(stream, buffer, parser, as_values);
  bool is_head = false;
  std::optional<Response> refusal;
  Admission admission;
  Request request;
  if (head_error) {
    const Fault fault = fault_of(head_error);
    host.refused(fault.reason);
    if (fault.status == 0) co_return false;
    refusal = Response{fault.status};
  } else {
    request = head_of(parser, host.peer());
    is_head = request.method == "HEAD";
    admission = host.handler().admit(request);
    refusal = std::move(admission.refusal);
  }

  if (!refusal && !parser.is_done()) {
    if (beast::iequals(parser.get()[http::field::expect], "100-continue")) {
      const std::string go_on = "HTTP/1.1 100 Continue\r\n\r\n";
      if (!co_await write(stream, host, go_on)) co_return false;
      lowest(stream).expires_after(host.limits().request);
    }
    if (const error_code body_error = co_await read_body(stream, buffer, parser)) {
      const Fault fault = fault_of(body_error);
      host.refused(fault.reason);
      if (fault.status == 0) co_return false;
      refusal = Response{fault.status};
    }
  }
  if (refusal) {
    // Where the next request begins is not known, or not worth reading up to.
    const std::string text = response_text(*refusal, true, is_head);
    if (co_await write(stream, host, text)) co_await part(stream, host);
    co_return false;
  }

  const bool keeps_alive = parser.keep_alive() && parser.get().version() >= 11;
  request.body = std::move(parser.get().body());
  const Response response =
      co_await answer(lowest(stream).get_executor(), host.handler(), std::move(request), admission.route);
  const bool closes = !keeps_alive || host.draining();
  const std::string text = response_text(response, closes, is_head);
  if (!co_await write(stream, host, text)) co_return false;
  if (closes) co_await part(stream, host);
  co_return !closes;
}

template <typename Stream>
Awaitable<void> converse_on(Stream& stream, Host& host) {
  beast::flat_buffer buffer(host.limits().header_bytes_max + read_ahead);
  bool goes_on = co_await await_request(stream, host, buffer, true);
  while (goes_on) {
    goes_on = co_await take_request(stream, host, buffer);
    if (goes_on) goes_on = co_await await_request(stream, host, buffer, false);
  }
}

}  // namespace

Awaitable<void> converse(PlainStream& stream, Host& host) { return converse_on(stream, host); }
Awaitable<void> converse(TlsStream& stream, Host& host) { return converse_on(stream, host); }

}  // namespace dialerd::daemon::http_server
