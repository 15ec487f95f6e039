// A proxy before PostgreSQL's socket that loses the connection at the worst moment: around a COMMIT.
#pragma once

#include <atomic>
#include <chrono>
#include <filesystem>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace dialerd::test {

class LossyProxy {
 public:
  enum class Fault {
    none,
    commit_lost,    // the next COMMIT never reaches the server, the connection breaks
    answer_lost,    // the next COMMIT is carried out, its answer never reaches the client
    commit_delayed  // the client's connection breaks at once, the COMMIT reaches the server `delay` later
  };
  static constexpr std::chrono::milliseconds delay{400};

  // `conninfo` names the server by a socket directory: host=/... port=N
  explicit LossyProxy(const std::string& conninfo);
  ~LossyProxy();
  LossyProxy(const LossyProxy&) = delete;
  LossyProxy& operator=(const LossyProxy&) = delete;

  // The same connection string, but through the proxy.
  const std::string& conninfo() const { return conninfo_; }
  void at_next_commit(Fault fault) { fault_ = fault; }  // once
  void refuse_connections(bool refuse) { refuse_ = refuse; }

 private:
  void accept_all();
  void serve(int client);

  std::filesystem::path directory_;
  std::string server_path_;
  std::string conninfo_;
  int listener_ = -1;
  std::atomic<Fault> fault_ = Fault::none;
  std::atomic<bool> refuse_ = false;
  std::atomic<bool> stopping_ = false;
  std::vector<std::thread> connections_;  // touched by the acceptor alone, and after it has ended
  std::thread acceptor_;
};

}  // namespace dialerd::test
