#include "tests/voxsim/server.h"

#include <algorithm>
#include <csignal>
#include <cstddef>
#include <string>
#include <thread>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/ssl/context.hpp>

#include "tests/voxsim/certificate.h"
#include "tests/voxsim/files.h"
#include "tests/voxsim/service.h"
#include "tests/voxsim/session.h"

namespace dialerd::voxsim {

namespace asio = boost::asio;
using asio::ip::tcp;

struct Server::Impl {
  explicit Impl(const Options& given)
      : options(given), service(options), tls(asio::ssl::context::tls_server), acceptor(add_loops()) {
    TlsOptions files = options.tls;
    if (!files.self_signed_directory.empty()) files = make_self_signed(files.self_signed_directory);
    tls.use_certificate_chain_file(files.certificate_file);
    tls.use_private_key_file(files.key_file, asio::ssl::context::pem);
    tls.set_options(asio::ssl::context::no_sslv2 | asio::ssl::context::no_sslv3 | asio::ssl::context::no_tlsv1 |
                    asio::ssl::context::no_tlsv1_1);

    const tcp::endpoint endpoint(asio::ip::make_address(options.address), options.port);
    acceptor.open(endpoint.protocol());
    acceptor.set_option(tcp::acceptor::reuse_address(true));
    acceptor.bind(endpoint);
    acceptor.listen();
    if (!options.port_file.empty()) {
      write_file_atomically(options.port_file, std::to_string(acceptor.local_endpoint().port()) + "\n");
    }
    accept();
  }

  // Each loop has one thread; a connection stays on the loop that it was given to.
  asio::io_context& add_loops() {
    for (std::uint32_t i = 0; i < std::max(1U, options.threads); ++i)
      loops.push_back(std::make_unique<asio::io_context>(1));
    return *loops.front();
  }

  void accept() {
    asio::io_context& loop = *loops[next_loop++ % loops.size()];
    acceptor.async_accept(loop, [this, &loop](const boost::system::error_code& error, tcp::socket socket) {
      if (!acceptor.is_open()) return;
      if (!error) {
        boost::system::error_code ignored;
        socket.set_option(tcp::no_delay(true), ignored);
        const auto session = std::make_shared<Session>(std::move(socket), tls, service, options.close_idle_ms);
        asio::post(loop, [session] { session->start(); });
      }
      accept();
    });
  }

  void start_threads(std::size_t first_loop) {
    for (std::size_t i = first_loop; i < loops.size(); ++i) {
      threads.emplace_back([loop = loops[i].get()] {
        const auto stay = asio::make_work_guard(*loop);
        loop->run();
      });
    }
  }

  void stop() {
    for (const auto& loop : loops) loop->stop();
    for (std::thread& thread : threads) thread.join();
    threads.clear();
    service.flush_ledger();
  }

  const Options options;
  Service service;
  asio::ssl::context tls;
  std::vector<std::unique_ptr<asio::io_context>> loops;
  tcp::acceptor acceptor;
  std::size_t next_loop = 0;
  std::vector<std::thread> threads;
};

Server::Server(const Options& options) : impl_(std::make_unique<Impl>(options)) {}

Server::~Server() { stop(); }

std::uint16_t Server::port() const { return impl_->acceptor.local_endpoint().port(); }

void Server::run_until_signal() {
  asio::signal_set signals(*impl_->loops.front(), SIGTERM, SIGINT);
  signals.async_wait([this](const boost::system::error_code&, int) { impl_->loops.front()->stop(); });
  impl_->start_threads(1);
  impl_->loops.front()->run();
  impl_->stop();
}

void Server::start() { impl_->start_threads(0); }

void Server::stop() { impl_->stop(); }

}  // namespace dialerd::voxsim
