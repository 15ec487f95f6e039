#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <boost/json.hpp>

namespace dialerd::voxsim {

struct Response {
  int status = 0;
  std::string retry_after;
  std::string body;

  // Throws when the body is not JSON.
  boost::json::value json() const { return boost::json::parse(body); }
};

// A plain blocking HTTPS client with one kept-alive connection that verifies the server's certificate and name. It
// shares no code with dialerd's own client. Throws boost::system::system_error for whatever goes wrong on the wire.
class Client {
 public:
  Client(const std::string& authority_file, std::uint16_t port, const std::string& host = "localhost");
  ~Client();

  Response request(std::string_view method, std::string_view target, std::string_view body = {},
                   std::string_view authorization = "Bearer voxsim-key");
  Response get(std::string_view target) { return request("GET", target); }
  Response post(std::string_view body) { return request("POST", "/v3/calls", body); }

  // Sends a POST without reading an answer.
  void send_post(std::string_view body);
  // Whether a byte or an end of the connection comes within the time.
  bool anything_to_read(int milliseconds);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace dialerd::voxsim
