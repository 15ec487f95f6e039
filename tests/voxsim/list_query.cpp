#include "tests/voxsim/list_query.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>

#include "tests/voxsim/json_text.h"
#include "tests/voxsim/options.h"
#include "tests/voxsim/random.h"

namespace dialerd::voxsim {

namespace {

const std::vector<std::string> kStatuses{"queued", "ongoing", "ended", "error", "canceled", "not_connected"};
const std::vector<std::string> kCallTypes{"web", "phone", "inbound", "outbound", "api"};
constexpr std::uint32_t kLargestLimit = 100;
constexpr PackedNumber kNobody = 0;  // no call is ever to this number

std::vector<std::string> allowed_names(const Options& options) {
  std::vector<std::string> names{"agent_id",   "status",  "call_type",      "disconnection_reason",
                                 "call_from",  "call_to", "start_at_after", "start_at_before",
                                 "sort_order", "cursor",  "limit"};
  if (options.metadata_filter) names.emplace_back("metadata");
  return names;
}

template <typename Number>
std::optional<Number> parse_number(std::string_view text, int base = 10) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// application/x-www-form-urlencoded, as query strings are; none for a broken escape.
std::optional<std::string> decode(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i] == '+' ? ' ' : text[i];
      continue;
    }
    const auto code = parse_number<std::uint8_t>(text.substr(i + 1, 2), 16);
    if (!code || i + 2 >= text.size()) return std::nullopt;
    out += static_cast<char>(*code);
    i += 2;
  }
  return out;
}

std::string encode_base64url(std::string_view text) {
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string out;
  std::uint32_t bits = 0;
  int held = 0;
  for (const char c : text) {
    bits = (bits << 8U) | static_cast<unsigned char>(c);
    for (held += 8; held >= 6; held -= 6) out += kAlphabet[(bits >> (held - 6)) & 63U];
  }
  if (held > 0) out += kAlphabet[(bits << (6 - held)) & 63U];
  return out;
}

std::optional<std::string> decode_base64url(std::string_view text) {
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string out;
  std::uint32_t bits = 0;
  int held = 0;
  for (const char c : text) {
    const std::size_t value = kAlphabet.find(c);
    if (value == std::string_view::npos) return std::nullopt;
    bits = (bits << 6U) | static_cast<std::uint32_t>(value);
    held += 6;
    if (held >= 8) {
      held -= 8;
      out += static_cast<char>((bits >> held) & 255U);
    }
  }
  return out;
}

std::uint64_t check_value(const std::array<std::uint64_t, 4>& fields) {
  std::uint64_t value = 0;
  for (const std::uint64_t field : fields) value = mix(value, field);
  return value;
}

// Takes parameters one by one; the first error stands.
class Reader {
 public:
  Reader(const Options& options, const std::vector<std::string>& reasons)
      : names_(allowed_names(options)), reasons_(reasons), call_to_filter_(options.call_to_filter) {}

  std::optional<ApiError> take(const std::string& name, const std::string& value) {
    if (std::find(names_.begin(), names_.end(), name) == names_.end()) {
      ApiError error = invalid_field(name, "unknown query parameter", names_);
      error.message = "Unknown query parameter '" + name + "'";
      return error;
    }
    if (name == "agent_id") return keep(value, query_.agent_ids);
    if (name == "status") return one_of(name, value, kStatuses, query_.statuses);
    if (name == "call_type") return one_of(name, value, kCallTypes, query_.call_types);
    if (name == "disconnection_reason") return one_of(name, value, reasons_, query_.reasons);
    if (name == "call_from") return number(name, value, query_.from);
    if (name == "call_to") return call_to(value);
    if (name == "metadata") return metadata(value);
    return single(name, value);
  }

  ListQuery query() && {
    std::vector<PackedNumber>& to = query_.to;
    if (!to.empty()) {
      if (call_to_filter_ == CallToFilter::kLast) to = {to.back()};
      if (call_to_filter_ == CallToFilter::kFirst) to = {to.front()};
      if (call_to_filter_ == CallToFilter::kIgnored) to.clear();
      if (call_to_filter_ == CallToFilter::kNone) to = {kNobody};
    }
    return std::move(query_);
  }

 private:
  static std::optional<ApiError> keep(const std::string& value, std::vector<std::string>& values) {
    values.push_back(value);
    return std::nullopt;
  }

