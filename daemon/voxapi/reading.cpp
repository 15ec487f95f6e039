#include "daemon/voxapi/reading.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>

#include <boost/json/monotonic_resource.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "daemon/voxapi/detail.h"

namespace dialerd::daemon::voxapi {
namespace {

namespace json = boost::json;

constexpr std::size_t depth_max = 64;
constexpr std::size_t error_text_bytes_max = 1000;
constexpr std::size_t cursor_bytes_max = 4096;
constexpr std::size_t cost_bytes_max = 50;
constexpr std::int64_t latest_ms = 253402300799999;  // 9999-12-31T23:59:59.999Z

std::string_view view(const json::string& text) { return {text.data(), text.size()}; }

std::optional<json::value> parsed(std::string_view body, const json::storage_ptr& storage) {
  boost::system::error_code error;
  json::parse_options options;
  options.max_depth = depth_max;
  options.allow_invalid_utf8 = true;  // one broken transcript must not hide the rest; text that is kept is cleaned
  json::value value = json::parse({body.data(), body.size()}, error, storage, options);
  if (error) return std::nullopt;
  return value;
}

bool is_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

// Of "\uXXXX" at the text's start: whether it is an escape in the given range of the surrogates, by its second digit.
bool is_surrogate(std::string_view text, std::string_view second_digits) {
  return text.size() >= 6 && text[0] == '\\' && text[1] == 'u' && (text[2] == 'd' || text[2] == 'D') &&
         second_digits.find(text[3]) != std::string_view::npos && is_hex(text[4]) && is_hex(text[5]);
}

// Half a surrogate pair (`\ud83d` alone: an emoji that someone cut) is refused by Boost.JSON, and the whole page with
// it.
std::string with_surrogates_repaired(std::string_view body) {
  constexpr std::string_view leading = "89abAB";
  constexpr std::string_view trailing = "cdefCDEF";
  std::string out;
  out.reserve(body.size());
  while (!body.empty()) {
    std::size_t taken = body.front() == '\\' ? std::min<std::size_t>(2, body.size()) : 1;
    bool broken = false;
    if (is_surrogate(body, leading)) {
      broken = !is_surrogate(body.substr(6), trailing);
      taken = broken ? 6 : 12;
    } else if (is_surrogate(body, trailing)) {
      broken = true;
      taken = 6;
    }
    if (broken) {
      out += "\\ufffd";
    } else {
      out += body.substr(0, taken);
    }
    body.remove_prefix(taken);
  }
  return out;
}

std::optional<json::value> read(std::string_view body, const json::storage_ptr& storage) {
  auto value = parsed(body, storage);
  if (value) return value;
  const std::string repaired = with_surrogates_repaired(body);
  return repaired == body ? std::nullopt : parsed(repaired, storage);
}

// The member's text; empty when it is missing or something else.
std::string_view text_of(const json::object& object, std::string_view name) {
  const json::value* member = object.if_contains(name);
  if (member == nullptr || !member->is_string()) return {};
  return view(member->get_string());
}

const json::object* object_of(const json::object& object, std::string_view name) {
  const json::value* member = object.if_contains(name);
  return member == nullptr ? nullptr : member->if_object();
}

std::string_view call_id_of(const json::object& call) {
  const std::string_view id = text_of(call, "id");
  const bool printable = std::all_of(id.begin(), id.end(), [](char c) { return c > 0x20 && c < 0x7F; });
  return printable && id.size() <= call_id_bytes_max ? id : std::string_view();
}

std::optional<campaign::WallTime> time_of(const json::object& call, std::string_view name) {
  const json::value* member = call.if_contains(name);
  if (member == nullptr) return std::nullopt;
  double ms = -1;
  if (member->is_int64()) ms = static_cast<double>(member->get_int64());
  if (member->is_uint64()) ms = static_cast<double>(member->get_uint64());
  if (member->is_double()) ms = member->get_double();
  // Exact: every millisecond up to the year 9999 fits a double's 53 bits.
  if (!(ms >= 0 && ms <= static_cast<double>(latest_ms))) return std::nullopt;
  return campaign::WallTime(std::chrono::milliseconds(static_cast<std::int64_t>(ms)));
}

// An amount as text. The API sends text; a number, should it ever be one, in digits without an exponent.
std::string amount_of(const json::object& object, std::string_view name) {
  const json::value* member = object.if_contains(name);
  if (member == nullptr) return {};
  if (member->is_string()) return clean_text(view(member->get_string()), cost_bytes_max);
  std::array<char, cost_bytes_max> digits;
  std::to_chars_result written{digits.data(), std::errc::invalid_argument};
  if (member->is_int64()) written = std::to_chars(digits.data(), digits.data() + digits.size(), member->get_int64());
  if (member->is_uint64()) written = std::to_chars(digits.data(), digits.data() + digits.size(), member->get_uint64());
  if (member->is_double()) {
    written =
        std::to_chars(digits.data(), digits.data() + digits.size(), member->get_double(), std::chars_format::fixed);
  }
  return written.ec == std::errc() ? std::string(digits.data(), written.ptr) : std::string();
}

// A member of whatever type as JSON text; empty when there is nothing in it.
std::string json_of(const json::object& object, std::string_view name) {
  const json::value* member = object.if_contains(name);
  if (member == nullptr || member->is_null()) return {};
  if (member->is_array() && member->get_array().empty()) return {};
  if (member->is_object() && member->get_object().empty()) return {};
  return clean_text(json::serialize(*member), details_bytes_max);
}

// Nothing until the provider knows the cost or something of the analysis: before that both are null, or objects of
// nulls.
std::optional<campaign::CallDetails> details_of(const json::object& call) {
  campaign::CallDetails details;
  if (const json::object* cost = object_of(call, "call_cost")) details.total_cost = amount_of(*cost, "total_cost");
  if (const json::object* analysis = object_of(call, "call_analysis")) {
    details.summary = clean_text(text_of(*analysis, "summary"), details_bytes_max);
    details.sentiment = clean_text(text_of(*analysis, "user_sentiment"), details_bytes_max);
    details.analysis = json_of(*analysis, "custom_analysis_data");
  }
  if (details == campaign::CallDetails{}) return std::nullopt;
  details.recording_url = clean_text(text_of(call, "recording_url"), details_bytes_max);
  return details;
}

std::optional<campaign::CallNews> news_of(const json::value& value) {
  const json::object* call = value.if_object();
  return call == nullptr ? std::nullopt : read_call(*call);
}

// `{"code", "message", "details": {"field", "reason"}}`, any of them.
std::string error_text(const json::object& error) {
  std::string text(text_of(error, "code"));
  if (const auto message = text_of(error, "message"); !message.empty()) {
    if (!text.empty()) text += ": ";
    text += message;
  }
  if (const json::object* details = object_of(error, "details")) {
    std::string more(text_of(*details, "field"));
    if (const auto reason = text_of(*details, "reason"); !reason.empty()) {
      if (!more.empty()) more += ": ";
      more += reason;
    }
    if (!more.empty()) text += " (" + more + ")";
  }
  return text;
}

}  // namespace

std::string read_call_id(std::string_view body) {
  std::array<unsigned char, 8192> buffer;  // not initialised: only ever read after it was written
  json::monotonic_resource memory(buffer.data(), buffer.size());
  const auto value = read(body, &memory);
  const json::object* call = value ? value->if_object() : nullptr;
  return call == nullptr ? std::string() : std::string(call_id_of(*call));
}

std::optional<campaign::CallNews> read_call(std::string_view body) {
  json::monotonic_resource memory;
  const auto value = read(body, &memory);
  return value ? news_of(*value) : std::nullopt;
}

std::optional<campaign::CallNews> read_call(const json::object& call) {
  campaign::CallNews news;
  news.call_id = call_id_of(call);
  if (news.call_id.empty()) return std::nullopt;
  if (const json::object* metadata = object_of(call, "metadata")) {
    news.attempt = campaign::parse_attempt_id(text_of(*metadata, "attempt_id"));
  }
  news.status = clean_text(text_of(call, "status"), enum_bytes_max);
  news.disconnection_reason = clean_text(text_of(call, "disconnection_reason"), enum_bytes_max);
  news.from_number = clean_text(text_of(call, "from_number"), enum_bytes_max);
  news.start_at = time_of(call, "start_at");
  news.end_at = time_of(call, "end_at");
  news.details = details_of(call);
  return news;
}

std::optional<ListPage> read_list(std::string_view body) {
  json::monotonic_resource memory;
  const auto value = read(body, &memory);
  const json::object* list = value ? value->if_object() : nullptr;
  const json::value* items = list == nullptr ? nullptr : list->if_contains("items");
  if (items == nullptr || !items->is_array()) return std::nullopt;

  ListPage page;
  if (const json::value* cursor = list->if_contains("next_cursor"); cursor != nullptr && !cursor->is_null()) {
    // Anything else taken for "the last page" would make calls look absent that are on the next one.
    if (!cursor->is_string() || cursor->get_string().size() > cursor_bytes_max) return std::nullopt;
    page.next_cursor = view(cursor->get_string());
  }
  page.calls.reserve(items->get_array().size());
  for (const json::value& item : items->get_array()) {
    if (auto news = news_of(item)) {
      page.calls.push_back(*std::move(news));
    } else {
      ++page.unreadable_items;
    }
  }
  return page;
}

std::string read_error(std::string_view body) {
  json::monotonic_resource memory;
  const auto value = read(body, &memory);
  // Not the provider but something before it: a proxy's page tells the operator which.
  if (!value) return std::string(body.substr(0, error_text_bytes_max));
  const json::object* answer = value->if_object();
  if (answer == nullptr) return {};
  if (const json::object* error = object_of(*answer, "error")) return error_text(*error);
  if (const auto error = text_of(*answer, "error"); !error.empty()) return std::string(error);
  return error_text(*answer);
}

}  // namespace dialerd::daemon::voxapi
