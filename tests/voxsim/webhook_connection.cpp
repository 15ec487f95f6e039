#include "tests/voxsim/webhook_connection.h"

#include <boost/asio/error.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/system/system_error.hpp>
#include <openssl/ssl.h>

namespace dialerd::voxsim {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;

namespace {

constexpr std::chrono::seconds kRest{1};
constexpr std::uint64_t kLargestAnswer = 64 * 1024;

struct Received {
  int status = 0;
  bool keep_alive = false;
};

template <typename Stream>
asio::awaitable<Received> exchange(Stream& stream, const WebhookRequest& request, boost::beast::flat_buffer& received) {
  co_await http::async_write(stream, request, asio::use_awaitable);
  http::response_parser<http::string_body> parser;
  parser.body_limit(kLargestAnswer);
  co_await http::async_read(stream, received, parser, asio::use_awaitable);
  co_return Received{static_cast<int>(parser.get().result_int()), parser.get().keep_alive()};
}

}  // namespace

WebhookConnection::WebhookConnection(asio::io_context& loop, asio::ssl::context& tls, const WebhookUrl& url)
    : loop_(loop), tls_(tls), url_(url) {}

WebhookConnection::~WebhookConnection() = default;

asio::awaitable<std::optional<int>> WebhookConnection::post(const WebhookRequest& request,
                                                            std::chrono::milliseconds timeout) {
  const auto now = std::chrono::steady_clock::now();
  if (now - last_used_ >= kRest) close();
  std::optional<int> status;
  try {
    if (!plain_ && !encrypted_) co_await connect(now + timeout);
    Received answer;
    if (encrypted_) {
      encrypted_->next_layer().expires_at(now + timeout);
      answer = co_await exchange(*encrypted_, request, received_);
    } else {
      plain_->expires_at(now + timeout);
      answer = co_await exchange(*plain_, request, received_);
    }
    status = answer.status;
    last_used_ = std::chrono::steady_clock::now();
    if (!answer.keep_alive) close();
  } catch (const boost::system::system_error&) {
    close();
  }
  co_return status;
}

asio::awaitable<void> WebhookConnection::connect(std::chrono::steady_clock::time_point deadline) {
  tcp::resolver resolver(loop_);
  const auto endpoints = co_await resolver.async_resolve(url_.host, url_.port, asio::use_awaitable);
  if (aborted_) throw boost::system::system_error(asio::error::operation_aborted);
  if (!url_.tls) {
    plain_ = std::make_unique<Plain>(loop_);
    plain_->expires_at(deadline);
    co_await plain_->async_connect(endpoints, asio::use_awaitable);
    plain_->socket().set_option(tcp::no_delay(true));
    co_return;
  }
  encrypted_ = std::make_unique<Tls>(loop_, tls_);
  encrypted_->next_layer().expires_at(deadline);
  co_await encrypted_->next_layer().async_connect(endpoints, asio::use_awaitable);
  encrypted_->next_layer().socket().set_option(tcp::no_delay(true));
  encrypted_->set_verify_callback(asio::ssl::host_name_verification(url_.host));
  std::string name = url_.host;
  SSL_ctrl(encrypted_->native_handle(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, name.data());
  co_await encrypted_->async_handshake(asio::ssl::stream_base::client, asio::use_awaitable);
}

void WebhookConnection::abort() {
  aborted_ = true;
  if (plain_) plain_->close();
  if (encrypted_) encrypted_->next_layer().close();
}

void WebhookConnection::close() {
  plain_.reset();
  encrypted_.reset();
  received_.clear();
}

}  // namespace dialerd::voxsim
