#include "daemon/voxapi/answers.h"

#include <utility>

#include <strings.h>

#include "daemon/voxapi/answer_class.h"
#include "daemon/voxapi/detail.h"
#include "daemon/voxapi/reading.h"
#include "daemon/voxapi/retry_after.h"

namespace dialerd::daemon::voxapi {
namespace {

using campaign::AnswerKind;
using campaign::CreateAnswer;

bool is_success(const Exchange& exchange) {
  return exchange.result == Exchange::Result::answered && exchange.status >= 200 && exchange.status <= 299;
}

// Requests ask for no encoding, so an answer in one is not ours to take apart: a compressed body may be of any size
// once it is not (RFC 9110, 8.4 and 12.5.3; "identity" is the old word for none).
bool is_encoded(const Exchange& exchange) {
  return !exchange.content_encoding.empty() &&
         strcasecmp(std::string(exchange.content_encoding).c_str(), "identity") != 0;
}

// The body, or nothing where it cannot be read.
std::string_view body_of(const Exchange& exchange) { return is_encoded(exchange) ? std::string_view() : exchange.body; }

// What the answer says of itself, other than success.
std::string error_of(const Exchange& exchange, const std::string& key) {
  if (is_encoded(exchange)) {
    return make_detail("a body encoded as '" + std::string(exchange.content_encoding) + "'", key);
  }
  return make_detail(read_error(exchange.body), key);
}

std::chrono::sys_seconds this_machines_time() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

// A date is meant by the server's clock; ours serves when the answer does not tell it.
std::optional<std::chrono::seconds> retry_after_of(const Exchange& exchange) {
  if (exchange.retry_after.empty()) return std::nullopt;
  const auto here = this_machines_time();
  return parse_retry_after(exchange.retry_after, parse_http_date(exchange.date, here).value_or(here));
}

ReadFailure read_failure(const Exchange& exchange, const std::string& key) {
  ReadFailure failure;
  failure.http_status = exchange.status;
  failure.retry_after = retry_after_of(exchange);
  if (exchange.result != Exchange::Result::answered) {
    failure.detail = make_detail(exchange.failure, key);
  } else if (is_success(exchange)) {
    failure.detail = "the answer is not what was asked for";
  } else {
    failure.detail = error_of(exchange, key);
  }
  return failure;
}

}  // namespace

CreateAnswer create_answer(const Exchange& exchange, const std::string& key) {
  if (exchange.result == Exchange::Result::answered) {
    CreateBody body;
    if (is_success(exchange)) {
      body.call_id = read_call_id(body_of(exchange));
    } else {
      body.error = error_of(exchange, key);
    }
    return classify_create(exchange.status, body, retry_after_of(exchange));
  }
  CreateAnswer answer;
  answer.kind = exchange.result == Exchange::Result::not_sent ? AnswerKind::not_sent : AnswerKind::unknown;
  answer.http_status = exchange.status;
  answer.detail = make_detail(exchange.failure, key);
  return answer;
}

ListAnswer list_answer(const Exchange& exchange, const std::string& key) {
  ListAnswer answer;
  if (is_success(exchange)) answer.page = read_list(body_of(exchange));
  if (!answer.page) {
    answer.failure = read_failure(exchange, key);
  } else if (!exchange.date.empty()) {
    answer.page->server_time = parse_http_date(exchange.date, this_machines_time());
  }
  return answer;
}

GetAnswer get_answer(const Exchange& exchange, const std::string& call_id, const std::string& key) {
  GetAnswer answer;
  if (is_success(exchange)) answer.call = read_call(body_of(exchange));
  if (answer.call && answer.call->call_id != call_id) answer.call.reset();  // news of another call settles nothing
  if (!answer.call) answer.failure = read_failure(exchange, key);
  return answer;
}

}  // namespace dialerd::daemon::voxapi
