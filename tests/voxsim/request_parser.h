#pragma once

#include <string>

#include <boost/beast/http/basic_parser.hpp>

namespace dialerd::voxsim {

// Reads one HTTP request and keeps only what the service looks at; no table of header fields is built.
class RequestParser final : public boost::beast::http::basic_parser<true> {
 public:
  RequestParser();

  const std::string& method() const { return method_; }
  const std::string& target() const { return target_; }
  const std::string& authorization() const { return authorization_; }
  const std::string& body() const { return body_; }

 private:
  using error_code = boost::beast::error_code;
  using string_view = boost::beast::string_view;

  void on_request_impl(boost::beast::http::verb verb, string_view method, string_view target, int version,
                       error_code& error) override;
  void on_response_impl(int code, string_view reason, int version, error_code& error) override;
  void on_field_impl(boost::beast::http::field name, string_view name_text, string_view value,
                     error_code& error) override;
  void on_header_impl(error_code& error) override;
  void on_body_init_impl(const boost::optional<std::uint64_t>& content_length, error_code& error) override;
  std::size_t on_body_impl(string_view body, error_code& error) override;
  void on_chunk_header_impl(std::uint64_t size, string_view extensions, error_code& error) override;
  std::size_t on_chunk_body_impl(std::uint64_t remain, string_view body, error_code& error) override;
  void on_finish_impl(error_code& error) override;

  std::string method_;
  std::string target_;
  std::string authorization_;
  std::string body_;
};

}  // namespace dialerd::voxsim
