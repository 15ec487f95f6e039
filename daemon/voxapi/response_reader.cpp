#include "daemon/voxapi/response_reader.h"

#include <utility>

namespace dialerd::daemon::voxapi {
namespace {

namespace http = boost::beast::http;

constexpr std::uint32_t header_bytes_max = 64 * 1024;
constexpr std::size_t chunk_bytes = 16 * 1024;  // the most that one TLS record brings (RFC 8446, 5.1)
constexpr std::size_t input_bytes_max = header_bytes_max + chunk_bytes;
constexpr int interim_responses_max = 8;

std::string_view header(const ResponseReader::Response& response, http::field name) {
  const auto value = response[name];
  return {value.data(), value.size()};
}

constexpr int switching_protocols = 101;

// No chunked body ends with fewer bytes than these: "0", CRLF, CRLF. Beast must not be shown fewer (see parse).
constexpr std::size_t last_chunk_bytes_min = 5;

// 1xx but 101, which would end HTTP on this connection: announcements that the real response follows (RFC 9110, 15.2).
bool is_interim(int status) { return status >= 100 && status <= 199 && status != switching_protocols; }

}  // namespace

void ResponseReader::expect_response() {
  interim_responses_ = 0;
  failure_.clear();
  parser_.emplace();
  parser_->eager(true);
  parser_->header_limit(header_bytes_max);
  parser_->body_limit(body_bytes_max_);
}

boost::asio::mutable_buffer ResponseReader::space() { return input_.prepare(chunk_bytes); }

ResponseReader::Progress ResponseReader::received(std::size_t bytes) {
  input_.commit(bytes);
  return parse();
}

ResponseReader::Progress ResponseReader::parse() {
  while (input_.size() > 0) {
    // Boost before 1.86 asserts, which ends the process, when a last chunk comes in such pieces that it sees "0", CRLF
    // and one byte more (boostorg/beast#2861).
    if (parser_->is_header_done() && parser_->chunked() && input_.size() < last_chunk_bytes_min) break;
    boost::system::error_code error;
    input_.consume(parser_->put(input_.data(), error));
    if (error == http::error::need_more) break;
    if (error) return fail(error.message());
    if (!parser_->is_done()) continue;
    if (!is_interim(status())) return Progress::complete;
    if (++interim_responses_ > interim_responses_max) return fail("too many interim responses");
    const int seen = interim_responses_;
    expect_response();
    interim_responses_ = seen;
  }
  // Only the head and a chunk's size line stay in the buffer until they are whole.
  if (input_.size() > input_bytes_max - chunk_bytes) return fail("response head or chunk head too large");
  return Progress::more;
}

ResponseReader::Progress ResponseReader::peer_finished() {
  if (!parser_->got_some()) return fail("connection closed before an answer");
  boost::system::error_code error;
  parser_->put_eof(error);
  if (error) return fail("connection closed within the answer");
  return Progress::complete;
}

ResponseReader::Progress ResponseReader::fail(std::string failure) {
  failure_ = std::move(failure);
  return Progress::failed;
}

ResponseReader::Response ResponseReader::take() { return parser_->release(); }

std::string ResponseReader::failure() const { return failure_; }

int ResponseReader::status() const {
  return parser_->is_header_done() ? static_cast<int>(parser_->get().result_int()) : 0;
}

bool ResponseReader::keeps_alive() const {
  return parser_->keep_alive() && status() != switching_protocols;  // what follows that one is not HTTP any more
}

Exchange answered(const ResponseReader::Response& response) {
  Exchange exchange;
  exchange.result = Exchange::Result::answered;
  exchange.status = static_cast<int>(response.result_int());
  exchange.body = response.body();
  exchange.retry_after = header(response, http::field::retry_after);
  exchange.content_encoding = header(response, http::field::content_encoding);
  exchange.date = header(response, http::field::date);
  return exchange;
}

}  // namespace dialerd::daemon::voxapi
