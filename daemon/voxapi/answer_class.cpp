#include "daemon/voxapi/answer_class.h"

namespace dialerd::daemon::voxapi {
namespace {

using campaign::AnswerKind;

AnswerKind kind_of(int status, bool has_call_id, bool has_retry_after) {
  if (status >= 200 && status <= 299) return has_call_id ? AnswerKind::accepted : AnswerKind::unknown;
  switch (status) {
    // The request was judged and refused: bad, no such agent or path, no such method, gone, too large, wrong type,
    // unprocessable, forbidden by law.
    case 400:
    case 404:
    case 405:
    case 410:
    case 413:
    case 415:
    case 422:
    case 451:
      return AnswerKind::rejected;
    case 401:
    case 402:
    case 403:
      return AnswerKind::account_fault;
    case 429:
      return AnswerKind::throttled;
    // "Not now" is only certain with the server's own word on when; a bare 503 may come from a proxy that lost the
    // answer.
    case 503:
      return has_retry_after ? AnswerKind::throttled : AnswerKind::unknown;
    // Among them on purpose: 1xx and 3xx (not followed), 406 (may be judged after the act), 408 (the server may have
    // acted on what it had), 409 (the call may be what the request conflicts with), 424 and 425, the proxies' own 4xx
    // such as 499, and every other 5xx.
    default:
      return AnswerKind::unknown;
  }
}

std::string detail_of(int status, AnswerKind kind, const CreateBody& body) {
  if (kind == AnswerKind::accepted) return {};
  if (status >= 200 && status <= 299) return "success without a readable call id";
  return body.error;
}

}  // namespace

campaign::CreateAnswer classify_create(int http_status, const CreateBody& body,
                                       std::optional<std::chrono::seconds> retry_after) {
  campaign::CreateAnswer answer;
  answer.http_status = http_status;
  answer.kind = kind_of(http_status, !body.call_id.empty(), retry_after.has_value());
  answer.detail = detail_of(http_status, answer.kind, body);
  answer.retry_after = retry_after;
  if (answer.kind == AnswerKind::accepted) answer.call_id = body.call_id;
  return answer;
}

}  // namespace dialerd::daemon::voxapi