  static std::optional<ApiError> one_of(const std::string& name, const std::string& value,
                                        const std::vector<std::string>& allowed, std::vector<std::string>& values) {
    if (std::find(allowed.begin(), allowed.end(), value) == allowed.end()) {
      return invalid_field(name, "unknown value", allowed);
    }
    return keep(value, values);
  }

  static std::optional<ApiError> number(const std::string& name, const std::string& value,
                                        std::vector<PackedNumber>& numbers) {
    const auto packed = pack_number(value);
    if (!packed) return invalid_field(name, "must be digits without hyphens");
    numbers.push_back(*packed);
    return std::nullopt;
  }

  std::optional<ApiError> call_to(const std::string& value) {
    if (call_to_filter_ != CallToFilter::kE164) return number("call_to", value, query_.to);
    if (value.starts_with("+82")) return number("call_to", '0' + value.substr(3), query_.to);
    query_.to.push_back(kNobody);
    return std::nullopt;
  }

  std::optional<ApiError> metadata(const std::string& value) {
    const std::size_t colon = value.find(':');
    if (colon == std::string::npos) return invalid_field("metadata", "must be key:value");
    query_.metadata.emplace_back(value.substr(0, colon), value.substr(colon + 1));
    return std::nullopt;
  }

  // The parameters that may stand only once.
  std::optional<ApiError> single(const std::string& name, const std::string& value) {
    if (std::find(seen_.begin(), seen_.end(), name) != seen_.end()) return invalid_field(name, "given more than once");
    seen_.push_back(name);
    if (name == "sort_order") {
      if (value != "ascending" && value != "descending") {
        return invalid_field(name, "unknown value", {"ascending", "descending"});
      }
      query_.ascending = value == "ascending";
    } else if (name == "limit") {
      const auto limit = parse_number<std::uint32_t>(value);
      if (!limit || *limit < 1 || *limit > kLargestLimit) return invalid_field(name, "must be from 1 to 100");
      query_.limit = *limit;
    } else if (name == "cursor") {
      query_.cursor = Cursor::parse(value);
      if (!query_.cursor) return invalid_field(name, "not a cursor of this listing");
    } else {
      auto& bound = name == "start_at_after" ? query_.start_at_after : query_.start_at_before;
      bound = parse_number<std::int64_t>(value);
      if (!bound) return invalid_field(name, "must be unix milliseconds");
    }
    return std::nullopt;
  }

  std::vector<std::string> names_;
  const std::vector<std::string>& reasons_;
  CallToFilter call_to_filter_;
  std::vector<std::string> seen_;
  ListQuery query_;
};

}  // namespace

std::string Cursor::text() const {
  const std::array<std::uint64_t, 4> fields{static_cast<std::uint64_t>(after.time_ms), after.index, skip, total_count};
  std::string plain;
  for (const std::uint64_t field : fields) {
    append_integer(plain, field);
    plain += '.';
  }
  append_integer(plain, check_value(fields));
  return encode_base64url(plain);
}

std::optional<Cursor> Cursor::parse(std::string_view text) {
  const auto plain = decode_base64url(text);
  if (!plain) return std::nullopt;
  std::array<std::uint64_t, 5> values{};
  std::string_view rest = *plain;
  for (std::uint64_t& value : values) {
    const std::size_t dot = rest.find('.');
    const auto number = parse_number<std::uint64_t>(rest.substr(0, dot));
    if (!number) return std::nullopt;
    value = *number;
    rest = dot == std::string_view::npos ? std::string_view{} : rest.substr(dot + 1);
  }
  const auto [time, index, skip, total, check] = values;
  if (check != check_value({time, index, skip, total})) return std::nullopt;
  return Cursor{{static_cast<std::int64_t>(time), static_cast<CallIndex>(index)}, skip, total};
}

std::variant<ListQuery, ApiError> parse_list_query(std::string_view query, const Options& options,
                                                   const std::vector<std::string>& reasons) {
  Reader reader(options, reasons);
  while (!query.empty()) {
    const std::size_t ampersand = query.find('&');
    const std::string_view part = query.substr(0, ampersand);
    query = ampersand == std::string_view::npos ? std::string_view{} : query.substr(ampersand + 1);
    if (part.empty()) continue;
    const std::size_t equals = part.find('=');
    const auto name = decode(part.substr(0, equals));
    const auto value = decode(equals == std::string_view::npos ? std::string_view{} : part.substr(equals + 1));
    if (!name || !value) return invalid_field(std::string(part), "broken percent-encoding");
    if (auto error = reader.take(*name, *value)) return *std::move(error);
  }
  return std::move(reader).query();
}

}  // namespace dialerd::voxsim
