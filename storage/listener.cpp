#include "storage/listener.h"

#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

#include <libpq-fe.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "storage/connection_string.h"

namespace dialerd::storage {
namespace {

using Connection = std::unique_ptr<PGconn, decltype(&PQfinish)>;
using Answer = std::unique_ptr<PGresult, decltype(&PQclear)>;

// libpq's message names the server and, with a wrong password, the user; never the password.
Error unavailable(const Connection& connection) {
  std::string message = PQerrorMessage(connection.get());
  message = message.substr(0, message.find('\n'));
  return {ErrorKind::unavailable, "listening: " + (message.empty() ? std::string("the connection is lost") : message)};
}

class EventFd {
 public:
  EventFd() : fd_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (fd_ < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
  }
  ~EventFd() { close(fd_); }
  EventFd(const EventFd&) = delete;
  EventFd& operator=(const EventFd&) = delete;

  int fd() const { return fd_; }
  void set() const { (void)eventfd_write(fd_, 1); }  // fails only when it is set already
  bool is_set() const {
    pollfd waiting{fd_, POLLIN, 0};
    return poll(&waiting, 1, 0) > 0;
  }

 private:
  int fd_;
};

}  // namespace

class Listener::Impl {
 public:
  Impl(SessionSettings settings, std::string channel) : settings_(std::move(settings)), channel_(std::move(channel)) {}

  Result<void> listen() {
    if (connection_) return {};
    Result<std::string> text = connection_string(settings_);
    if (text.has_error()) return text.error();
    Connection connection(PQconnectdb(text->c_str()), PQfinish);
    if (PQstatus(connection.get()) != CONNECTION_OK) return unavailable(connection);
    // Else libpq prints what the server says unasked ("terminating connection ...") to standard error.
    PQsetNoticeProcessor(
        connection.get(), [](void*, const char*) {}, nullptr);
    const Answer served_by(PQexec(connection.get(), "select pg_backend_pid()"), PQclear);
    if (PQresultStatus(served_by.get()) != PGRES_TUPLES_OK) return unavailable(connection);
    if (PQgetvalue(served_by.get(), 0, 0) != std::to_string(PQbackendPID(connection.get()))) {
      return Error{ErrorKind::unavailable, "listening: the connection goes through a pooler"};
    }
    const Answer listening(PQexec(connection.get(), ("listen " + channel_).c_str()), PQclear);
    if (PQresultStatus(listening.get()) != PGRES_COMMAND_OK) return unavailable(connection);
    connection_ = std::move(connection);
    return {};
  }

  Result<std::vector<std::string>> wait(std::chrono::milliseconds at_most) {
    if (!connection_) return Error{ErrorKind::unavailable, "listening: there is no connection"};
    std::vector<std::string> payloads = take();  // what came along with the last answer
    if (!payloads.empty()) return payloads;
    std::array<pollfd, 2> waiting{{{PQsocket(connection_.get()), POLLIN, 0}, {interrupt_.fd(), POLLIN, 0}}};
    if (poll(waiting.data(), waiting.size(), static_cast<int>(at_most.count())) <= 0) return payloads;
    if (waiting[0].revents == 0) return payloads;
    // Reads what there is and no more, so it does not wait for the server.
    if (PQconsumeInput(connection_.get()) == 0) {
      Error error = unavailable(connection_);
      connection_.reset();
      return error;
    }
    return take();
  }

  void rest(std::chrono::milliseconds time) const {
    pollfd waiting{interrupt_.fd(), POLLIN, 0};
    (void)poll(&waiting, 1, static_cast<int>(time.count()));
  }

  void interrupt() const { interrupt_.set(); }
  bool interrupted() const { return interrupt_.is_set(); }

 private:
  std::vector<std::string> take() {
    std::vector<std::string> payloads;
    for (;;) {
      const std::unique_ptr<PGnotify, decltype(&PQfreemem)> told{PQnotifies(connection_.get()), PQfreemem};
      if (!told) return payloads;
      payloads.emplace_back(told->extra);
    }
  }

  SessionSettings settings_;
  std::string channel_;
  EventFd interrupt_;
  Connection connection_{nullptr, PQfinish};
};

Listener::Listener(SessionSettings settings, std::string channel)
    : impl_(std::make_unique<Impl>(std::move(settings), std::move(channel))) {}
Listener::~Listener() = default;

Result<void> Listener::listen() { return impl_->listen(); }
Result<std::vector<std::string>> Listener::wait(std::chrono::milliseconds at_most) { return impl_->wait(at_most); }
void Listener::rest(std::chrono::milliseconds time) { impl_->rest(time); }
void Listener::interrupt() { impl_->interrupt(); }
bool Listener::interrupted() const { return impl_->interrupted(); }

}  // namespace dialerd::storage
