#include "tests/support/lossy_proxy.h"

#include <array>
#include <cstring>
#include <stdexcept>
#include <string_view>

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace dialerd::test {
namespace {

using Buffer = std::array<char, 65536>;

std::string keyword(const std::string& conninfo, const std::string& name) {
  const std::size_t at = conninfo.find(name + "=");
  if (at == std::string::npos) throw std::runtime_error("no " + name + " in the connection string");
  const std::size_t begin = at + name.size() + 1;
  return conninfo.substr(begin, conninfo.find(' ', begin) - begin);
}

sockaddr_un address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) throw std::runtime_error("socket path too long: " + path);
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  return address;
}

const sockaddr* generic(const sockaddr_un& address) {
  return static_cast<const sockaddr*>(static_cast<const void*>(&address));
}

bool send_all(int to, std::string_view data) {
  while (!data.empty()) {
    const ssize_t sent = send(to, data.data(), data.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    data.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

bool forward(int from, int to) {
  Buffer buffer;
  const ssize_t length = recv(from, buffer.data(), buffer.size(), 0);
  return length > 0 && send_all(to, {buffer.data(), static_cast<std::size_t>(length)});
}

// The simple query message of the frontend/backend protocol: 'Q', length, text, NUL.
bool is_commit(std::string_view message) {
  return message.size() >= 12 && message[0] == 'Q' && message.substr(5, 6) == "COMMIT";
}

}  // namespace

LossyProxy::LossyProxy(const std::string& conninfo) {
  std::string name = std::filesystem::temp_directory_path() / "dialerd-proxy-XXXXXX";
  if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
  directory_ = name;
  const std::string port = keyword(conninfo, "port");
  server_path_ = keyword(conninfo, "host") + "/.s.PGSQL." + port;
  conninfo_ = conninfo + " host=" + name;

  listener_ = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_un address = address_of(name + "/.s.PGSQL." + port);
  if (bind(listener_, generic(address), sizeof address) != 0 || listen(listener_, 16) != 0) {
    throw std::runtime_error("the proxy cannot listen");
  }
  acceptor_ = std::thread([this] { accept_all(); });
}

LossyProxy::~LossyProxy() {
  stopping_ = true;
  acceptor_.join();
  for (std::thread& connection : connections_) connection.join();
  close(listener_);
  std::error_code ignored;
  std::filesystem::remove_all(directory_, ignored);
}

void LossyProxy::accept_all() {
  while (!stopping_) {
    pollfd waiting{listener_, POLLIN, 0};
    if (poll(&waiting, 1, 20) <= 0) continue;
    const int client = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0) continue;
    if (refuse_) {
      close(client);
    } else {
      connections_.emplace_back([this, client] { serve(client); });
    }
  }
}

void LossyProxy::serve(int client) {
  const int server = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_un address = address_of(server_path_);
  bool open = connect(server, generic(address), sizeof address) == 0;
  bool client_open = true;
  while (open && !stopping_) {
    std::array<pollfd, 2> waiting = {pollfd{client, POLLIN, 0}, pollfd{server, POLLIN, 0}};
    if (poll(waiting.data(), waiting.size(), 20) <= 0) continue;
    if (waiting[1].revents != 0) open = forward(server, client);
    if (waiting[0].revents == 0 || !open) continue;

    Buffer buffer;
    const ssize_t length = recv(client, buffer.data(), buffer.size(), 0);
    if (length <= 0) break;
    const std::string_view message{buffer.data(), static_cast<std::size_t>(length)};
    const Fault fault = is_commit(message) ? fault_.exchange(Fault::none) : Fault::none;
    if (fault == Fault::commit_lost) break;
    if (fault == Fault::commit_delayed) {
      close(client);
      client_open = false;
      std::this_thread::sleep_for(delay);
    }
    open = send_all(server, message);
    if (fault == Fault::answer_lost || fault == Fault::commit_delayed) {
      static_cast<void>(recv(server, buffer.data(), buffer.size(), 0));  // carried out by now
      break;
    }
  }
  if (client_open) close(client);
  close(server);
}

}  // namespace dialerd::test
