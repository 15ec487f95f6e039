// Any bytes as the body of an answer: of creating, looking up, listing, refusing. What was read can be written and read
// again.
#include <string>

#include "promise.h"
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "daemon/voxapi/detail.h"
#include "daemon/voxapi/reading.h"
#include "storage/array_text.h"

namespace dialerd::fuzz {
namespace {

using namespace daemon::voxapi;

void check(const campaign::CallNews& news) {
  promise(!news.call_id.empty() && news.call_id.size() <= call_id_bytes_max, "a call has a usable id");
  for (const std::string& text : {news.status, news.disconnection_reason, news.from_number}) {
    promise(clean_text(text, enum_bytes_max) == text, "what is kept is clean, bounded text");
  }
  if (!news.details) return;
  const campaign::CallDetails& details = *news.details;
  for (const std::string& text :
       {details.total_cost, details.summary, details.sentiment, details.analysis, details.recording_url}) {
    promise(text.size() <= details_bytes_max && storage::storable_text(text) == text, "details fit the database");
  }
}

void check_written_and_read_again(const campaign::CallNews& news) {
  boost::json::object call;
  call["id"] = news.call_id;
  call["status"] = news.status;
  call["disconnection_reason"] = news.disconnection_reason;
  call["from_number"] = news.from_number;
  if (news.attempt) call["metadata"] = boost::json::object{{"attempt_id", campaign::to_string(*news.attempt)}};
  if (news.start_at) call["start_at"] = news.start_at->time_since_epoch().count();
  if (news.end_at) call["end_at"] = news.end_at->time_since_epoch().count();
  const auto again = read_call(boost::json::serialize(call));
  promise(again.has_value(), "a call that was read can be read again");
  promise(again->call_id == news.call_id && again->attempt == news.attempt && again->status == news.status &&
              again->disconnection_reason == news.disconnection_reason && again->from_number == news.from_number &&
              again->start_at == news.start_at && again->end_at == news.end_at,
          "and is the same");
}

}  // namespace
}  // namespace dialerd::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace dialerd::fuzz;
  const std::string_view body = text_of(data, size);
  const auto call = read_call(body);
  promise(read_call_id(body) == (call ? call->call_id : ""), "one id, however it is read");
  if (call) {
    check(*call);
    check_written_and_read_again(*call);
  }
  if (const auto page = read_list(body)) {
    promise(page->unreadable_items >= 0, "items are counted");
    for (const auto& news : page->calls) check(news);
  }
  promise(read_error(body).size() <= size + 16, "an error's text is the answer's");
  return 0;
}
