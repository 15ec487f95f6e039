#include "tests/voxsim/tests/receiver.h"

#include <condition_variable>
#include <mutex>
#include <set>
#include <thread>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <sys/socket.h>

namespace dialerd::voxsim {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;

struct Receiver::Impl {
  Impl(Answer chosen, const Tls* files)
      : answer(std::move(chosen)),
        with_tls(files != nullptr),
        acceptor(loop, tcp::endpoint(asio::ip::make_address("127.0.0.1"), 0)) {
    if (with_tls) {
      tls.use_certificate_chain_file(files->certificate_file);
      tls.use_private_key_file(files->key_file, asio::ssl::context::pem);
    }
    accepting = std::thread([this] { accept(); });
  }

  ~Impl() {
    {
      const std::lock_guard lock(mutex);
      stopping = true;
      for (const int socket : open) ::shutdown(socket, SHUT_RDWR);
    }
    boost::system::error_code ignored;
    tcp::socket(loop).connect(acceptor.local_endpoint(), ignored);  // wakes accept()
    accepting.join();
    for (std::thread& thread : connections) thread.join();
  }

  void accept() {
    while (true) {
      auto socket = std::make_shared<tcp::socket>(acceptor.accept());
      const std::lock_guard lock(mutex);
      if (stopping) return;
      open.insert(socket->native_handle());
      connections.emplace_back([this, socket] {
        const int handle = socket->native_handle();
        try {
          serve(*socket);
        } catch (const boost::system::system_error&) {
          // The other side has closed, or the test is over.
        }
        const std::lock_guard closing(mutex);
        open.erase(handle);
      });
    }
  }

  void serve(tcp::socket& socket) {
    if (!with_tls) {
      serve_requests(socket);
      return;
    }
    asio::ssl::stream<tcp::socket&> stream(socket, tls);
    stream.handshake(asio::ssl::stream_base::server);
    serve_requests(stream);
  }

  template <typename Stream>
  void serve_requests(Stream& stream) {
    boost::beast::flat_buffer buffer;
    while (true) {
      http::request<http::string_body> request;
      http::read(stream, buffer, request);
      const auto path = request.target();
      const auto signature = request["X-Vox-Signature"];
      std::size_t nth = 0;
      {
        const std::lock_guard lock(mutex);
        received.push_back({std::chrono::steady_clock::now(), std::string(path.data(), path.size()),
                            std::string(signature.data(), signature.size()), request.body()});
        nth = received.size();
        more.notify_all();
      }
      const int status = answer ? answer(nth) : 200;
      if (status == 0) continue;
      http::response<http::string_body> response(http::int_to_status(static_cast<unsigned>(status)), 11);
      response.prepare_payload();
      http::write(stream, response);
    }
  }

  Answer answer;
  bool with_tls;
  asio::io_context loop;
  asio::ssl::context tls{asio::ssl::context::tls_server};
  tcp::acceptor acceptor;
  mutable std::mutex mutex;
  mutable std::condition_variable more;
  bool stopping = false;
  std::set<int> open;
  std::vector<ReceivedWebhook> received;
  std::vector<std::thread> connections;
  std::thread accepting;
};

Receiver::Receiver(Answer answer, const Tls* tls) : impl_(std::make_unique<Impl>(std::move(answer), tls)) {}

Receiver::~Receiver() = default;

std::string Receiver::url(const std::string& path) const {
  return (impl_->with_tls ? "https://localhost:" : "http://127.0.0.1:") +
         std::to_string(impl_->acceptor.local_endpoint().port()) + path;
}

std::vector<ReceivedWebhook> Receiver::received() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->received;
}

std::vector<ReceivedWebhook> Receiver::wait_for(std::size_t count) const {
  std::unique_lock lock(impl_->mutex);
  impl_->more.wait_for(lock, std::chrono::seconds(10), [&] { return impl_->received.size() >= count; });
  return impl_->received;
}

}  // namespace dialerd::voxsim
