// The voice API over HTTPS, for one account: creates calls, lists them, looks one up.
//
// One request in, exactly one answer out. Nothing is ever sent twice: no retry, no redirect, no fallback to another
// address once a byte has left. Certificates and host names are always verified.
//
// Lives on one io_context that one thread runs; every function is called from that thread and every callback is called
// on it, never from inside the call that started it. Destroy it only when the io_context no longer runs or after
// close() has answered everything.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "campaign/call.h"
#include "config/daemon_config.h"

namespace boost::asio {
class io_context;
}

namespace dialerd::daemon::voxapi {

struct ClientSettings {
  std::string base_url;  // https://host[:port]
  std::string api_key;   // kept in memory only; never in a log, an error or an answer's detail
  config::Http http;
};

// GET /v3/calls. `start_at_after` is inclusive (docs: calls/list). Ascending order, so that a call which moves to a
// later start while pages are read can be seen twice but not missed.
struct ListQuery {
  campaign::WallTime start_at_after{};
  std::string cursor;                  // empty: the first page
  std::vector<std::string> numbers{};  // only calls to these (call_to, repeated); empty: all
  int limit = 100;
};

// Why a list or look-up brought nothing. Reading is safe to repeat; when is the caller's decision.
struct ReadFailure {
  int http_status = 0;  // 0: no answer was read
  std::string detail;
  std::optional<std::chrono::seconds> retry_after;
};

struct ListPage {
  std::vector<campaign::CallNews> calls;
  std::string next_cursor;                        // empty: this was the last page
  std::optional<campaign::WallTime> server_time;  // by the answer's Date header, to the second
  std::int64_t unreadable_items = 0;              // left out of `calls`; a page with any proves no call's absence
};

struct ListAnswer {
  std::optional<ListPage> page;  // exactly one of the two is set
  std::optional<ReadFailure> failure;
};

struct GetAnswer {
  std::optional<campaign::CallNews> call;  // exactly one of the two is set; an id that does not exist fails with 404
  std::optional<ReadFailure> failure;
};

struct ClientStatistics {
  std::int64_t connections_opened = 0;
  std::int64_t connections_open = 0;
  std::int64_t requests_waiting = 0;  // for a free connection
};

class Client {
 public:
  // Throws std::runtime_error when the CA file cannot be read, the URL is none (both were checked with the
  // configuration) or the API key has a character that an HTTP header must not carry.
  Client(boost::asio::io_context& io, ClientSettings settings);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  // `send_by`: the request's first byte leaves before this moment (daemon/boot_time.h), or the answer is not_sent.
  void create_call(const campaign::CallRequest& request, campaign::MonoTime send_by,
                   std::function<void(campaign::CreateAnswer)> done);
  void list_calls(const ListQuery& query, std::function<void(ListAnswer)> done);
  void get_call(const std::string& call_id, std::function<void(GetAnswer)> done);

  // Requests that wait for a connection are answered not_sent; those under way run to their answer or deadline. Idle
  // connections close.
  void close();

  ClientStatistics statistics() const;

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace dialerd::daemon::voxapi
