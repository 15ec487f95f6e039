#include "tests/voxsim/tests/client.h"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <poll.h>

namespace dialerd::voxsim {

namespace asio = boost::asio;
namespace http = boost::beast::http;

struct Client::Impl {
  asio::io_context loop;
  asio::ssl::context tls{asio::ssl::context::tls_client};
  std::unique_ptr<asio::ssl::stream<asio::ip::tcp::socket>> stream;
  boost::beast::flat_buffer received;
};

Client::Client(const std::string& authority_file, std::uint16_t port, const std::string& host)
    : impl_(std::make_unique<Impl>()) {
  impl_->tls.load_verify_file(authority_file);
  impl_->tls.set_verify_mode(asio::ssl::verify_peer);
  impl_->stream = std::make_unique<asio::ssl::stream<asio::ip::tcp::socket>>(impl_->loop, impl_->tls);
  impl_->stream->set_verify_callback(asio::ssl::host_name_verification(host));
  impl_->stream->next_layer().connect({asio::ip::make_address("127.0.0.1"), port});
  impl_->stream->next_layer().set_option(asio::ip::tcp::no_delay(true));
  impl_->stream->handshake(asio::ssl::stream_base::client);
}

Client::~Client() = default;

Response Client::request(std::string_view method, std::string_view target, std::string_view body,
                         std::string_view authorization) {
  http::request<http::string_body> request;
  request.method_string({method.data(), method.size()});
  request.target({target.data(), target.size()});
  request.set(http::field::host, "localhost");
  if (!authorization.empty()) request.set(http::field::authorization, {authorization.data(), authorization.size()});
  request.body() = body;
  request.prepare_payload();
  http::write(*impl_->stream, request);
  http::response<http::string_body> response;
  http::read(*impl_->stream, impl_->received, response);
  const auto retry_after = response[http::field::retry_after];
  return {static_cast<int>(response.result_int()), {retry_after.data(), retry_after.size()}, response.body()};
}

void Client::send_post(std::string_view body) {
  http::request<http::string_body> request(http::verb::post, "/v3/calls", 11);
  request.set(http::field::host, "localhost");
  request.set(http::field::authorization, "Bearer voxsim-key");
  request.body() = body;
  request.prepare_payload();
  http::write(*impl_->stream, request);
}

bool Client::anything_to_read(int milliseconds) {
  pollfd socket{.fd = impl_->stream->next_layer().native_handle(), .events = POLLIN, .revents = 0};
  return ::poll(&socket, 1, milliseconds) > 0;
}

}  // namespace dialerd::voxsim
