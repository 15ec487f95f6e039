#include "daemon/import/lead_reader.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace dialerd::daemon::import {
namespace {

LeadReader reader() {
  LeadLayout layout;
  layout.columns = {"number", "고객명", "note"};
  layout.number_column = 0;
  layout.fields = {{"name", 1, true}, {"note", 2, false}};
  return {layout, {"KR", "Asia/Seoul", {config::ZoneSource::campaign}, std::nullopt}};
}

CsvRow row_of(std::vector<std::string_view> fields) {
  CsvRow row;
  row.number = 7;
  row.fields = std::move(fields);
  return row;
}

std::string fault_of(const CsvRow& row) {
  const auto read = reader().read(row);
  const auto* fault = std::get_if<RowFault>(&read);
  return fault == nullptr ? "none" : to_string(*fault);
}

std::string fields_of(std::vector<std::string_view> fields) {
  return std::get<storage::ImportRow>(reader().read(row_of(std::move(fields)))).fields_json;
}

TEST(LeadReader, MakesALead) {
  const auto read = reader().read(row_of({" 010-1234-5678 ", "\u3000김하늘 ", "a \"quoted\"\tnote\n"}));
  const auto& lead = std::get<storage::ImportRow>(read);
  EXPECT_EQ(lead.row_number, 7);
  EXPECT_EQ(lead.to_number, "01012345678");
  EXPECT_EQ(boost::json::parse(lead.fields_json),
            (boost::json::object{{"name", "김하늘"}, {"note", "a \"quoted\"\tnote"}}));
}

// An empty text is no value: a field that calls begin to need later must count as missing.
TEST(LeadReader, LeavesOutEmptyFields) { EXPECT_EQ(fields_of({"01012345678", "김하늘", " "}), R"({"name":"김하늘"})"); }

TEST(LeadReader, SaysWhatIsWrongWithARow) {
  EXPECT_EQ(fault_of(row_of({"01012345678", "Kim", "x"})), "none");
  EXPECT_EQ(fault_of(row_of({"", "Kim", "x"})), "the number is empty");
  EXPECT_EQ(fault_of(row_of({"abc", "Kim", "x"})), "not a phone number");
  EXPECT_EQ(fault_of(row_of({"010-0000-0000", "Kim", "x"})), "there is no such number in KR");
  EXPECT_EQ(fault_of(row_of({"+81 90-1234-5678", "Kim", "x"})), "the number belongs to another country than KR");
  EXPECT_EQ(fault_of(row_of({"02-123-4567 ext 3", "Kim", "x"})), "the number has an extension");
  EXPECT_EQ(fault_of(row_of({"01012345678", " \u00A0\u3000", "x"})), "the field 'name' (column '고객명') is empty");
  EXPECT_EQ(fault_of(row_of({"01012345678", "Kim"})), "wrong number of columns: 2, and the header has 3");
  EXPECT_EQ(fault_of(row_of({"01012345678", "Kim", "x", ""})), "wrong number of columns: 4, and the header has 3");
  EXPECT_EQ(fault_of(row_of({"01012345678", "\xB1\xE8", "x"})), "not UTF-8 text: column '고객명'");
  EXPECT_EQ(fault_of(row_of({"01012345678", "Kim", "\xED\xA0\x80"})), "not UTF-8 text: column 'note'");
  EXPECT_EQ(fault_of(row_of({"01012345678", "Kim", std::string_view("a\0b", 3)})),
            "a control character: column 'note'");
  EXPECT_EQ(fault_of(row_of({"01012345678", "Kim", "a\x1b[31m"})), "a control character: column 'note'");

  EXPECT_EQ(fault_of(row_of({"01012345678", "김\uFFFD", "x"})), "a lost character (U+FFFD): column '고객명'");

  CsvRow unreadable = row_of({});
  unreadable.fault = CsvFault::unclosed_quote;
  EXPECT_EQ(fault_of(unreadable), "a quote is opened and not closed");
}

// A row of: number, two alternates, timezone, consent_at, consent_expires_at, night_consent, call_at, expires_at.
class LeadReaderRules : public testing::Test {
 protected:
  static LeadReader reader(std::vector<config::ZoneSource> sources, std::optional<std::string> region_timezone) {
    LeadLayout layout;
    layout.columns = {"tel", "home", "work", "tz", "agreed", "agreed until", "night", "callback", "until"};
    layout.number_column = 0;
    layout.alternate_columns = {1, 2};
    layout.timezone_column = 3;
    layout.consent_at_column = 4;
    layout.consent_expires_at_column = 5;
    layout.night_consent_column = 6;
    layout.call_at_column = 7;
    layout.expires_at_column = 8;
    return {layout, {"KR", "Asia/Seoul", std::move(sources), std::move(region_timezone)}};
  }

  std::variant<storage::ImportRow, RowFault> read(std::vector<std::string_view> fields) const {
    fields.insert(fields.begin(), "01012345678");
    return reader_.read(row_of(std::move(fields)));
  }
  storage::ImportRow lead(std::vector<std::string_view> fields) const {
    return std::get<storage::ImportRow>(read(std::move(fields)));
  }
  std::string fault(std::vector<std::string_view> fields) const {
    return to_string(std::get<RowFault>(read(std::move(fields))));
  }
  void look_for_zones_in(std::vector<config::ZoneSource> sources, std::optional<std::string> region_timezone = {}) {
    reader_ = reader(std::move(sources), std::move(region_timezone));
  }

