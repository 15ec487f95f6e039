// Takes one HTTP/1.1 response from bytes as they arrive, within bounds. Knows no socket.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <boost/asio/buffer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include "daemon/voxapi/exchange.h"

namespace dialerd::daemon::voxapi {

class ResponseReader {
 public:
  using Response = boost::beast::http::response<boost::beast::http::string_body>;
  enum class Progress : std::uint8_t { more, complete, failed };

  explicit ResponseReader(std::uint64_t body_bytes_max) : body_bytes_max_(body_bytes_max) { expect_response(); }

  // Forgets the last response; unread bytes stay.
  void expect_response();

  // Where the next bytes go, and how many came.
  boost::asio::mutable_buffer space();
  Progress received(std::size_t bytes);

  // The peer will send no more. Completes a response whose end is the connection's end.
  Progress peer_finished();

  Response take();              // after Progress::complete
  std::string failure() const;  // after Progress::failed
  int status() const;           // 0 until a head was read
  bool keeps_alive() const;     // after Progress::complete: the connection may carry another request
  bool has_unread() const { return input_.size() > 0; }

 private:
  Progress parse();
  Progress fail(std::string failure);

  std::uint64_t body_bytes_max_;
  boost::beast::flat_buffer input_;
  std::optional<boost::beast::http::response_parser<boost::beast::http::string_body>> parser_;
  int interim_responses_ = 0;
  std::string failure_;
};

// A whole response as what came of its request. Views of `response`.
Exchange answered(const ResponseReader::Response& response);

}  // namespace dialerd::daemon::voxapi
