// Any bytes as the rows of a file of leads, under a header that has every column with a meaning of its own.
#include <algorithm>
#include <string>
#include <variant>

#include "memory_source.h"
#include "promise.h"
#include <boost/json/parse.hpp>

#include "daemon/import/csv_reader.h"
#include "daemon/import/lead_layout.h"
#include "daemon/import/lead_reader.h"
#include "storage/array_text.h"

namespace dialerd::fuzz {
namespace {

namespace import = daemon::import;

import::LeadReader make_reader(){config::LeadColumns mapping;
mapping.alternates = {"mobile"};
mapping.timezone = "zone";
mapping.consent_at = "consented";
mapping.consent_expires_at = "until";
mapping.night_consent = "night";
mapping.call_at = "callback";
mapping.expires_at = "expires";
auto header = import::read_header(
    {"number", "mobile", "zone", "consented", "until", "night", "callback", "expires", "name", "note"}, mapping,
    {"name"});
promise(header.layout.has_value(), "the target's own header is one");
import::LeadSettings settings;
settings.region = "KR";
settings.timezone = "Asia/Seoul";
settings.zone_sources = {config::ZoneSource::column, config::ZoneSource::number, config::ZoneSource::campaign};
settings.region_timezone = "Asia/Seoul";
return {*std::move(header.layout), settings};
}  // namespace

bool is_number(const std::string& digits) {
  return !digits.empty() && digits.size() <= 20 &&
         std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; });
}

void check(const storage::ImportRow& lead) {
  promise(is_number(lead.to_number), "a number is digits");
  for (const std::string& alternate : lead.alternates) {
    promise(is_number(alternate) && alternate != lead.to_number, "alternates are numbers, and other ones");
  }
  promise(storage::storable_text(lead.fields_json) == lead.fields_json, "fields can be stored");
  promise(lead.fields_json.find("\\u0000") == std::string::npos, "jsonb holds no U+0000");
  boost::system::error_code error;
  const auto fields = boost::json::parse(lead.fields_json, error);
  promise(!error && fields.is_object(), "fields are a JSON object");
  const boost::json::value* name = fields.get_object().if_contains("name");
  promise(name != nullptr && name->is_string() && !name->get_string().empty(), "a required field is there");
  for (const auto& time : {lead.consent_at, lead.consent_expires_at, lead.call_at, lead.expires_at}) {
    // What PostgreSQL's timestamptz and our arithmetic both hold with room to spare.
    promise(!time || (time->time_since_epoch() > std::chrono::hours(-24 * 366 * 2000) &&
                      time->time_since_epoch() < std::chrono::hours(24 * 366 * 8100)),
            "times are within reason");
  }
}

}  // namespace dialerd::fuzz
}  // namespace dialerd::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace dialerd::fuzz;
  static const auto leads = make_reader();
  MemorySource source(text_of(data, size), size + 1);
  import::CsvReader csv(source);
  import::CsvRow row;
  while (csv.next(row)) {
    const auto read = leads.read(row);
    if (const auto* lead = std::get_if<dialerd::storage::ImportRow>(&read)) {
      check(*lead);
    } else {
      const std::string reason = to_string(std::get<import::RowFault>(read));
      promise(!reason.empty() && !has_digits_in_a_row(reason, 7), "a reason tells no number");
    }
  }
  return 0;
}
