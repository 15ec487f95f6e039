// Asio's types with the executor written out, as in daemon/voxapi/net.h; the stream beneath is Beast's, which brings
// deadlines.
#pragma once

#include <chrono>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/basic_stream.hpp>

namespace dialerd::daemon::http_server {

using Clock = std::chrono::steady_clock;
using Executor = boost::asio::io_context::executor_type;
using Acceptor = boost::asio::basic_socket_acceptor<boost::asio::ip::tcp, Executor>;
using PlainStream = boost::beast::basic_stream<boost::asio::ip::tcp, Executor>;
using Socket = PlainStream::socket_type;
using TlsStream = boost::asio::ssl::stream<PlainStream>;
using Timer = boost::asio::basic_waitable_timer<Clock, boost::asio::wait_traits<Clock>, Executor>;

template <typename T>
using Awaitable = boost::asio::awaitable<T, Executor>;

// Errors come back as values: `auto [error, ...] = co_await operation(..., as_values);`
inline constexpr boost::asio::as_tuple_t<boost::asio::use_awaitable_t<Executor>> as_values{};

}  // namespace dialerd::daemon::http_server
