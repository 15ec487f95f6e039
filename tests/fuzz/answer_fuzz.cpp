// Any bytes as the API's answer, up to what it means for the call. The first byte: in which pieces they come, and
// whether the connection ends behind them.
#include <algorithm>
#include <string>

#include "promise.h"

#include "daemon/voxapi/answers.h"
#include "daemon/voxapi/detail.h"
#include "daemon/voxapi/response_reader.h"
#include "daemon/voxapi/retry_after.h"

namespace dialerd::fuzz {
namespace {

using namespace daemon::voxapi;
using campaign::AnswerKind;
using campaign::CreateAnswer;

const std::string key = "vx-secret-key";
constexpr std::size_t body_bytes_max = 2000;

void check_text(const std::string& text) {
  promise(text.size() <= detail_bytes_max, "a detail is bounded");
  promise(clean_text(text, text.size()) == text, "a detail is clean text");
  promise(text.find(key) == std::string::npos, "a detail holds no key");
  promise(!has_digits_in_a_row(text, 7), "a detail holds no phone number");
}

void check(const CreateAnswer& answer) {
  const int status = answer.http_status;
  check_text(answer.detail);
  promise(answer.kind != AnswerKind::not_sent, "what was sent is not not_sent");
  promise((answer.kind == AnswerKind::accepted) == !answer.call_id.empty(), "accepted is a call id");
  if (answer.kind == AnswerKind::accepted) promise(status >= 200 && status <= 299, "only success is accepted");
  const bool proves_no_call = answer.kind != AnswerKind::accepted && answer.kind != AnswerKind::unknown;
  if (proves_no_call) promise((status >= 400 && status <= 499) || status == 503, "a refusal has a refusal's status");
  if (answer.retry_after) {
    promise(*answer.retry_after >= std::chrono::seconds(0) && *answer.retry_after <= retry_after_max,
            "a wait is within its bounds");
  }
}

struct Answers {
  CreateAnswer create;
  ListAnswer list;
  GetAnswer get;
};

Answers answers_to(const Exchange& exchange) {
  return {create_answer(exchange, key), list_answer(exchange, key), get_answer(exchange, "c-1", key)};
}

Answers read(std::string_view bytes, std::size_t piece_size, bool ends) {
  ResponseReader reader(body_bytes_max);
  auto progress = ResponseReader::Progress::more;
  while (progress == ResponseReader::Progress::more && !bytes.empty()) {
    const auto space = reader.space();
    const std::size_t size = std::min({piece_size, space.size(), bytes.size()});
    std::copy_n(bytes.data(), size, static_cast<char*>(space.data()));
    bytes.remove_prefix(size);
    progress = reader.received(size);
  }
  if (progress == ResponseReader::Progress::more && ends) progress = reader.peer_finished();

  Exchange exchange;
  if (progress != ResponseReader::Progress::complete) {
    const std::string failure = reader.failure();
    exchange.result = Exchange::Result::no_answer;
    exchange.failure = failure;
    exchange.status = reader.status();
    return answers_to(exchange);
  }
  (void)reader.keeps_alive();
  const auto response = reader.take();
  promise(response.body().size() <= body_bytes_max, "a body is bounded");
  return answers_to(answered(response));
}

}  // namespace
}  // namespace dialerd::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace dialerd::fuzz;
  if (size == 0) return 0;
  const bool ends = (data[0] & 1) != 0;
  const std::string_view bytes = text_of(data + 1, size - 1);
  const Answers in_pieces = read(bytes, std::size_t{data[0]} / 2 + 1, ends);
  const Answers at_once = read(bytes, size, ends);
  check(in_pieces.create);
  promise(in_pieces.create.kind == at_once.create.kind && in_pieces.create.call_id == at_once.create.call_id,
          "the same in any pieces");
  for (const Answers& answers : {in_pieces, at_once}) {
    promise(answers.list.page.has_value() != answers.list.failure.has_value(), "a page or a failure");
    promise(answers.get.call.has_value() != answers.get.failure.has_value(), "a call or a failure");
    promise(!answers.get.call || answers.get.call->call_id == "c-1", "the call that was asked for");
    if (answers.list.failure) check_text(answers.list.failure->detail);
    if (answers.get.failure) check_text(answers.get.failure->detail);
  }
  return 0;
}
