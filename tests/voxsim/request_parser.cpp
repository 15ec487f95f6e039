#include "tests/voxsim/request_parser.h"

#include <boost/beast/http/field.hpp>
#include <boost/beast/http/verb.hpp>

namespace dialerd::voxsim {

namespace http = boost::beast::http;

namespace {
constexpr std::uint32_t kLargestHeader = 16 * 1024;
constexpr std::uint64_t kLargestBody = 256 * 1024;
}  // namespace

RequestParser::RequestParser() {
  eager(true);
  header_limit(kLargestHeader);
  body_limit(kLargestBody);
}

void RequestParser::on_request_impl(http::verb, string_view method, string_view target, int, error_code&) {
  method_.assign(method.data(), method.size());
  target_.assign(target.data(), target.size());
}

void RequestParser::on_response_impl(int, string_view, int, error_code&) {}

void RequestParser::on_field_impl(http::field name, string_view, string_view value, error_code&) {
  if (name == http::field::authorization) authorization_.assign(value.data(), value.size());
}

void RequestParser::on_header_impl(error_code&) {}

void RequestParser::on_body_init_impl(const boost::optional<std::uint64_t>& content_length, error_code&) {
  if (content_length && *content_length <= kLargestBody) body_.reserve(static_cast<std::size_t>(*content_length));
}

std::size_t RequestParser::on_body_impl(string_view body, error_code&) {
  body_.append(body.data(), body.size());
  return body.size();
}

void RequestParser::on_chunk_header_impl(std::uint64_t, string_view, error_code&) {}

std::size_t RequestParser::on_chunk_body_impl(std::uint64_t, string_view body, error_code&) {
  body_.append(body.data(), body.size());
  return body.size();
}

void RequestParser::on_finish_impl(error_code&) {}

}  // namespace dialerd::voxsim
