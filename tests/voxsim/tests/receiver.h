#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <boost/json.hpp>

namespace dialerd::voxsim {

// One request that a receiver was sent.
struct ReceivedWebhook {
  std::chrono::steady_clock::time_point at;
  std::string path;
  std::string signature;  // the header X-Vox-Signature
  std::string body;

  boost::json::value json() const { return boost::json::parse(body); }
  std::string event() const { return std::string(json().at("event").as_string()); }
  std::string call_id() const { return std::string(json().at("call").at("call_id").as_string()); }
};

// A plain receiver of webhooks over real sockets, a thread for each connection. Answers 200 unless told otherwise.
class Receiver {
 public:
  struct Tls {
    std::string certificate_file;
    std::string key_file;
  };
  // The status of the answer to the nth request, from 1; 0 for no answer at all.
  using Answer = std::function<int(std::size_t nth)>;

  explicit Receiver(Answer answer = {}, const Tls* tls = nullptr);
  ~Receiver();
  Receiver(const Receiver&) = delete;
  Receiver& operator=(const Receiver&) = delete;

  // Of a path of this receiver.
  std::string url(const std::string& path = "/hook/secret") const;

  std::vector<ReceivedWebhook> received() const;
  // What has been received once there are so many, or after ten seconds.
  std::vector<ReceivedWebhook> wait_for(std::size_t count) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace dialerd::voxsim
