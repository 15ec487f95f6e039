// The requests as they go over the wire: head and body of HTTP/1.1 (RFC 9112) in one string, written at once.
#pragma once

#include <string>
#include <string_view>

#include "campaign/call.h"
#include "daemon/voxapi/client.h"

namespace dialerd::daemon::voxapi {

// The body of POST /v3/calls (docs: calls/create). A field that the request leaves empty is left out.
std::string encode_call(const campaign::CallRequest& request);

class RequestWriter {
 public:
  // `authority`: the Host header's value. Throws std::runtime_error, without the key's text, when the key is empty or
  // has a character that a header must not carry.
  RequestWriter(const std::string& authority, const std::string& api_key);

  std::string create_call(const campaign::CallRequest& request) const;
  std::string list_calls(const ListQuery& query) const;
  std::string get_call(std::string_view call_id) const;

 private:
  std::string get(std::string_view target) const;

  std::string headers_;      // what every request carries after its first line, each with its CRLF
  std::string create_head_;  // of create_call, up to the value of Content-Length
};

}  // namespace dialerd::daemon::voxapi
