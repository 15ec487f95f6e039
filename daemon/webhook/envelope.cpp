#include "daemon/webhook/envelope.h"

#include <array>
#include <utility>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include "daemon/voxapi/detail.h"
#include "daemon/voxapi/reading.h"

namespace dialerd::daemon::webhook {
namespace {

namespace json = boost::json;

// What a webhook calls it, and what the API calls it.
constexpr std::array<std::pair<std::string_view, std::string_view>, 5> other_names = {{{"call_id", "id"},
                                                                                       {"call_status", "status"},
                                                                                       {"call_from", "from_number"},
                                                                                       {"start_timestamp", "start_at"},
                                                                                       {"end_timestamp", "end_at"}}};

json::string_view name(std::string_view text) { return {text.data(), text.size()}; }

std::string word(const json::object& object, std::string_view key) {
  const json::value* member = object.if_contains(name(key));
  if (member == nullptr || !member->is_string()) return {};
  const json::string& text = member->get_string();
  return voxapi::clean_text({text.data(), text.size()}, word_bytes_max);
}

// For one reader of both.
void name_as_the_api_does(json::object& call) {
  for (const auto& [theirs, api] : other_names) {
    const json::value* member = call.if_contains(name(theirs));
    if (member == nullptr || call.contains(name(api))) continue;
    json::value copy = *member;
    call[name(api)] = std::move(copy);
  }
}

}  // namespace

std::optional<Envelope> read_envelope(std::string_view body) {
  boost::system::error_code error;
  json::parse_options options;
  options.max_depth = json_depth_max;
  options.allow_invalid_utf8 = true;  // what is kept of it is cleaned
  json::value value = json::parse(name(body), error, {}, options);
  if (error) return std::nullopt;
  json::object* envelope = value.if_object();
  json::value* member = envelope == nullptr ? nullptr : envelope->if_contains("call");
  json::object* call = member == nullptr ? nullptr : member->if_object();
  if (call == nullptr) return std::nullopt;
  name_as_the_api_does(*call);
  auto news = voxapi::read_call(*call);
  if (!news) return std::nullopt;
  Envelope read;
  read.event = word(*envelope, "event");
  read.version = word(*envelope, "webhook_version");
  if (read.version.empty()) read.version = "v1";
  read.call = std::move(*news);
  return read;
}

bool tells_only_of_beginning(std::string_view event) { return event == "call_started" || event == "mid_call"; }

}  // namespace dialerd::daemon::webhook
