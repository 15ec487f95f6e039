#include "daemon/voxapi/request.h"

#include <algorithm>
#include <array>
#include <stdexcept>

#include <boost/json/monotonic_resource.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serializer.hpp>
#include <boost/json/value.hpp>

namespace dialerd::daemon::voxapi {
namespace {

namespace json = boost::json;

json::object text_object(const std::vector<std::pair<std::string, std::string>>& fields, json::storage_ptr storage) {
  json::object object(std::move(storage));
  object.reserve(fields.size());
  for (const auto& [name, text] : fields) object.insert_or_assign(name, text);
  return object;
}

void require_usable(const std::string& api_key) {
  if (api_key.empty()) throw std::runtime_error("the API key is empty");
  // Visible ASCII only, so that no key can end its header and begin another (RFC 6750, 2.1: a bearer token is narrower
  // still).
  if (!std::all_of(api_key.begin(), api_key.end(), [](char c) { return c > 0x20 && c < 0x7F; })) {
    throw std::runtime_error(
        "the API key has a space, a line break or another character that an HTTP header must not carry");
  }
}

// RFC 3986, 2.1. Everything but the unreserved characters is escaped, so a text can be a path segment or a query value.
void append_escaped(std::string& out, std::string_view text) {
  constexpr std::string_view hex = "0123456789ABCDEF";
  for (const char c : text) {
    const bool unreserved = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                            c == '.' || c == '_' || c == '~';
    if (unreserved) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += hex[byte >> 4];
    out += hex[byte & 0x0F];
  }
}

}  // namespace

std::string encode_call(const campaign::CallRequest& request) {
  std::array<unsigned char, 4096> buffer;  // not initialised: only ever read after it was written
  json::monotonic_resource memory(buffer.data(), buffer.size());
  json::object call(&memory);
  call.reserve(6);
  call["from_number"] = request.from_number;
  call["to_number"] = request.to_number;
  if (!request.agent_id.empty()) {
    json::object agent(&memory);
    agent["agent_id"] = request.agent_id;
    if (!request.agent_version.empty()) agent["agent_version"] = request.agent_version;
    call["agent"] = std::move(agent);
  }
  if (!request.dynamic_variables.empty()) {
    call["dynamic_variables"] = text_object(request.dynamic_variables, &memory);
  }
  if (!request.metadata.empty()) call["metadata"] = text_object(request.metadata, &memory);
  if (request.presentation_number) call["presentation_number"] = *request.presentation_number;

  std::string text;
  json::serializer serializer;
  serializer.reset(&call);
  std::array<char, 4096> chunk;
  while (!serializer.done()) {
    const auto part = serializer.read(chunk.data(), chunk.size());
    text.append(part.data(), part.size());
  }
  return text;
}

RequestWriter::RequestWriter(const std::string& authority, const std::string& api_key) {
  require_usable(api_key);
  headers_ = "Host: " + authority + "\r\nUser-Agent: dialerd/" DIALERD_VERSION "\r\nAuthorization: Bearer " + api_key +
             "\r\nAccept: application/json\r\nAccept-Encoding: identity\r\n";
  create_head_ = "POST /v3/calls HTTP/1.1\r\n" + headers_ + "Content-Type: application/json\r\nContent-Length: ";
}

std::string RequestWriter::create_call(const campaign::CallRequest& request) const {
  const std::string body = encode_call(request);
  const std::string length = std::to_string(body.size());
  std::string out;
  out.reserve(create_head_.size() + length.size() + 4 + body.size());
  out += create_head_;
  out += length;
  out += "\r\n\r\n";
  out += body;
  return out;
}

std::string RequestWriter::list_calls(const ListQuery& query) const {
  std::string target = "/v3/calls?sort_order=ascending&limit=" + std::to_string(query.limit);
  target += "&start_at_after=" + std::to_string(query.start_at_after.time_since_epoch().count());
  for (const std::string& number : query.numbers) {
    target += "&call_to=";
    append_escaped(target, number);
  }
  if (!query.cursor.empty()) {
    target += "&cursor=";
    append_escaped(target, query.cursor);
  }
  return get(target);
}

std::string RequestWriter::get_call(std::string_view call_id) const {
  std::string target = "/v3/calls/";
  append_escaped(target, call_id);
  return get(target);
}

std::string RequestWriter::get(std::string_view target) const {
  std::string out = "GET ";
  out += target;
  out += " HTTP/1.1\r\n";
  out += headers_;
  out += "\r\n";
  return out;
}

}  // namespace dialerd::daemon::voxapi
