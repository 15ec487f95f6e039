#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>

#include "tests/voxsim/webhook_url.h"

namespace dialerd::voxsim {

using WebhookRequest = boost::beast::http::request<boost::beast::http::string_body>;

// One connection to a webhook's target, kept alive from one request to the next while it is in use; after a second of
// rest a new one is made, so that a receiver's own idle timeout is never met. Runs on its event loop's thread; what it
// refers to must outlive it.
class WebhookConnection {
 public:
  WebhookConnection(boost::asio::io_context& loop, boost::asio::ssl::context& tls, const WebhookUrl& url);
  ~WebhookConnection();

  // The status of the answer; none for whatever goes wrong on the way, or takes longer than `timeout`. Sends nothing
  // twice. Await one at a time.
  boost::asio::awaitable<std::optional<int>> post(const WebhookRequest& request, std::chrono::milliseconds timeout);

  // What is awaited ends without an answer, and so does all that comes later.
  void abort();

 private:
  using Plain = boost::beast::tcp_stream;
  using Tls = boost::asio::ssl::stream<boost::beast::tcp_stream>;

  boost::asio::awaitable<void> connect(std::chrono::steady_clock::time_point deadline);
  void close();

  boost::asio::io_context& loop_;
  boost::asio::ssl::context& tls_;
  const WebhookUrl& url_;
  std::unique_ptr<Plain> plain_;  // one of the two while there is a connection
  std::unique_ptr<Tls> encrypted_;
  boost::beast::flat_buffer received_;
  std::chrono::steady_clock::time_point last_used_;
  bool aborted_ = false;
};

}  // namespace dialerd::voxsim