  LeadReader reader_ = reader({config::ZoneSource::column, config::ZoneSource::campaign}, std::nullopt);
};

campaign::WallTime at(std::int64_t seconds) { return campaign::WallTime{std::chrono::seconds{seconds}}; }

TEST_F(LeadReaderRules, ReadsAlternatesInOrderAndEachNumberOnce) {
  using Numbers = std::vector<std::string>;
  EXPECT_EQ(lead({"02-123-4567", "010 9999 8888", "", "", "", "", "", ""}).alternates,
            (Numbers{"021234567", "01099998888"}));
  EXPECT_EQ(lead({"", "010 9999 8888", "", "", "", "", "", ""}).alternates, (Numbers{"01099998888"}));
  EXPECT_EQ(lead({"+82 10-1234-5678", " ", "", "", "", "", "", ""}).alternates, Numbers{});
  EXPECT_EQ(lead({"021234567", "+82 2 123 4567", "", "", "", "", "", ""}).alternates, (Numbers{"021234567"}));
  EXPECT_EQ(fault({"", "010-0000-0000", "", "", "", "", "", ""}),
            "the alternate number (column 'work'): there is no such number in KR");
  EXPECT_EQ(fault({"ask her", "", "", "", "", "", "", ""}), "the alternate number (column 'home'): not a phone number");
}

TEST_F(LeadReaderRules, TakesTheTimezoneFromTheFirstSourceThatKnowsIt) {
  using enum config::ZoneSource;
  const std::vector<std::string_view> with_zone = {"", "", "America/New_York", "", "", "", "", ""};
  const std::vector<std::string_view> without = {"", "", "", "", "", "", "", ""};
  EXPECT_EQ(lead(with_zone).timezone, "America/New_York");
  EXPECT_EQ(lead(without).timezone, "");
  EXPECT_EQ(fault({"", "", "Seoul", "", "", "", "", ""}),
            "no timezone has that name (column 'tz'): write one as Asia/Seoul");

  look_for_zones_in({column, number}, "Asia/Seoul");
  EXPECT_EQ(lead(with_zone).timezone, "America/New_York");
  EXPECT_EQ(lead(without).timezone, "Asia/Seoul");
  look_for_zones_in({number, column}, "Asia/Seoul");
  EXPECT_EQ(lead(with_zone).timezone, "Asia/Seoul");
  look_for_zones_in({number, column});  // the region has several zones
  EXPECT_EQ(lead(with_zone).timezone, "America/New_York");
  EXPECT_EQ(lead(without).timezone, "");
  look_for_zones_in({campaign, number, column}, "Asia/Seoul");  // the campaign's always knows one
  EXPECT_EQ(lead(with_zone).timezone, "");
}

TEST_F(LeadReaderRules, ReadsLocalTimesByTheLeadsClock) {
  const storage::ImportRow seoul = lead({"", "", "", "2026-05-31", "2026-05-31", "", "2026-05-31 14:00", "2026-05-31"});
  EXPECT_EQ(seoul.consent_at, at(1'780'153'200));          // 2026-05-30 15:00 UTC
  EXPECT_EQ(seoul.consent_expires_at, at(1'780'239'600));  // 2026-05-31 15:00 UTC
  EXPECT_EQ(seoul.call_at, at(1'780'203'600));             // 2026-05-31 05:00 UTC
  EXPECT_EQ(seoul.expires_at, at(1'780'239'600));

  const storage::ImportRow york =
      lead({"", "", "America/New_York", "", "", "", "2026-05-31 14:00", "2026-05-31T14:00:00+09:00"});
  EXPECT_EQ(york.call_at, at(1'780'250'400));  // 2026-05-31 18:00 UTC
  EXPECT_EQ(york.expires_at, at(1'780'203'600));
  EXPECT_EQ(york.consent_at, std::nullopt);
  EXPECT_EQ(york.consent_expires_at, std::nullopt);
}

TEST_F(LeadReaderRules, RefusesTimesThatAreNone) {
  EXPECT_EQ(fault({"", "", "", "31.5.2026", "", "", "", ""}),
            "not a date or time (column 'agreed'): write it as 2026-05-31 or 2026-05-31 14:00");
  EXPECT_EQ(fault({"", "", "", "", "never", "", "", ""}).substr(0, 42), "not a date or time (column 'agreed until')");
  EXPECT_EQ(fault({"", "", "", "", "", "", "", "2026-02-30"}).substr(0, 35), "not a date or time (column 'until')");
  EXPECT_EQ(fault({"", "", "", "", "", "", "2026-05-31", ""}),
            "a date without a time of day (column 'callback'): write it as 2026-05-31 14:00");
}

TEST_F(LeadReaderRules, ConsentToCallsAtNightIsAWordOrNone) {
  for (const char* yes : {"yes", "Y", "true", "TRUE", "1"}) {
    EXPECT_TRUE(lead({"", "", "", "", "", yes, "", ""}).night_consent) << yes;
  }
  for (const char* no : {"", " ", "no", "N", "False", "0"}) {
    EXPECT_FALSE(lead({"", "", "", "", "", no, "", ""}).night_consent) << no;
  }
  for (const char* other : {"2", "ja", "maybe", "yes!", "on", "2026-05-31"}) {
    EXPECT_EQ(fault({"", "", "", "", "", other, "", ""}), "neither yes nor no (column 'night'): write it as yes or no");
  }
}

TEST(LeadReader, TrimsTheBlanksOfAllKeyboards) {
  EXPECT_EQ(trim(" \t\u00A0\u3000 a b \r\n"), "a b");
  EXPECT_EQ(trim("가"), "가");
  EXPECT_EQ(trim(" \u3000 "), "");
}

}  // namespace
}  // namespace dialerd::daemon::import
