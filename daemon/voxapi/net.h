// Asio's types with the executor written out: every socket, timer and coroutine of the client lives on one io_context,
// and the type-erased default executor would be paid for at each operation.
#pragma once

#include <chrono>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace dialerd::daemon::voxapi {

using Clock = std::chrono::steady_clock;
using Executor = boost::asio::io_context::executor_type;
using Socket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, Executor>;
using TlsStream = boost::asio::ssl::stream<Socket>;
using Timer = boost::asio::basic_waitable_timer<Clock, boost::asio::wait_traits<Clock>, Executor>;
using Resolver = boost::asio::ip::basic_resolver<boost::asio::ip::tcp, Executor>;

template <typename T>
using Awaitable = boost::asio::awaitable<T, Executor>;

// Errors come back as values: `auto [error, ...] = co_await operation(..., as_values);`
inline constexpr boost::asio::as_tuple_t<boost::asio::use_awaitable_t<Executor>> as_values{};

}  // namespace dialerd::daemon::voxapi
